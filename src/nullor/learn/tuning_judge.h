#pragma once
/// What circuits are asked of a generator while it is tuned, and who says what those that come look like.

#include <functional>
#include <span>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/graph/topology.h"
#include "nullor/learn/family_judge.h"
#include "nullor/learn/topology_generator.h"

namespace nullor::learn {

/// The families of known circuits, half of the time any of them alike, so that rare ones are asked for too.
class TuningWishes {
 public:
  explicit TuningWishes(std::span<const graph::Topology> known);
  /// A share `unasked` of them names no family, nor do those of circuits of none.
  std::vector<graph::Conditions> draw(std::size_t count, double unasked, Rng& chance) const;

 private:
  std::vector<graph::Family> of_circuits_, families_;  ///< of every circuit; each once
};

/// A judge that stays what it is ends up pleased by circuits that nobody would draw. This one learns known
/// circuits against what the first model writes, and every five rounds anew against what the model writes by
/// then.
class TuningJudge {
 public:
  /// What the model of the end of a round writes; round 0: the first model.
  using Writer = std::function<std::vector<graph::Topology>(int round)>;

  TuningJudge(std::span<const graph::Topology> known, ExtraTreesOptions options)
      : known_(known.begin(), known.end()), options_(options) {}

  /// Before the circuits of a round are judged.
  void instruct(int round, const Writer& written);
  /// The probability that it is of its family; of any family where that is `other`.
  double likeness(const graph::Topology& circuit) const;
  /// Of every family this share, the likeliest, in the order they came; of a family with few, up to twelve.
  std::vector<graph::Topology> choose(std::vector<graph::Topology> circuits, double share) const;

 private:
  std::vector<graph::Topology> known_, first_written_;
  ExtraTreesOptions options_;
  FamilyJudge judge_;
  int learned_ = -1;  ///< the round whose circuits it knows
};

}  // namespace nullor::learn
