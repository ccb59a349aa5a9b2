#pragma once
/// Of what family a circuit looks to be: that of the known circuits nearest to it.

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

 private:
  SimilarityIndex index_;
  std::vector<Family> families_;  ///< by entry of the index
};

}  // namespace nullor::graph
