#pragma once
/// Circuits that are wrong on purpose: what a check lets through of these is what its verdict is worth.

#include "nullor/base/rng.h"
#include "nullor/graph/topology.h"

namespace nullor {

/// Rewires `pins` pins, drawn without repetition, to other nets of the circuit. A net on which no pin is left
/// disappears.
graph::Topology mutated(const graph::Topology& topology, int pins, Rng& rng);

/// All nets permuted over all pins: every net keeps its number of pins, nothing else is kept.
graph::Topology scrambled(const graph::Topology& topology, Rng& rng);

}  // namespace nullor
