// nullor topology check and size: exit codes and verdicts of the command line.

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(TopologyCheck, WritesTheCircuitsThatReachTheLevel) {
  const TestFolder folder;
  write_file(folder.path("ota.txt"), kOta);
  write_file(folder.path("divider.txt"), "R1 (VDD VOUT1) resistor\nR2 (VOUT1 net1) resistor\n");
  EXPECT_EQ(run_words({"-q", "topology", "check", folder.path("divider.txt"), folder.path("ota.txt"), "-o",
                       folder.path("good.jsonl")})
                .code,
            8);
  const std::string lines = read_file(folder.path("good.jsonl"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1);
  EXPECT_NE(lines.find("VOUT1 VIN2 net2 VSS"), std::string::npos) << lines;
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

TEST(TopologySize, PrintsTheBestFirstAndWritesTheirDecks) {
  const TestFolder folder;
  write_file(folder.path("ota.txt"), kOta);
  write_file(folder.path("easy.toml"), [] {
    std::string text = read_file(std::string(NULLOR_SOURCE_DIR) + "/share/testbenches/function/opamp.toml");
    const std::string from = "at_least = 60";
    return text.replace(text.find(from), from.size(), "at_least = 30");
  }());
  const Ran found =
      run_words({"-q", "topology", "size", folder.path("ota.txt"), "--family", "opamp", "--budget", "40",
                 "--testbench", folder.path("easy.toml"), "-o", folder.path("out")});
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_NE(found.out.find("figure_of_merit"), std::string::npos) << found.out;
  EXPECT_EQ(run_words({"-q", "run", folder.path("out/ota_txt.cir")}).code, 0);
  const std::string page = read_file(folder.path("out/index.html"));
  for (const char* wanted : {"ota.txt", "figure_of_merit", "MHz pF/mW", "v(out)", "open_loop"})
    EXPECT_NE(page.find(wanted), std::string::npos) << wanted;
  // --resume takes the result that is there, unless something was asked that it does not hang on.
  std::string kept = read_file(folder.path("out/ota_txt.json"));
  kept.replace(kept.find("\"devices\": 5"), 12, "\"devices\": 7");
  write_file(folder.path("out/ota_txt.json"), kept);
  const auto again = [&](const std::string& budget) {
    return run_words({"-q", "topology", "size", folder.path("ota.txt"), "--family", "opamp", "--budget",
                      budget, "--testbench", folder.path("easy.toml"), "-o", folder.path("out"), "--resume",
                      "--json"})
        .out;
  };
  EXPECT_NE(again("40").find("\"devices\": 7"), std::string::npos);
  EXPECT_NE(again("41").find("\"devices\": 5"), std::string::npos);
}

TEST(TopologySize, KeepsCircuitsOfOneNameApart) {
  const TestFolder folder;
  write_file(folder.path("ota.txt"), kOta);
  const Ran found = run_words({"-q", "topology", "size", folder.path("ota.txt"), folder.path("ota.txt"),
                               "--family", "opamp", "--budget", "3", "-o", folder.path("out")});
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(read_file(folder.path("out/ota_txt.cir")), read_file(folder.path("out/ota_txt_2.cir")));
}

TEST(TopologySize, RefusesWhatHasNoMerit) {
  const TestFolder folder;
  write_file(folder.path("ota.txt"), kOta);
  const auto size = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"-q", "topology", "size", folder.path("ota.txt")};
    words.insert(words.end(), more.begin(), more.end());
    return run_words(std::move(words));
  };
  EXPECT_NE(size({}).err.find("of which no testbench has a figure of merit"), std::string::npos);
  EXPECT_EQ(size({"--family", "pll"}).code, 2);
  const Ran found = size({"--family", "opamp", "--set", "loat_capacitance=1p"});
  EXPECT_EQ(found.code, 2);
  EXPECT_NE(found.err.find("no testbench has a condition 'loat_capacitance'"), std::string::npos)
      << found.err;
}

}  // namespace
}  // namespace nullor
