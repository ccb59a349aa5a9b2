#pragma once
/// Of what family a circuit looks to be, and whether it looks like a circuit at all: extremely randomized
/// trees over its small structures (graph/structure_counts.h).
///
/// They learn from known circuits, each group of which counts once and families half way towards equal, and
/// from wrong ones: known circuits with pins exchanged, and what the caller adds. Ports and kinds alone tell
/// much of a family; beside the wrong ones, that have the same, it takes wiring to be one.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "nullor/graph/topology.h"
#include "nullor/learn/extra_trees.h"

namespace nullor::learn {

class FamilyJudge {
 public:
  FamilyJudge() = default;
  /// `wrong`: circuits that are no better than those with exchanged pins.
  FamilyJudge(std::span<const graph::Topology> known, std::span<const graph::Topology> wrong,
              const ExtraTreesOptions& options = {});

  /// The probability that the circuit is one of this family; 0 without known circuits.
  double share(const graph::Topology& circuit, graph::Family family) const;
  /// The greatest that any family has.
  double greatest_share(const graph::Topology& circuit) const;

 private:
  std::vector<float> row(const graph::Topology& circuit) const;

  std::unordered_map<std::uint64_t, std::size_t> column_;  ///< of every structure that is looked at
  ExtraTrees trees_;
};

}  // namespace nullor::learn
