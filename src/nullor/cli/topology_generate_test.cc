// nullor topology generate with the weights that come with the program.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/cli/command_test.h"

namespace nullor {
namespace {

const std::string kShare = std::string(NULLOR_SOURCE_DIR) + "/share/";
const std::string kWeights = kShare + "weights/topology.safetensors";

Ran generate(std::vector<std::string> words) {
  words.insert(words.begin(), {"topology", "generate", "--seed", "1"});
  return run_words(std::move(words));
}

std::vector<nlohmann::json> lines_of(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<nlohmann::json> out;
  for (std::string line; std::getline(text, line);) out.push_back(nlohmann::json::parse(line));
  return out;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

TEST(TopologyGenerate, GalleryShowsWhatTheTestbenchShows) {
  const TestFolder folder;
  const std::string out = folder.path("gallery");
  const Ran ran = generate({"--weights", kWeights, "--family", "opamp", "--devices", "5..12", "--ports",
                            "VDD,VSS,VIN:2,VOUT", "--check", "L3", "--count", "3", "--testbench",
                            kShare + "testbenches/function/opamp.toml", "--out", out});
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const nlohmann::json& circuit : lines_of(out + "/circuits.jsonl")) {
    EXPECT_EQ(circuit["level"], "L3");
    EXPECT_EQ(circuit["family"], "opamp");
    for (const char* extension : {".cir", ".sch", ".svg"})
      EXPECT_TRUE(std::filesystem::exists(out + "/" + circuit["type"].get<std::string>() + extension));
  }
  const std::string page = read_file(out + "/index.html");
  EXPECT_EQ(count_of(page, "at default sizes"), 3u);
  EXPECT_GE(count_of(page, "<svg"), 6u);
}

TEST(TopologyGenerate, KeepsCircuitsThatWorkOnceSized) {
  const TestFolder folder;
  std::string first;
  for (const char* jobs : {"1", "2"}) {
    const std::string out = folder.path(jobs);
    const Ran ran = generate({"--weights", kWeights, "--family", "opamp", "--devices", "5..12", "--check",
                              "L4", "--count", "2", "--budget", "40", "--testbench",
                              kShare + "testbenches/function/opamp.toml", "--jobs", jobs, "--out", out});
    ASSERT_EQ(ran.code, 0) << ran.err;
    const auto circuits = lines_of(out + "/circuits.jsonl");
    ASSERT_EQ(circuits.size(), 2u);
    for (const nlohmann::json& circuit : circuits) {
      EXPECT_EQ(circuit["level"], "L4");
      EXPECT_GE(circuit["metrics"]["dc_gain"], 20);
      EXPECT_FALSE(circuit["sizes"].empty());
    }
    EXPECT_EQ(count_of(read_file(out + "/index.html"), "as sized"), 4u);  // with the unfolding deck
    if (first.empty()) first = read_file(out + "/circuits.jsonl");
    EXPECT_EQ(read_file(out + "/circuits.jsonl"), first);
  }
}

TEST(TopologyGenerate, RefusesWhatCannotBe) {
  const TestFolder folder;
  const std::string half = folder.path("half.safetensors");
  write_file(half, read_file(kWeights).substr(0, 200000));
  struct Case {
    std::vector<std::string> words;
    ErrorKind kind;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{"--weights", kWeights, "--with", "memristor"}, ErrorKind::usage, "memristor"},
      {{"--weights", kWeights, "--family", "opamp", "--without", "nmos", "--without", "pmos", "--without",
        "npn", "--without", "pnp"},
       ErrorKind::usage,
       "transistor"},
      {{"--weights", kWeights, "--with", "nmos", "--without", "nmos"}, ErrorKind::usage, "nmos"},
      {{"--weights", kWeights, "--devices", "0"}, ErrorKind::usage, "a budget of no devices"},
      {{"--weights", kWeights, "--check", "L9"}, ErrorKind::usage, "L0 to L4"},
      {{"--weights", kWeights, "--check", "L4"}, ErrorKind::usage, "--family"},
      {{"--weights", kWeights, "--check", "L4", "--family", "lna", "--testbench",
        kShare + "testbenches/function/opamp.toml"},
       ErrorKind::usage,
       "lna"},
      {{"--weights", half}, ErrorKind::input_output, "half.safetensors"},
      {{"--weights", folder.path("none")}, ErrorKind::input_output, "none"},
  };
  for (const Case& one : cases) {
    const Ran ran = generate(one.words);
    EXPECT_EQ(ran.code, static_cast<int>(one.kind)) << one.says << ": " << ran.err;
    EXPECT_NE(ran.err.find(one.says), std::string::npos) << ran.err;
    EXPECT_TRUE(ran.out.empty()) << ran.out;
  }
}

}  // namespace
}  // namespace nullor
