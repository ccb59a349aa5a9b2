// nullor topology check: exit codes and verdicts of the command line.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "nullor/base/file.h"
#include "nullor/cli/app.h"

namespace nullor {
namespace {

constexpr const char* kOta =
    "M1 (net1 VIN1 net2 VSS) nmos4\nM2 (VOUT1 VIN2 net2 VSS) nmos4\nM3 (net1 net1 VDD VDD) pmos4\n"
    "M4 (VOUT1 net1 VDD VDD) pmos4\nM5 (net2 VB1 VSS VSS) nmos4\n";

/// Exit code and standard output of `nullor -q topology check FILE more...`.
struct Check {
  int code;
  std::string text;
};

Check check(const std::string& netlist, const std::vector<std::string>& more = {}) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("nullor_check_" + std::to_string(::getpid()));
  write_file(path, netlist);
  std::vector<const char*> words = {"nullor", "-q", "topology", "check", path.c_str()};
  for (const std::string& word : more) words.push_back(word.c_str());
  testing::internal::CaptureStdout();
  const int code = run_command_line(static_cast<int>(words.size()), words.data());
  std::fflush(stdout);
  Check out{code, testing::internal::GetCapturedStdout()};
  std::filesystem::remove(path);
  return out;
}

TEST(TopologyCheck, AnOtaReachesTheBias) {
  const Check found = check(kOta, {"--family", "opamp"});
  EXPECT_EQ(found.code, 0);
  EXPECT_NE(found.text.find("L3 bias              passed"), std::string::npos) << found.text;
}

TEST(TopologyCheck, WhatStaysBelowExitsWithEight) {
  const Check found = check("M1 (net1 VIN1 VSS VSS) nmos4\nR1 (VDD VOUT1) resistor\n");
  EXPECT_EQ(found.code, 8);
  EXPECT_NE(found.text.find("net1"), std::string::npos) << found.text;
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
