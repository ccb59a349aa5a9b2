// nullor topology import, stats, nearest and tokens on circuits of a few devices.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/cli/command_test.h"

namespace nullor {
namespace {

Ran topology(std::vector<std::string> words) {
  words.insert(words.begin(), "topology");
  return run_words(std::move(words));
}

struct TopologyVerbs : testing::Test {
  void SetUp() override {
    write_file(folder.path("data/Dataset/1/1.cir"), "M0 (VOUT1 VIN1 0 x) nmos4\nR0 (VDD VOUT1) resistor\n");
    write_file(folder.path("data/Dataset/1/Port1.txt"), "VDD VIN1 VOUT1\n");
    write_file(folder.path("data/Dataset/2/2.cir"),
               "M0 (VOUT1 VIN1 VSS VSS) nmos4\nM1 (VOUT1 VB1 VDD VDD) pmos4\n");
    write_file(folder.path("data/Dataset/3/3.cir"), "M0 (VOUT1 VIN1 VSS) nmos4\n");
    write_file(folder.path("data/Dataset/data_categorization.md"), "- 1-2: single-stage amplifier\n");
    write_file(
        folder.path("amp.spice"),
        ".subckt amp in out vdd gnd\nm1 out in gnd gnd nfet w=1\nm2 out b vdd vdd pfet\nv1 b gnd 1\n.ends\n");
  }
  const TestFolder folder;
};

TEST_F(TopologyVerbs, ImportRepairsAndStatsCount) {
  const std::string set = folder.path("set.jsonl");
  const Ran made = topology({"import", folder.path("data"), "-o", set, "--repair", "--json"});
  ASSERT_EQ(made.code, 0) << made.err;
  const auto import = nlohmann::json::parse(made.out);
  EXPECT_EQ(import["circuits"], 2);
  EXPECT_EQ(import["repaired"], 1);
  EXPECT_EQ(import["keep_rules_before"], 1);
  EXPECT_EQ(import["keep_rules"], 2);
  EXPECT_EQ(import["skipped"].size(), 1u);
  EXPECT_NE(made.err.find("3.cir:1: nmos has 4 pins, not 3"), std::string::npos) << made.err;

  const Ran counted = topology({"stats", set, "--json", "--speed"});
  ASSERT_EQ(counted.code, 0) << counted.err;
  const auto stats = nlohmann::json::parse(counted.out);
  EXPECT_EQ(stats["families"]["opamp"]["circuits"], 2);
  EXPECT_EQ(stats["all"]["devices_mean"], 2);
  EXPECT_EQ(stats["kinds"]["nmos"], 2);
  EXPECT_TRUE(stats["broken_rules"].empty());
  for (const auto& row : stats["speed"]) EXPECT_GT(row["per_second"], 0) << row;
  EXPECT_NE(topology({"stats", set}).out.find("opamp"), std::string::npos);
}

TEST_F(TopologyVerbs, NearestNamesTheKnownCircuitAndTheDifference) {
  const std::string set = folder.path("set.jsonl");
  ASSERT_EQ(topology({"import", folder.path("data"), "-o", set, "--repair"}).code, 0);
  const Ran found =
      topology({"nearest", folder.path("amp.spice"), "--in", set, "--json", "--count", "2", "--difference"});
  ASSERT_EQ(found.code, 0) << found.err;
  const auto nearest = nlohmann::json::parse(found.out)[0];
  EXPECT_EQ(nearest["circuit"], "amp");
  EXPECT_EQ(nearest["nearest"][0]["circuit"], "2");
  EXPECT_EQ(nearest["nearest"][0]["isomorphic"], true);
  EXPECT_EQ(nearest["nearest"][0]["difference"], "no difference\n");
  EXPECT_EQ(nearest["nearest"][1]["circuit"], "1");
  EXPECT_EQ(nearest["nearest"][1]["difference"], "- m2 (out b vdd vdd) pmos4\n+ R0 (VDD VOUT1) resistor\n");
  const Ran other = topology({"nearest", folder.path("amp.spice"), "--in", set, "--role", "in=VCLK"});
  EXPECT_NE(other.out.find("amp"), std::string::npos);
  EXPECT_EQ(other.out.find("the same"), std::string::npos) << other.out;
}

TEST_F(TopologyVerbs, TokensInBothForms) {
  const Ran walk = topology({"tokens", folder.path("amp.spice"), "--form", "walk"});
  EXPECT_EQ(walk.out.substr(0, 9), "BEGIN VSS") << walk.err;
  const Ran records = topology({"tokens", folder.path("amp.spice"), "--count", "3"});
  EXPECT_EQ(std::count(records.out.begin(), records.out.end(), '\n'), 3);
  EXPECT_EQ(records.out, topology({"tokens", folder.path("amp.spice"), "--count", "3"}).out);
}

TEST_F(TopologyVerbs, RefuseBadInput) {
  EXPECT_EQ(topology({"stats", folder.path("missing")}).code, static_cast<int>(ErrorKind::input_output));
  EXPECT_EQ(topology({"import", folder.path(), "-o", folder.path("x")}).code,
            static_cast<int>(ErrorKind::input_output));
  EXPECT_EQ(topology({"tokens", folder.path("amp.spice"), "--role", "in=FOO"}).code,
            static_cast<int>(ErrorKind::usage));
  EXPECT_EQ(topology({"tokens", folder.path("amp.spice"), "--subckt", "foo"}).code,
            static_cast<int>(ErrorKind::netlist));
}

}  // namespace
}  // namespace nullor
