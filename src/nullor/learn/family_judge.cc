#include "nullor/learn/family_judge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "nullor/base/parallel.h"
#include "nullor/graph/control_topologies.h"
#include "nullor/graph/structure_counts.h"

namespace nullor::learn {
namespace {

using graph::Topology;
using Counts = std::vector<std::pair<std::uint64_t, float>>;

constexpr int kWrong = graph::kFamilies, kClasses = kWrong + 1;
constexpr int kExchangedPins = 8;
constexpr std::size_t kFewestGroups = 3;   ///< that have a structure
constexpr std::size_t kFewestDevices = 4;  ///< of a circuit that is spoiled: small ones stay what they were

int label_of(const Topology& circuit) { return static_cast<int>(circuit.family); }

/// Circuits of one base circuit are one group, others each their own.
int group_of(const Topology& circuit, std::size_t number) {
  return circuit.group >= 0 ? circuit.group : -1 - static_cast<int>(number);
}

/// Two of the first circuit of every group: some pins rewired, and nothing left.
std::vector<Topology> spoiled(std::span<const Topology> known, std::uint64_t seed) {
  std::vector<Topology> out;
  std::set<int> seen;
  for (std::size_t k = 0; k < known.size(); ++k) {
    if (known[k].devices.size() < kFewestDevices || !seen.insert(group_of(known[k], k)).second) continue;
    Rng rng = Rng(seed).split(k);
    out.push_back(graph::mutated(known[k], kExchangedPins, rng));
    out.push_back(graph::scrambled(known[k], rng));
  }
  return out;
}

}  // namespace

FamilyJudge::FamilyJudge(std::span<const Topology> known, std::span<const Topology> wrong,
                         const ExtraTreesOptions& options) {
  const std::vector<Topology> controls = spoiled(known, options.seed);
  std::vector<const Topology*> circuits;
  std::vector<int> labels;
  std::map<int, float> group_size;
  std::array<float, kClasses> groups{};
  for (std::size_t k = 0; k < known.size(); ++k) {
    circuits.push_back(&known[k]);
    labels.push_back(label_of(known[k]));
    group_size[group_of(known[k], k)] += 1;
  }
  std::vector<float> weights;
  for (std::size_t k = 0; k < known.size(); ++k) {
    weights.push_back(1 / group_size[group_of(known[k], k)]);
    groups[static_cast<std::size_t>(labels[k])] += weights[k];
  }
  float sum = 0;
  for (std::size_t k = 0; k < known.size(); ++k) {
    weights[k] /= std::sqrt(groups[static_cast<std::size_t>(labels[k])]);
    sum += weights[k];
  }
  for (const std::span<const Topology> some : {std::span<const Topology>(controls), wrong}) {
    for (const Topology& circuit : some) circuits.push_back(&circuit);
  }
  labels.resize(circuits.size(), kWrong);
  // Right and wrong weigh the same.
  weights.resize(circuits.size(),
                 sum / static_cast<float>(std::max<std::size_t>(circuits.size() - known.size(), 1)));
  std::vector<Counts> counts(circuits.size());
  parallel_for(circuits.size(), options.jobs,
               [&](std::size_t k) { counts[k] = graph::structure_counts(*circuits[k]); });
  std::map<std::uint64_t, std::set<int>> groups_with;
  for (std::size_t k = 0; k < known.size(); ++k) {
    for (const auto& [structure, count] : counts[k]) groups_with[structure].insert(group_of(known[k], k));
  }
  for (const auto& [structure, with] : groups_with) {
    if (with.size() >= kFewestGroups) column_.emplace(structure, column_.size());
  }
  std::vector<float> features(column_.size() * circuits.size(), 0);
  for (std::size_t k = 0; k < circuits.size(); ++k) {
    for (const auto& [structure, count] : counts[k]) {
      if (const auto found = column_.find(structure); found != column_.end())
        features[found->second * circuits.size() + k] = count;
    }
  }
  trees_ = ExtraTrees(features, labels, weights, kClasses, options);
}

std::vector<float> FamilyJudge::row(const Topology& circuit) const {
  std::vector<float> out(column_.size(), 0);
  for (const auto& [structure, count] : graph::structure_counts(circuit)) {
    if (const auto found = column_.find(structure); found != column_.end()) out[found->second] = count;
  }
  return out;
}

double FamilyJudge::share(const Topology& circuit, graph::Family family) const {
  const std::vector<double> all = trees_.probabilities(row(circuit));
  return all.empty() ? 0 : all[static_cast<std::size_t>(family)];
}

double FamilyJudge::greatest_share(const Topology& circuit) const {
  const std::vector<double> all = trees_.probabilities(row(circuit));
  return all.empty() ? 0 : *std::max_element(all.begin(), all.begin() + kWrong);
}

}  // namespace nullor::learn
