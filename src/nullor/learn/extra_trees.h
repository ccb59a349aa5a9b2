#pragma once
/// Extremely randomized trees: classes told apart by thresholds on features.
///
/// Every tree splits all rows until a leaf has one class or no feature left; a split is the best of a few
/// features drawn at random, each at a threshold drawn at random between its extremes there, by the Gini
/// impurity with the rows' weights. The shares of the classes in the leaves that a row falls into, averaged
/// over the trees, are its probabilities. Source: P. Geurts, D. Ernst, L. Wehenkel, Extremely randomized
/// trees, Machine Learning 63, 3 (2006).

#include <cstdint>
#include <span>
#include <vector>

#include "nullor/base/rng.h"

namespace nullor::learn {

struct ExtraTreesOptions {
  int trees = 120;
  double feature_share = 0.06;  ///< of the features, drawn at each split
  std::uint64_t seed = 1;
  int jobs = 0;
};

class ExtraTrees {
 public:
  ExtraTrees() = default;
  /// `features`: (features, rows), all of one feature together; `labels` in 0 .. classes - 1, `weights`
  /// above 0, both (rows). The same for any number of threads.
  ExtraTrees(std::span<const float> features, std::span<const int> labels, std::span<const float> weights,
             int classes, const ExtraTreesOptions& options = {});

  /// (classes), of a row (features). Sums up to 1; all 0 without trees.
  std::vector<double> probabilities(std::span<const float> row) const;

 private:
  struct Node {
    int feature = -1;     ///< -1: a leaf
    float threshold = 0;  ///< up to it: to the left
    int left = 0, right = 0;
    int leaf = 0;  ///< where its shares begin
  };
  struct Tree {
    std::vector<Node> nodes;
    std::vector<float> shares;  ///< (leaves, classes)
  };
  friend class TreeBuilder;

  int classes_ = 0;
  std::vector<Tree> trees_;
};

}  // namespace nullor::learn
