// nullor topology import|stats|nearest|tokens|check|size|train|tune|generate: circuits without sizes.
#include <fmt/format.h>

#include "nullor/base/log.h"
#include "nullor/cli/topology_verbs.h"

namespace nullor {

graph::SpiceOptions SpiceFlags::options() const {
  graph::SpiceOptions out{.subcircuit = subcircuit};
  for (const std::string& text : roles) {
    const std::size_t equals = text.find('=');
    const std::string word = equals == std::string::npos ? "" : text.substr(equals + 1);
    const auto role = word == "internal" ? std::optional(graph::PortRole::internal) : graph::role_of(word);
    if (!role || equals == 0) {
      throw InputError(ErrorKind::usage, fmt::format("--role {}: no NAME=ROLE", text), {},
                       "roles are VDD, VSS, VIN, VOUT, VB, IB, VCLK, VREF, ... or internal");
    }
    out.roles.emplace_back(text.substr(0, equals), *role);
  }
  return out;
}

void add_spice_flags(CLI::App& verb, SpiceFlags& flags) {
  verb.add_option("--subckt", flags.subcircuit, "which subcircuit of a SPICE file")->type_name("NAME");
  verb.add_option("--role", flags.roles, "role of a port that its name does not tell: fb=VIN")
      ->type_name("NAME=ROLE");
}

graph::TopologySet read_topologies(const std::string& path, const SpiceFlags& flags) {
  graph::TopologyFile read = graph::read_topology_file(path, flags.options());
  for (const std::string& note : read.notes) log_note(note);
  return std::move(read.set);
}

std::string circuit_name(const graph::TopologySet& set, std::size_t entry) {
  const graph::TopologyEntry& one = set.entries[entry];
  if (one.topology.id >= 0) return std::to_string(one.topology.id);
  return one.type.empty() ? fmt::format("circuit {}", entry + 1) : one.type;
}

void add_topology(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("topology", "circuits without sizes: compared, checked, written by a transformer");
  verb->require_subcommand(1);
  add_topology_generate(*verb);
  add_topology_check(*verb);
  add_topology_size(*verb);
  add_topology_nearest(*verb);
  add_topology_train(*verb);
  add_topology_tune(*verb);
  add_topology_import(*verb);
  add_topology_stats(*verb);
  add_topology_tokens(*verb);
}

}  // namespace nullor
