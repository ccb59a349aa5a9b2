#pragma once
/// How often small structures occur in a circuit: what tells one kind of circuit from another.

#include <cstdint>
#include <utility>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

/// (structure, count), ascending by structure, a hash that is the same in every circuit. Counted are
///
///   devices and nets; kinds of device, and roles of port;
///   pins by what they are and the role of their net; devices by the roles of all their nets and which of
///     them are one (a transistor as a diode);
///   pairs of pins that meet on a net inside; pairs of devices by all nets that they share (mirrors, pairs,
///     resonators, loops of two);
///   surroundings of one and two steps (Neighbourhoods).
///
/// Drain and source are one class of pin, as are both ends of a resistor (pin_class.h).
std::vector<std::pair<std::uint64_t, float>> structure_counts(const Topology& topology);

}  // namespace nullor::graph
