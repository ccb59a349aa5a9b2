#pragma once
/// Sets that only ever grow together (union-find).

#include <numeric>
#include <vector>

namespace nullor::graph {

class DisjointSets {
 public:
  explicit DisjointSets(int count = 0) : parent_(static_cast<std::size_t>(count)) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  /// Appends a set of one; returns its element.
  int add() {
    parent_.push_back(static_cast<int>(parent_.size()));
    return parent_.back();
  }
  /// The element that stands for the set of `i`.
  int find(int i) const {
    while (parent_[at(i)] != i) i = parent_[at(i)] = parent_[at(parent_[at(i)])];
    return i;
  }
  void join(int a, int b) { parent_[at(find(a))] = find(b); }
  bool together(int a, int b) const { return find(a) == find(b); }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  mutable std::vector<int> parent_;
};

}  // namespace nullor::graph
