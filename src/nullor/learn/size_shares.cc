#include "nullor/learn/size_shares.h"

#include <fmt/format.h>

#include <sstream>

#include "nullor/graph/conditions.h"

namespace nullor::learn {

SizeShares::SizeShares(std::span<const graph::Topology> circuits) {
  for (const graph::Topology& circuit : circuits) count(circuit.devices.size(), 1);
}

SizeShares::SizeShares(const std::string& text) {
  std::istringstream words(text);
  std::uint32_t circuits = 0;
  for (std::size_t devices = 0; words >> circuits; ++devices) count(devices, circuits);
}

void SizeShares::count(std::size_t devices, std::uint64_t circuits) {
  if (devices == 0 || devices > static_cast<std::size_t>(graph::kMostDevices) || circuits == 0) return;
  if (counts_.size() <= devices) counts_.resize(devices + 1, 0);
  counts_[devices] += circuits;
  total_ += circuits;
}

std::string SizeShares::text() const { return fmt::format("{}", fmt::join(counts_, " ")); }

int SizeShares::draw(Rng& rng) const {
  std::uint64_t left = rng.below(total_);
  std::size_t devices = 0;
  while (left >= counts_[devices]) left -= counts_[devices++];
  return static_cast<int>(devices);
}

}  // namespace nullor::learn
