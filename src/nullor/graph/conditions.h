#pragma once
/// What is asked of a circuit before it is written.

#include <array>
#include <optional>
#include <string>

#include "nullor/graph/topology.h"

namespace nullor::graph {

inline constexpr int kMostDevices = 80;  ///< of a circuit that is written as records

struct Conditions {
  std::optional<Family> family;  ///< wished, not enforced: what a circuit does shows in simulation alone
  int min_devices = 1;
  int max_devices = kMostDevices;
  int wished_devices = 0;               ///< wished, within these limits; 0: as it comes
  std::array<int, kPortRoles> ports{};  ///< at least so many ports of each role
  bool only_ports = false;              ///< and no other ports
  std::array<bool, kDeviceKinds> required{};
  std::array<bool, kDeviceKinds> forbidden{};
  Topology partial;  ///< devices that the circuit begins with; ports and nets by their names

  /// Throws InputError(usage) when no circuit can meet them, saying which two contradict.
  void check() const;
};

/// Whether nothing is of this family without a transistor or a logic cell.
bool needs_transistors(Family family);

/// What of the conditions (all but what is wished) the circuit does not meet, as text; empty: it meets them.
std::string unmet(const Conditions& conditions, const Topology& topology);

}  // namespace nullor::graph
