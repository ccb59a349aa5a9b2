#include "nullor/learn/extra_trees.h"

#include <algorithm>
#include <numeric>

#include "nullor/base/parallel.h"

namespace nullor::learn {

/// One tree.
class TreeBuilder {
 public:
  TreeBuilder(std::span<const float> features, std::span<const int> labels, std::span<const float> weights,
              int classes, int candidates, Rng rng)
      : features_(features),
        labels_(labels),
        weights_(weights),
        classes_(static_cast<std::size_t>(classes)),
        candidates_(candidates),
        rng_(rng),
        rows_(labels.size()),
        order_(labels.empty() ? 0 : features.size() / labels.size()) {
    std::iota(rows_.begin(), rows_.end(), 0);
    std::iota(order_.begin(), order_.end(), 0);
  }

  ExtraTrees::Tree run() {
    grow(0, rows_.size());
    return std::move(tree_);
  }

 private:
  struct Split {
    std::size_t feature = 0;
    float threshold = 0;
    double gain = -1;  ///< sum of squares of class weights over the weight, both sides
  };

  const float* column(std::size_t feature) const { return features_.data() + feature * labels_.size(); }

  int grow(std::size_t begin, std::size_t end) {
    const int number = static_cast<int>(tree_.nodes.size());
    tree_.nodes.emplace_back();
    const Split split = pure(begin, end) ? Split() : best_split(begin, end);
    if (split.gain < 0) {
      tree_.nodes.back().leaf = leaf(begin, end);
      return number;
    }
    const float* values = column(split.feature);
    const auto middle = std::partition(rows_.begin() + static_cast<std::ptrdiff_t>(begin),
                                       rows_.begin() + static_cast<std::ptrdiff_t>(end),
                                       [&](std::uint32_t row) { return values[row] <= split.threshold; });
    const auto at = static_cast<std::size_t>(middle - rows_.begin());
    const int left = grow(begin, at), right = grow(at, end);
    ExtraTrees::Node& node = tree_.nodes[static_cast<std::size_t>(number)];
    node.feature = static_cast<int>(split.feature);
    node.threshold = split.threshold;
    node.left = left;
    node.right = right;
    return number;
  }

  bool pure(std::size_t begin, std::size_t end) const {
    for (std::size_t k = begin + 1; k < end; ++k) {
      if (labels_[rows_[k]] != labels_[rows_[begin]]) return false;
    }
    return true;
  }

  /// Of `candidates_` features that are not the same in all rows, drawn without repetition.
  Split best_split(std::size_t begin, std::size_t end) {
    Split best;
    int tried = 0;
    for (std::size_t k = 0; k < order_.size() && tried < candidates_; ++k) {
      std::swap(order_[k], order_[k + rng_.below(order_.size() - k)]);
      const float* values = column(order_[k]);
      float low = values[rows_[begin]], high = low;
      for (std::size_t r = begin + 1; r < end; ++r) {
        low = std::min(low, values[rows_[r]]);
        high = std::max(high, values[rows_[r]]);
      }
      if (low == high) continue;
      ++tried;
      const auto drawn = static_cast<float>(rng_.uniform(double{low}, double{high}));
      const float threshold = drawn < high ? drawn : low;
      const double gain = gain_of(values, threshold, begin, end);
      if (gain > best.gain) best = {order_[k], threshold, gain};
    }
    return best;
  }

  double gain_of(const float* values, float threshold, std::size_t begin, std::size_t end) {
    sides_.assign(2 * classes_, 0);
    for (std::size_t r = begin; r < end; ++r) {
      const std::uint32_t row = rows_[r];
      const std::size_t side = values[row] <= threshold ? 0 : classes_;
      sides_[side + static_cast<std::size_t>(labels_[row])] += double{weights_[row]};
    }
    double gain = 0;
    for (const std::size_t side : {std::size_t{0}, classes_}) {
      double sum = 0, squares = 0;
      for (std::size_t c = 0; c < classes_; ++c) {
        sum += sides_[side + c];
        squares += sides_[side + c] * sides_[side + c];
      }
      if (sum > 0) gain += squares / sum;
    }
    return gain;
  }

  int leaf(std::size_t begin, std::size_t end) {
    const std::size_t at = tree_.shares.size();
    tree_.shares.resize(at + classes_, 0);
    float sum = 0;
    for (std::size_t r = begin; r < end; ++r) {
      tree_.shares[at + static_cast<std::size_t>(labels_[rows_[r]])] += weights_[rows_[r]];
      sum += weights_[rows_[r]];
    }
    for (std::size_t c = 0; c < classes_; ++c) tree_.shares[at + c] /= sum;
    return static_cast<int>(at);
  }

  std::span<const float> features_;
  std::span<const int> labels_;
  std::span<const float> weights_;
  std::size_t classes_;
  int candidates_;
  Rng rng_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::size_t> order_;  ///< of the features, drawn from the front
  std::vector<double> sides_;
  ExtraTrees::Tree tree_;
};

ExtraTrees::ExtraTrees(std::span<const float> features, std::span<const int> labels,
                       std::span<const float> weights, int classes, const ExtraTreesOptions& options)
    : classes_(classes) {
  if (labels.empty()) return;
  const std::size_t count = features.size() / labels.size();
  const int candidates = std::max(1, static_cast<int>(options.feature_share * static_cast<double>(count)));
  trees_.resize(static_cast<std::size_t>(options.trees));
  parallel_for(trees_.size(), options.jobs, [&](std::size_t k) {
    trees_[k] = TreeBuilder(features, labels, weights, classes, candidates, Rng(options.seed).split(k)).run();
  });
}

std::vector<double> ExtraTrees::probabilities(std::span<const float> row) const {
  std::vector<double> out(static_cast<std::size_t>(classes_), 0);
  for (const Tree& tree : trees_) {
    const Node* node = tree.nodes.data();
    while (node->feature >= 0) {
      const bool left = row[static_cast<std::size_t>(node->feature)] <= node->threshold;
      node = tree.nodes.data() + (left ? node->left : node->right);
    }
    for (std::size_t c = 0; c < out.size(); ++c)
      out[c] += double{tree.shares[static_cast<std::size_t>(node->leaf) + c]};
  }
  for (double& p : out) p /= static_cast<double>(std::max<std::size_t>(trees_.size(), 1));
  return out;
}

}  // namespace nullor::learn
