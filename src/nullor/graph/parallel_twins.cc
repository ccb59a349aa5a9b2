#include "nullor/graph/parallel_twins.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace nullor::graph {

int parallel_twins(const Topology& topology) {
  std::set<std::tuple<DeviceKind, int, int>> seen;
  int out = 0;
  for (const Device& device : topology.devices) {
    if (device.pins != 2) continue;
    int first = device.nets[0], second = device.nets[1];
    if (device.kind != DeviceKind::diode && first > second) std::swap(first, second);
    if (!seen.emplace(device.kind, first, second).second) ++out;
  }
  return out;
}

}  // namespace nullor::graph
