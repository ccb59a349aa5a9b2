#pragma once
/// Circuits without sizes from files of any kind that holds them.

#include <string>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor {

struct NamedTopology {
  std::string name;  ///< "amp.sp", "set.jsonl:17" with the circuit's id, or its line where it has none
  graph::Topology topology;
};

/// One file: a set in JSON lines, plain or compressed (told by its first bytes); a SPICE netlist with a
/// subcircuit (told by `.subckt`); or lines "NAME (net net ...) kind", whose nets with names of ports are
/// ports. Throws InputError.
std::vector<NamedTopology> read_topologies(const std::string& path, const std::string& subcircuit = {});

}  // namespace nullor
