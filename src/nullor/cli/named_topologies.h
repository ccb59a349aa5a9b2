#pragma once
/// Circuits without sizes as the command line names them, and the testbenches of their families.

#include <string>
#include <vector>

#include "nullor/cli/topology_verbs.h"
#include "nullor/design/function_bench.h"
#include "nullor/graph/topology.h"

namespace nullor {

struct NamedTopology {
  std::string name;  ///< "amp.sp", "set.jsonl:17"
  graph::Topology topology;
};

struct CircuitRequest {
  SpiceFlags spice;
  std::string family;   ///< what all are meant to be; empty: what their file says
  bool repair = false;  ///< puts slips of the netlists right
  int limit = 0;        ///< the first so many; 0: all
};

/// Every circuit of every file. Throws InputError: a file that cannot be read, a family that is none, no
/// circuit.
std::vector<NamedTopology> read_circuits(const std::vector<std::string>& files,
                                         const CircuitRequest& request);

/// These files; where there are none, the testbenches that come with the program.
std::vector<FunctionBench> function_benches(const std::vector<std::string>& files);

}  // namespace nullor
