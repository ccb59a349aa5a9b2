// What a predictor learns from simulations of a sizing, against the simulations themselves.
#include "nullor/learn/predicted_sizing.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/test_folder.h"
#include "nullor/design/two_stage_test.h"
#include "nullor/learn/toy_predictor.h"

namespace nullor::learn {
namespace {

/// Of the two-stage amplifier, after so few steps that it is wrong about everything.
NetworkPredictor hasty_predictor(const std::string& folder) {
  MakeOptions make;
  make.folder = folder;
  DatasetOptions options = two_stage();
  options.sampling = Sampling::sobol;
  options.samples = 40;
  make_dataset(Dataset(options), make);
  const PredictionRows rows = read_prediction_rows(folder, false);
  return NetworkPredictor(quick_model(rows, "8x1", 1), "network", 1);
}

std::vector<std::vector<double>> points_near(const std::vector<double>& centre, std::size_t count) {
  Rng rng(3);
  std::vector<std::vector<double>> out;
  for (std::size_t k = 0; k < count; ++k) {
    out.push_back(centre);
    for (double& place : out.back()) place = std::clamp(place + 0.05 * rng.normal(), 0.0, 1.0);
  }
  return out;
}

TEST(PredictedSizing, LearnsFromWhatIsSimulated) {
  const TestFolder folder;
  const NetworkPredictor predictor = hasty_predictor(folder.path("set"));
  Specification wanted;
  for (const char* goal : {"dc_gain>=60", "gbw>=1meg"}) wanted.goals.push_back(parse_goal(goal));
  TestbenchSizing simulated(two_stage(), wanted, 1);
  PredictedSizing predicted(simulated, two_stage(), predictor);
  const auto points = points_near(simulated.start(), 12);
  const std::span<const std::vector<double>> learned(points.data(), 8), others(points.data() + 8, 4);
  // Mean of |ln| of the ratio, over points and goals.
  const auto error = [&](std::span<const std::vector<double>> at) {
    double sum = 0;
    int count = 0;
    const std::vector<Trial> told = predicted.evaluate_many(at), right = simulated.evaluate_many(at);
    for (std::size_t k = 0; k < at.size(); ++k) {
      if (!told[k].ok()) return std::numeric_limits<double>::infinity();
      for (std::size_t g = 0; g < 2; ++g, ++count)
        sum += std::fabs(std::log(told[k].values[g] / right[k].values[g]));
    }
    return sum / count;
  };
  std::vector<Trial> lessons = {simulated.evaluate(simulated.start(), false)};
  ASSERT_TRUE(lessons[0].ok()) << lessons[0].failure;
  predicted.learn(lessons);
  const double little = error(others), little_of_learned = error(learned);
  for (Trial& trial : simulated.evaluate_many(learned)) lessons.push_back(std::move(trial));
  predicted.learn(lessons);
  // A tenth is left of the error that all points share, where the start alone left one half of it.
  EXPECT_LT(error(others), 0.5 * little);
  EXPECT_LT(error(learned), 0.5 * little_of_learned);
}

TEST(PredictedSizing, ProposesInRoundsWhileTheyBringSomething) {
  const TestFolder folder;
  const NetworkPredictor predictor = hasty_predictor(folder.path("set"));
  Specification wanted;
  wanted.goals.push_back(parse_goal("gbw>=100meg"));  // out of reach: every round has something to do
  TestbenchSizing simulated(two_stage(), wanted, 1);
  PredictedSizing predicted(simulated, two_stage(), predictor);
  Screening how;
  how.together = 4, how.candidates = 64, how.rounds = 3;
  std::vector<Trial> tried = {simulated.evaluate(simulated.start(), false)};
  int rounds = 0;
  for (auto points = predicted.propose(tried, how); !points.empty(); points = predicted.propose(tried, how)) {
    ++rounds;
    EXPECT_LE(points.size(), 4u);
    for (Trial& trial : simulated.evaluate_many(points)) tried.push_back(std::move(trial));
  }
  EXPECT_GE(rounds, 1);
  EXPECT_LE(rounds, 3);
  EXPECT_TRUE(predicted.propose(tried, how).empty());
}

}  // namespace
}  // namespace nullor::learn
