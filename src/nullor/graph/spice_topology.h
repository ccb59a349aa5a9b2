#pragma once
/// Circuits of people's SPICE files as topologies: sizes dropped, kinds guessed from models, roles of ports
/// from their names.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/graph/topology.h"
#include "nullor/netlist/circuit.h"

namespace nullor::graph {

struct SpiceOptions {
  /// Which .subckt; empty: the one that no other calls, or the lines outside when there is none.
  std::string subcircuit;
  /// Roles that names do not tell, as NAME and role ("feedback", vin); case ignored. `internal` makes a port
  /// an internal net.
  std::vector<std::pair<std::string, PortRole>> roles;
};

struct SpiceTopology {
  std::string name;  ///< of the subcircuit
  Topology topology;
  std::vector<std::string>
      unknown_ports;               ///< whose role no name or option tells; they are internal nets here
  std::vector<std::string> notes;  ///< what has no counterpart: "i0: its net net013 is a bias port"
};

/// Reads the elements of one subcircuit; no file it includes is opened.
///
///   M          NMOS or PMOS, by the type of its .model in the text, else by the model's name (nfet, pmos,
///   nch, ...) Q          NPN or PNP likewise, with or without substrate R C L D    as they are X the
///   elements of its subcircuit where the text has it; else a device, by the name it calls
///              (sky130_fd_pr__nfet_01v8); a third node of a resistor or capacitor is dropped
///   I          its end that is no port becomes a bias port IB (both ends, when none is a port)
///   V          its end that is no port becomes a bias port VB, when the other end is a port or ground
///   others     are left out, with a note
///
/// Node 0 and gnd are VSS. Without a subcircuit the first line is a title, and every node whose name is that
/// of a port is one. Throws InputError(netlist) with the line for what cannot be read.
SpiceTopology spice_topology(std::string_view text, const std::string& path,
                             const SpiceOptions& options = {});

/// The same of a flat circuit: `options.subcircuit` is not used.
SpiceTopology spice_topology(const Circuit& circuit, const SpiceOptions& options = {});

/// NMOS, PMOS, NPN, PNP, diode, resistor, capacitor or inductor by a word in the name of a model or of a
/// foundry's subcircuit, at its beginning or behind an underscore: nfet, pmos, nch, npn, cap, mim, res, ...
std::optional<DeviceKind> kind_of_model(std::string_view name);

/// One of two kinds of transistors by the type or the name of a model: what its words tell, else whether the
/// name of a kind occurs anywhere, else its first letter.
std::optional<DeviceKind> transistor_of(const std::string& model, DeviceKind n, DeviceKind p);

}  // namespace nullor::graph
