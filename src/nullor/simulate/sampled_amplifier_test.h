#pragma once
/// An amplifier of two stages at random sizes. Test support.

#include <cstdint>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/dae/lane_dae.h"
#include "nullor/simulate/engine.h"

namespace nullor {

struct SampledAmplifier {
  /// The deck has these parameters: widths, a length, a current, a capacitor, the supply, a resistor.
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
