#pragma once
/// Which port of a circuit is which of a testbench's.

#include <string>
#include <vector>

#include "nullor/design/function_bench.h"
#include "nullor/graph/topology.h"

namespace nullor {

/// Net of the circuit for every port of the testbench, in their order; -1: left out.
using PortAssignment = std::vector<int>;

/// Every way to give nets to ports, in the order of the nets, at most twelve. Empty: the circuit lacks one.
std::vector<PortAssignment> port_assignments(const graph::Topology& topology, const FunctionBench& bench);

/// With the nets of an assignment as ports, so that a testbench reaches them.
graph::Topology with_ports(graph::Topology topology, const PortAssignment& assignment);

/// What is missing where port_assignments() is empty.
std::string missing_port(const graph::Topology& topology, const FunctionBench& bench);

}  // namespace nullor
