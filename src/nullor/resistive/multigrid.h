#pragma once
/// Conjugate gradients with a multigrid preconditioner, for conductance matrices too large to factor.

#include <memory>

#include "nullor/resistive/laplacian.h"

namespace nullor::resistive {

/// Aggregation-based algebraic multigrid: clusters are joined to pairs along their largest conductances,
/// twice a level, so that diodes that conduct disappear first; clusters that ground holds firmly are left
/// out. Each level smooths by one forward and one backward Gauss-Seidel sweep and asks the next for up to two
/// steps of conjugate gradients (K-cycle); the coarsest is factored. The cost grows as the size of the
/// network, and neither weak pinning nor an expander's fill matters. Threads change nothing in the answer.
/// Source: Y. Notay, An aggregation-based algebraic multigrid method, Electron. Trans. Numer. Anal. 37, 123
/// (2010), algorithms 4.1 and 4.2.
std::unique_ptr<LinearSolver> make_multigrid(int jobs);

}  // namespace nullor::resistive
