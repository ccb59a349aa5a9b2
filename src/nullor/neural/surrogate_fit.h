#pragma once
/// A surrogate through given runs: principal modes of the nodal values and their derivatives, and the
/// parameter network of the modes.

#include <vector>

#include "nullor/neural/surrogate.h"

namespace nullor {

/// The modes are those of the snapshots X - X0 and share dX/du in the relative L2 norm (box_simulator.h), as
/// many as leave less than a small part of the tolerance. `fit`: where the choice of features begins, then
/// what was chosen. X0 is the first run.
Surrogate fit_surrogate(const BoxSimulator& box, const std::vector<SurrogateRun>& runs, double tolerance,
                        ParameterFit& fit);

/// What every surrogate of this box has in common: all but the network and the modes.
Surrogate::Parts parts_of(const BoxSimulator& box);

}  // namespace nullor
