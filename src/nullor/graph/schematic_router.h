#pragma once
/// Wires between the pins of placed symbols.

#include "nullor/graph/schematic.h"

namespace nullor::graph {

/// Fills in wires, dots and labels of a schematic whose symbols stand. Wires run on multiples of 10, around
/// bodies and pins of other nets, and cross other wires at right angles only; rails, and pins that no path of
/// reasonable length reaches, get labels.
void route(const Topology& topology, Schematic& schematic);

}  // namespace nullor::graph
