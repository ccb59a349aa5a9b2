#pragma once
/// Circuits of any file that a person may have.

#include <string>
#include <vector>

#include "nullor/graph/spice_topology.h"
#include "nullor/graph/topology_set.h"

namespace nullor::graph {

struct TopologyFile {
  TopologySet set;
  std::vector<std::string> notes;  ///< what was left out or guessed, with the name of the circuit
};

/// Reads, told by the content: a set (.jsonl, also as gzip or xz); lines "NAME (net net ...) kind" as the
/// data set of AnalogGenie has them, nets named like ports being ports; or a SPICE file, of which `spice`
/// chooses the subcircuit. Throws InputError.
TopologyFile read_topology_file(const std::string& path, const SpiceOptions& spice = {});

}  // namespace nullor::graph
