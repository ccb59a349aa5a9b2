#include "nullor/graph/electrical_rules.h"

#include <gtest/gtest.h>

namespace nullor::graph {
namespace {

const std::vector<std::string> kFourPorts = {"VDD", "VSS", "VIN1", "VOUT1"};

std::vector<std::string> broken(const std::string& netlist,
                                const std::vector<std::string>& ports = kFourPorts) {
  std::vector<std::string> out;
  for (const RuleBreak& one : check_rules(parse_netlist(netlist, ports, "test"))) {
    out.emplace_back(rule_name(one.rule));
    EXPECT_FALSE(one.text.empty());
  }
  return out;
}

using Rules = std::vector<std::string>;
const std::string kInverter = "M1 (VOUT1 VIN1 VSS VSS) nmos4\nM2 (VOUT1 VIN1 VDD VDD) pmos4\n";

TEST(ElectricalRules, AcceptsAnInverter) { EXPECT_EQ(broken(kInverter), Rules{}); }

TEST(ElectricalRules, WantsDevices) { EXPECT_EQ(broken(""), Rules{"empty"}); }

TEST(ElectricalRules, FindsANetWithOnePin) {
  EXPECT_EQ(broken(kInverter + "R1 (VOUT1 x) resistor"), Rules{"dangling_net"});
}

TEST(ElectricalRules, FindsGatesThatNobodyDrives) {
  EXPECT_EQ(
      broken(kInverter + "M3 (VOUT1 x VSS VSS) nmos4\nM4 (VOUT1 x VDD VDD) pmos4\nC1 (x VSS) capacitor"),
      Rules{"no_dc_path"});
}

TEST(ElectricalRules, LogicCellsDriveTheirOutputsAndSwitchesTheirEnds) {
  EXPECT_EQ(broken("X1 (VIN1 x VDD VSS) INVERTER\nM1 (VOUT1 x VSS VSS) nmos4"), Rules{});
  EXPECT_EQ(broken("X1 (x VB1 VIN1 VDD VSS) TRANSMISSION_GATE\nC1 (x VSS) capacitor",
                   {"VDD", "VSS", "VIN1", "VB1"}),
            Rules{});
  EXPECT_EQ(broken("X1 (x y VIN1 VDD VSS) TRANSMISSION_GATE\nC1 (x VSS) capacitor\nC2 (y VSS) capacitor",
                   {"VDD", "VSS", "VIN1"}),
            (Rules{"no_dc_path", "no_dc_path"}));
}

TEST(ElectricalRules, OutputsAndCurrentPortsHoldNothing) {
  EXPECT_EQ(
      broken("M1 (VOUT1 VIN1 VSS VSS) nmos4\nC1 (VOUT1 VIF1) capacitor", {"VSS", "VIN1", "VOUT1", "VIF1"}),
      Rules{"no_dc_path"});
  EXPECT_EQ(broken("M1 (VOUT1 IB1 VSS VSS) nmos4", {"VSS", "VOUT1", "IB1"}), Rules{"no_dc_path"});
  EXPECT_EQ(broken("M1 (VOUT1 IB1 VSS VSS) nmos4\nM2 (IB1 IB1 VSS VSS) nmos4", {"VSS", "VOUT1", "IB1"}),
            Rules{});
}

TEST(ElectricalRules, FindsLoopsOfInductorsAndVoltages) {
  EXPECT_EQ(broken(kInverter + "L1 (VDD x) inductor\nL2 (x VIN1) inductor"), Rules{"source_loop"});
  EXPECT_EQ(broken(kInverter + "L1 (VDD VOUT1) inductor\nL2 (VDD VOUT1) inductor"), Rules{"source_loop"});
  EXPECT_EQ(broken(kInverter + "L1 (VDD VOUT1) inductor"), Rules{});
}

TEST(ElectricalRules, FindsDevicesWithAllEndsOnOneNet) {
  EXPECT_EQ(broken(kInverter + "R1 (VOUT1 VOUT1) resistor"), Rules{"shorted_device"});
  EXPECT_EQ(broken(kInverter + "M3 (VOUT1 VOUT1 VOUT1 VSS) nmos4"), Rules{"shorted_device"});
  EXPECT_EQ(broken(kInverter + "M3 (VSS VOUT1 VSS VSS) nmos4"), Rules{});  // a capacitor
}

TEST(ElectricalRules, WantsTheRails) {
  const std::vector<std::string> ports = {"VDD", "VOUT1", "VIN1"};
  EXPECT_EQ(broken("R1 (VDD VOUT1) resistor\nR2 (VOUT1 VIN1) resistor", ports), Rules{"missing_rail"});
  EXPECT_EQ(broken("R1 (VSS VOUT1) resistor", {"VSS", "VOUT1"}), Rules{"missing_rail"});
}

TEST(ElectricalRules, FindsIslandsAndUnusedPorts) {
  EXPECT_EQ(
      broken(kInverter + "R1 (VB1 VREF1) resistor", {"VDD", "VSS", "VIN1", "VOUT1", "VB1", "VREF1", "VCM1"}),
      (Rules{"unused_port", "separate_island"}));
}

}  // namespace
}  // namespace nullor::graph
