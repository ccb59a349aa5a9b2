#include "nullor/graph/structure_counts.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "nullor/graph/topology_samples.h"

namespace nullor::graph {
namespace {

constexpr std::array<const char*, 5> kFivePorts = {"VDD", "VSS", "VIN1", "VIN2", "VOUT1"};

Topology circuit(std::string_view text) {
  const std::vector<std::string> ports(kFivePorts.begin(), kFivePorts.end());
  return parse_netlist(text, ports, "test");
}

TEST(StructureCounts, AreTheSameForTheSameCircuitInOtherWords) {
  const auto a =
      structure_counts(circuit("M1 (a VIN1 t VSS) nmos4\nM2 (VOUT1 VIN2 t VSS) nmos4\n"
                               "M3 (a a VDD VDD) pmos4\nR1 (t VSS) resistor\n"));
  // Other order, names and numbers of ports; drain and source, and the ends of the resistor, exchanged.
  const auto b = structure_counts(circuit("R9 (VSS q) resistor\nM3 (VDD x VDD VDD) pmos4\n"));
  const auto c =
      structure_counts(circuit("R9 (VSS q) resistor\nM7 (VDD x x VDD) pmos4\n"
                               "M8 (q VIN2 x VSS) nmos4\nM9 (q VIN1 VOUT1 VSS) nmos4\n"));
  EXPECT_EQ(a, c);
  EXPECT_NE(a, b);
}

/// The structures that only one of two circuits has, or more often.
double difference(const Topology& a, const Topology& b) {
  std::map<std::uint64_t, float> counts;
  for (const auto& [structure, count] : structure_counts(a)) counts[structure] += count;
  for (const auto& [structure, count] : structure_counts(b)) counts[structure] -= count;
  double out = 0;
  for (const auto& [structure, count] : counts) out += std::abs(double{count});
  return out;
}

TEST(StructureCounts, TellPairsThatCrossFromPairsThatDoNot) {
  const char* crossed = "M1 (VIN1 VIN2 VSS VSS) nmos4\nM2 (VIN2 VIN1 VSS VSS) nmos4\n";
  const char* diodes = "M1 (VIN1 VIN1 VSS VSS) nmos4\nM2 (VIN2 VIN2 VSS VSS) nmos4\n";
  EXPECT_GT(difference(circuit(crossed), circuit(diodes)), 4);
  EXPECT_EQ(difference(circuit(crossed), circuit(crossed)), 0);
}

TEST(StructureCounts, OfNothingAreZeroDevicesAndNets) {
  for (const auto& [structure, count] : structure_counts(Topology())) EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace nullor::graph
