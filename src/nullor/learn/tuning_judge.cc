#include "nullor/learn/tuning_judge.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace nullor::learn {
namespace {

/// From one lesson to the next.
constexpr int kLessonRounds = 5;

/// Circuits of a family among which there is no choice.
constexpr std::size_t kFewestChosen = 12;

}  // namespace

TuningWishes::TuningWishes(std::span<const graph::Topology> known) {
  for (const graph::Topology& circuit : known) of_circuits_.push_back(circuit.family);
  families_ = of_circuits_;
  std::sort(families_.begin(), families_.end());
  families_.erase(std::unique(families_.begin(), families_.end()), families_.end());
}

std::vector<graph::Conditions> TuningWishes::draw(std::size_t count, double unasked, Rng& chance) const {
  std::vector<graph::Conditions> out(count);
  for (graph::Conditions& one : out) {
    if (of_circuits_.empty()) break;
    const std::vector<graph::Family>& from = chance.uniform() < 0.5 ? families_ : of_circuits_;
    const graph::Family family = from[chance.below(from.size())];
    const bool asked = unasked == 0 || chance.uniform() >= unasked;
    if (asked && family != graph::Family::other) one.family = family;
  }
  return out;
}

void TuningJudge::instruct(int round, const Writer& written) {
  const int last = (round - 1) / kLessonRounds * kLessonRounds;
  if (last == learned_) return;
  if (learned_ < 0) first_written_ = written(0);
  std::vector<graph::Topology> wrong = first_written_;
  if (last > 0) {
    for (graph::Topology& one : written(last)) wrong.push_back(std::move(one));
  }
  learned_ = last;
  judge_ = FamilyJudge(known_, wrong, options_);
}

double TuningJudge::likeness(const graph::Topology& circuit) const {
  return circuit.family == graph::Family::other ? judge_.greatest_share(circuit)
                                                : judge_.share(circuit, circuit.family);
}

std::vector<graph::Topology> TuningJudge::choose(std::vector<graph::Topology> circuits, double share) const {
  std::vector<double> liking;
  std::map<graph::Family, std::vector<std::size_t>> of_family;
  for (std::size_t k = 0; k < circuits.size(); ++k) {
    liking.push_back(likeness(circuits[k]));
    of_family[circuits[k].family].push_back(k);
  }
  std::vector<std::size_t> chosen;
  for (auto& [family, ranked] : of_family) {
    std::stable_sort(ranked.begin(), ranked.end(),
                     [&](std::size_t a, std::size_t b) { return liking[a] > liking[b]; });
    const auto wanted = static_cast<std::size_t>(std::ceil(share * static_cast<double>(ranked.size())));
    ranked.resize(std::min(std::max(wanted, kFewestChosen), ranked.size()));
    chosen.insert(chosen.end(), ranked.begin(), ranked.end());
  }
  std::sort(chosen.begin(), chosen.end());
  std::vector<graph::Topology> out;
  for (const std::size_t k : chosen) out.push_back(std::move(circuits[k]));
  return out;
}

}  // namespace nullor::learn
