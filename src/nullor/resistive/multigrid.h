#pragma once
/// Conjugate gradients with a multigrid preconditioner, for conductance matrices too large to factor.

#include <memory>

#include "nullor/resistive/laplacian.h"

namespace nullor::resistive {

std::unique_ptr<LinearSolver> make_multigrid(int jobs);

}  // namespace nullor::resistive
