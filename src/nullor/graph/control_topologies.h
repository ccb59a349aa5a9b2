#pragma once
/// Circuits that are wrong on purpose: what a check lets through of these is what its verdict is worth.

#include "nullor/base/rng.h"
#include "nullor/graph/topology.h"

namespace nullor::graph {

/// Rewires `pins` pins, drawn without repetition, to other nets of the circuit. A net on which no pin is left
/// disappears.
Topology mutated(const Topology& topology, int pins, Rng& rng);

/// All nets permuted over all pins: every net keeps its number of pins, nothing else is kept.
Topology scrambled(const Topology& topology, Rng& rng);

}  // namespace nullor::graph
