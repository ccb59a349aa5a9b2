#include "nullor/learn/tuning_judge.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace nullor::learn {
namespace {

graph::Topology circuit(graph::Family family, int resistors) {
  graph::Topology out;
  const std::vector<std::string> ports = {"VDD", "VSS", "VOUT1"};
  std::string text = "M0 (VOUT1 VDD VSS VSS) nmos4";
  for (int k = 0; k < resistors; ++k) text += "\nR" + std::to_string(k) + " (VDD VOUT1) resistor";
  out = graph::parse_netlist(text, ports, "test");
  out.family = family;
  return out;
}

TEST(TuningWishes, AskForRareFamiliesAsWell) {
  std::vector<graph::Topology> known(19, circuit(graph::Family::opamp, 3));
  known.push_back(circuit(graph::Family::mixer, 1));
  const TuningWishes wishes(known);
  Rng chance(1);
  int mixers = 0, none = 0;
  for (const graph::Conditions& one : wishes.draw(3000, 0.25, chance)) {
    none += one.family ? 0 : 1;
    mixers += one.family == graph::Family::mixer ? 1 : 0;
  }
  EXPECT_NEAR(none, 3000 * 0.25, 100);
  EXPECT_NEAR(mixers, 3000 * 0.75 * (0.5 / 20 + 0.5 / 2), 100);
  EXPECT_FALSE(TuningWishes({}).draw(1, 0, chance)[0].family);
}

TEST(TuningJudge, LearnsWhatIsWrittenEveryFiveRounds) {
  std::vector<graph::Topology> known;
  for (int k = 1; k <= 8; ++k) {
    known.push_back(circuit(graph::Family::opamp, k));
    known.push_back(circuit(graph::Family::mixer, k + 20));
  }
  TuningJudge judge(known, {.seed = 1, .jobs = 1});
  std::vector<int> asked;
  const auto written = [&](int round) {
    asked.push_back(round);
    // What the model has hit upon by round five: the op-amps of four resistors.
    return round < 5 ? std::vector<graph::Topology>{} : std::vector(60, circuit(graph::Family::opamp, 4));
  };
  judge.instruct(1, written);
  const double before = judge.likeness(circuit(graph::Family::opamp, 4));
  EXPECT_GT(before, judge.likeness(circuit(graph::Family::mixer, 4)));
  for (int round = 2; round <= 11; ++round) judge.instruct(round, written);
  EXPECT_EQ(asked, (std::vector{0, 5, 10}));
  EXPECT_LT(judge.likeness(circuit(graph::Family::opamp, 4)), before);
}

TEST(TuningJudge, ChoosesTheLikeliestOfEveryFamily) {
  std::vector<graph::Topology> known;
  for (int k = 1; k <= 20; ++k) {
    known.push_back(circuit(graph::Family::opamp, k));
    known.push_back(circuit(graph::Family::mixer, k + 20));
  }
  TuningJudge judge(known, {.seed = 1, .jobs = 1});
  judge.instruct(1, [](int) { return std::vector<graph::Topology>(); });
  // The longer, the less of an op-amp; two mixers are too few to choose among.
  std::vector<graph::Topology> asked = {circuit(graph::Family::mixer, 1)};
  for (int k = 40; k >= 1; --k) asked.push_back(circuit(graph::Family::opamp, k));
  asked.push_back(circuit(graph::Family::mixer, 30));
  const std::vector<graph::Topology> chosen = judge.choose(asked, 0.5);
  ASSERT_EQ(chosen.size(), 22u);
  EXPECT_EQ(chosen.front().family, graph::Family::mixer);
  EXPECT_EQ(chosen.back().family, graph::Family::mixer);
  double least = 1, most_left = 0;
  for (std::size_t k = 1; k < 21; ++k) least = std::min(least, judge.likeness(chosen[k]));
  for (const graph::Topology& one : asked) {
    const bool kept = std::any_of(chosen.begin(), chosen.end(), [&](const graph::Topology& other) {
      return one.family == other.family && one.devices.size() == other.devices.size();
    });
    if (!kept) most_left = std::max(most_left, judge.likeness(one));
  }
  EXPECT_GE(least, most_left);
  EXPECT_GT(least, 0.3);
  EXPECT_LT(judge.likeness(asked[1]), 0.2);
}

}  // namespace
}  // namespace nullor::learn
