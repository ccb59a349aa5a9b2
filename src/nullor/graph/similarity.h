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
/// isomorphism.h ignores.
struct GraphFeatures {
  static constexpr int kRounds = 3;

  /// Neighbourhood and count, ascending by neighbourhood; the counts of a round are scaled so that their
  /// squares add up to 1. Empty: no devices.
  std::vector<std::pair<std::uint64_t, float>> weights;
};

GraphFeatures graph_features(const Topology& topology);

/// Weisfeiler-Lehman subtree kernel, normalized in every round: with counts c_k of the neighbourhoods of
/// round k,
///
///   1 / (kRounds + 1) sum_k <c_k(a), c_k(b)> / (|c_k(a)| |c_k(b)|)
///
/// in 0 .. 1, so that the many devices of one kind do not outweigh what surrounds them. Isomorphic circuits
/// have 1; others may have it too, when no three steps from any device tell them apart. Source: N.
/// Shervashidze et al., Weisfeiler-Lehman graph kernels, J. Machine Learning Research 12, 2539 (2011),
/// section 3.1.
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
  int size() const { return size_; }

  /// The most similar circuits, isomorphic ones first, then by similarity, then by number.
  std::vector<Match> nearest(const Topology& topology, int count) const;
  /// The first circuit that is isomorphic, or -1.
  int find(const Topology& topology) const;

 private:
  struct Posting {
    int entry;
    float weight;
  };
  std::unordered_map<std::uint64_t, std::vector<Posting>> postings_;  ///< by neighbourhood
  int size_ = 0;
  std::unordered_map<Hash128, std::vector<int>> same_;
};

}  // namespace nullor::graph
