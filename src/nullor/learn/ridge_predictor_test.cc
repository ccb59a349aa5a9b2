#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nullor/learn/row_predictor.h"
#include "nullor/learn/toy_rows.h"

namespace nullor::learn {
namespace {

Row gauss(std::vector<Row> a, Row b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i; r < n; ++r) pivot = std::fabs(a[r][i]) > std::fabs(a[pivot][i]) ? r : pivot;
    std::swap(a[i], a[pivot]);
    std::swap(b[i], b[pivot]);
    for (std::size_t r = i + 1; r < n; ++r) {
      const double f = a[r][i] / a[i][i];
      for (std::size_t c = i; c < n; ++c) a[r][c] -= f * a[i][c];
      b[r] -= f * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c) b[i] -= a[i][c] * b[c];
    b[i] /= a[i][i];
  }
  return b;
}

/// Predictions of targets (NaN: missing) by ridge regression on columns z and their squares.
Row naive_ridge(const PredictionRows& training, const Row& targets, const PredictionRows& asked,
                double ridge) {
  const NaiveFeatures features(training);
  const std::size_t columns = features.of(training, 0).size(), squares = columns - 1;  // not of the corner
  Row mean(squares, 0), deviation(squares, 0);
  const auto n = static_cast<double>(training.rows());
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t k = 0; k < training.rows(); ++k) {
      const Row z = features.of(training, k);
      for (std::size_t j = 0; j < squares; ++j)
        (pass == 0 ? mean : deviation)[j] +=
            (pass == 0 ? z[j] * z[j] : std::pow(z[j] * z[j] - mean[j], 2)) / n;
    }
  }
  const auto terms = [&](const PredictionRows& rows, std::size_t k) {
    Row out = features.of(rows, k);
    for (std::size_t j = 0; j < squares; ++j)
      out.push_back((out[j] * out[j] - mean[j]) / std::sqrt(deviation[j]));
    out.push_back(1);
    return out;
  };
  const std::size_t size = columns + squares + 1;
  std::vector<Row> a(size, Row(size, 0));
  Row b(size, 0);
  double there = 0;
  for (std::size_t k = 0; k < training.rows(); ++k) {
    if (std::isnan(targets[k])) continue;
    ++there;
    const Row x = terms(training, k);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) a[i][j] += x[i] * x[j];
      b[i] += x[i] * targets[k];
    }
  }
  for (std::size_t i = 0; i + 1 < size; ++i) a[i][i] += ridge * there;
  const Row weights = gauss(a, b);
  Row out;
  for (std::size_t k = 0; k < asked.rows(); ++k) {
    const Row x = terms(asked, k);
    out.push_back(std::inner_product(x.begin(), x.end(), weights.begin(), 0.0));
  }
  return out;
}

TEST(Ridge, SolvesTheNormalEquations) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 700, 1, smooth)};
  const PredictionRows asked = toy_rows(training[0].circuit, 100, 2, smooth);
  const auto scales = fit_scales(training);
  ASSERT_EQ(scales[1].form, MetricScale::Form::logarithm);
  for (const double ridge : {1e-3, 0.1}) {
    BaselineOptions options;
    options.ridge = ridge;
    const Predictions found = fit_ridge(training, scales, options)->predict(asked);
    for (std::size_t m = 0; m < kMetrics; ++m) {
      const Row naive = naive_ridge(training[0], scaled_column(training[0], scales[m], m), asked, ridge);
      for (std::size_t k = 0; k < asked.rows(); ++k)
        EXPECT_NEAR(scales[m].scaled(found.metrics[k * kMetrics + m]), naive[k], 1e-8) << k;
    }
    Row valid;
    for (const auto failure : training[0].failure) valid.push_back(failure == 0);
    const Row naive = naive_ridge(training[0], valid, asked, ridge);
    int outside = 0;
    for (std::size_t k = 0; k < asked.rows(); ++k) {
      EXPECT_NEAR(found.valid[k], std::clamp(naive[k], 0.0, 1.0), 1e-9);
      outside += naive[k] < 0 || naive[k] > 1;
    }
    EXPECT_GT(outside, 0);
  }
}

