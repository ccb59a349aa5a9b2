// The ladder: what is right gets up, what is broken is told why.

#include "nullor/design/ladder.h"

#include <gtest/gtest.h>

#include "nullor/design/sample_topologies.h"
#include "nullor/graph/control_topologies.h"

namespace nullor {
namespace {

using graph::Topology;

std::string reasons(const LadderVerdict& verdict) {
  std::string out;
  for (const LevelVerdict& level : verdict.levels) {
    for (const std::string& reason : level.reasons) out += level_name(level.level) + ": " + reason + "\n";
  }
  return out;
}

TEST(Ladder, WorkingAmplifiersGetToTheBias) {
  for (const Topology& one : {samples::ota(), samples::two_stage(), samples::bipolar_pair()}) {
    const LadderVerdict verdict = climb_ladder(one);
    EXPECT_EQ(verdict.reached, Level::bias) << graph::netlist_text(one) << reasons(verdict);
  }
}

// The mirror of the second stage is wider than its load: at equal inputs the output is at a rail, and a
// search over the inputs brings it off.
TEST(Ladder, ASearchBringsTheOutputOffTheRail) {
  const LadderVerdict verdict = climb_ladder(samples::two_stage());
  double output = 0;
  for (const auto& [net, voltage] : verdict.operating_point.voltages) {
    if (net == "VOUT1") output = voltage;
  }
  EXPECT_TRUE(output < 0.09 || output > 1.71) << output;
  EXPECT_TRUE(verdict.passed(Level::bias)) << reasons(verdict);
}

TEST(Ladder, AFloatingNetFailsTheRules) {
  Topology broken = samples::ota();
  const int net = broken.net("net9");
  broken.devices[1].nets[0] = static_cast<std::int16_t>(net);
  const LadderVerdict verdict = climb_ladder(broken);
  EXPECT_EQ(verdict.reached, Level::decoded);
  ASSERT_EQ(verdict.levels.size(), 2u);
  EXPECT_NE(reasons(verdict).find("net9"), std::string::npos) << reasons(verdict);
}

TEST(Ladder, ACurrentThatNothingCarriesFailsTheOperatingPoint) {
  // Out of the drain of an n-channel device, whose gate is at its own source: the node goes below ground.
  const Topology broken = samples::topology("M1 (IB1 VSS VSS VSS) nmos4\nM2 (VDD VDD IB1 VSS) nmos4\n",
                                            {"VDD", "VSS", "IB1"}, graph::Family::general);
  BiasCheckOptions options;
  options.deck.ports.current = 10e-3;
  const LadderVerdict verdict = climb_ladder(broken, {.bias = options});
  EXPECT_EQ(verdict.reached, Level::rules) << reasons(verdict);
  EXPECT_NE(reasons(verdict).find("IB1"), std::string::npos) << reasons(verdict);
}

TEST(Ladder, ABulkOnTheWrongNetFailsTheBias) {
  Topology broken = samples::ota();
  broken.devices[4].nets[3] = static_cast<std::int16_t>(broken.find_net("net1"));
  const LadderVerdict verdict = climb_ladder(broken);
  EXPECT_EQ(verdict.reached, Level::operating_point);
  EXPECT_NE(reasons(verdict).find("the bulk of M5 (nmos) conducts"), std::string::npos) << reasons(verdict);
}

TEST(Ladder, TransistorsThatNothingTurnsOnFailTheBias) {
  Topology broken = samples::ota();
  for (const std::size_t device : {0u, 1u, 4u})
    broken.devices[device].nets[1] = static_cast<std::int16_t>(broken.find_net("VSS"));
  for (const char* port : {"VIN1", "VIN2", "VB1"})
    broken.nets[static_cast<std::size_t>(broken.find_net(port))].role = graph::PortRole::internal;
  LadderOptions options;
  BiasCheck check(broken, options.bias);
  const BiasVerdict verdict = check.bias();
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.conducting, 0);
}

TEST(Ladder, WithoutATransistorNothingAmplifies) {
  const auto of_family = [](graph::Family family) {
    return samples::topology("L1 (VDD VOUT1) inductor\nC1 (VOUT1 VSS) capacitor\n", {"VDD", "VSS", "VOUT1"},
                             family);
  };
  EXPECT_TRUE(climb_ladder(of_family(graph::Family::filter)).passed(Level::bias));
  const LadderVerdict verdict = climb_ladder(of_family(graph::Family::oscillator));
  EXPECT_EQ(verdict.reached, Level::operating_point);
  EXPECT_NE(reasons(verdict).find("without a transistor it is no oscillator"), std::string::npos);
}

TEST(Ladder, UntilEndsIt) {
  EXPECT_EQ(climb_ladder(samples::ota(), {.until = Level::rules}).levels.size(), 2u);
  EXPECT_EQ(climb_ladder(samples::ota(), {.until = Level::operating_point}).reached, Level::operating_point);
}

TEST(Ladder, VerdictsDoNotDependOnThreads) {
  std::vector<Topology> all;
  for (std::uint64_t k = 0; k < 24; ++k) {
    Rng rng = Rng(7).split(k);
    all.push_back(k % 2 == 0 ? graph::mutated(samples::two_stage(), 3, rng)
                             : graph::scrambled(samples::two_stage(), rng));
  }
  const auto one = climb_ladders(all, {}, 1), four = climb_ladders(all, {}, 4);
  for (std::size_t k = 0; k < all.size(); ++k) {
    EXPECT_EQ(one[k].reached, four[k].reached);
    EXPECT_EQ(reasons(one[k]), reasons(four[k]));
    EXPECT_EQ(one[k].bias.solves, four[k].bias.solves);
  }
}

TEST(Controls, MutationMovesAsManyPinsAsAsked) {
  const Topology before = samples::two_stage();
  for (std::uint64_t seed = 1; seed < 50; ++seed) {
    Rng rng(seed);
    const Topology after = graph::mutated(before, 3, rng);
    int moved = 0;
    for (std::size_t d = 0; d < before.devices.size(); ++d) {
      for (std::size_t pin = 0; pin < before.devices[d].pins; ++pin) {
        const auto name = [&](const Topology& t) {
          return t.nets[static_cast<std::size_t>(t.devices[d].nets[pin])].name;
        };
        moved += name(before) != name(after);
      }
    }
    EXPECT_EQ(moved, 3) << seed;
  }
}

TEST(Controls, ScramblingKeepsEveryNetsNumberOfPins) {
  Rng rng(3);
  const Topology before = samples::two_stage(), after = graph::scrambled(before, rng);
  EXPECT_EQ(before.degrees(), after.degrees());
  EXPECT_NE(graph::netlist_text(before), graph::netlist_text(after));
}

}  // namespace
}  // namespace nullor
