#include "nullor/learn/extra_trees.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace nullor::learn {
namespace {

/// Two features whose product's sign is the class, and one of noise.
struct Quadrants {
  std::vector<float> features, weights;
  std::vector<int> labels;

  explicit Quadrants(std::size_t rows) : features(3 * rows), weights(rows, 1), labels(rows) {
    Rng rng(2);
    for (float& value : features) value = static_cast<float>(rng.uniform(-1, 1));
    for (std::size_t k = 0; k < rows; ++k) labels[k] = features[k] * features[rows + k] > 0 ? 1 : 0;
  }
};

TEST(ExtraTrees, LearnWhatNoSingleFeatureTells) {
  const Quadrants data(600);
  const ExtraTrees trees(data.features, data.labels, data.weights, 2,
                         {.trees = 60, .feature_share = 0.7, .jobs = 1});
  int right = 0;
  Rng rng(3);
  for (int k = 0; k < 400; ++k) {
    const std::array<float, 3> row = {static_cast<float>(rng.uniform(-1, 1)),
                                      static_cast<float>(rng.uniform(-1, 1)),
                                      static_cast<float>(rng.uniform(-1, 1))};
    const std::vector<double> p = trees.probabilities(row);
    EXPECT_NEAR(p[0] + p[1], 1, 1e-5);
    right += (p[1] > 0.5) == (row[0] * row[1] > 0);
  }
  EXPECT_GT(right, 370);
}

TEST(ExtraTrees, KnowTheirOwnRows) {
  const Quadrants data(100);
  const ExtraTrees trees(data.features, data.labels, data.weights, 2, {.trees = 10, .jobs = 1});
  for (std::size_t k = 0; k < 100; ++k) {
    const std::array<float, 3> row = {data.features[k], data.features[100 + k], data.features[200 + k]};
    EXPECT_EQ(trees.probabilities(row)[static_cast<std::size_t>(data.labels[k])], 1);
  }
}

// Rows that are alike in all features end in one leaf, with shares by their weights.
TEST(ExtraTrees, WeightsAreShares) {
  const std::vector<float> features = {1, 1, 1}, weights = {1, 2, 5};
  const ExtraTrees trees(features, std::vector<int>{0, 1, 2}, weights, 3, {.trees = 4, .jobs = 1});
  const std::vector<double> p = trees.probabilities(std::vector<float>{7});
  EXPECT_NEAR(p[0], 0.125, 1e-6);
  EXPECT_NEAR(p[1], 0.25, 1e-6);
  EXPECT_NEAR(p[2], 0.625, 1e-6);
}

TEST(ExtraTrees, AreTheSameOnAnyNumberOfThreads) {
  const Quadrants data(200);
  const ExtraTrees one(data.features, data.labels, data.weights, 2, {.trees = 9, .jobs = 1}),
      three(data.features, data.labels, data.weights, 2, {.trees = 9, .jobs = 3});
  const std::vector<float> row = {0.2f, 0.4f, -0.1f};
  EXPECT_EQ(one.probabilities(row), three.probabilities(row));
}

TEST(ExtraTrees, OfNoRowsKnowNothing) {
  const ExtraTrees trees({}, {}, {}, 3);
  EXPECT_EQ(trees.probabilities({}), std::vector<double>(3, 0));
}

}  // namespace
}  // namespace nullor::learn
