#include "nullor/design/port_assignment.h"

#include <fmt/core.h>

#include <algorithm>

namespace nullor {
namespace {

using graph::Topology;

constexpr std::size_t kMostAssignments = 12;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// The nets that a port can be, without those taken: of the first of its roles that has any.
std::vector<int> candidates(const Topology& topology, const FunctionPort& port, const PortAssignment& taken) {
  std::vector<int> out;
  for (const graph::PortRole role : port.roles) {
    for (std::size_t net = 0; net < topology.nets.size(); ++net) {
      const int number = static_cast<int>(net);
      const bool is_free = std::find(taken.begin(), taken.end(), number) == taken.end();
      if (topology.nets[net].role == role && is_free) out.push_back(number);
    }
    if (!out.empty()) break;
  }
  return out;
}

}  // namespace

std::vector<PortAssignment> port_assignments(const Topology& topology, const FunctionBench& bench) {
  std::vector<PortAssignment> out = {{}};
  for (const FunctionPort& port : bench.ports) {
    std::vector<PortAssignment> longer;
    for (const PortAssignment& begun : out) {
      std::vector<int> nets = candidates(topology, port, begun);
      if (nets.empty() && port.optional) nets.push_back(-1);
      for (const int net : nets) {
        longer.push_back(begun);
        longer.back().push_back(net);
      }
    }
    out = std::move(longer);
    if (out.size() > kMostAssignments) out.resize(kMostAssignments);
  }
  return out;
}

Topology with_ports(Topology topology, const PortAssignment& assignment) {
  for (const int net : assignment) {
    if (net < 0 || topology.nets[u(net)].is_port()) continue;
    topology.nets[u(net)].role = graph::PortRole::vout;
  }
  return topology;
}

std::string missing_port(const Topology& topology, const FunctionBench& bench) {
  for (const FunctionPort& port : bench.ports) {
    if (port.optional || !candidates(topology, port, {}).empty()) continue;
    return fmt::format("the circuit has no port {}, the {} of '{}'", graph::role_name(port.roles.front()),
                       port.name, bench.bench.path);
  }
  return "the circuit has too few ports for '" + bench.bench.path + "'";
}

}  // namespace nullor
