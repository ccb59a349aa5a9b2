#pragma once
/// Networks as plain text, one branch a line, for files too large for a netlist.

#include <string>
#include <string_view>

#include "nullor/resistive/network.h"

namespace nullor::resistive {

/// Reads
///
///     R a b ohms                       resistor
///     V p n volts                      voltage source
///     I p n amperes                    current source, its current flows from p through it to n
///     D a c [vf [ron [roff]]]          diode from anode to cathode: drop [V], on and off resistance [Ohm];
///     or `ideal`
///
/// Nodes are words; 0 and gnd are ground. Words may follow the letter ("R17"): the element's name. Numbers
/// take SPICE's scale factors. Case counts in names of nodes and not in anything else. # and * begin a
/// comment, an empty line means nothing.
///
/// Throws InputError (netlist) with file, line and column. A branch costs about 16 bytes, a node 25, and the
/// text is kept.
ResistiveNetwork read_edge_list(const std::string& path);
ResistiveNetwork read_edge_list_text(std::string text, const std::string& path = "edges");

}  // namespace nullor::resistive
