#pragma once
/// Sparse Cholesky factors of conductance matrices.

#include <memory>

#include "nullor/resistive/laplacian.h"

namespace nullor::resistive {

/// The factors of CHOLMOD with a fill-reducing order that is found once for each pattern.
/// Source: Y. Chen, T. Davis, W. Hager, S. Rajamanickam, ACM TOMS 35, algorithm 887 (2008).
std::unique_ptr<LinearSolver> make_cholesky();

}  // namespace nullor::resistive
