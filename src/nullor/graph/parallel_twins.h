#pragma once
/// Two-terminals that one of another size could stand for.

#include "nullor/graph/topology.h"

namespace nullor::graph {

/// So many resistors, capacitors, inductors and diodes lie beside another of their kind between the same two
/// nets (diodes: in the same direction). Circuits that people draw have hardly any.
int parallel_twins(const Topology& topology);

}  // namespace nullor::graph
