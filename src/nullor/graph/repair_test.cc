#include "nullor/graph/repair.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "nullor/graph/data_set_test.h"
#include "nullor/graph/electrical_rules.h"
#include "nullor/graph/isomorphism.h"

namespace nullor::graph {
namespace {

std::string repaired(const std::string& netlist, const std::vector<std::string>& ports,
                     std::vector<std::string> expected = {}) {
  Topology t = parse_netlist(netlist, ports, "test");
  EXPECT_EQ(repair(t).changes, expected);
  for (const Net& net : t.nets) EXPECT_EQ(net.is_port(), role_of(net.name).has_value()) << net.name;
  return netlist_text(t);
}

TEST(Repair, GroundIsVss) {
  EXPECT_EQ(repaired("R1 (a 0) resistor\nR2 (a VSS) resistor", {"VSS"}, {"net 0 is VSS"}),
            "R1 (a VSS) resistor\nR2 (a VSS) resistor\n");
  EXPECT_EQ(repaired("R1 (a 0) resistor", {}, {"net 0 is VSS"}), "R1 (a VSS) resistor\n");
}

TEST(Repair, PortsAreKnownByTheirNames) {
  EXPECT_EQ(repaired("R1 (VOUT1 VSS) resistor", {"VSS"}, {"net VOUT1 is a port"}),
            "R1 (VOUT1 VSS) resistor\n");
}

TEST(Repair, LooseBulksGoToTheirRail) {
  EXPECT_EQ(repaired("M1 (a a VSS x) nmos4\nM2 (a a VDD x) pmos4\nQ1 (VDD a VSS y) npn", {"VSS", "VDD"},
                     {"pin B of M1 from x to VSS", "pin B of M2 from x to VDD", "pin S of Q1 from y to VSS"}),
            "M1 (a a VSS VSS) nmos4\nM2 (a a VDD VDD) pmos4\nQ1 (VDD a VSS VSS) npn\n");
  EXPECT_EQ(repaired("M1 (a a VSS a) nmos4\nR1 (a VDD) resistor", {"VSS", "VDD"}),
            "M1 (a a VSS a) nmos4\nR1 (a VDD) resistor\n");
}

TEST(Repair, LooseGatesAreBiasPorts) {
  EXPECT_EQ(
      repaired(
          "M1 (VDD g VSS VSS) nmos4\nC1 (g VSS) capacitor\nM2 (VDD h VB1 VSS) nmos4\nC2 (k VDD) capacitor",
          {"VSS", "VDD", "VB1"}, {"net g is the port VB2", "net h is the port VB3"}),
      "M1 (VDD VB2 VSS VSS) nmos4\nC1 (VB2 VSS) capacitor\nM2 (VDD VB3 VB1 VSS) nmos4\nC2 (k VDD) "
      "capacitor\n");
}

RC_GTEST_PROP(Repair, ChangesNothingTheSecondTime, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  Topology t = random_circuit(1 + static_cast<int>(rng.below(8)), static_cast<int>(rng.below(8)), rng);
  if (rng.below(2) == 0) t.nets[0].name = "0";
  repair(t);
  const std::string once = netlist_text(t);
  RC_ASSERT(repair(t).changes.empty());
  RC_ASSERT(netlist_text(t) == once);
}

// How many of the data set's circuits keep the electrical rules.
class RepairOfData : public OnTheDataSet {};

TEST_F(RepairOfData, LetsMostKeepTheRules) {
  int before = 0, after = 0;
  for (TopologyEntry& entry : set_.entries) {
    before += check_rules(entry.topology).empty();
    repair(entry.topology);
    after += check_rules(entry.topology).empty();
  }
  EXPECT_LT(before, 2000);
  EXPECT_GT(after, 3250);
}

}  // namespace
}  // namespace nullor::graph
