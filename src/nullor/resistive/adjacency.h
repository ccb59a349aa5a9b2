#pragma once
/// Which branches meet at a node.

#include <span>
#include <vector>

namespace nullor::resistive {

/// The branches of every node, in one array: those that have it in `first`, and in `second` unless that is
/// empty.
class Adjacency {
 public:
  Adjacency(int nodes, std::span<const int> first, std::span<const int> second)
      : starts_(static_cast<std::size_t>(nodes) + 1) {
    for (const int node : first) ++starts_[static_cast<std::size_t>(node) + 1];
    for (const int node : second) ++starts_[static_cast<std::size_t>(node) + 1];
    for (std::size_t k = 1; k < starts_.size(); ++k) starts_[k] += starts_[k - 1];
    branches_.resize(first.size() + second.size());
    std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
    for (std::size_t k = 0; k < first.size(); ++k) {
      branches_[next[static_cast<std::size_t>(first[k])]++] = static_cast<int>(k);
      if (!second.empty()) branches_[next[static_cast<std::size_t>(second[k])]++] = static_cast<int>(k);
    }
  }
  std::span<const int> of(int node) const {
    const auto k = static_cast<std::size_t>(node);
    return std::span(branches_).subspan(starts_[k], starts_[k + 1] - starts_[k]);
  }

 private:
  std::vector<std::size_t> starts_;
  std::vector<int> branches_;
};

}  // namespace nullor::resistive
