#include "nullor/neural/inference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/rng.h"

namespace nullor {
namespace {

// One point after another, with the library's tanh.
double plainly(const Features& features, const std::vector<double>& weights, double s) {
  std::vector<double> psi(weights.size());
  features.evaluate(s, psi.data());
  double sum = 0.25;
  for (std::size_t k = 0; k < psi.size(); ++k) sum += weights[k] * psi[k];
  return sum;
}

void expect_plain_values(const FeatureBasis& basis, const std::vector<double>& times) {
  constexpr double kBegin = 2e-9, kLength = 5e-9;
  Rng rng(5);
  std::vector<double> weights(std::size_t(basis.features.count())), out(times.size());
  for (double& w : weights) w = rng.uniform() - 0.5;
  const FeatureReader reader(basis.features, times);
  reader.read(weights, 0.25, times, kBegin, kLength, out.data());
  for (std::size_t j = 0; j < times.size(); ++j) {
    const double s = (times[j] - kBegin) / kLength, size = 1000 * (1 + std::fabs(s));  // of the skip
    EXPECT_NEAR(out[j], plainly(basis.features, weights, s), 1e-14 * size)
        << times.size() << " points, s = " << s;
  }
}

TEST(FeatureReader, AgreesWithOnePointAtATime) {
  for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
    const FeatureBasis basis = FeatureBasis::make(tolerance, 1);
    for (const int points : {1, 2, 3, 4, 5, 32, 33, 101}) {
      std::vector<double> even, uneven;
      for (int k = 0; k < points; ++k) {
        even.push_back(2e-9 + 5e-9 * k / points);
        uneven.push_back(2e-9 + 5e-9 * k * k / (points * points));
      }
      expect_plain_values(basis, even);
      expect_plain_values(basis, uneven);
    }
  }
}

// The first and the last window continue, far beyond where exponentials are numbers.
TEST(FeatureReader, ContinuesItsWindow) {
  const FeatureBasis basis = FeatureBasis::make(1e-4, 1);
  std::vector<double> even;
  for (int k = -100; k <= 100; ++k) even.push_back(k * 25e-9);
  expect_plain_values(basis, even);
}

}  // namespace
}  // namespace nullor
