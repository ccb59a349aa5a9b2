// nullor predict train, eval and run on data sets of a few rows.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/cli/command_test.h"
#include "nullor/learn/predictor_model.h"

namespace nullor {
namespace {

using nlohmann::json;

void expect_contains(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin " << text;
}

Ran predict(std::vector<std::string> words) {
  words.insert(words.begin(), "predict");
  return run_words(std::move(words));
}

/// A common-source stage at two corners, whose rows cost one operating point each.
class PredictVerb : public testing::Test {
 protected:
  void SetUp() override {
    write_file(
        path("a.cir"),
        ".subckt stage vdd gnd in out\nm1 out in gnd gnd nmos1 w={w} l={l} m={k}\nr1 vdd out {r}\n.ends\n"
        ".param l=1u k=2\n");
    write_file(path("tt.sp"), ".model nmos1 nmos level=1 vto=0.5 kp=100u\n");
    write_file(path("ff.sp"), ".model nmos1 nmos level=1 vto=0.4 kp=120u\n");
    write_file(path("b.yaml"), "w: {min: 1u, max: 9u}\nr: {min: 1k, max: 9k}\n");
    write_file(path("t.toml"),
               "title = \"Stage\"\n[conditions]\nv = { value = 2, unit = \"V\" }\n"
               "temperature = { value = 27, unit = \"degC\" }\n[[setup]]\nname = \"s\"\n"
               "connect = { vdd = \"vdd\", gnd = \"0\", in = \"in\", out = \"out\" }\n"
               "deck = '''\nv1 vdd 0 {v}\nv2 in 0 0.7\n.op\n'''\n"
               "[[metric]]\nname = \"out\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\nunit = \"V\"\n"
               "[[metric]]\nname = \"current\"\nsetup = \"s\"\nmeas = \"op find -i(v1)\"\nunit = \"A\"\n"
               "[[failure]]\nclass = \"low\"\nwhen = \"out < 1.5\"\n");
    make("sets/stage", "a.cir");
  }

  std::string path(const std::string& name) const { return folder_.path(name); }

  void make(const std::string& name, const std::string& netlist, const std::string& bench = "t.toml",
            const std::string& samples = "40") {
    const Ran made = run_words({"dataset", "make", path(netlist), "--models", path("{corner}.sp"), "--axis",
                                "corner=tt,ff", "--testbench", path(bench), "--bounds", path("b.yaml"),
                                "--samples", samples, "--jobs", "1", "--out", path(name)});
    ASSERT_EQ(made.code, 0) << made.err;
  }

  /// Another circuit, in sets/loaded.
  void make_loaded_stage() {
    std::string netlist = read_file(path("a.cir"));
    netlist.insert(netlist.find(".ends"), "r2 out gnd 90k\n");
    write_file(path("c.cir"), netlist);
    make("sets/loaded", "c.cir");
  }

  /// `nullor predict train SETS --out FOLDER` of a network that is as small as can be.
  Ran train(const std::string& sets, const std::string& out, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"train",   path(sets), "--out",   path(out),   "--model",
                                      "8x1",     "--jobs",   "1",       "--warm-up", "2",
                                      "--batch", "16",       "--shard", "8"};
    if (std::find(more.begin(), more.end(), "--epochs") == more.end()) {
      words.push_back("--epochs");
      words.push_back("2");
    }
    words.insert(words.end(), more.begin(), more.end());
    return predict(std::move(words));
  }

  Ran run(std::vector<std::string> more) {
    std::vector<std::string> words = {"run",          path("a.cir"), "--testbench",
                                      path("t.toml"), "--model",     path("m/model.safetensors")};
    words.insert(words.end(), more.begin(), more.end());
    return predict(std::move(words));
  }

  void expect_refused(const Ran& ran, ErrorKind kind, const std::vector<std::string>& parts) {
    EXPECT_EQ(ran.code, static_cast<int>(kind)) << ran.err;
    EXPECT_TRUE(ran.out.empty()) << ran.out;
    expect_contains(ran.err, parts);
  }

