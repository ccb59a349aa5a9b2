#pragma once
/// Of what family a circuit looks to be: that of the known circuits nearest to it.

#include <array>
#include <utility>
#include <vector>

#include "nullor/graph/similarity.h"

namespace nullor::graph {

class FamilyJudge {
 public:
  static constexpr int kJudges = 5;

  void add(const Topology& known);
  /// Of the kJudges nearest known circuits, the share that is of this family; 0: nothing known shares
  /// anything with the circuit.
  double share(const Topology& circuit, Family family) const;
  /// The greatest share that any family has.
  double greatest_share(const Topology& circuit) const;

 private:
  /// How many of the nearest are of each family, and how many there are.
  std::pair<std::array<int, kFamilies>, int> count(const Topology& circuit) const;

  SimilarityIndex index_;
  std::vector<Family> families_;  ///< by entry of the index
};

}  // namespace nullor::graph
