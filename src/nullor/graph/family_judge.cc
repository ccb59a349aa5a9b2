#include "nullor/graph/family_judge.h"

#include <algorithm>

namespace nullor::graph {

void FamilyJudge::add(const Topology& known) {
  index_.add(known);
  families_.push_back(known.family);
}

std::pair<std::array<int, kFamilies>, int> FamilyJudge::count(const Topology& circuit) const {
  std::array<int, kFamilies> of_family{};
  const std::vector<SimilarityIndex::Match> judges = index_.nearest(circuit, kJudges);
  for (const SimilarityIndex::Match& judge : judges)
    ++of_family[static_cast<std::size_t>(families_[static_cast<std::size_t>(judge.entry)])];
  return {of_family, static_cast<int>(judges.size())};
}

double FamilyJudge::share(const Topology& circuit, Family family) const {
  const auto [of_family, judges] = count(circuit);
  return judges == 0 ? 0 : static_cast<double>(of_family[static_cast<std::size_t>(family)]) / judges;
}

double FamilyJudge::greatest_share(const Topology& circuit) const {
  const auto [of_family, judges] = count(circuit);
  return judges == 0 ? 0 : static_cast<double>(*std::ranges::max_element(of_family)) / judges;
}

}  // namespace nullor::graph
