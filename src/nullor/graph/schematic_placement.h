#pragma once
/// Where the symbols of a drawing stand.

#include "nullor/graph/schematic.h"

namespace nullor::graph {

/// The voltage of every net, VDD at 1 and VSS at 0, if current went through every device as through a
/// resistor: through channels well, through capacitors and gates hardly.
std::vector<double> net_heights(const Topology& topology);

/// One symbol a device; their bodies do not overlap, and between rows and columns is room for wires.
std::vector<Symbol> place(const Topology& topology);

}  // namespace nullor::graph
