#include "nullor/resistive/graph_learning.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/error.h"

namespace nullor::resistive {
namespace {

/// A picture's label is the quarter of its brightest part.
ImageSet quarters(int count, std::uint64_t seed) {
  ImageSet set;
  set.width = set.height = 4;
  set.classes = 4;
  Rng rng(seed);
  for (int k = 0; k < count; ++k) {
    const auto label = static_cast<int>(rng.below(4));
    for (int i = 0; i < 16; ++i) {
      const bool lit = i / 8 == label / 2 && i % 4 / 2 == label % 2;
      set.pixels.push_back(static_cast<std::uint8_t>(lit ? 120 + rng.below(136) : rng.below(120)));
    }
    set.labels.push_back(static_cast<std::uint8_t>(label));
  }
  return set;
}

LearningGraph small_graph(bool grid, double gain = 2) {
  const GraphShape shape{.pixels = 16, .outputs = 4, .hidden = 40, .degree = 8, .input_gain = gain};
  return grid ? grid_graph(shape, Rng(3)) : random_graph(shape, Rng(3));
}

double loss_of(LearningGraph& graph, const ImageSet& set, std::size_t k) {
  GraphTraining options;
  DeepScore score;
  read_gradient(graph, set.picture(k), set.labels[k], options, &score);
  return score.loss;
}

TEST(GraphLearning, AdjointIsTheDerivativeOfTheLoss) {
  const ImageSet set = quarters(2, 1);
  for (const bool grid : {true, false}) {
    LearningGraph graph = small_graph(grid);
    GraphTraining options;
    options.rule = LearningRule::adjoint;
    const std::vector<double> gradient = read_gradient(graph, set.picture(0), set.labels[0], options);
    double largest = 0;
    for (const double value : gradient) largest = std::max(largest, std::abs(value));
    std::vector<double>& g = graph.network.resistors.value;
    for (std::size_t k = 0; k < g.size(); k += 7) {
      const double keep = g[k], step = 1e-5;
      g[k] = keep + step;
      const double up = loss_of(graph, set, 0);
      g[k] = keep - step;
      const double down = loss_of(graph, set, 0);
      g[k] = keep;
      EXPECT_NEAR(gradient[k], (up - down) / (2 * step), 1e-5 * largest) << "resistor " << k;
    }
  }
}

// All rules but coupled learning, which follows another metric, tend to the exact gradient.
TEST(GraphLearning, RulesTendToTheAdjoint) {
  const ImageSet set = quarters(1, 2);
  LearningGraph graph = small_graph(false);
  GraphTraining options;
  options.rule = LearningRule::adjoint;
  const std::vector<double> exact = read_gradient(graph, set.picture(0), set.labels[0], options);
  double norm = 0;
  for (const double value : exact) norm += value * value;
  for (const LearningRule rule : {LearningRule::centered, LearningRule::positive, LearningRule::negative,
                                  LearningRule::frequency, LearningRule::coupled}) {
    options.rule = rule;
    options.nudging = 1e-4;
    const std::vector<double> read = read_gradient(graph, set.picture(0), set.labels[0], options);
    double error = 0, product = 0, size = 0;
    for (std::size_t k = 0; k < exact.size(); ++k) {
      error += std::pow(read[k] - exact[k], 2);
      product += read[k] * exact[k];
      size += read[k] * read[k];
    }
    if (rule == LearningRule::coupled) {
      EXPECT_GT(product / std::sqrt(norm * size), 0.5);
    } else {
      EXPECT_LT(std::sqrt(error / norm), 1e-3) << static_cast<int>(rule);
    }
  }
}

// A random graph learns them; a grid, whose far corners hardly see each other, all but about one class.
TEST(GraphLearning, LearnsQuartersOnRandomGraphsAndMostOfThemOnGrids) {
  const ImageSet training = quarters(120, 5), test = quarters(60, 6);
  for (const bool grid : {true, false}) {
    LearningGraph graph = small_graph(grid, 8);
    GraphTraining options;
    options.rate = 1;
    GraphTrainer trainer(graph, training, options);
    const DeepScore before = evaluate(graph, test);
    for (int k = 0; k < 5; ++k) trainer.run_epoch();
    const DeepScore after = evaluate(graph, test);
    EXPECT_GT(before.error, 0.6);
    EXPECT_LT(after.error, grid ? 0.35 : 0.1);
    EXPECT_LT(after.loss, 0.2 * before.loss);
  }
}

TEST(GraphLearning, PoolsPictures) {
  const ImageSet set = quarters(3, 1), small = pooled(set, 2);
  ASSERT_EQ(small.size(), 4u);
  const std::uint8_t* p = set.picture(2);
  EXPECT_EQ(small.picture(2)[3], (p[10] + p[11] + p[14] + p[15] + 2) / 4);
}

TEST(GraphLearning, RefusesRulesThatNeedLayers) {
  const ImageSet set = quarters(3, 1);
  LearningGraph graph = small_graph(true);
  GraphTraining options;
  options.rule = LearningRule::backpropagation;
  EXPECT_THROW(GraphTrainer(graph, set, options), InputError);
  options.rule = LearningRule::centered;
  const ImageSet other = pooled(set, 2);
  EXPECT_THROW(GraphTrainer(graph, other, options), InputError);
}

}  // namespace
}  // namespace nullor::resistive
