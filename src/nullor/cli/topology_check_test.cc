// nullor topology check: exit codes and verdicts of the command line.

#include <gtest/gtest.h>

#include <vector>

#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/cli/command_test.h"

namespace nullor {
namespace {

constexpr const char* kOta =
    "M1 (net1 VIN1 net2 VSS) nmos4\nM2 (VOUT1 VIN2 net2 VSS) nmos4\nM3 (net1 net1 VDD VDD) pmos4\n"
    "M4 (VOUT1 net1 VDD VDD) pmos4\nM5 (net2 VB1 VSS VSS) nmos4\n";

Ran check(const std::string& netlist, const std::vector<std::string>& more = {}) {
  const TestFolder folder;
  write_file(folder.path("circuit.txt"), netlist);
  std::vector<std::string> words = {"-q", "topology", "check", folder.path("circuit.txt")};
  words.insert(words.end(), more.begin(), more.end());
  return run_words(std::move(words));
}

TEST(TopologyCheck, AnOtaReachesTheBias) {
  const Ran found = check(kOta, {"--family", "opamp"});
  EXPECT_EQ(found.code, 0);
  EXPECT_NE(found.out.find("L3 bias              passed"), std::string::npos) << found.out;
}

TEST(TopologyCheck, WhatStaysBelowExitsWithEight) {
  const Ran found = check("M1 (net1 VIN1 VSS VSS) nmos4\nR1 (VDD VOUT1) resistor\n");
  EXPECT_EQ(found.code, 8);
  EXPECT_NE(found.out.find("net1"), std::string::npos) << found.out;
}

TEST(TopologyCheck, ReachesTheFunctionByATestbench) {
  const std::string bench = std::string(NULLOR_SOURCE_DIR) + "/share/testbenches/function/opamp.toml";
  EXPECT_EQ(check(kOta, {"--family", "opamp", "--until", "L4", "--testbench", bench}).code, 0);
}

TEST(TopologyCheck, UsageIsRefused) {
  EXPECT_EQ(check(kOta, {"--family", "opam"}).code, 2);
  EXPECT_EQ(check(kOta, {"--until", "L9"}).code, 2);
  EXPECT_EQ(check("M1 (a b) nmos4\n").code, 3);
}

TEST(TopologyCheck, FindsTheTestbenchOfAFamilyThatComesWithTheProgram) {
  EXPECT_EQ(check(kOta, {"--until", "L4", "--family", "opamp"}).code, 0);
  EXPECT_EQ(check(kOta, {"--until", "L4"}).code, 8);  // nobody says what it is for
}

}  // namespace
}  // namespace nullor
