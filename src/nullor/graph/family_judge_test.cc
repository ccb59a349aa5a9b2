#include "nullor/graph/family_judge.h"

#include <gtest/gtest.h>

#include <array>

namespace nullor::graph {
namespace {

Topology circuit(std::string_view text, Family family) {
  const std::array<std::string, 4> ports = {"VDD", "VSS", "VIN1", "VOUT1"};
  Topology out = parse_netlist(text, ports, "test");
  out.family = family;
  return out;
}

constexpr const char* kInverter = "M1 (VOUT1 VIN1 VSS VSS) nmos4\nM2 (VOUT1 VIN1 VDD VDD) pmos4";
constexpr const char* kFilter = "R1 (VIN1 VOUT1) resistor\nC1 (VOUT1 VSS) capacitor";

TEST(FamilyJudge, CountsTheFamiliesOfTheNearest) {
  FamilyJudge judge;
  EXPECT_EQ(judge.share(circuit(kInverter, Family::opamp), Family::opamp), 0);
  EXPECT_EQ(judge.greatest_share(circuit(kInverter, Family::opamp)), 0);
  for (int k = 0; k < FamilyJudge::kJudges; ++k) {
    judge.add(circuit(kInverter, k == 0 ? Family::oscillator : Family::opamp));
    judge.add(circuit(kFilter, Family::filter));
  }
  EXPECT_DOUBLE_EQ(judge.share(circuit(kInverter, Family::other), Family::opamp), 0.8);
  EXPECT_DOUBLE_EQ(judge.share(circuit(kInverter, Family::other), Family::oscillator), 0.2);
  EXPECT_EQ(judge.share(circuit(kInverter, Family::other), Family::filter), 0);
  EXPECT_EQ(judge.share(circuit(kFilter, Family::other), Family::filter), 1);
  EXPECT_DOUBLE_EQ(judge.greatest_share(circuit(kInverter, Family::other)), 0.8);
  EXPECT_EQ(judge.greatest_share(circuit(kFilter, Family::opamp)), 1);
}

}  // namespace
}  // namespace nullor::graph
