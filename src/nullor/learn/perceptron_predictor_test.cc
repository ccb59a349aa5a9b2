#include <gtest/gtest.h>

#include <cmath>

#include "nullor/learn/row_predictor.h"
#include "nullor/learn/toy_rows.h"

namespace nullor::learn {
namespace {

/// Mean distance of a metric from the truth, on its scale, of the rows that have it.
double off(const Predictions& found, const PredictionRows& truth, const MetricScale& scale,
           std::size_t metric) {
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < truth.rows(); ++k) {
    const double is = scale.scaled(truth.metric_values[k * kMetrics + metric]);
    if (std::isnan(is)) continue;
    sum += std::fabs(scale.scaled(found.metrics[k * kMetrics + metric]) - is);
    ++count;
  }
  return sum / count;
}

/// Gain that no sum over single numbers tells, and missing where the row fails; it fails by the product of
/// two.
int bent(const ToyRow& row, double* gain, double* speed) {
  const double a = std::log(row.p[kW1] / 1e-6), b = std::log(row.p[kR] / 1e4);
  *speed = std::exp(a * b);
  *gain = a * b > 0.3 ? kNan : 10 + a - b;
  return a * b > 0.3 ? 2 : 0;
}

TEST(Perceptron, LearnsWhatRidgeCannot) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 1500, 41, bent)};
  const PredictionRows asked = toy_rows(training[0].circuit, 400, 42, bent);
  const auto scales = fit_scales(training);
  const Predictions ours = fit_perceptron(training, scales)->predict(asked),
                    ridge = fit_ridge(training, scales)->predict(asked);
  EXPECT_LT(off(ours, asked, scales[0], 0), 0.1);
  EXPECT_LT(off(ours, asked, scales[1], 1), 0.25 * off(ridge, asked, scales[1], 1));
  const auto hits = [&](const Predictions& found) {
    int out = 0;
    for (std::size_t k = 0; k < asked.rows(); ++k) out += (found.valid[k] > 0.5) == (asked.failure[k] == 0);
    return out;
  };
  EXPECT_GT(hits(ours), 380);
  EXPECT_LT(hits(ridge), 350);
  for (std::size_t k = 0; k < asked.rows(); ++k) {
    const double* c = &ours.classes[3 * k];
    EXPECT_NEAR(c[0] + c[1] + c[2], 1, 1e-12);
    EXPECT_NEAR(c[0], ours.valid[k], 0.5);
  }
}

TEST(Perceptron, HasOneNetworkACircuit) {
  const auto other = [](const ToyRow& row, double* gain, double* speed) {
    const int failure = smooth(row, gain, speed);
    *gain = 50 - *gain;
    return failure;
  };
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 800, 43, smooth),
                                                toy_rows(toy_circuit("r2 b 0 1k\n"), 800, 44, other)};
  const auto scales = fit_scales(training);
  const auto both = fit_perceptron(training, scales);
  const PredictionRows first = toy_rows(training[0].circuit, 200, 45, smooth),
                       second = toy_rows(training[1].circuit, 200, 45, other);
  EXPECT_LT(off(both->predict(first), first, scales[0], 0), 0.25);
  EXPECT_LT(off(both->predict(second), second, scales[0], 0), 0.25);
}

// An order of rows, or a second time, changes nothing: what is compared with others is to be printed again.
TEST(Perceptron, IsTheSameEveryTime) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 300, 46, smooth)};
  const auto scales = fit_scales(training);
  const auto once = fit_perceptron(training, scales), again = fit_perceptron(training, scales);
  const PredictionRows asked = toy_rows(training[0].circuit, 20, 47, smooth);
  EXPECT_EQ(once->predict(asked).metrics, again->predict(asked).metrics);
}

// With one illegal row in two, legal ones alone are learned from.
TEST(Perceptron, DoesNotLookAtIllegalRows) {
  int row = 0;
  const auto half = [&](const ToyRow& r, double* gain, double* speed) {
    smooth(r, gain, speed);
    return row++ % 2 == 0 ? 0 : 1;
  };
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 400, 48, half)};
  const Predictions found = fit_perceptron(training, fit_scales(training))->predict(training[0]);
  for (const double v : found.valid) EXPECT_GT(v, 0.9);
}

}  // namespace
}  // namespace nullor::learn
