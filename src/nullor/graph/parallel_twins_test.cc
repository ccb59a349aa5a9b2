#include "nullor/graph/parallel_twins.h"

#include <gtest/gtest.h>

#include <array>

namespace nullor::graph {
namespace {

int twins(std::string_view text) {
  const std::array<std::string, 2> ports = {"VDD", "VSS"};
  return parallel_twins(parse_netlist(text, ports, "test"));
}

TEST(ParallelTwins, AreOfOneKindBetweenTheSameNets) {
  EXPECT_EQ(twins("R1 (VDD a) resistor\nR2 (a VSS) resistor"), 0);
  EXPECT_EQ(twins("R1 (VDD a) resistor\nC1 (a VDD) capacitor"), 0);
  EXPECT_EQ(twins("R1 (VDD a) resistor\nR2 (a VDD) resistor\nR3 (VDD a) resistor"), 2);
  EXPECT_EQ(twins("D1 (VDD a) diode\nD2 (a VDD) diode"), 0);
  EXPECT_EQ(twins("D1 (VDD a) diode\nD2 (VDD a) diode"), 1);
  EXPECT_EQ(twins("M1 (a a VSS VSS) nmos4\nM2 (a a VSS VSS) nmos4"), 0);
}

}  // namespace
}  // namespace nullor::graph
