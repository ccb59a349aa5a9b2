#pragma once
/// What surrounds every device and net of a circuit, as hashes.

#include <cstdint>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

/// device[k] and net[k] are the hashes after k rounds: a device is its kind, a net its role, and in each
/// round both take in the multiset of (class of pin, hash before) that their pins lead to. Equal for equal
/// surroundings of k steps. Nets that no pin touches are left out.
struct Neighbourhoods {
  Neighbourhoods(const Topology& topology, int rounds);

  std::vector<std::vector<std::uint64_t>> device;  ///< (rounds + 1, devices)
  std::vector<std::vector<std::uint64_t>> net;     ///< (rounds + 1, nets that are touched)
  std::vector<int> number;                         ///< of every net of the topology in `net`, or -1
};

}  // namespace nullor::graph
