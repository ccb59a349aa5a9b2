#include "nullor/design/sizing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "nullor/base/test_folder.h"
#include "nullor/design/deck_sizing.h"
#include "nullor/netlist/circuit.h"

namespace nullor {
namespace {

Specification wanted(const std::vector<std::string>& vary, const std::vector<std::string>& goals) {
  Specification out;
  for (const std::string& v : vary) out.variables.push_back(parse_variable(v));
  for (const std::string& g : goals) out.goals.push_back(parse_goal(g));
  return out;
}

SizingResult sized(const std::string& deck, const Specification& specification, SizingOptions options = {}) {
  DeckSizing problem(read_circuit_text(deck), specification);
  return size_circuit(problem, options);
}

// Divider: v(out) = r2 / (r1 + r2), power 1 / (r1 + r2).
const std::string kDivider = "divider\n.param ra=1k rb=1k\nV1 in 0 1\nR1 in out {ra}\nR2 out 0 {rb}\n.op\n";
// Low pass driven by a step: v(out) = 1 - exp(-t / rc).
const std::string kLowPass =
    "low pass\n.param r=1k\nV1 in 0 pulse(0 1 0 1p 1p 1 2)\nR1 in out {r}\nC1 out 0 1n\n.tran 5n 5u 0 5n\n"
    ".options reltol=1e-5\n"
    ".meas tran half when v(out)=0.5 rise=1\n.meas tran late when v(out)=0.99 rise=1\n";

const std::vector<SearchMethod> kAll = {SearchMethod::gradient, SearchMethod::evolution, SearchMethod::both};

TEST(Sizing, MeetsAnEqualityAsTheFormulaDoes) {
  for (const SearchMethod method : kAll) {
    SizingOptions options;
    options.method = method;
    options.evaluations = 1000;
    const SizingResult r = sized(kDivider, wanted({"rb=10:100k"}, {"v(out)=0.25+-0.01%"}), options);
    ASSERT_TRUE(r.best.met());
    EXPECT_NEAR(r.verified.values[0], 0.25, 0.25e-4);
    DeckSizing problem(read_circuit_text(kDivider), wanted({"rb=10:100k"}, {"v(out)=0.25"}));
    EXPECT_NEAR(problem.parameters(r.best.u)[0], 1000.0 / 3, 0.1);
  }
}

TEST(Sizing, BeginsAtTheBestOfWhatIsProposed) {
  SizingOptions options;
  // rb = 10 .. 100k by its logarithm: 1/3 k stands at 0.38.
  options.propose = [](std::span<const Trial> tried) -> std::vector<std::vector<double>> {
    if (tried.size() == 1) return {{0.9}, {0.1}};
    EXPECT_EQ(tried[1].u, std::vector<double>{0.9});
    if (tried.size() == 3) return {{0.381}};
    return {};
  };
  const SizingResult r = sized(kDivider, wanted({"rb=10:100k"}, {"v(out)=0.25+-0.01%"}), options);
  ASSERT_TRUE(r.best.met());
  const SizingResult plain = sized(kDivider, wanted({"rb=10:100k"}, {"v(out)=0.25+-0.01%"}));
  EXPECT_LT(r.evaluations - 4, plain.evaluations) << "besides the start and three proposals";
  EXPECT_EQ(r.start.u, plain.start.u) << "the start that is reported is the netlist's own";
}

TEST(Sizing, DrivesTheAimToTheBoundTheGoalsSet) {
  // Least power with v(out) >= 0.5 and ra at most 20k: ra = rb = 20k would be less, but rb ends at 30k.
  const Specification s = wanted({"ra=100:20k", "rb=100:30k"}, {"v(out)>=0.5", "v(out)<=0.55", "min:-i(v1)"});
  for (const SearchMethod method : kAll) {
    SizingOptions options;
    options.method = method;
    options.evaluations = 3000;
    const SizingResult r = sized(kDivider, s, options);
    ASSERT_TRUE(r.best.met());
    // ra = 20k, rb = 0.55 / 0.45 ra.
    EXPECT_NEAR(r.best.values[2], 0.45 / 20e3, 1e-3 * 0.45 / 20e3);
  }
}

TEST(Sizing, SettlesBetweenGoalsThatContradict) {
  const SizingResult r = sized(kDivider, wanted({"rb=10:100k"}, {"v(out)>=0.6", "v(out)<=0.4"}));
  EXPECT_FALSE(r.best.met());
  // Equal shortfalls: (0.6 - y) / 0.6 = (y - 0.4) / 0.4.
  EXPECT_NEAR(r.best.values[0], 0.48, 1e-4);
  EXPECT_LT(r.evaluations, 300);
}

TEST(Sizing, SurvivesPointsWithoutValues) {
  // With r above 1.08k the output never reaches 99 % within the run: `late` has no value there.
  SizingOptions options;
  Specification s = wanted({"r=100:100k"}, {"late<=2u", "half>=250n"});
  s.variables[0].start = 1000;
  const SizingResult r = sized(kLowPass, s, options);
  ASSERT_TRUE(r.best.met());
  const double rc = r.best.values[1] / std::log(2);
  EXPECT_NEAR(r.best.values[0], rc * std::log(100), 1e-3 * rc);
}

TEST(Sizing, StartsWhereTheCircuitHasNoValues) {
  Specification s = wanted({"r=100:100k"}, {"late=2u+-1%"});
  s.variables[0].start = 50e3;
  EXPECT_TRUE(sized(kLowPass, s).best.met());
}

TEST(Sizing, SaysWhenNothingHasValues) {
  EXPECT_THROW(sized(kLowPass, wanted({"r=10k:100k"}, {"late<=2u"})), InputError);
}

TEST(Sizing, FollowsAWaveform) {
  WaveformGoal w;
  w.signal = "v(out)";
  w.within = 1e-3;
  w.swing = 1;
  for (int k = 0; k <= 500; ++k) {
    w.curve.x.push_back(k * 1e-8);
    w.curve.y.push_back(1 - std::exp(-k * 1e-8 / 2e-6));
  }
  Specification s = wanted({"r=100:100k"}, {});
  s.waveforms.push_back(w);
  DeckSizing problem(read_circuit_text(kLowPass), s);
  const SizingResult r = size_circuit(problem, {});
  ASSERT_TRUE(r.best.met());
  EXPECT_NEAR(problem.parameters(r.best.u)[0], 2000, 20);
}

TEST(Sizing, SlopesAreThoseOfDifferences) {
  Specification s = wanted({"r=100:100k", "c1=0.2n:5n:linear"}, {"late<=2u", "half=250n", "max:half"});
  DeckSizing problem(read_circuit_text(kLowPass), s);
  const std::vector<double> u = {0.3, 0.2};
  const Trial exact = problem.evaluate(u, true);
  ASSERT_TRUE(exact.ok());
  for (std::size_t v = 0; v < u.size(); ++v) {
    std::vector<double> up = u, down = u;
    up[v] += 1e-2;
    down[v] -= 1e-2;
    const Trial a = problem.evaluate(up, false), b = problem.evaluate(down, false);
    for (std::size_t k = 0; k < exact.shortfalls.size(); ++k) {
      const double slope = (a.shortfalls[k] - b.shortfalls[k]) / 2e-2;
      EXPECT_NEAR(exact.shortfall_slopes[k][v], slope, 2e-3 * std::fabs(slope)) << k << " by " << v;
    }
    const double slope = (a.aim - b.aim) / 2e-2;
    EXPECT_NEAR(exact.aim_slopes[v], slope, 2e-3 * std::fabs(slope));
  }
}

TEST(Sizing, GoesOnFromItsJournal) {
  const TestFolder folder;
  const std::string path = folder.path("sizing.journal");
  const Specification s = wanted({"ra=100:20k", "rb=100:30k"}, {"v(out)=0.3", "min:-i(v1)"});
  SizingOptions whole;
  const SizingResult uninterrupted = sized(kDivider, s, whole);
  SizingOptions first = whole;
  first.journal = path;
  first.evaluations = 3;
  sized(kDivider, s, first);
  std::ofstream(path, std::ios::app) << "{\"u\": [0.1";  // the process died while it wrote
  SizingOptions second = whole;
  second.journal = path;
  second.resume = true;
  const SizingResult resumed = sized(kDivider, s, second);
  EXPECT_EQ(resumed.best.u, uninterrupted.best.u);
  EXPECT_EQ(resumed.evaluations, uninterrupted.evaluations);
  // What was cut off does not spoil what is appended.
  EXPECT_EQ(sized(kDivider, s, second).best.u, uninterrupted.best.u);
  std::ofstream(path) << "{\"u\": [0.1]}\nnonsense\n";
  EXPECT_THROW(sized(kDivider, s, second), InputError);
}

/// Counts the points that are not tried together with others.
class Counting : public DeckSizing {
 public:
  using DeckSizing::DeckSizing;
  Trial evaluate(const std::vector<double>& u, bool with_slopes) override {
    ++alone;
    return DeckSizing::evaluate(u, with_slopes);
  }
  std::vector<Trial> evaluate_many(std::span<const std::vector<double>> points) override {
    std::vector<Trial> out;
    for (const auto& u : points) out.push_back(DeckSizing::evaluate(u, false));
    return out;
  }
  int alone = 0;
};

TEST(Sizing, EvolutionTriesAGenerationTogether) {
  Counting problem(read_circuit_text(kDivider),
                   wanted({"ra=100:20k", "rb=100:30k"}, {"v(out)>=0.5", "min:-i(v1)"}));
  SizingOptions options;
  options.method = SearchMethod::evolution;
  options.evaluations = 300;
  const SizingResult r = size_circuit(problem, options);
  EXPECT_EQ(r.evaluations, 300);
  EXPECT_EQ(problem.alone, 1) << "the start";
}

TEST(Sizing, FindsWholeNumbersByEvolution) {
  for (const SearchMethod method : {SearchMethod::evolution, SearchMethod::both}) {
    // Whole values of ra alone: 1 kOhm * n. v(out) = 0.25 within 4 % with rb = 10 kOhm: n = 29, 30 or 31.
    Specification s = wanted({"ra=1:60:linear"}, {"v(out)=0.25+-4%"});
    s.variables[0].integer = true;
    s.variables[0].start = 3;
    SizingOptions options;
    options.method = method;
    DeckSizing problem(read_circuit_text("d\n.param ra=3\nV1 in 0 1\nR1 in out {1k*ra}\nR2 out 0 10k\n.op\n"),
                       s);
    const SizingResult r = size_circuit(problem, options);
    EXPECT_TRUE(r.best.met());
    const double found = problem.parameters(r.best.u)[0];
    EXPECT_EQ(found, std::round(found));
    EXPECT_NEAR(found, 30, 1);
  }
}

TEST(Sizing, RefusesNamesThatDoNotExist) {
  EXPECT_THROW(sized(kDivider, wanted({"rx=1:2"}, {"v(out)=0.3"})), InputError);
  EXPECT_THROW(sized(kDivider, wanted({"ra=1:2k"}, {"v(nowhere)=0.3"})), InputError);
}

}  // namespace
}  // namespace nullor
