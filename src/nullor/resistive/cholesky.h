#pragma once
/// Sparse Cholesky factors of conductance matrices.

#include <memory>

#include "nullor/resistive/laplacian.h"

namespace nullor::resistive {

/// The factors of CHOLMOD with a fill-reducing order that is found once for each pattern. factor() refuses
/// when it would take more than `most_operations`. Source: Y. Chen, T. Davis, W. Hager, S. Rajamanickam, ACM
/// TOMS 35, algorithm 887 (2008).
std::unique_ptr<LinearSolver> make_cholesky(double most_operations = 1e300);

}  // namespace nullor::resistive
