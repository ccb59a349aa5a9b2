// What is taken for a success of ngspice, with a program in its place that can be told what to do.
#include "nullor/design/ngspice_evaluator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"

namespace nullor {
namespace {

class NgspiceEvaluatorTest : public testing::Test {
 protected:
  void SetUp() override {
    write_file(folder_.path("a.cir"), ".subckt stage in out\nr1 in out {r}\n.ends\n.param r=1k\n");
    write_file(folder_.path("t.toml"),
               "title = \"T\"\n[conditions]\nv = { value = 2, unit = \"V\" }\n[[setup]]\nname = \"s\"\n"
               "connect = { in = \"in\", out = \"out\" }\ndeck = '''\nv1 in 0 {v}\nr2 out 0 1k\n.op\n'''\n"
               "[[metric]]\nname = \"out\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\nunit = \"V\"\n");
    // Complains, says that it failed, and writes its result unless a file tells it not to.
    write_file(folder_.path("bin/ngspice"),
               "#!/bin/sh\nif [ \"$1\" = --version ]; then exit 0; fi\n"
               "echo 'Error: no such command; 0 errors, simulation failed'\n"
               "[ -e '" +
                   folder_.path("silent") +
                   "' ] && exit 0\n"
                   "printf 'Title: t\\nPlotname: Operating Point\\nFlags: real\\nNo. Variables: 1\\n"
                   "No. Points: 1\\nVariables:\\n\\t0\\tv(out)\\tvoltage\\nValues:\\n0\\t1.5\\n' > \"$3\"\n"
                   "exit 1\n");
    std::filesystem::permissions(folder_.path("bin/ngspice"), std::filesystem::perms::owner_all);
    const char* path = std::getenv("PATH");
    path_ = path ? path : "";
    setenv("PATH", (folder_.path("bin") + ":" + path_).c_str(), 1);
    setting_.files.netlist = folder_.path("a.cir");
    setting_.parameters = {"r"};
    setting_.start = {1e3};
  }
  void TearDown() override { setenv("PATH", path_.c_str(), 1); }

  TestFolder folder_;
  std::string path_;
  CircuitSetting setting_;
};

TEST_F(NgspiceEvaluatorTest, TheWordErrorInTheLogIsNoFailure) {
  const Testbench bench = read_testbench(folder_.path("t.toml"));
  NgspiceEvaluator evaluator(bench, setting_);
  const SampleOutcome out = evaluator.evaluate(std::vector<double>{2e3}, std::vector<double>{2});
  EXPECT_EQ(out.failure, kNoFailure) << out.reason;
  ASSERT_EQ(out.values.size(), 1u);
  EXPECT_EQ(out.values[0], 1.5);
}

TEST_F(NgspiceEvaluatorTest, ResultsOfTheSampleBeforeAreNotReadAgain) {
  const Testbench bench = read_testbench(folder_.path("t.toml"));
  NgspiceEvaluator evaluator(bench, setting_);
  ASSERT_EQ(evaluator.evaluate(std::vector<double>{2e3}, std::vector<double>{2}).failure, kNoFailure);
  write_file(folder_.path("silent"), "");
  const SampleOutcome out = evaluator.evaluate(std::vector<double>{2e3}, std::vector<double>{2});
  EXPECT_EQ(out.failure, kNoOperatingPoint);
  EXPECT_TRUE(std::isnan(out.values[0]));
}

}  // namespace
}  // namespace nullor