  TestFolder folder_;
};

TEST_F(PredictVerb, LearnsAndIsJudged) {
  const Ran trained = train("sets", "m", {"--json", "--validation-share", "0.2", "--test-share", "0.2"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const json figures = json::parse(trained.out);
  EXPECT_EQ(figures["epochs"], 2);
  EXPECT_EQ(figures["circuits"], 1);
  EXPECT_GT(figures["validation"]["rows"], 2);
  EXPECT_EQ(figures["validation"]["metrics"].size(), 2u);
  expect_contains(trained.err, {"epoch 1/2", "epoch 2/2", "rows of 1 sets to learn from"});
  expect_contains(read_file(path("m/curve.csv")), {"epoch,steps,rate", "\n2,"});
  expect_contains(read_file(path("m/curve.html")), {"Learning"});

  const Ran judged = predict({"eval", path("sets"), "--model", path("m/model.safetensors"), "--baselines",
                              "--json", "--plot", path("page.html"), "--jobs", "1"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  const json eval = json::parse(judged.out);
  EXPECT_EQ(eval["part"], "test");
  ASSERT_EQ(eval["sets"].size(), 1u);
  EXPECT_EQ(eval["sets"][0]["name"], "stage");
  EXPECT_EQ(eval["sets"][0]["seen"], true);
  for (const char* name : {"network", "box rule", "ridge", "neighbours", "perceptron"})
    EXPECT_EQ(eval["sets"][0]["figures"][name]["metrics"].size(), 2u) << name;
  // A tenth or so, never all of it, and none of the parts that were learned from.
  EXPECT_LT(eval["sets"][0]["figures"]["network"]["rows"], 40);
  expect_contains(read_file(path("page.html")), {"Seen circuits: validity", "predicted over true"});
  const Ran all = predict({"eval", path("sets/stage"), "--model", path("m/model.safetensors"), "--part",
                           "all", "--baselines", "--all-rows"});
  expect_contains(all.out, {"stage: 80 rows", "box rule", "neighbours", "AUROC", "relative error", "coverage",
                            "current"});
  const Ran plain = predict({"eval", path("sets"), "--model", path("m/model.safetensors"), "--rows", "3"});
  expect_contains(plain.out, {"stage: 3 rows", "Spearman"});
}

TEST_F(PredictVerb, MarksCircuitsThatWereHeldOut) {
  make_loaded_stage();
  const Ran trained = train("sets", "m", {"--hold-out", "loaded", "--metrics", "current"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Ran judged =
      predict({"eval", path("sets"), "--model", path("m/model.safetensors"), "--baselines", "--json"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  const json eval = json::parse(judged.out);
  ASSERT_EQ(eval["sets"].size(), 2u);
  EXPECT_EQ(eval["sets"][0]["name"], "loaded");
  EXPECT_EQ(eval["sets"][0]["seen"], false);
  EXPECT_EQ(eval["sets"][1]["seen"], true);
  EXPECT_EQ(eval["unseen"]["network"]["metrics"][0]["name"], "current");
  expect_contains(predict({"eval", path("sets"), "--model", path("m/model.safetensors")}).out,
                  {"loaded (unseen): ", "stage: "});
  expect_refused(
      predict({"eval", path("sets/loaded"), "--model", path("m/model.safetensors"), "--baselines"}),
      ErrorKind::usage, {"none of it is here", "give the sets stage too"});
  const Ran same = train("sets", "n", {"--hold-out", "stage"});
  EXPECT_EQ(same.err.find("of the same circuit"), std::string::npos) << same.err;
  expect_refused(train("sets", "n", {"--hold-out", "stag"}), ErrorKind::usage,
                 {"no set 'stag' among those given", "did you mean 'stage'?"});
  expect_refused(train("sets", "n", {"--hold-out", "stage,loaded"}), ErrorKind::usage,
                 {"all sets are held out"});
}

TEST_F(PredictVerb, CalibratesForUnseenCircuits) {
  make_loaded_stage();
  for (const char* left_out : {"loaded", "stage"})
    ASSERT_EQ(train("sets", left_out, {"--hold-out", left_out}).code, 0);
  const auto calibrated = [&](const std::string& other) {
    return predict({"calibrate", path("sets"), "--model", path("loaded/model.safetensors"), "--left-out",
                    path(other + "/model.safetensors"), "--out", path("both.safetensors")});
  };
  expect_contains(calibrated("stage").err, {"1 times a circuit that a model had not learned from"});
  EXPECT_TRUE(learn::read_predictor(path("both.safetensors")).unseen_errors);
  ASSERT_EQ(train("sets", "all").code, 0);
  expect_refused(calibrated("all"), ErrorKind::usage, {"have learned from the circuits of all sets"});
  ASSERT_EQ(train("sets", "one", {"--metrics", "out"}).code, 0);
  expect_refused(calibrated("one"), ErrorKind::usage, {"predicts other metrics or classes"});
}

TEST_F(PredictVerb, GoesOnAfterAnInterruptToTheSameBytes) {
  const std::vector<std::string> long_run = {"--epochs", "60"};
  ASSERT_EQ(train("sets", "whole", long_run).code, 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::thread([&] {
      while (!std::filesystem::exists(path("parts/checkpoint.safetensors")))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      kill(getpid(), SIGINT);
    }).detach();
    train("sets", "parts", long_run);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << "a shell would not see an interrupt";
  EXPECT_FALSE(std::filesystem::exists(path("parts/model.safetensors")));
  std::vector<std::string> rest = long_run;
  rest.push_back("--resume");
  const Ran resumed = train("sets", "parts", rest);
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(resumed.err.find("epoch 1/60"), std::string::npos) << "it began anew";
  EXPECT_TRUE(read_file(path("parts/model.safetensors")) == read_file(path("whole/model.safetensors")));
  expect_refused(train("sets", "parts", {"--epochs", "50", "--resume"}), ErrorKind::usage,
                 {"was written by another training"});
}

TEST_F(PredictVerb, AnswersForARowAndForATable) {
  ASSERT_EQ(train("sets", "m").code, 0);
  const Ran one = run({"--param", "w=3u", "--param", "R=5k"});
  ASSERT_EQ(one.code, 0) << one.err;
  expect_contains(one.out, {"stage, one that was learned from", "valid", "class", "strangeness",
                            "90 % interval", "current"});
  const Ran as_json = run({"--param", "w=3u", "--param", "r=5k", "--json"});
  const json answer = json::parse(as_json.out)[0];
  EXPECT_EQ(answer["learned_from"], true);
  EXPECT_EQ(answer["given"]["w"], 3e-6);
  EXPECT_EQ(answer["classes"].size(), 6u);
  EXPECT_EQ(answer["metrics"]["out"]["unit"], "V");

  write_file(path("rows.csv"), "w,r,v\n3u,5k,2\n4u,5k,2\n");
  const Ran table = run({"--table", path("rows.csv")});
  ASSERT_EQ(table.code, 0) << table.err;
  expect_contains(table.out,
                  {"w,r,v,valid,class,out,out_low,out_high,current,current_low,current_high,strangeness\n"});
  EXPECT_EQ(std::count(table.out.begin(), table.out.end(), '\n'), 3);
  const std::string first = table.out.substr(table.out.find('\n') + 1);
  EXPECT_EQ(first.substr(0, first.find(',')), "3e-06");
  ASSERT_EQ(run({"--table", path("rows.csv"), "--out", path("o.csv")}).code, 0);
  EXPECT_EQ(read_file(path("o.csv")), table.out);
  ASSERT_EQ(run({"--table", path("rows.csv"), "--out", path("o.npy")}).code, 0);
  expect_contains(read_file(path("o.npy")).substr(0, 400), {"NUMPY", "'strangeness'"});
  ASSERT_EQ(run({"--table", path("rows.csv"), "--out", path("o.json")}).code, 0);
  EXPECT_EQ(json::parse(read_file(path("o.json"))).size(), 2u);
  expect_refused(run({"--table", path("rows.csv"), "--out", path("o.txt")}), ErrorKind::usage,
                 {"no format 'txt'"});
}

TEST_F(PredictVerb, SaysWhatIsStrange) {
  ASSERT_EQ(train("sets", "m").code, 0);
  const Ran wide = run({"--param", "w=300u", "--param", "r=5k", "--set", "v=20"});
  expect_contains(wide.out, {"unlike what was learned from", "w of m1 is 300u, above", "v is 20, above 2"});
  EXPECT_EQ(run({"--param", "w=9.001u", "--param", "r=5k"}).out.find("w of m1"), std::string::npos);
  const Ran corner = run({"--param", "w=3u", "--param", "r=5k", "--corner", "ss"});
  expect_contains(corner.out, {"corner 'ss' was never learned from"});
  std::string other = read_file(path("a.cir"));
  other.insert(other.find(".ends"), "r2 out gnd 5k\n");
  write_file(path("a.cir"), other);
  expect_contains(run({"--param", "w=3u", "--param", "r=5k"}).out, {"not one that was learned from"});
}

TEST_F(PredictVerb, PrintsTheGradient) {
  ASSERT_EQ(train("sets", "m").code, 0);
  const Ran text = run({"--param", "w=3u", "--param", "r=5k", "--gradient", "out"});
  ASSERT_EQ(text.code, 0) << text.err;
  // Parameters that the netlist gives numbers are there too.
  expect_contains(text.out, {"relative sensitivity", "\nw ", "\nr ", "\nl ", "\nk "});
  const auto read = [&](const std::string& w) {
    return json::parse(run({"--param", "w=" + w, "--param", "r=5k", "--gradient", "out", "--json"}).out)[0];
  };
  const json middle = read("3u")["gradient"];
  double before = INFINITY, slope = 0;
  for (const json& p : middle["parameters"]) {
    const double relative = p["relative_sensitivity"];
    EXPECT_LE(std::fabs(relative), before);
    before = std::fabs(relative);
    if (p["name"] == "w") slope = p["derivative"];
  }
  const double above = read("3.03u")["gradient"]["value"], below = read("2.97u")["gradient"]["value"];
  EXPECT_NEAR(slope, (above - below) / 0.06e-6, 0.03 * std::fabs(slope));
}

TEST_F(PredictVerb, RefusesBadQuestions) {
  ASSERT_EQ(train("sets", "m").code, 0);
  expect_refused(run({"--param", "w=3u"}), ErrorKind::netlist, {"missing parameter 'r'", "a.cir:3"});
  expect_refused(run({"--param", "w=3u", "--param", "r=5k", "--param", "kk=1"}), ErrorKind::usage,
                 {"no parameter 'kk'", "did you mean 'k'?"});
  expect_refused(run({"--param", "w=3u", "--param", "r=5k", "--gradient", "aut"}), ErrorKind::usage,
                 {"predicts no metric 'aut'", "did you mean 'out'?"});
  write_file(path("rows.csv"), "w,r\n");
  expect_refused(run({"--table", path("rows.csv")}), ErrorKind::usage, {"rows.csv", "has no rows"});
  write_file(path("rows.csv"), "w,r\n1u,2k\n1u,2k\n");
  expect_refused(run({"--table", path("rows.csv"), "--gradient", "out"}), ErrorKind::usage, {"of one row"});
  const std::string plain = read_file(path("a.cir"));
  write_file(path("a.cir"), ".subckt stage vdd gnd in out\ne1 in out vdd gnd 2\n.ends\n");
  expect_refused(run({}), ErrorKind::netlist, {"a.cir:2", "'e1' is nothing that a predictor knows"});
  std::string ladder = ".subckt stage vdd gnd in out\n";
  for (int k = 0; k < 300; ++k) {
    const std::string here = k == 0 ? "in" : "n" + std::to_string(k), n = std::to_string(k),
                      next = k == 299 ? "out" : "n" + std::to_string(k + 1);
    ladder += "r" + n + " " + here + " " + next + " 1k\nc" + n + " " + next + " gnd 1p\n";
  }
  write_file(path("a.cir"), ladder + "rv vdd in 1\n.ends\n");
  expect_refused(run({}), ErrorKind::usage, {"tokens, more than 512"});
  write_file(path("a.cir"), plain);
  std::string bench = read_file(path("t.toml"));
  bench.replace(bench.find("\"current\""), 9, "\"amperes\"");
  write_file(path("t.toml"), bench);
  expect_refused(run({"--param", "w=3u", "--param", "r=5k"}), ErrorKind::usage,
                 {"has no metric 'current', which the model predicts"});
}

TEST_F(PredictVerb, RefusesWeightsThatAreNone) {
  ASSERT_EQ(train("sets", "m").code, 0);
  const std::string file = path("m/model.safetensors"), whole = read_file(file);
  const std::vector<std::string> row = {"--param", "w=3u", "--param", "r=5k"};
  write_file(file, whole.substr(0, whole.size() / 2));
  expect_refused(run(row), ErrorKind::input_output, {"model.safetensors"});
  std::string bad = whole;
  bad.replace(bad.find("\\\"width\\\":8"), 11, "\\\"width\\\":9");
  write_file(file, bad);
  expect_refused(run(row), ErrorKind::input_output, {"model.safetensors", "heads do not divide the width"});
  write_file(file, "not a model at all");
  expect_refused(run(row), ErrorKind::input_output, {"model.safetensors"});
  std::filesystem::remove(file);
  expect_refused(run(row), ErrorKind::input_output, {"model.safetensors"});
}

TEST_F(PredictVerb, RefusesSetsThatDoNotFit) {
  std::string bench = read_file(path("t.toml"));
  bench.replace(bench.find("class = \"low\""), 13, "class = \"bad\"");
  write_file(path("u.toml"), bench);
  make("others/u", "a.cir", "u.toml");
  ASSERT_EQ(train("sets", "m").code, 0);
  expect_refused(predict({"eval", path("others"), "--model", path("m/model.safetensors")}), ErrorKind::usage,
                 {"'u' was made with another testbench"});
  expect_refused(predict({"train", path("sets"), path("others"), "--out", path("n")}), ErrorKind::usage,
                 {"other classes of failure"});
  expect_refused(train("sets", "n", {"--metrics", "curent"}), ErrorKind::usage,
                 {"no metric 'curent'", "did you mean 'current'?"});
  expect_refused(train("missing", "n"), ErrorKind::input_output, {"there is no folder", "dataset make"});
  std::filesystem::create_directories(path("empty"));
  expect_refused(train("empty", "n"), ErrorKind::input_output,
                 {"is no data set, and no folder in it is one"});
  expect_refused(train("sets", "n", {"--test-share", "0.9"}), ErrorKind::usage,
                 {"leave nothing to learn from"});
  expect_refused(predict({"train", path("sets"), "--out", path("n"), "--model", "huge"}), ErrorKind::usage,
                 {"unknown predictor 'huge'"});
  for (const auto& shard : std::filesystem::directory_iterator(path("sets/stage"))) {
    if (shard.path().extension() == ".h5") std::filesystem::remove(shard.path());
  }
  expect_refused(train("sets", "n", {"--partial"}), ErrorKind::input_output, {"1 of 1 shards are missing"});
}

TEST(Predict, KnowsTheShippedAmplifierByItsData) {
  const TestFolder folder;
  const std::string root = NULLOR_SOURCE_DIR;
  const std::string netlist = root + "/examples/dataset/two_stage.cir",
                    bench = root + "/share/testbenches/amplifier.toml";
  const Ran made = run_words({"dataset", "make", netlist, "--testbench", bench, "--bounds",
                              root + "/examples/dataset/two_stage.yaml", "--samples", "60", "--sampling",
                              "sobol", "--seed", "5", "--out", folder.path("two_stage")});
  ASSERT_EQ(made.code, 0) << made.err;
  const Ran trained = predict({"train", folder.path("two_stage"), "--out", folder.path("m"), "--model",
                               "16x1", "--epochs", "2", "--test-share", "0.3"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  expect_contains(trained.out, {"kept for validation", "dc_gain", "gbw", "phase_margin"});
  const Ran judged = predict(
      {"eval", folder.path("two_stage"), "--model", folder.path("m/model.safetensors"), "--baselines"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  expect_contains(judged.out, {"two_stage: ", "network", "box rule", "dc_gain"});
  const Ran answered = predict({"run", netlist, "--testbench", bench, "--model",
                                folder.path("m/model.safetensors"), "--gradient", "gbw"});
  ASSERT_EQ(answered.code, 0) << answered.err;
  expect_contains(answered.out,
                  {"two_stage, one that was learned from", "gbw", "Hz", "c_miller", "relative sensitivity"});
}

// What is proposed is simulated before it counts: a model that knows little costs a few simulations and
// spoils nothing.
TEST_F(PredictVerb, ScreensASizing) {
  ASSERT_EQ(train("sets", "m").code, 0);
  const auto optimize = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"optimize", path("a.cir"),  "--testbench", path("t.toml"),
                                      "--bounds", path("b.yaml"), "--models",    path("{corner}.sp"),
                                      "--axis",   "corner=tt,ff", "--goal",      "out>=1.55",
                                      "--goal",   "out<=1.9",     "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return run_words(words);
  };
  const Ran screened = optimize({"--screen", path("m/model.safetensors"), "--candidates", "300"});
  ASSERT_EQ(screened.code, 0) << screened.err;
  expect_contains(screened.err, {"300 points predicted, the best 16 are simulated"});
  for (const json& goal : json::parse(screened.out)["goals"]) EXPECT_TRUE(goal["met"]);
  const Ran unknown = optimize({"--screen", path("m/model.safetensors"), "--goal", "vos<=1"});
  EXPECT_EQ(unknown.code, 2);
}

// The weights that come with the program, on a circuit that they never saw.
TEST(PredictVerbShipped, AnswersForAnExample) {
  const std::string root = NULLOR_SOURCE_DIR;
  const Ran ran = predict({"run", root + "/examples/predict/two_stage_sky130.cir", "--testbench",
                           root + "/share/testbenches/amplifier.toml", "--json", "--gradient", "gbw"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json row = json::parse(ran.out)[0];
  EXPECT_EQ(row["metrics"].size(), 11u) << row.dump(1);
  EXPECT_FALSE(row["gradient"]["parameters"].empty());
}

}  // namespace
}  // namespace nullor
