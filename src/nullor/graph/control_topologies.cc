#include "nullor/graph/control_topologies.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace nullor::graph {
namespace {

/// Every pin of the circuit.
std::vector<std::int16_t*> pins_of(Topology& topology) {
  std::vector<std::int16_t*> out;
  for (Device& device : topology.devices) {
    for (std::size_t pin = 0; pin < device.pins; ++pin) out.push_back(&device.nets[pin]);
  }
  return out;
}

void shuffle(std::vector<std::int16_t*>& pins, std::size_t first, Rng& rng) {
  for (std::size_t k = 0; k < first; ++k) std::swap(pins[k], pins[k + rng.below(pins.size() - k)]);
}

Topology without_empty_nets(const Topology& topology) {
  Topology out = topology;
  out.nets.clear();
  const std::vector<int> degree = topology.degrees();
  std::vector<std::int16_t> moved(topology.nets.size(), 0);
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    if (degree[net] == 0) continue;
    moved[net] = static_cast<std::int16_t>(out.nets.size());
    out.nets.push_back(topology.nets[net]);
  }
  for (std::int16_t* pin : pins_of(out)) *pin = moved[static_cast<std::size_t>(*pin)];
  return out;
}

}  // namespace

Topology mutated(const Topology& topology, int pins, Rng& rng) {
  Topology out = topology;
  std::vector<std::int16_t*> all = pins_of(out);
  const std::size_t count = std::min(static_cast<std::size_t>(pins), all.size());
  shuffle(all, count, rng);
  if (topology.nets.size() < 2) return out;
  for (std::size_t k = 0; k < count; ++k) {
    const auto other = static_cast<std::int16_t>(rng.below(topology.nets.size() - 1));
    *all[k] = static_cast<std::int16_t>(other < *all[k] ? other : other + 1);
  }
  return without_empty_nets(out);
}

Topology scrambled(const Topology& topology, Rng& rng) {
  Topology out = topology;
  std::vector<std::int16_t*> all = pins_of(out);
  std::vector<std::int16_t> nets;
  for (const std::int16_t* pin : all) nets.push_back(*pin);
  shuffle(all, all.size(), rng);
  for (std::size_t k = 0; k < all.size(); ++k) *all[k] = nets[k];
  return out;
}

}  // namespace nullor::graph
