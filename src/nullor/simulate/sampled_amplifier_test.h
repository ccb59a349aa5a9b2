#pragma once
/// An amplifier of two stages at random sizes. Test support.

#include <cstdint>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/dae/lane_dae.h"
#include "nullor/simulate/engine.h"

namespace nullor {

/// Between vdd, inn, inp and out; its transistors are n and p.
inline const std::string kTwoStages = R"(two stages
.param w1=20u w3=10u w6=40u l=1u ib=10u cc=2p vdd=3 rz=1k
vdd vdd 0 {vdd}
ib b 0 {-ib}
mb b b 0 0 n w={w1} l={l}
m5 tail b 0 0 n w={w1} l={l}
m1 x inn tail 0 n w={w1} l={l} ad=1e-11 as=1e-11
m2 y inp tail 0 n w={w1} l={l} ad=1e-11 as=1e-11
m3 x x vdd vdd p w={w3} l={l}
m4 y x vdd vdd p w={w3} l={l}
m6 out y vdd vdd p w={w6} l={l}
m7 out b 0 0 n w={w6/2} l={l}
rz y z {rz}
cc z out {cc}
cl out 0 5p
.model n nmos vto=0.6 kp=1e-4 lambda=0.05 gamma=0.4 tox=1e-8 cj=1e-4 cgso=2e-10 cgdo=2e-10
)";

struct SampledAmplifier {
  /// kTwoStages and what a test adds to it.
  explicit SampledAmplifier(const std::string& text) : circuit(read_circuit_text(text)) {}

  Circuit circuit;
  std::vector<std::string> names = {"w1", "w3", "w6", "l", "ib", "cc", "vdd", "rz"};
  std::vector<double> middle = {20e-6, 10e-6, 40e-6, 1e-6, 10e-6, 2e-12, 3, 1e3};

  Pinned sample(int k) const {
    Rng rng = Rng(5).split(static_cast<std::uint64_t>(k));
    Pinned out;
    for (std::size_t p = 0; p < names.size(); ++p)
      out.emplace_back(circuit.parameters.find(names[p]), middle[p] * (0.7 + 0.6 * rng.uniform()));
    return out;
  }
  /// That sample at that temperature [degC].
  Engine alone(int k, double celsius = 27) const {
    Circuit own = circuit;
    for (const auto& [id, value] : sample(k)) own.parameters.override_value(id, value);
    own.parameters.override_value(ParameterTable::kTemperature, celsius);
    return Engine(std::move(own));
  }
};

}  // namespace nullor