TEST(Ridge, IsExactOnPowerLaws) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 400, 3, power_law)};
  const PredictionRows asked = toy_rows(training[0].circuit, 100, 4, power_law);
  BaselineOptions options;
  options.ridge = 0;
  const Predictions found = fit_ridge(training, fit_scales(training), options)->predict(asked);
  for (std::size_t k = 0; k < found.metrics.size(); ++k)
    EXPECT_NEAR(found.metrics[k] / asked.metric_values[k], 1, 1e-8) << k;
}

// All rows together know of one circuit more than it shows itself: the current of its source is a feature of
// every circuit.
TEST(Ridge, PredictsCircuitsThatItHasNotSeen) {
  const auto current = [](const ToyRow& row, double* gain, double* speed) {
    *gain = 10 * std::log10(row.p[kIb] / 1e-5);
    *speed = 1e15 * row.p[kIb] * row.p[kIb] * row.vdd;
    return 0;
  };
  const char *follower = "m3 vout b x vdd p w={w2} l=1u\n", *divider = "r2 vout 0 {2*r}\n";
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 300, 5, current),
                                                toy_rows(toy_circuit(follower), 300, 6, current)};
  const PredictionRows asked = toy_rows(toy_circuit(divider), 100, 7, current);
  ASSERT_NE(asked.circuit->fingerprint(), training[0].circuit->fingerprint());
  ASSERT_NE(asked.circuit->fingerprint(), training[1].circuit->fingerprint());
  BaselineOptions options;
  options.ridge = 1e-9;
  const Predictions found = fit_ridge(training, fit_scales(training), options)->predict(asked);
  for (std::size_t k = 0; k < asked.rows(); ++k) {
    EXPECT_NEAR(found.metrics[2 * k], asked.metric_values[2 * k], 1e-3) << k;
    EXPECT_NEAR(found.metrics[2 * k + 1] / asked.metric_values[2 * k + 1], 1, 1e-3) << k;
  }
}

TEST(Ridge, SaysTheMedianOfWhatACircuitNeverHad) {
  const auto silent = [](const ToyRow& row, double* gain, double* speed) {
    smooth(row, gain, speed);
    *speed = kNan;
    return 0;
  };
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 50, 8, smooth),
                                                toy_rows(toy_circuit("r2 b 0 1k\n"), 50, 9, silent)};
  const auto scales = fit_scales(training);
  const Predictions found = fit_ridge(training, scales)->predict(training[1]);
  for (std::size_t k = 0; k < 50; ++k) EXPECT_DOUBLE_EQ(found.metrics[2 * k + 1], scales[1].value(0));
}

// Ten rows and twenty weights: rows far away must not come out as numbers without end.
TEST(Ridge, StaysNearWhatItHasSeen) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 10, 10, smooth)};
  const auto scales = fit_scales(training);
  PredictionRows far = toy_rows(training[0].circuit, 50, 11, smooth);
  for (double& number : far.numbers) number *= 1000;
  for (const double ridge : {0.0, 1e-3}) {
    BaselineOptions options;
    options.ridge = ridge;
    const Predictions found = fit_ridge(training, scales, options)->predict(far);
    for (std::size_t m = 0; m < kMetrics; ++m) {
      double low = 1e300, high = -1e300;
      for (const double z : scaled_column(training[0], scales[m], m)) {
        if (std::isnan(z)) continue;
        low = std::min(low, z - 1);
        high = std::max(high, z + 1);
      }
      for (std::size_t k = 0; k < far.rows(); ++k) {
        const double z = scales[m].scaled(found.metrics[k * kMetrics + m]);
        EXPECT_GE(z, low - 1e-9);
        EXPECT_LE(z, high + 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace nullor::learn
