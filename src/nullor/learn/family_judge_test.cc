#include "nullor/learn/family_judge.h"

#include <gtest/gtest.h>

#include "nullor/graph/control_topologies.h"
#include "nullor/graph/data_set_test.h"

namespace nullor::learn {
namespace {

using graph::Family;
using graph::Topology;

Topology circuit(std::string_view text, Family family, int group) {
  const std::array<std::string, 4> ports = {"VDD", "VSS", "VIN1", "VOUT1"};
  Topology out = graph::parse_netlist(text, ports, "test");
  out.family = family;
  out.group = group;
  return out;
}

constexpr const char* kBuffer =
    "M1 (n VIN1 VSS VSS) nmos4\nM2 (n VIN1 VDD VDD) pmos4\nM3 (VOUT1 n VSS VSS) nmos4\n"
    "M4 (VOUT1 n VDD VDD) pmos4";
constexpr const char* kFilter =
    "R1 (VIN1 n) resistor\nC1 (n VSS) capacitor\nR2 (n VOUT1) resistor\nC2 (VOUT1 VSS) capacitor";

std::vector<Topology> known() {
  std::vector<Topology> out;
  for (int k = 0; k < 12; ++k) {
    out.push_back(circuit(kBuffer, Family::opamp, k));
    out.push_back(circuit(kFilter, Family::filter, 100 + k));
  }
  return out;
}

TEST(FamilyJudge, TellsFamiliesAndWhatIsNone) {
  const FamilyJudge judge(known(), {}, {.trees = 40, .jobs = 1});
  const Topology buffer = circuit(kBuffer, Family::other, -1), filter = circuit(kFilter, Family::other, -1);
  EXPECT_GT(judge.share(buffer, Family::opamp), 0.8);
  EXPECT_LT(judge.share(buffer, Family::filter), 0.05);
  EXPECT_GT(judge.share(filter, Family::filter), 0.8);
  EXPECT_EQ(judge.greatest_share(filter), judge.share(filter, Family::filter));
  Rng rng(5);
  double of_scrambled = 0;
  for (int k = 0; k < 20; ++k) of_scrambled += judge.greatest_share(graph::scrambled(buffer, rng)) / 20;
  EXPECT_LT(of_scrambled, 0.4);
}

TEST(FamilyJudge, WhatItIsToldToBeWrongIsWrong) {
  const Topology buffer = circuit(kBuffer, Family::other, -1);
  std::vector<Topology> wrong(40, buffer);
  const FamilyJudge judge(known(), wrong, {.trees = 40, .jobs = 1});
  EXPECT_LT(judge.share(buffer, Family::opamp), 0.6);
}

TEST(FamilyJudge, IsTheSameOnTwoThreads) {
  const Topology buffer = circuit(kBuffer, Family::other, -1);
  const FamilyJudge one(known(), {}, {.trees = 7, .jobs = 1}), two(known(), {}, {.trees = 7, .jobs = 2});
  EXPECT_EQ(one.share(buffer, Family::opamp), two.share(buffer, Family::opamp));
}

TEST(FamilyJudge, WithoutKnownCircuitsKnowsNothing) {
  EXPECT_EQ(FamilyJudge().share(circuit(kFilter, Family::filter, 1), Family::filter), 0);
  EXPECT_EQ(FamilyJudge().greatest_share(circuit(kFilter, Family::filter, 1)), 0);
}

}  // namespace
}  // namespace nullor::learn
