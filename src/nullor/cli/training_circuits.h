#pragma once
/// The circuits of a set that a transformer is trained on, and those that it must not see.

#include <string>
#include <vector>

#include "nullor/graph/language.h"

namespace nullor {

struct TrainingCircuits {
  std::vector<graph::Topology> training, validation;
};

/// Repaired, split by group. Circuits that the language cannot write are left out, with a warning. Throws
/// InputError.
TrainingCircuits training_circuits(const std::string& path, const graph::Language& language,
                                   double validation_share, double test_share, std::uint64_t seed);

}  // namespace nullor
