#pragma once
/// Collections of circuits in files: one JSON object a line, plain or compressed.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

struct TopologyEntry {
  Topology topology;  ///< with id, family and group
  std::string type;   ///< what its author calls it: "switched-capacitor sampler"; may be empty
  int opcell = -1;    ///< the op-amp cell that was put into the base circuit; -1: none
  int dup_of = -1;    ///< the id of an earlier circuit that it is isomorphic to; -1: none
};

struct TopologySet {
  std::vector<TopologyEntry> entries;
};

/// What a file may hold before it is refused. The public data set has 3350 circuits of at most 2.2 kB in 2
/// MB.
struct TopologyLimits {
  std::size_t max_bytes = std::size_t{1} << 30;       ///< inflated
  std::size_t max_line_bytes = std::size_t{1} << 16;  ///< one circuit
};

/// Reads .jsonl, .jsonl.gz or .jsonl.xz (told by their first bytes):
///
///   {"id": 9, "family": "opamp", "type": "...", "group": 2, "ports": ["VDD", "VSS", "VIN1"],
///    "netlist": "M0 (VOUT1 VB1 VDD VDD) pmos4\n...", "opcell": 3, "dup_of": 7}
///
/// Only `netlist` is needed; `ports` without it are those nets whose names are names of ports. Throws
/// InputError: input_output for bytes that cannot be read, netlist for a circuit, with the line of the file.
TopologySet read_topology_set(const std::string& path, const TopologyLimits& limits = {});
/// The same of text; `name` stands for it in messages.
TopologySet parse_topology_set(std::string_view text, const std::string& name,
                               const TopologyLimits& limits = {});

/// One line as read_topology_set() reads it, without the end of line.
std::string json_line(const TopologyEntry& entry);
/// Writes such lines, plain.
void write_topology_set(const std::string& path, const TopologySet& set);

/// Circuits that stay apart: indices into the entries of a set.
struct TopologySplit {
  std::vector<int> training, validation, test;
};

/// Whole groups, so that no two parts hold products of one base circuit: groups in an order drawn from `seed`
/// fill `test` until it has its share of the *groups*, then `validation`; the rest is training. A circuit
/// without group is a group of its own. Shares are in [0, 1] and add up to at most 1.
TopologySplit split_by_group(const TopologySet& set, double validation_share, double test_share,
                             std::uint64_t seed);

}  // namespace nullor::graph
