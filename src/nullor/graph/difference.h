#pragma once
/// What one circuit has and another has not, device by device.

#include <string>
#include <utility>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

struct TopologyDifference {
  struct Rewired {
    int a = 0, b = 0;          ///< the devices that correspond
    int pin_a = 0, pin_b = 0;  ///< corresponding pins; they differ where the device is turned round
  };
  std::vector<std::pair<int, int>> matched;  ///< devices of a and b that correspond
  std::vector<int> only_in_a, only_in_b;     ///< devices without counterpart
  std::vector<Rewired> rewired;              ///< pins of matched devices on nets that do not correspond
  std::vector<int> net_of;                   ///< the net of b for every net of a, or -1
  std::vector<int> new_role;                 ///< nets of a whose counterpart has another role

  bool none() const { return only_in_a.empty() && only_in_b.empty() && rewired.empty() && new_role.empty(); }
  /// Devices added and removed, pins rewired, roles changed.
  std::size_t size() const { return only_in_a.size() + only_in_b.size() + rewired.size() + new_role.size(); }
};

/// Matches devices of one kind: the pair whose surroundings agree farthest comes first, then always the pair
/// that agrees best with the nets matched so far. Finds the whole match of isomorphic circuits; otherwise a
/// good one, not always the shortest. Devices of a pair agree in half of their pins at least.
/// Throws InputError(usage) for circuits of more than 300 devices or 2000 nets.
TopologyDifference difference(const Topology& a, const Topology& b);

/// One change a line, in the names of both circuits:
///
///   - M3 (VOUT1 net2 VSS VSS) nmos4          only in a
///   + R1 (VOUT1 net4) resistor               only in b
///   ~ G of M1 on VIN1, in the other (M2) on net3
///   ~ net VB1 is port VB, in the other (net5) internal
///
/// "no difference\n" when there is none.
std::string difference_text(const Topology& a, const Topology& b, const TopologyDifference& difference);

}  // namespace nullor::graph
