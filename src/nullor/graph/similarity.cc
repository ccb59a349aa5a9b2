#include "nullor/graph/similarity.h"

#include <algorithm>
#include <cmath>

#include "nullor/graph/neighbourhoods.h"

namespace nullor::graph {

GraphFeatures graph_features(const Topology& topology) {
  const Neighbourhoods seen(topology, GraphFeatures::kRounds);
  std::vector<std::uint64_t> all;
  for (const auto& rounds : {seen.device, seen.net}) {
    for (const std::vector<std::uint64_t>& round : rounds) all.insert(all.end(), round.begin(), round.end());
  }
  std::sort(all.begin(), all.end());
  GraphFeatures out;
  double squares = 0;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && all[end] == all[i]) ++end;
    const auto count = static_cast<float>(end - i);
    out.counts.emplace_back(all[i], count);
    squares += static_cast<double>(count) * static_cast<double>(count);
    i = end;
  }
  out.norm = std::sqrt(squares);
  return out;
}

double similarity(const GraphFeatures& a, const GraphFeatures& b) {
  if (a.norm == 0 || b.norm == 0) return a.norm == b.norm ? 1 : 0;
  double product = 0;
  for (auto i = a.counts.begin(), j = b.counts.begin(); i != a.counts.end() && j != b.counts.end();) {
    if (i->first == j->first) {
      product += static_cast<double>(i++->second) * static_cast<double>(j++->second);
    } else {
      i->first < j->first ? ++i : ++j;
    }
  }
  return std::min(1.0, product / (a.norm * b.norm));
}

double similarity(const Topology& a, const Topology& b) {
  return similarity(graph_features(a), graph_features(b));
}

int SimilarityIndex::add(const Topology& topology) {
  const int entry = size();
  const GraphFeatures features = graph_features(topology);
  for (const auto& [hash, count] : features.counts) postings_[hash].push_back({entry, count});
  norms_.push_back(features.norm);
  same_[canonical_hash(topology)].push_back(entry);
  return entry;
}

int SimilarityIndex::find(const Topology& topology) const {
  const auto same = same_.find(canonical_hash(topology));
  return same == same_.end() ? -1 : same->second.front();
}

std::vector<SimilarityIndex::Match> SimilarityIndex::nearest(const Topology& topology, int count) const {
  const GraphFeatures features = graph_features(topology);
  std::vector<double> products(norms_.size(), 0);
  for (const auto& [hash, own] : features.counts) {
    const auto postings = postings_.find(hash);
    if (postings == postings_.end()) continue;
    for (const Posting& known : postings->second)
      products[static_cast<std::size_t>(known.entry)] +=
          static_cast<double>(own) * static_cast<double>(known.count);
  }
  std::vector<Match> out(norms_.size());
  for (std::size_t entry = 0; entry < out.size(); ++entry) {
    const double scale = features.norm * norms_[entry];
    out[entry] = {static_cast<int>(entry), scale > 0 ? std::min(1.0, products[entry] / scale) : 0, false};
  }
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
