#include "nullor/learn/bias_currents.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "nullor/netlist/circuit.h"

namespace nullor::learn {
namespace {

struct Known {
  bool known = false, negative = false;
  double current = 0, balance = 0;  ///< [A], ln
};

struct Flows {
  std::map<std::string, Known> device;
  double supply_known = 0, supply = 0, supply_limited = 0;  ///< share, [A], [A]

  Known& operator[](const std::string& name) { return device[name]; }
};

Flows currents(const std::string& lines) {
  const Circuit c = read_circuit_text("circuit\n" + lines + "\n.model n nmos\n.model p pmos\n");
  std::vector<std::pair<std::string, int>> ports = {{"gnd", 0}};
  for (const char* name : {"vdd", "vinp", "vinn", "vout"}) {
    if (c.find_node(name) >= 0) ports.emplace_back(name, c.find_node(name));
  }
  const graph::SizedCircuit circuit(c, "", ports);
  std::vector<double> numbers(circuit.devices().size() * graph::kSizedNumbers);
  graph::SizedCircuit::Evaluator(circuit, {}).numbers({}, numbers);
  std::vector<float> out(circuit.devices().size() * BiasCurrents::kDeviceFeatures);
  std::vector<float> whole(BiasCurrents::kCircuitFeatures);
  BiasCurrents(circuit).features(numbers, out, whole);
  Flows named;
  const auto ampere = [](float f) { return 1e-6 * std::exp(double{f}); };
  named.supply_known = whole[0], named.supply = ampere(whole[1]), named.supply_limited = ampere(whole[2]);
  for (std::size_t d = 0; d < circuit.devices().size(); ++d) {
    const float* f = out.data() + d * BiasCurrents::kDeviceFeatures;
    named[circuit.devices()[d].name] = {f[0] != 0, f[2] != 0, ampere(f[1]), f[3]};
  }
  return named;
}

// A pair with a mirror as its load: half of the tail's current in each, by hand.
TEST(BiasCurrents, FollowMirrorsNetsAndPairs) {
  auto i = currents(
      "m1 vout vinp tail 0 n w=2u l=1u\nm2 mid vinn tail 0 n w=2u l=1u\nm3 mid mid vdd vdd p w=1u l=1u\n"
      "m4 vout mid vdd vdd p w=1u l=1u\nm5 tail bias 0 0 n w=4u l=2u m=3\nm6 bias bias 0 0 n w=1u l=1u\ni1 "
      "vdd bias 1u\n");
  EXPECT_NEAR(i["m6"].current, 1e-6, 1e-12);
  EXPECT_NEAR(i["m5"].current, 6e-6, 1e-11);
  for (const char* name : {"m1", "m2", "m3", "m4"}) {
    EXPECT_TRUE(i[name].known) << name;
    EXPECT_NEAR(i[name].current, 3e-6, 1e-11) << name;
    EXPECT_FALSE(i[name].negative) << name;
  }
}

// A sink that takes less than what flows in leaves a negative rest.
TEST(BiasCurrents, SayWhereTheRestIsNegative) {
  auto i = currents(
      "i1 vdd bias 1u\nm1 bias bias 0 0 n w=1u l=1u\nm2 x bias 0 0 n w=2u l=1u\ni2 vdd x 5u\nm3 vout g x 0 n "
      "w=1u l=1u\n");
  EXPECT_TRUE(i["m3"].known);
  EXPECT_TRUE(i["m3"].negative);
  EXPECT_NEAR(i["m3"].current, 3e-6, 1e-11);
}

// Two mirrors that meet do not agree: 2 uA from above, 8 uA from below.
TEST(BiasCurrents, SayHowMuchMirrorsDisagree) {
  auto i = currents(
      "i1 vdd b 1u\nm1 b b 0 0 n w=1u l=1u\nm2 vout b 0 0 n w=8u l=1u\nm3 d b 0 0 n w=1u l=1u\nm4 d d vdd "
      "vdd p w=1u l=1u\n"
      "m5 vout d vdd vdd p w=2u l=1u\n");
  EXPECT_NEAR(i["m2"].balance, std::log(2.0 / 8), 1e-6);
  EXPECT_NEAR(i["m5"].balance, std::log(8.0 / 2), 1e-6);
}

TEST(BiasCurrents, KnowNothingBehindAResistor) {
  auto i = currents("r1 vdd bias 10k\nm1 bias bias 0 0 n w=1u l=1u\nm2 vout bias 0 0 n w=2u l=1u\n");
  EXPECT_FALSE(i["m1"].known);
  EXPECT_FALSE(i["m2"].known);
  EXPECT_EQ(i.supply_known, 0);
}

// 1 uA of the source, two mirrors of 1 and 3 uA; a stage of 8 uA whose sink takes 2 uA; and a resistor.
TEST(BiasCurrents, AddUpAtTheSupply) {
  auto i = currents(
      "i1 vdd b 1u\nm1 b b 0 0 n w=1u l=1u\nm2 d b 0 0 n w=1u l=1u\nm3 d d vdd vdd p w=1u l=1u\n"
      "m4 0 d vdd vdd p w=3u l=1u\nm5 vout d vdd vdd p w=8u l=1u\nm6 vout b 0 0 n w=2u l=1u\nr1 vdd x 1k\n"
      "r2 x 0 1k\n");
  EXPECT_NEAR(i.supply_known, 0.8, 1e-6);
  EXPECT_NEAR(i.supply, 13e-6, 1e-11);
  EXPECT_NEAR(i.supply_limited, 7e-6, 1e-11);
}

}  // namespace
}  // namespace nullor::learn
