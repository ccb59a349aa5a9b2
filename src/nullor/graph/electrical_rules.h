#pragma once
/// Rules that a circuit keeps before anybody simulates it (L1 of the ladder).

#include <string>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

enum class ElectricalRule {
  empty,            ///< a circuit has devices
  unused_port,      ///< every port touches a pin
  shorted_device,   ///< the ends of a two-terminal lie on two nets; D, G, S (C, B, E) of a transistor not all
                    ///< on one
  dangling_net,     ///< an internal net touches two pins or more
  no_dc_path,       ///< direct current can flow from every net to a port that fixes its voltage
  source_loop,      ///< no loop of inductors and ports that fix their voltage: its current would be anything
  missing_rail,     ///< VSS is used; and VDD, or an input that can stand for it
  separate_island,  ///< every device is connected with VSS through the pins of others
};

/// Whether direct current flows through such a pin: from channel to channel, from output to supply.
constexpr bool conducts(PinRole role) {
  return role == PinRole::channel || role == PinRole::output || role == PinRole::supply;
}
/// Whether a source holds ports of this role at a voltage: not outputs, and not those that currents are
/// forced into.
bool fixes_voltage(PortRole role);
/// Whether a port of this role can feed a circuit that has no VDD, or is VDD.
bool feeds(PortRole role);
/// Whether the ends of a two-terminal, or D, G and S (C, B and E) of a transistor, all lie on one net.
bool is_shorted(const Device& device);

/// "no_dc_path"
std::string_view rule_name(ElectricalRule rule);

struct RuleBreak {
  ElectricalRule rule;
  std::string text;  ///< names the net or the device
};

/// Every rule that the circuit breaks, place by place; empty: none.
///
/// Direct current flows between pins of role channel of one device (drain and source; C, B, E; the ends of R,
/// L and diodes) and between the outputs and the supply pins of a logic cell; not into gates, bulks and
/// capacitors. That every pin lies on exactly one net is a property of the type.
std::vector<RuleBreak> check_rules(const Topology& topology);

}  // namespace nullor::graph
