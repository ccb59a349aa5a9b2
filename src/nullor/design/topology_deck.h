#pragma once
/// A circuit without sizes as a SPICE deck with default sizes: what ngspice and the engines here run.

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nullor/design/port_sources.h"
#include "nullor/graph/topology.h"

namespace nullor {

/// Where transistors come from. Bipolar transistors and diodes have built-in cards in both; resistors,
/// capacitors and inductors are ideal.
enum class Technology {
  built_in,  ///< level-1 cards of a 1.8 V process, written into the deck: vth 0.4 V, kp 250 and 80 uA/V2
  sky130,    ///< sky130_fd_pr__nfet_01v8 and pfet_01v8, from the files in TopologyDeckOptions::models
};

struct TopologyDeckOptions {
  Technology technology = Technology::built_in;
  /// Model files, a library section behind a comma: "sky130.lib.spice,tt".
  std::vector<std::string> models;
  PortOptions ports;
  double nmos_width = 5e-6, pmos_width = 15e-6, length = 0.5e-6;  ///< [m]
  double resistance = 10e3;                                       ///< [Ohm]
  double capacitance = 1e-12;                                     ///< [F]
  double inductance = 10e-9;                                      ///< [H]
  double load = 1e-12;                                            ///< on every open port [F]; 0: none
  double clock_period = 1e-7;                                     ///< [s]
  std::vector<std::string> cards = {".op"};                       ///< analyses, options, a control block
};

/// Names of `.param`s in place of default sizes, by device and parameter ("w", "l", "r", "c", "area"), in SI
/// units. SKY130's transistors wider than 10 um become several side by side.
using SizeNames = std::map<std::pair<std::size_t, std::string>, std::string>;

struct TopologyDeck {
  std::string text;
  std::vector<std::string> nets;     ///< node of every net; VSS is "0"
  std::vector<std::string> devices;  ///< element of every device, as flattened: "m1", "xx1.mp"; of logic
                                     ///< cells the subcircuit "xx1"
  std::vector<std::string> sources;  ///< element of every port source, empty where it is open
};

/// The whole deck: models, cells, `sources`, devices, cards. Names of nets and devices are kept as far as
/// SPICE can read them. Throws InputError(usage) for SKY130 without models.
TopologyDeck make_deck(const graph::Topology& topology, std::span<const PortSource> sources,
                       const TopologyDeckOptions& options = {});
/// With port_sources() at their defaults.
TopologyDeck make_deck(const graph::Topology& topology, const TopologyDeckOptions& options = {});

/// The circuit alone: models and `.subckt name ports... / .ends`, the ports being all its port nets in order.
/// Element names are as in make_deck().
TopologyDeck make_subcircuit(const graph::Topology& topology, const std::string& name,
                             const TopologyDeckOptions& options = {}, const SizeNames& sizes = {});

}  // namespace nullor
