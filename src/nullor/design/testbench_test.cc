#include "nullor/design/testbench.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/file.h"
#include "nullor/base/source_folder_test.h"
#include "nullor/base/test_folder.h"
#include "nullor/design/lane_evaluator.h"
#include "nullor/design/testbench_deck.h"
#include "nullor/design/testbench_evaluator.h"

namespace nullor {
namespace {

std::string refusal_of_testbench(const std::string& text) {
  try {
    parse_testbench(text, "t.toml");
  } catch (const InputError& e) {
    EXPECT_EQ(e.where().str().substr(0, 7), "t.toml:") << e.what();
    return std::to_string(e.where().line) + " " + e.what();
  }
  return "accepted";
}

constexpr const char* kSmall =
    "[conditions]\nvdd = 2\n[[setup]]\nname = \"s\"\nconnect = { a = \"in\", b = \"out\" }\n"
    "deck = '''\nv1 in 0 {vdd}\nr1 out 0 1k\n.op\n'''\n";

TEST(Testbench, ReadsTheShippedFiles) {
  const Testbench bench = read_testbench(kSourceFolder + "/share/testbenches/amplifier.toml");
  std::vector<std::string> paper;
  for (const MetricSpec& m : bench.metrics) {
    if (!m.paper.empty()) paper.push_back(m.paper);
  }
  EXPECT_EQ(paper, (std::vector<std::string>{"TC", "Power", "vos", "cmrrdc", "PSRP", "PSRN", "dcgain", "GBW",
                                             "phase_margin", "sr", "settling_time"}));
  EXPECT_EQ(bench.classes(), (std::vector<std::string>{"ok", "illegal_geometry", "no_operating_point",
                                                       "no_convergence", "time_limit", "device_out_of_region",
                                                       "no_unity_gain_crossing", "unstable", "not_settled"}));
}

TEST(Testbench, RefusesASetupThatWaitsForALaterOne) {
  std::string text = kSmall;
  text.insert(text.find("deck"), "when = \"x > 1\"\n");
  EXPECT_EQ(
      refusal_of_testbench(text + "[[metric]]\nname = \"x\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\n"),
      "6 'x' is measured on set-up 's', which is not above");
}

TEST(Testbench, RefusesAtThePlace) {
  const std::string small = kSmall;
  EXPECT_EQ(
      refusal_of_testbench(small + "[[metric]]\nname = \"x\"\nsetup = \"q\"\nmeas = \"op find v(out)\"\n")
          .substr(0, 31),
      "13 there is no set-up 'q'");
  EXPECT_EQ(refusal_of_testbench(small + "[[metric]]\nname = \"x\"\nvalue = \"y+1\"\n"),
            "13 'y' is no condition and no metric above");
  EXPECT_EQ(refusal_of_testbench(small + "[[metric]]\nname = \"x\"\nvalue = \"v(out)\"\n"),
            "13 'v()' has no meaning outside of meas");
  EXPECT_EQ(refusal_of_testbench(small + "[[metric]]\nname = \"X\"\nvalue = \"1\"\n"), "12 'X' is no name");
  EXPECT_EQ(refusal_of_testbench(small + "[[metric]]\nname = \"vdd\"\nvalue = \"1\"\n"),
            "11 'vdd' stands here twice");
  EXPECT_EQ(refusal_of_testbench(small + "[[metric]]\nname = \"x\"\nvalue = \"1\"\nsense = \"up\"\n"),
            "14 'up' is no sense");
  EXPECT_EQ(
      refusal_of_testbench(small + "[[metric]]\nname = \"x\"\nvalue = \"1\"\n[[failure]]\nclass = \"c\"\n"),
      "14 'c' needs missing, found or when");
  EXPECT_EQ(
      refusal_of_testbench(
          small + "[[metric]]\nname = \"x\"\nvalue = \"1\"\n[[failure]]\nclass = \"c\"\nmissing = \"y\"\n"),
      "16 there is no metric 'y'");
  EXPECT_EQ(refusal_of_testbench(small +
                                 "[[metric]]\nname = \"x\"\nsetup = \"s\"\nmeas = \"op frobnicate v(out)\"\n")
                .substr(0, 2),
            "14");
  EXPECT_EQ(refusal_of_testbench(small + "[metrics]\n").substr(0, 2), "11");
}

/// A divider under kSmall, with the metrics given.
struct Divider {
  std::string path = testing::TempDir() + "nullor_divider_" + std::to_string(::getpid()) + ".cir";
  Testbench bench;
  CircuitSetting setting;

