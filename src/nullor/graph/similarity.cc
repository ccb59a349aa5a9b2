#include "nullor/graph/similarity.h"

#include <algorithm>
#include <cmath>

#include "nullor/graph/neighbourhoods.h"

namespace nullor::graph {

namespace {

/// Appends the counts of one round, scaled to a sum of squares of 1.
void append_round(std::vector<std::uint64_t>& hashes, std::vector<std::pair<std::uint64_t, float>>& out) {
  std::sort(hashes.begin(), hashes.end());
  const std::size_t first = out.size();
  double squares = 0;
  for (std::size_t i = 0; i < hashes.size();) {
    std::size_t end = i;
    while (end < hashes.size() && hashes[end] == hashes[i]) ++end;
    const auto count = static_cast<double>(end - i);
    out.emplace_back(hashes[i], static_cast<float>(count));
    squares += count * count;
    i = end;
  }
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (std::size_t i = first; i < out.size(); ++i) out[i].second *= scale;
}

}  // namespace

GraphFeatures graph_features(const Topology& topology) {
  GraphFeatures out;
  if (topology.devices.empty()) return out;
  const Neighbourhoods seen(topology, GraphFeatures::kRounds);
  for (std::size_t round = 0; round < seen.device.size(); ++round) {
    std::vector<std::uint64_t> hashes = seen.device[round];
    hashes.insert(hashes.end(), seen.net[round].begin(), seen.net[round].end());
    append_round(hashes, out.weights);
  }
  std::sort(out.weights.begin(), out.weights.end());
  return out;
}

double similarity(const GraphFeatures& a, const GraphFeatures& b) {
  if (a.weights.empty() && b.weights.empty()) return 1;
  double product = 0;
  for (auto i = a.weights.begin(), j = b.weights.begin(); i != a.weights.end() && j != b.weights.end();) {
    if (i->first == j->first) {
      product += static_cast<double>(i++->second) * static_cast<double>(j++->second);
    } else {
      i->first < j->first ? ++i : ++j;
    }
  }
  return std::min(1.0, product / (GraphFeatures::kRounds + 1));
}

double similarity(const Topology& a, const Topology& b) {
  return similarity(graph_features(a), graph_features(b));
}

int SimilarityIndex::add(const Topology& topology) {
  const int entry = size_++;
  for (const auto& [hash, weight] : graph_features(topology).weights)
    postings_[hash].push_back({entry, weight});
  same_[canonical_hash(topology)].push_back(entry);
  return entry;
}

int SimilarityIndex::find(const Topology& topology) const {
  const auto same = same_.find(canonical_hash(topology));
  return same == same_.end() ? -1 : same->second.front();
}

std::vector<SimilarityIndex::Match> SimilarityIndex::nearest(const Topology& topology, int count) const {
  std::vector<Match> out(static_cast<std::size_t>(size_));
  for (std::size_t entry = 0; entry < out.size(); ++entry) out[entry].entry = static_cast<int>(entry);
  constexpr double kScale = 1.0 / (GraphFeatures::kRounds + 1);
  for (const auto& [hash, own] : graph_features(topology).weights) {
    const auto postings = postings_.find(hash);
    if (postings == postings_.end()) continue;
    const double scaled = kScale * static_cast<double>(own);
    for (const Posting& known : postings->second)
      out[static_cast<std::size_t>(known.entry)].similarity += scaled * static_cast<double>(known.weight);
  }
  for (Match& match : out) match.similarity = std::min(1.0, match.similarity);
  if (const auto same = same_.find(canonical_hash(topology)); same != same_.end()) {
    for (const int entry : same->second) out[static_cast<std::size_t>(entry)] = {entry, 1, true};
  }
  const auto kept = out.begin() + std::clamp(count, 0, size());
  std::partial_sort(out.begin(), kept, out.end(), [](const Match& a, const Match& b) {
    if (a.isomorphic != b.isomorphic) return a.isomorphic;
    if (a.similarity != b.similarity) return a.similarity > b.similarity;
    return a.entry < b.entry;
  });
  out.erase(kept, out.end());
  return out;
}

}  // namespace nullor::graph
