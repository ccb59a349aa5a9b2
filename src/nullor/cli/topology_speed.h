#pragma once
/// How fast circuits are written, read and compared.

#include <string>
#include <vector>

#include "nullor/graph/topology_set.h"

namespace nullor {

struct FormSpeed {
  std::string what;
  double a_second = 0;      ///< circuits by the time of one processor core
  std::size_t refused = 0;  ///< circuits that the form cannot write
  double mean_size = 0;     ///< of what is made of a circuit: tokens, devices, bytes, broken rules
};

/// Each form over all circuits of the set, again until a tenth of a second has passed.
std::vector<FormSpeed> form_speeds(const graph::TopologySet& set, std::uint64_t seed);

}  // namespace nullor
