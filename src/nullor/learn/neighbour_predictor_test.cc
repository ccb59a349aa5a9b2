#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nullor/learn/row_predictor.h"
#include "nullor/learn/toy_rows.h"

namespace nullor::learn {
namespace {

/// Rows of the training by rising distance.
std::vector<std::size_t> nearest(const NaiveFeatures& features, const PredictionRows& training,
                                 const PredictionRows& asked, std::size_t k, double* least) {
  const Row q = features.of(asked, k);
  std::vector<std::pair<double, std::size_t>> all;
  for (std::size_t i = 0; i < training.rows(); ++i) {
    const Row x = features.of(training, i);
    double sum = 0;
    for (std::size_t j = 0; j < q.size(); ++j) sum += (q[j] - x[j]) * (q[j] - x[j]);
    all.emplace_back(sum, i);
  }
  std::sort(all.begin(), all.end());
  *least = std::sqrt(all[0].first);
  std::vector<std::size_t> out;
  for (const auto& [distance, row] : all) out.push_back(row);
  return out;
}

// More rows than are multiplied at once, and no whole number of blocks.
TEST(Neighbours, AreThoseOfAPlainSearch) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 1100, 12, smooth)};
  const PredictionRows asked = toy_rows(training[0].circuit, 150, 13, smooth);
  const auto scales = fit_scales(training);
  const Predictions found = fit_neighbours(training, scales)->predict(asked);
  const NaiveFeatures features(training[0]);
  const Row z[kMetrics] = {scaled_column(training[0], scales[0], 0),
                           scaled_column(training[0], scales[1], 1)};
  int partly_missing = 0;
  for (std::size_t k = 0; k < asked.rows(); ++k) {
    double least = 0;
    const auto near = nearest(features, training[0], asked, k, &least);
    EXPECT_NEAR(found.strangeness[k], least, 1e-12);
    double shares[3] = {0, 0, 0};
    for (std::size_t i = 0; i < 5; ++i) shares[training[0].failure[near[i]]] += 0.2;
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(found.classes[3 * k + c], shares[c], 1e-12);
    EXPECT_NEAR(found.valid[k], shares[0], 1e-12);
    for (std::size_t m = 0; m < kMetrics; ++m) {
      double sum = 0, count = 0;
      for (std::size_t i = 0; i < 5; ++i) {
        if (std::isnan(z[m][near[i]])) continue;
        sum += z[m][near[i]];
        ++count;
      }
      if (count == 0) continue;
      partly_missing += count < 5;
      EXPECT_NEAR(scales[m].scaled(found.metrics[k * kMetrics + m]), sum / count, 1e-9) << k;
    }
  }
  EXPECT_GT(partly_missing, 10);
}

TEST(Neighbours, RecallTheirOwnRows) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 600, 14, power_law)};
  BaselineOptions options;
  options.neighbours = 1;
  const Predictions found = fit_neighbours(training, fit_scales(training), options)->predict(training[0]);
  for (std::size_t k = 0; k < found.metrics.size(); ++k)
    EXPECT_NEAR(found.metrics[k] / training[0].metric_values[k], 1, 1e-12);
  for (const double s : found.strangeness) EXPECT_EQ(s, 0);
}

TEST(Neighbours, TakeTheMeanOfAllForWhatNoneOfThemHas) {
  int row = 0;
  const auto rarely = [&](const ToyRow&, double* gain, double* speed) {
    *gain = ++row;
    *speed = row == 40 ? 3 : row == 80 ? 6 : kNan;
    return 0;
  };
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 100, 15, rarely)};
  BaselineOptions options;
  options.neighbours = 1;
  const Predictions found = fit_neighbours(training, fit_scales(training), options)->predict(training[0]);
  EXPECT_NEAR(found.metrics[1], 4.5, 1e-12);
  EXPECT_NEAR(found.metrics[2 * 39 + 1], 3, 1e-12);
  EXPECT_NEAR(found.metrics[2 * 79 + 1], 6, 1e-12);
  EXPECT_NEAR(found.metrics[2 * 79], 80, 1e-12);
}

TEST(Neighbours, AreAllThereAreOfFewRows) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 3, 16, power_law)};
  BaselineOptions options;
  options.neighbours = 7;
  const auto scales = fit_scales(training);
  const Predictions found = fit_neighbours(training, scales, options)->predict(training[0]);
  const Row z = scaled_column(training[0], scales[0], 0);
  EXPECT_NEAR(scales[0].scaled(found.metrics[0]), (z[0] + z[1] + z[2]) / 3, 1e-12);
}

// Two devices that always have the same W are one number, as is one whose W is twice that of another.
TEST(Neighbours, CountEachFreeNumberOnce) {
  const auto same = [](const std::string& more) {
    const std::vector<PredictionRows> training = {toy_rows(toy_circuit(more), 200, 17, smooth)};
    const PredictionRows asked = toy_rows(training[0].circuit, 20, 18, smooth);
    return fit_neighbours(training, fit_scales(training))->predict(asked).strangeness;
  };
  const auto one = same(""), several = same("m3 x vinp vdd 0 n w={3*w1} l={l1}\nr9 x 0 {r}\nc9 b x 2p\n");
  for (std::size_t k = 0; k < one.size(); ++k) EXPECT_NEAR(several[k], one[k], 1e-9);
}

TEST(Neighbours, TellNewRowsFromStrangeOnes) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 500, 19, smooth)};
  const auto neighbours = fit_neighbours(training, fit_scales(training));
  PredictionRows asked = toy_rows(training[0].circuit, 50, 20, smooth);
  const auto usual = neighbours->predict(asked).strangeness;
  for (double& number : asked.numbers) number *= 30;
  const auto strange = neighbours->predict(asked).strangeness;
  EXPECT_GT(*std::min_element(strange.begin(), strange.end()), *std::max_element(usual.begin(), usual.end()));
}

}  // namespace
}  // namespace nullor::learn
