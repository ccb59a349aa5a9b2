#pragma once
/// Which sizes a circuit without sizes can be given.

#include <string>
#include <vector>

#include "nullor/design/topology_deck.h"
#include "nullor/graph/topology.h"

namespace nullor {

/// One number that sizing chooses: a parameter of one or more devices, drawn by its logarithm.
struct SizeVariable {
  std::string name;                     ///< "M1,M2:w"
  std::vector<std::size_t> devices;     ///< of the topology
  std::string parameter;                ///< "w", "l", "r", "c", "area"
  double low = 0, high = 0, start = 0;  ///< [m], [Ohm], [F], [H]; of areas the multiple

  double at(double place) const;  ///< of a place in [0, 1]
  double place(double value) const;
};

/// Devices that have to match share their sizes: transistors of one type with a common source that is no rail
/// (pairs), or with a common gate and a common source (mirrors, where the width stays free).
///
///   MOS w 0.1 .. 20 of the default, l 0.4 .. 6;  R 1 kOhm .. 1 MOhm;  C 20 fF .. 20 pF;  L 1 nH .. 1 uH;
///   bipolar transistors area 1 .. 16
std::vector<SizeVariable> size_variables(const graph::Topology& topology, const TopologyDeckOptions& options);

/// "size_3" for variable 3, on each of its devices.
SizeNames size_names(const std::vector<SizeVariable>& sizes);
std::string size_name(std::size_t variable);

}  // namespace nullor
