// Sizing by testbenches: slopes against differences of metrics that the plain evaluator measures, what the
// search finds against the same evaluator. Those of SKY130 skip without the data.
#include "nullor/design/testbench_sizing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "nullor/base/file.h"
#include "nullor/base/source_folder_test.h"
#include "nullor/base/test_folder.h"
#include "nullor/design/analoggym_test.h"
#include "nullor/design/sizing.h"
#include "nullor/design/two_stage_test.h"

namespace nullor {
namespace {

Specification wanted(const std::vector<std::string>& goals) {
  Specification out;
  for (const std::string& g : goals) out.goals.push_back(parse_goal(g));
  return out;
}

/// All slopes at u against differences of trials without slopes, which nothing but values goes into.
void expect_slopes_of_differences(TestbenchSizing& problem, const std::vector<double>& u, double step,
                                  double tolerance) {
  const Trial exact = problem.evaluate(u, true);
  ASSERT_TRUE(exact.ok()) << exact.failure;
  const Trial again = problem.evaluate(u, false);
  for (std::size_t k = 0; k < exact.values.size(); ++k)
    EXPECT_NEAR(exact.values[k], again.values[k], 1e-4 * std::fabs(again.values[k]) + 1e-9)
        << problem.names()[k];
  for (std::size_t v = 0; v < u.size(); ++v) {
    const std::string& name = problem.specification().variables[v].name;
    if (problem.specification().variables[v].integer) {
      for (const auto& row : exact.shortfall_slopes) EXPECT_EQ(row[v], 0) << name;
      continue;
    }
    std::vector<double> up = u, down = u;
    up[v] += step;
    down[v] -= step;
    const Trial a = problem.verify(up), b = problem.verify(down);
    ASSERT_TRUE(a.ok() && b.ok()) << a.failure << b.failure;
    for (std::size_t s = 0; s < exact.shortfalls.size(); ++s) {
      const double slope = (a.shortfalls[s] - b.shortfalls[s]) / (2 * step);
      double largest = 0;
      for (const double other : exact.shortfall_slopes[s]) largest = std::max(largest, std::fabs(other));
      EXPECT_NEAR(exact.shortfall_slopes[s][v], slope, tolerance * (std::fabs(slope) + 0.01 * largest))
          << "shortfall " << s << " by " << name;
    }
  }
}

// Every kind of metric: of ac, of dc, computed from others, through what is tied to a variable.
TEST(TestbenchSizing, SlopesAreThoseOfDifferences) {
  TestbenchSizing problem(two_stage(),
                          wanted({"dc_gain>=70", "gbw>=5meg", "phase_margin>=60", "power<=100u", "tc<=1u",
                                  "cmrr_dc<=-60", "psr_supply<=-60", "psr_ground<=-60", "triode_devices<=0"}),
                          1);
  expect_slopes_of_differences(problem, problem.start(), 1e-3, 1e-2);
}

// Loose: every run of the differences chooses its own steps, the adjoint is of the steps at hand.
TEST(TestbenchSizing, SlopesOfTransientMetricsAreThoseOfDifferences) {
  TestbenchSizing problem(two_stage(), wanted({"slew_rate_rise>=5meg", "slew_rate_fall>=5meg"}), 1);
  expect_slopes_of_differences(problem, problem.start(), 1e-2, 0.15);
}

TEST(TestbenchSizing, StartsFromTheFilesAndKeepsToWholeNumbers) {
  TestbenchSizing problem(two_stage(), wanted({"dc_gain>=70"}), 1);
  ASSERT_EQ(problem.size(), 7u);  // tied ones do not vary by themselves
  const std::vector<double> start = problem.parameters(problem.start());
  EXPECT_NEAR(start[0], 20e-6, 1e-18);  // w_in
  EXPECT_EQ(problem.specification().variables[3].name, "m_out");
  EXPECT_EQ(start[3], 8);
  std::vector<double> u = problem.start();
  u[3] = 0.51;
  const double whole = problem.parameters(problem.on_grid(u))[3];
  EXPECT_EQ(whole, std::round(whole));
  EXPECT_NE(problem.on_grid(u)[3], u[3]);
  const auto all = problem.all_parameters(problem.start());
  ASSERT_EQ(all.size(), 9u);
  EXPECT_EQ(all[3].first, "l_load");
  EXPECT_EQ(all[3].second, all[1].second);
}

// A goal holds at all corners of temperature, by an evaluator that the search does not share.
TEST(TestbenchSizing, MeetsGoalsAtTheirWorst) {
  for (const SearchMethod method : {SearchMethod::gradient, SearchMethod::evolution, SearchMethod::both}) {
    DatasetOptions circuit = two_stage();
    circuit.axes = {parse_axis("temperature=-40,27,125")};
    TestbenchSizing problem(circuit, wanted({"gbw>=8meg", "phase_margin>=60", "power<=300u", "dc_gain>=75"}),
                            2);
    SizingOptions options;
    options.method = method;
    options.evaluations = 400;
    const SizingResult result = size_circuit(problem, options);
    ASSERT_TRUE(result.best.met()) << static_cast<int>(method);
    EXPECT_FALSE(result.start.met());
    EXPECT_TRUE(result.verified.met());
    EXPECT_GE(result.measured, 3 * result.evaluations);
    const Testbench bench = read_testbench(circuit.testbench);
    CircuitSetting setting{circuit.files, {}, {}, {}};
    for (const auto& [name, value] : problem.all_parameters(result.best.u)) {
      setting.parameters.push_back(name);
      setting.start.push_back(value);
    }
    double least_gbw = INFINITY;
    for (const double temperature : {-40.0, 27.0, 125.0}) {
      std::vector<double> conditions;
      for (const Condition& c : bench.conditions)
        conditions.push_back(c.name == kTemperatureCondition ? temperature : c.value);
      const SampleOutcome found = TestbenchEvaluator(bench, setting).evaluate(setting.start, conditions);
      for (std::size_t k = 0; k < bench.metrics.size(); ++k) {
        const std::string& name = bench.metrics[k].name;
        if (name == "gbw") least_gbw = std::min(least_gbw, found.values[k]);
        if (name == "phase_margin") {
          EXPECT_GE(found.values[k], 60);
        }
        if (name == "power") {
          EXPECT_LE(found.values[k], 300e-6);
        }
      }
    }
    EXPECT_GE(least_gbw, 8e6);
    EXPECT_NEAR(result.verified.values[0], least_gbw, 1e-6 * least_gbw);
  }
}

// The same for any number of threads, and from a journal that was cut within a generation.
TEST(TestbenchSizing, IsTheSameForAnyNumberOfThreadsAndFromItsJournal) {
  DatasetOptions circuit = two_stage();
  circuit.axes = {parse_axis("temperature=-40,125")};
  const TestFolder folder;
  const auto sized = [&](int jobs, int evaluations, bool resume) {
    TestbenchSizing problem(circuit, wanted({"gbw>=20meg", "phase_margin>=60", "power<=300u"}), jobs);
    SizingOptions options;
    options.method = SearchMethod::evolution;
    options.evaluations = evaluations;
    options.journal = folder.path("journal");
    options.resume = resume;
    return size_circuit(problem, options);
  };
  const SizingResult one = sized(1, 50, false), two = sized(2, 50, false);
  EXPECT_EQ(one.worst, two.worst);
  EXPECT_EQ(one.best.u, two.best.u);
  std::string journal = read_file(folder.path("journal"));
  std::size_t cut = 0;
  for (int line = 0; line < 30; ++line) cut = journal.find('\n', cut) + 1;
  write_file(folder.path("journal"), journal.substr(0, cut + 20));
  const SizingResult resumed = sized(1, 50, true);
  EXPECT_EQ(resumed.worst, one.worst);
  EXPECT_LT(resumed.measured, one.measured);
}

TEST(TestbenchSizing, SaysWhatDoesNotFit) {
  const auto message = [](const Specification& s) -> std::string {
    try {
      TestbenchSizing(two_stage(), s, 1);
    } catch (const InputError& e) {
      return std::string(e.what()) + " | " + e.hint();
    }
    return "accepted";
  };
  EXPECT_NE(message(wanted({"gain>=70"})).find("has no metric 'gain'"), std::string::npos);
  Specification both = wanted({"dc_gain>=70"});
  both.variables.push_back(parse_variable("w_in=1u:2u"));
  EXPECT_NE(message(both).find("the bounds say what varies"), std::string::npos);
  const TestFolder folder;
  write_file(folder.path("bounds.yaml"), "supply_voltage: {min: 1.6, max: 2}\nw_in: {min: 1u, max: 2u}\n");
  DatasetOptions circuit = two_stage();
  circuit.bounds = folder.path("bounds.yaml");
  try {
    TestbenchSizing(circuit, wanted({"dc_gain>=70"}), 1);
    FAIL() << "accepted";
  } catch (const InputError& e) {
    EXPECT_STREQ(e.what(), "'supply_voltage' is a condition, not a variable");
  }
}

class Sky130Sizing : public OnAnalogGym {
 protected:
  DatasetOptions nmcnr() const {
    DatasetOptions out = two_stage();
    out.files.netlist = data_ + "/analoggym/amplifier/spice_netlist/Leung_NMCNR_Pin_3";
    out.files.includes = {data_ + "/analoggym/amplifier/design_variables/Leung_NMCNR_Pin_3"};
    out.files.models = {data_ + "/sky130/corners/{corner}_flat.spice"};
    out.bounds = kSourceFolder + "/examples/optimize/leung_nmcnr.yaml";
    return out;
  }
};

// Binned BSIM4 cards, W and L through binning and scale; the shipped sizes lie on edges of bins, so beside
// them.
TEST_F(Sky130Sizing, SlopesAreThoseOfDifferences) {
  DatasetOptions circuit = nmcnr();
  circuit.axes = {parse_axis("corner=ss")};
  TestbenchSizing problem(
      circuit, wanted({"dc_gain>=100", "gbw>=1meg", "phase_margin>=60", "power<=100u", "cmrr_dc<=-60"}), 1);
  std::vector<double> u = problem.start();
  for (double& place : u) place += 0.02;
  expect_slopes_of_differences(problem, problem.on_grid(u), 5e-4, 3e-2);
}

TEST_F(Sky130Sizing, MeetsASpecificationAtTwoCorners) {
  DatasetOptions circuit = nmcnr();
  circuit.axes = {parse_axis("corner=tt,ss")};
  TestbenchSizing problem(circuit, wanted({"gbw>=0.8meg", "phase_margin>=60", "power<=100u"}), 1);
  SizingOptions options;
  options.evaluations = 60;
  const SizingResult result = size_circuit(problem, options);
  EXPECT_FALSE(result.start.met());
  EXPECT_TRUE(result.verified.met()) << result.verified.failure;
}

// The phase margin that is wanted can be met by an amplifier whose step oscillates.
TEST_F(Sky130Sizing, DoesNotCallAnOscillatorMet) {
  DatasetOptions circuit = nmcnr();
  circuit.axes = {parse_axis("corner=tt")};
  TestbenchSizing problem(circuit, wanted({"gbw>=1.5meg", "phase_margin>=60", "power<=100u"}), 1);
  SizingOptions options;
  options.evaluations = 60;
  const SizingResult result = size_circuit(problem, options);
  EXPECT_TRUE(result.best.met());
  EXPECT_FALSE(result.verified.met());
  EXPECT_NE(result.verified.failure.find("class unstable"), std::string::npos) << result.verified.failure;
}

}  // namespace
}  // namespace nullor
