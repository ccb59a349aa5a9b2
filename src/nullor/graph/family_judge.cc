#include "nullor/graph/family_judge.h"

#include <algorithm>

namespace nullor::graph {

void FamilyJudge::add(const Topology& known) {
  index_.add(known);
  families_.push_back(known.family);
}

double FamilyJudge::share(const Topology& circuit, Family family) const {
  const std::vector<SimilarityIndex::Match> judges = index_.nearest(circuit, kJudges);
  if (judges.empty()) return 0;
  const auto own = std::count_if(judges.begin(), judges.end(), [&](const SimilarityIndex::Match& judge) {
    return families_[static_cast<std::size_t>(judge.entry)] == family;
  });
  return static_cast<double>(own) / static_cast<double>(judges.size());
}

}  // namespace nullor::graph
