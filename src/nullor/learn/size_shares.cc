#include "nullor/learn/size_shares.h"

#include <fmt/format.h>

#include <sstream>

#include "nullor/graph/conditions.h"

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

int SizeShares::Counts::draw(Rng& rng) const {
  std::uint64_t left = rng.below(total);
  std::size_t devices = 0;
  while (left >= circuits[devices]) left -= circuits[devices++];
  return static_cast<int>(devices);
}

int SizeShares::draw(Rng& rng, std::optional<graph::Family> family) const {
  const auto found = family ? of_family_.find(*family) : of_family_.end();
  return found != of_family_.end() && found->second.total > 0 ? found->second.draw(rng) : all_.draw(rng);
}

}  // namespace nullor::learn
