#pragma once
/// Slips of people's netlists that stand in the way of a generator, put right.

#include <string>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

/// What changed, in words: "net 0 is VSS", "pin B of M3 from net7 to VDD".
struct RepairReport {
  std::vector<std::string> changes;
};

/// Repairs in place, in this order:
///
///   1. a net named 0 is VSS;
///   2. an internal net whose name is that of a port ("VB2") is that port;
///   3. a net that touches nothing but bulks: its pins go to VSS (of NMOS, NPN, PNP) and VDD (of PMOS);
///   4. a net that touches nothing but gates, or gates and plates of capacitors, is a bias port VB with the
///      next free number.
///
/// Nothing else is touched; a repaired circuit is left as it is. VSS and VDD are made when they are missing.
RepairReport repair(Topology& topology);

}  // namespace nullor::graph
