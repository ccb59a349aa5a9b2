// nullor resistive train, eval and export on the pictures of examples/resistive/bars.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/cli/command_test.h"
#include "nullor/resistive/deep_file.h"
#include "nullor/resistive/deep_oracle_test.h"

namespace nullor {
namespace {

const std::string kBars = std::string(NULLOR_SOURCE_DIR) + "/examples/resistive/bars";

Ran resistive(std::vector<std::string> words) {
  words.insert(words.begin(), "resistive");
  return run_words(std::move(words));
}

Ran train(const std::string& output, std::vector<std::string> more) {
  more.insert(more.begin(),
              {"train", "--data", kBars, "--widths", "64,20,4", "--gain", "20", "--seed", "3", "-o", output});
  return resistive(std::move(more));
}

struct ResistiveVerbs : testing::Test {
  const TestFolder folder;
};

TEST_F(ResistiveVerbs, LearnBarsAndTestThem) {
  const std::string path = folder.path("bars.safetensors");
  const Ran trained = train(path, {"--epochs", "10", "--json", "--test-every", "5"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto result = nlohmann::json::parse(trained.out);
  EXPECT_LT(result["test"]["error"], 0.1);
  EXPECT_EQ(result["curve"].size(), 10u);
  EXPECT_TRUE(result["curve"][4].contains("test"));
  EXPECT_FALSE(result["curve"][5].contains("test"));
  EXPECT_NE(trained.err.find("epoch 10/10  train "), std::string::npos) << trained.err;

  const Ran tested = resistive({"eval", path, "--data", kBars, "--json"});
  ASSERT_EQ(tested.code, 0) << tested.err;
  const auto test = nlohmann::json::parse(tested.out);
  EXPECT_EQ(test["error"], result["test"]["error"]);
  EXPECT_EQ(test["confusion"], result["test"]["confusion"]);
  int sum = 0;
  for (const auto& row : test["confusion"]) {
    for (const int count : row) sum += count;
  }
  EXPECT_EQ(sum, 200);
  // A forward drop as large as the voltages leaves little to tell by.
  const Ran dropped = resistive({"eval", path, "--data", kBars, "--json", "--forward-drop", "100"});
  EXPECT_GT(nlohmann::json::parse(dropped.out)["error"], test["error"]);
}

TEST_F(ResistiveVerbs, ResumeToTheSameNetwork) {
  const std::string once = folder.path("once.safetensors"), twice = folder.path("twice.safetensors");
  for (const std::vector<std::string>& hardware :
       {std::vector<std::string>{},
        {"--variation", "0.1", "--g-max", "0.5", "--levels", "32", "--write-noise", "0.3"}}) {
    auto with = [&](std::vector<std::string> words) {
      words.insert(words.end(), hardware.begin(), hardware.end());
      return words;
    };
    ASSERT_EQ(train(once, with({"--epochs", "4"})).code, 0);
    ASSERT_EQ(train(twice, with({"--epochs", "2"})).code, 0);
    const Ran resumed = train(twice, {"--epochs", "4", "--resume"});
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_NE(resumed.err.find("goes on after epoch 2"), std::string::npos) << resumed.err;
    const DeepFile a = read_deep_file(once), b = read_deep_file(twice);
    EXPECT_TRUE(a.network.conductances == b.network.conductances) << hardware.size();
    EXPECT_TRUE(a.network.biases == b.network.biases) << hardware.size();
    ASSERT_EQ(b.curve.size(), 4u);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(a.curve[k].test.error, b.curve[k].test.error);
  }
}

TEST_F(ResistiveVerbs, TestOnTheDevicesOfTheTraining) {
  const std::string path = folder.path("devices.safetensors");
  const Ran trained = train(path, {"--epochs", "2", "--variation", "0.5", "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto loss = nlohmann::json::parse(trained.out)["test"]["loss"];
  const auto tested = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"eval", path, "--data", kBars, "--json"});
    return nlohmann::json::parse(resistive(more).out)["loss"];
  };
  EXPECT_EQ(tested({}), loss);
  EXPECT_EQ(read_deep_file(path).curve.back().test.loss, loss);
  EXPECT_NE(tested({"--perfect"}), loss);
  EXPECT_NE(tested({"--seed", "9"}), loss);
}

TEST_F(ResistiveVerbs, ExportANetlistThatRuns) {
  const std::string path = folder.path("export.safetensors"), deck = folder.path("export.cir");
  ASSERT_EQ(train(path, {"--epochs", "1"}).code, 0);
  ASSERT_EQ(resistive({"export", path, "--data", kBars, "--picture", "7", "-o", deck}).code, 0);
  const std::string text = read_file(deck);
  EXPECT_EQ(text.find("* deep resistive network, test picture 7, label "), 0u);
  EXPECT_NE(text.find("\n.op\n"), std::string::npos);
  EXPECT_EQ(resistive({"export", path, "--data", kBars, "--picture", "200", "-o", deck}).code, 2);
}

// Three programs that share no code: the general solver on the netlist, the oracle on the file, and ngspice
// in deep_netlist_test.cc.
TEST_F(ResistiveVerbs, ExportWhatTheGeneralSolverSolvesToTheSameVoltages) {
  const std::string path = folder.path("lines.safetensors"), deck = folder.path("lines.cir");
  for (const std::vector<std::string>& diode :
       {std::vector<std::string>{}, {"--forward-drop", "0.2", "--on-resistance", "0.1", "--leakage", "3"}}) {
    std::vector<std::string> words = {"--epochs", "2"};
    words.insert(words.end(), diode.begin(), diode.end());
    ASSERT_EQ(train(path, words).code, 0);
    ASSERT_EQ(
        resistive({"export", path, "--data", kBars, "--picture", "3", "--straight-lines", "-o", deck}).code,
        0);
    const Ran solved = resistive({"solve", deck, "--json"});
    ASSERT_EQ(solved.code, 0) << solved.err;
    const auto nodes = nlohmann::json::parse(solved.out)["nodes"];
    const test::OracleNetwork net(read_deep_file(path).network);
    test::Layers v = net.rest(read_image_folder(kBars, false).picture(3));
    ASSERT_TRUE(test::settle(net, v));
    for (std::size_t k = 0; k < v[1].size(); ++k)
      EXPECT_NEAR(nodes["h1_" + std::to_string(k)].get<double>(), v[1][k], 1e-6);
    for (std::size_t k = 0; k < v[2].size(); ++k)
      EXPECT_NEAR(nodes["out" + std::to_string(k)].get<double>(), v[2][k], 1e-6);
  }
}

TEST_F(ResistiveVerbs, DrawAPage) {
  const std::string path = folder.path("page.safetensors"), page = folder.path("page.html");
  ASSERT_EQ(train(path, {"--epochs", "3", "--plot", page}).code, 0);
  const std::string html = read_file(page);
  EXPECT_NE(html.find("\"maps\":[{\"caption\":\"0 +\",\"width\":8,\"height\":8"), std::string::npos);
  EXPECT_NE(html.find("200 test pictures by label and answer"), std::string::npos);
  EXPECT_NE(html.find("test error"), std::string::npos);
}

TEST_F(ResistiveVerbs, SayWhatIsWrong) {
  const std::string path = folder.path("wrong.safetensors");
  const auto fails = [](const Ran& ran, int code, const std::string& part) {
    EXPECT_EQ(ran.code, code) << ran.err;
    EXPECT_NE(ran.err.find(part), std::string::npos) << ran.err;
  };
  fails(resistive({"train", "--data", "/nowhere", "-o", path}), 7, "holds no training pictures");
  fails(train(path, {"--model", "huge"}), 2, "there are xs, 1h, 2h, 3h, xl");
  fails(train(path, {"--rule", "centred"}), 2, "centered");
  fails(train(path, {"--forward-drop", "0.3", "--exponential", "1e-9"}), 2,
        "either exponential or piecewise");
  fails(train(path, {"--levels", "16"}), 2, "--g-max");
  fails(train(path, {"--device", "cuda", "--rule", "coupled"}), 2, "on a device the rules are");
  fails(train(path, {"--device", "cuda", "--leakage", "1"}), 2, "on a device diodes are ideal");
  fails(train(path, {"--rates", "1,2,3"}), 2, "3 values, the network 2 layers");
  fails(resistive({"train", "--data", kBars, "--widths", "63,4", "-o", path}), 2,
        "64 pixels, the network has 63 inputs");
  fails(resistive({"train", "--data", kBars, "--widths", "64,3", "-o", path}), 2,
        "4 classes, the network has 3 outputs");
  fails(resistive({"eval", "/nowhere.safetensors", "--data", kBars}), 7, "/nowhere.safetensors");
  fails(resistive({"eval", kBars + "/t10k-labels-idx1-ubyte.gz", "--data", kBars}), 7, "no safetensors file");
  ASSERT_EQ(train(path, {"--epochs", "1"}).code, 0);
  fails(resistive({"train", "--data", kBars, "--resume", "--seed", "4", "-o", path}), 2,
        "begun with another --seed");
  fails(resistive({"train", "--data", kBars, "--resume", "--gain", "7", "-o", path}), 2,
        "begun with another --gain");
  // A rate that throws the voltages off ends with a message, and leaves the file of the epoch before.
  const std::string before = read_file(path);
  fails(train(path, {"--epochs", "9", "--resume", "--rates", "1e38", "--bias-rates", "1e38"}), 6,
        "epoch 2: ");
  EXPECT_TRUE(read_file(path) == before);
}

}  // namespace
}  // namespace nullor
