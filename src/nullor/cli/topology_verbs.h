#pragma once
/// The parts of `nullor topology`.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "nullor/cli/app.h"
#include "nullor/graph/topology_file.h"

namespace nullor {

void add_topology_import(CLI::App& topology);
void add_topology_stats(CLI::App& topology);
void add_topology_nearest(CLI::App& topology);
void add_topology_tokens(CLI::App& topology);
void add_topology_check(CLI::App& topology);
void add_topology_size(CLI::App& topology);
void add_topology_train(CLI::App& topology);
void add_topology_tune(CLI::App& topology);
void add_topology_generate(CLI::App& topology);

/// --subckt and --role of verbs that read people's netlists.
struct SpiceFlags {
  std::string subcircuit;
  std::vector<std::string> roles;  ///< "NAME=ROLE"

  /// Throws InputError(usage) for a role that is none.
  graph::SpiceOptions options() const;
};
void add_spice_flags(CLI::App& verb, SpiceFlags& flags);

/// read_topology_file() with its notes on standard error.
graph::TopologySet read_topologies(const std::string& path, const SpiceFlags& flags = {});

/// "17" for a circuit with an id, its type, or its position from 1.
std::string circuit_name(const graph::TopologySet& set, std::size_t entry);

}  // namespace nullor
