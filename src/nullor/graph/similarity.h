#pragma once
/// How alike two circuits are, and which known circuit is nearest.

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "nullor/graph/isomorphism.h"

namespace nullor::graph {

/// How often every neighbourhood occurs in a circuit. In round 0 a device is its kind and a net its role; in
/// round k each is what it was and the multiset of what its pins lead to in round k - 1, up to what
/// isomorphism.h ignores. A count for every neighbourhood of rounds 0 .. kRounds.
struct GraphFeatures {
  static constexpr int kRounds = 3;

  std::vector<std::pair<std::uint64_t, float>> counts;  ///< ascending by hash
  double norm = 0;                                      ///< root of the sum of squares
};

GraphFeatures graph_features(const Topology& topology);

/// Weisfeiler-Lehman subtree kernel, normalized: <a, b> / (|a| |b|), in 0 .. 1. Isomorphic circuits have 1;
/// circuits that differ beyond kRounds pins from everywhere may have it too.
/// Source: N. Shervashidze et al., Weisfeiler-Lehman graph kernels, J. Machine Learning Research 12, 2539
/// (2011), section 3.1.
double similarity(const GraphFeatures& a, const GraphFeatures& b);
double similarity(const Topology& a, const Topology& b);

/// Known circuits, found by what they share with a query.
class SimilarityIndex {
 public:
  struct Match {
    int entry = -1;  ///< the number of the circuit, as add() counts them
    double similarity = 0;
    bool isomorphic = false;
  };

  /// Returns its number, from 0.
  int add(const Topology& topology);
  int size() const { return static_cast<int>(norms_.size()); }

  /// The most similar circuits, isomorphic ones first, then by similarity, then by number.
  std::vector<Match> nearest(const Topology& topology, int count) const;
  /// The first circuit that is isomorphic, or -1.
  int find(const Topology& topology) const;

 private:
  struct Posting {
    int entry;
    float count;
  };
  std::unordered_map<std::uint64_t, std::vector<Posting>> postings_;  ///< by neighbourhood
  std::vector<double> norms_;
  std::unordered_map<Hash128, std::vector<int>> same_;
};

}  // namespace nullor::graph