  explicit Divider(const std::string& metrics) {
    write_file(path, "* divider\n.subckt divider a b\nra a b {r}\nrb b 0 {r*q}\n.ends\n.param q=1\n");
    bench = parse_testbench(kSmall + metrics, "t.toml");
    setting.files.netlist = path;
    setting.parameters = {"r"};
    setting.start = {1e3};
  }
  ~Divider() { std::remove(path.c_str()); }
};

TEST(Evaluator, MeasuresAndClassifies) {
  Divider d(
      "[[metric]]\nname = \"out\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\n"
      "[[metric]]\nname = \"ratio\"\nvalue = \"out/vdd\"\nvalid = \"out > 0.5\"\nreason = \"too low\"\n"
      "[[metric]]\nname = \"next\"\nvalue = \"2*ratio\"\nhidden = true\n"
      "[[failure]]\nclass = \"low\"\nmissing = [\"next\"]\nreason = \"no output\"\n"
      "[[failure]]\nclass = \"high\"\nwhen = \"ratio > 0.4\"\n");
  d.setting.parameters = {"q", "r"};
  d.setting.start = {1, 1e3};
  TestbenchEvaluator evaluate(d.bench, d.setting);
  const auto at = [&](double q, double r, double vdd) {
    return evaluate.evaluate(std::vector<double>{q, r}, std::vector<double>{vdd});
  };
  // out = vdd p / (r + p) with p = r q parallel to 1k.
  const SampleOutcome good = at(1, 1e3, 2);
  EXPECT_EQ(good.failure, kNoFailure) << good.reason;
  EXPECT_NEAR(good.values[0], 2.0 / 3, 1e-12);
  EXPECT_NEAR(good.values[1], 1.0 / 3, 1e-12);
  EXPECT_NEAR(at(1, 1e3, 4).values[0], 4.0 / 3, 1e-12);
  const SampleOutcome low = at(0.1, 1e3, 2);
  EXPECT_EQ(d.bench.classes()[static_cast<std::size_t>(low.failure)], "low");
  EXPECT_EQ(low.reason, "no output (next: ratio: too low)");
  EXPECT_TRUE(low.simulated);
  EXPECT_TRUE(std::isnan(low.values[1]));
  EXPECT_EQ(low.missing[1], "too low");
  EXPECT_TRUE(low.missing[0].empty());
  const SampleOutcome high = at(10, 10, 2);
  EXPECT_EQ(d.bench.classes()[static_cast<std::size_t>(high.failure)], "high");
  EXPECT_EQ(high.reason.substr(0, 8), "ratio = ");
  EXPECT_EQ(evaluate.reads(), 1);
}

TEST(Evaluator, SaysWhatDoesNotFit) {
  const std::string metric = "[[metric]]\nname = \"out\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\n";
  const auto message = [](Divider& d) -> std::string {
    try {
      TestbenchEvaluator(d.bench, d.setting);
    } catch (const InputError& e) {
      return std::to_string(static_cast<int>(e.kind())) + " " + e.where().str() + " " + e.what() + " | " +
             e.hint();
    }
    return "accepted";
  };
  Divider port(metric);
  port.bench.setups[0].connect[1].first = "bb";
  EXPECT_EQ(
      message(port),
      "3 t.toml:3:1 set-up 's' connects a port 'bb', which subcircuit 'divider' does not have | did you mean "
      "'b'?");
  Divider open(metric);
  open.bench.setups[0].connect.pop_back();
  EXPECT_EQ(
      message(open),
      "3 t.toml:3:1 set-up 's' leaves port 'b' of subcircuit 'divider' open | name its node in connect");
  Divider name(metric);
  name.setting.parameters = {"r", "qq"};
  name.setting.start = {1, 1};
  EXPECT_EQ(message(name), "2  nothing in 'divider' depends on 'qq' | did you mean 'q'?");
  Divider gone(metric);
  gone.setting.files.models = {"/nonexistent/models.lib,tt"};
  EXPECT_EQ(message(gone).substr(0, 2), "7 ");
  Divider sub(metric);
  sub.setting.files.subcircuit = "dividr";
  EXPECT_EQ(message(sub), "2  there is no subcircuit 'dividr' | did you mean 'divider'?");
}

class TwoStage : public testing::Test {
 protected:
  Testbench bench = read_testbench(kSourceFolder + "/share/testbenches/amplifier.toml");
  CircuitSetting setting{{kSourceFolder + "/examples/dataset/two_stage.cir", {}, {}, ""},
                         {"c_miller", "l_in", "r_zero"},
                         {1, 1, 1},
                         {}};
  std::vector<double> conditions() const {
    std::vector<double> out;
    for (const Condition& c : bench.conditions) out.push_back(c.value);
    return out;
  }
  double value(const SampleOutcome& o, const std::string& name) const {
    for (std::size_t k = 0; k < bench.metrics.size(); ++k) {
      if (bench.metrics[k].name == name) return o.values[k];
    }
    return NAN;
  }
  std::string failure(const SampleOutcome& o) const {
    return bench.classes()[static_cast<std::size_t>(o.failure)];
  }
};

TEST_F(TwoStage, HasAllMetrics) {
  TestbenchEvaluator evaluate(bench, setting);
  const SampleOutcome o = evaluate.evaluate(std::vector<double>{4e-12, 1e-6, 2e3}, conditions());
  EXPECT_EQ(failure(o), "ok") << o.reason;
  for (const std::size_t k : bench.kept()) {
    EXPECT_TRUE(std::isfinite(o.values[k])) << bench.metrics[k].name << ": " << o.missing[k];
  }
}

// A sample gives the same bits whatever was evaluated before it, also after failures.
TEST_F(TwoStage, DependsOnTheSampleAlone) {
  const std::vector<std::vector<double>> samples = {{4e-12, 1e-6, 2e3},
                                                    {1e-13, 0.6e-6, 100},
                                                    {4e-12, 0.3e-6, 2e3},
                                                    {20e-12, 3e-6, 20e3},
                                                    {4e-12, 1e-6, 2e3}};
  TestbenchEvaluator one(bench, setting);
  for (const auto& sample : samples) {
    TestbenchEvaluator alone(bench, setting);
    const SampleOutcome a = one.evaluate(sample, conditions()), b = alone.evaluate(sample, conditions());
    EXPECT_EQ(a.failure, b.failure);
    EXPECT_EQ(a.reason, b.reason);
    for (std::size_t k = 0; k < a.values.size(); ++k)
      EXPECT_TRUE(a.values[k] == b.values[k] || (std::isnan(a.values[k]) && std::isnan(b.values[k])))
          << bench.metrics[k].name << " " << a.values[k] << " " << b.values[k];
  }
}

// Side by side as alone: the same classes and reasons, the metrics within the tolerance of the decks; samples
// that fail on the way are the scalar engine's.
TEST_F(TwoStage, IsTheSameInLanes) {
  std::vector<Sample> samples;
  for (const std::vector<double>& p : std::vector<std::vector<double>>{{4e-12, 1e-6, 2e3},
                                                                       {6e-12, 0.6e-6, 100},
                                                                       {4e-12, 0.3e-6, 2e3},
                                                                       {20e-12, 3e-6, 20e3},
                                                                       {1.4e-15, 3e-6, 2.8e3},
                                                                       {5e-12, 1.2e-6, 1e3},
                                                                       {3e-12, 2e-6, 3e3}}) {
    samples.push_back({p, conditions()});
  }
  samples[5].conditions[3] = 85;  // temperature
  LaneEvaluator lanes(bench, setting);
  std::size_t heard = 0;
  const auto together = lanes.evaluate_many(samples, [&](std::size_t) { return ++heard > 0; });
  ASSERT_EQ(together.size(), samples.size());
  EXPECT_EQ(heard, samples.size());
  EXPECT_LT(lanes.alone(), 3) << "besides the sample outside its models";
  TestbenchEvaluator alone(bench, setting);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    const SampleOutcome one = alone.evaluate(samples[k].parameters, samples[k].conditions);
    EXPECT_EQ(together[k].failure, one.failure) << k << " " << together[k].reason << " / " << one.reason;
    for (std::size_t m = 0; m < one.values.size(); ++m) {
      const double a = together[k].values[m], b = one.values[m];
      EXPECT_EQ(std::isnan(a), std::isnan(b)) << bench.metrics[m].name << " of " << k;
      // Ends of settling are where a tail crosses a line at a small angle; what is left then is rounding of
      // Newton's method, of the order of vntol.
      const bool tail = bench.metrics[m].name.starts_with("settl");
      const double floor = bench.metrics[m].name.starts_with("error_") ? 5e-6 : 1e-9;
      if (std::isnan(b)) continue;
      EXPECT_NEAR(a, b, (tail ? 2e-2 : 1e-3) * std::fabs(b) + floor) << bench.metrics[m].name << " of " << k;
    }
  }
  EXPECT_TRUE(lanes.evaluate_many(samples, [](std::size_t) { return false; }).empty());
}

// A transient that shows the amplifier to be unstable ends there. Class and metric are those of the whole
// one, and what could only be read later is missing.
TEST_F(TwoStage, EndsWhereItRings) {
  Sample ringing{{1.4e-15, 3e-6, 2.8e3}, conditions()};
  ringing.conditions[2] = 1e-12;  // load
  Testbench endless = bench;
  for (TestSetup& setup : endless.setups) setup.stop.clear();
  TestbenchEvaluator to_the_end(endless, setting), to_the_stop(bench, setting);
  LaneEvaluator in_lanes(bench, setting);
  const SampleOutcome whole = to_the_end.evaluate(ringing.parameters, ringing.conditions);
  ASSERT_TRUE(std::isfinite(value(whole, "error_low")));
  const auto together = in_lanes.evaluate_many({&ringing, 1}, [](std::size_t) { return true; });
  for (const SampleOutcome& o : {to_the_stop.evaluate(ringing.parameters, ringing.conditions), together[0]}) {
    EXPECT_EQ(failure(o), failure(whole)) << o.reason;
    EXPECT_NEAR(value(o, "second_rise"), value(whole, "second_rise"), 1e-3 * value(whole, "second_rise"));
    for (std::size_t k = 0; k < bench.metrics.size(); ++k) {
      if (bench.metrics[k].name != "error_low") continue;
      EXPECT_EQ(o.missing[k], "the transient ends at second_rise");
    }
  }
}

TEST(Testbench, RefusesAStopThatIsNotOfItsTransient) {
  const std::string text = kSmall;
  const auto at = text.find("connect");
  const auto with = [&](const std::string& stop, const std::string& metric) {
    return refusal_of_testbench(text.substr(0, at) + "stop = \"" + stop + "\"\n" + text.substr(at) + metric);
  };
  const std::string found = "[[metric]]\nname = \"x\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\n";
  EXPECT_NE(with("x", found).find("'x' is not measured on the transient of 's'"), std::string::npos);
  EXPECT_NE(with("y", found).find("there is no metric 'y'"), std::string::npos);
}

// A set-up is left out where its condition says so, by what was measured before it; its metrics tell why.
TEST(Evaluator, LeavesSetupsOut) {
  Divider d(
      "[[metric]]\nname = \"out\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\n"
      "[[metric]]\nname = \"again\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\n");
  d.setting.parameters = {"q", "r"};
  d.setting.start = {1, 1e3};
  TestSetup second = d.bench.setups[0];
  second.name = "t";
  second.when = parse_expression("out > 0.5", {});
  second.reason = "too low";
  d.bench.setups.push_back(second);
  d.bench.metrics[1].setup = "t";
  TestbenchEvaluator evaluate(d.bench, d.setting);
  const auto at = [&](double q) {
    return evaluate.evaluate(std::vector<double>{q, 1e3}, std::vector<double>{2});
  };
  const SampleOutcome high = at(1), low = at(0.1);
  EXPECT_EQ(high.values[0], high.values[1]);
  EXPECT_TRUE(std::isnan(low.values[1]));
  EXPECT_EQ(low.missing[1], "not simulated: too low");
  EXPECT_TRUE(low.simulated);
}

TEST_F(TwoStage, StartsFromTheBoundsWhereTheFilesHaveNoModel) {
  const TestFolder folder;
  const std::string path = folder.path("short.cir");
  write_file(path, read_file(setting.files.netlist) + ".param l_in=-1u\n");
  setting.files.netlist = path;
  setting.start[1] = -1;
  EXPECT_THROW(TestbenchEvaluator(bench, setting), InputError);  // nor has the start
  setting.start[1] = 1e-6;
  TestbenchEvaluator evaluate(bench, setting);
  EXPECT_EQ(failure(evaluate.evaluate(std::vector<double>{4e-12, 1e-6, 2e3}, conditions())), "ok");
}

TEST_F(TwoStage, TellsFailuresApart) {
  TestbenchEvaluator evaluate(bench, setting);
  const auto at = [&](double c, double l, double r) {
    return evaluate.evaluate(std::vector<double>{c, l, r}, conditions());
  };
  std::vector<double> light = conditions();
  light[2] = 1e-12;  // load
  const SampleOutcome small = at(4e-12, 0.4e-6, 2e3);
  EXPECT_EQ(failure(small), "illegal_geometry");
  EXPECT_FALSE(small.simulated);
  EXPECT_NE(small.reason.find("L 0.4 um is below 0.5 um"), std::string::npos) << small.reason;
  const SampleOutcome ringing = evaluate.evaluate(std::vector<double>{1.4e-15, 3e-6, 2.8e3}, light);
  EXPECT_EQ(failure(ringing), "unstable") << ringing.reason;
  EXPECT_TRUE(ringing.simulated);
  EXPECT_NE(ringing.reason.find("crosses more than once"), std::string::npos) << ringing.reason;
  EXPECT_TRUE(std::isfinite(value(ringing, "gbw")));
  const SampleOutcome slow = at(1e-7, 1e-6, 100);
  EXPECT_EQ(failure(slow), "not_settled") << slow.reason;
  setting.time_limit = 1e-6;
  TestbenchEvaluator hurried(bench, setting);
  EXPECT_EQ(failure(hurried.evaluate(std::vector<double>{4e-12, 1e-6, 2e3}, conditions())), "time_limit");
}

TEST_F(TwoStage, LimitsTheTimePointsOfATransient) {
  const std::vector<double> at = {4e-12, 1e-6, 2e3};
  setting.point_limit = 40;
  const SampleOutcome alone = TestbenchEvaluator(bench, setting).evaluate(at, conditions());
  const SampleOutcome lanes = LaneEvaluator(bench, setting).evaluate(at, conditions());
  for (const SampleOutcome* out : {&alone, &lanes}) {
    EXPECT_EQ(failure(*out), "no_convergence");
    EXPECT_FALSE(out->simulated);
    EXPECT_NE(out->reason.find("more than 40 time points"), std::string::npos) << out->reason;
    EXPECT_TRUE(std::isfinite(value(*out, "gbw"))) << "measured before the transient";
    EXPECT_TRUE(std::isnan(value(*out, "settling_time")));
  }
  setting.point_limit = 1000000;
  EXPECT_TRUE(TestbenchEvaluator(bench, setting).evaluate(at, conditions()).ok());
  EXPECT_TRUE(LaneEvaluator(bench, setting).evaluate(at, conditions()).ok());
}

}  // namespace
}  // namespace nullor
