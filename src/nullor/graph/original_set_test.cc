#include "nullor/graph/original_set.h"

#include <gtest/gtest.h>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"

namespace nullor::graph {
namespace {

void add_circuit(const TestFolder& folder, int number, const std::string& netlist, const std::string& ports) {
  const std::string name = std::to_string(number);
  write_file(folder.path("Dataset/" + name + "/" + name + ".cir"), netlist);
  if (!ports.empty()) write_file(folder.path("Dataset/" + name + "/Port" + name + ".txt"), ports);
}

TEST(OriginalSet, ReadsTheLayoutOfItsRepository) {
  const TestFolder folder;
  add_circuit(folder, 10, "M0 (VOUT1 VIN1 VSS VSS) nmos4\nR0 (VDD VOUT1) resistor \n",
              "VDD VSS VIN1 VOUT1\n");
  add_circuit(folder, 2, "R1 (VOUT1 VDD) resistor\nM7 (VSS VIN1 VOUT1 VSS) nmos4", "");
  add_circuit(folder, 3, "M1 (a b VSS VSS) nmos4\nMM1 (b c VDD VDD) pmos4", "VDD VSS");
  add_circuit(folder, 40, "M1 (x y VSS VSS) nmos4\nMM1 (y c VDD VDD) pmos4\nRR2 (VDD c) resistor", "VDD VSS");
  add_circuit(folder, 5, "M1 (x y VSS) nmos4", "VSS");
  write_file(folder.path("Dataset/10/10_full.cir"), "subckt A\n");
  write_file(folder.path("Dataset/notes/notes.cir"), "");
  write_file(folder.path("Dataset/data_categorization.md"),
             "## Data\n- #.cir: netlist\n  - 1\xe2\x80\x93"
             "2, 40: bandgap reference\n- 10-12: output stages\r\n");
  for (const std::string& root : {folder.path(), folder.path("Dataset")}) {
    const OriginalSet found = import_original(root);
    ASSERT_EQ(found.set.entries.size(), 4u);
    const auto& e = found.set.entries;
    EXPECT_EQ(e[0].topology.id, 2);
    EXPECT_EQ(e[0].topology.family, Family::bandgap);
    EXPECT_EQ(e[0].type, "bandgap reference");
    EXPECT_EQ(e[1].topology.id, 3);
    EXPECT_EQ(e[1].topology.family, Family::other);
    EXPECT_EQ(e[2].topology.id, 10);
    EXPECT_EQ(e[2].topology.family, Family::opamp);
    EXPECT_EQ(e[2].type, "output stages");
    EXPECT_EQ(e[2].dup_of, 2);
    EXPECT_EQ(e[2].topology.group, e[0].topology.group);
    EXPECT_EQ(e[3].topology.family, Family::bandgap);
    EXPECT_EQ(e[3].dup_of, -1);
    EXPECT_EQ(e[3].topology.group, e[1].topology.group);
    EXPECT_NE(e[3].topology.group, e[0].topology.group);
    ASSERT_EQ(found.skipped.size(), 1u);
    EXPECT_NE(found.skipped[0].find("5.cir:1: nmos has 4 pins, not 3"), std::string::npos)
        << found.skipped[0];
  }
}

TEST(OriginalSet, RefusesAFolderOfSomethingElse) {
  const TestFolder folder;
  write_file(folder.path("a/b.txt"), "");
  EXPECT_THROW(import_original(folder.path()), InputError);
  EXPECT_THROW(import_original(folder.path("missing")), InputError);
}

TEST(OriginalSet, KnowsTheTypesOfItsCategories) {
  const std::pair<const char*, Family> expected[] = {
      {"switched-capacitor sampler", Family::switched_cap},
      {"basic opamp design and compensation", Family::opamp},
      {"frequency response of amplifiers", Family::general},
      {"LNA papers", Family::lna},
      {"PA papers", Family::power_amp},
      {"Nyquist-rate D/A converters", Family::adc_dac},
      {"integer-N frequency synthesizers", Family::pll},
      {"current mirrors, active loads, and references", Family::mirror_bias},
      {"odds and ends", Family::general}};
  for (const auto& [type, family] : expected) EXPECT_EQ(family_of_type(type), family) << type;
}

}  // namespace
}  // namespace nullor::graph
