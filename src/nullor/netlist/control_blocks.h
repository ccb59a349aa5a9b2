#pragma once
/// `.control` blocks as trees of commands.

#include <vector>

#include "nullor/netlist/circuit.h"
#include "nullor/netlist/source_lines.h"

namespace nullor::netlist {

/// The commands of all `.control` blocks of a deck, in order. Throws InputError for loops that do not end.
std::vector<ControlCommand> read_control_blocks(const SourceLines& source);

}  // namespace nullor::netlist
