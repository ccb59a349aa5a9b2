#pragma once
/// Sizes as figures that every circuit has, for predictors that know nothing of graphs.

#include <span>
#include <vector>

#include "nullor/graph/sized_circuit.h"

namespace nullor::learn {

/// Of one row with the device numbers (devices, kSizedNumbers): for each kind the number of its devices, and
/// mean, least, largest and deviation of the logarithm of each of its numbers; for nmos and pmos the same of
/// W M / L and W M L; logarithms of the sum of capacitances and of the currents of sources. NaN where there
/// are none.
std::vector<double> pooled_sizes(const graph::SizedCircuit& circuit, std::span<const double> numbers);

}  // namespace nullor::learn
