#include "nullor/learn/size_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <sstream>

namespace nullor::learn {

SizeShares::SizeShares(std::span<const graph::Topology> circuits) {
  for (const graph::Topology& circuit : circuits) {
    all_.add(circuit.devices.size(), 1);
    of_family_[circuit.family].add(circuit.devices.size(), 1);
  }
}

SizeShares::SizeShares(const std::string& text) {
  std::istringstream lines(text);
  std::string line, name;
  if (std::getline(lines, line)) {
    std::istringstream words(line);
    all_.read(words);
  }
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    words >> name;
    if (const auto family = graph::family_named(name)) of_family_[*family].read(words);
  }
}

void SizeShares::Counts::add(std::size_t devices, std::uint64_t more) {
  if (devices == 0 || devices > static_cast<std::size_t>(graph::kMostDevices) || more == 0) return;
  if (circuits.size() <= devices) circuits.resize(devices + 1, 0);
  circuits[devices] += more;
  total += more;
}

void SizeShares::Counts::read(std::istream& words) {
  std::uint32_t more = 0;
  for (std::size_t devices = 0; words >> more; ++devices) add(devices, more);
}

std::string SizeShares::text() const {
  std::string out = fmt::format("{}", fmt::join(all_.circuits, " "));
  for (const auto& [family, counts] : of_family_)
    out += fmt::format("\n{} {}", graph::family_name(family), fmt::join(counts.circuits, " "));
  return out;
}

int SizeShares::Counts::draw(Rng& rng, int fewest, int most) const {
  const auto end = std::min(circuits.size(), static_cast<std::size_t>(most) + 1);
  auto devices = std::min(static_cast<std::size_t>(fewest), end);
  const auto place = [&](std::size_t k) { return circuits.begin() + static_cast<std::ptrdiff_t>(k); };
  const std::uint64_t fit = std::accumulate(place(devices), place(end), std::uint64_t{0});
  if (fit == 0) return fewest;
  std::uint64_t left = rng.below(fit);
  while (left >= circuits[devices]) left -= circuits[devices++];
  return static_cast<int>(devices);
}

int SizeShares::draw(Rng& rng, std::optional<graph::Family> family, int fewest, int most) const {
  const auto found = family ? of_family_.find(*family) : of_family_.end();
  const bool known = found != of_family_.end() && found->second.total > 0;
  return (known ? found->second : all_).draw(rng, fewest, most);
}

}  // namespace nullor::learn
