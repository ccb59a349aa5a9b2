#pragma once
/// LU of a sparse matrix that is dense at heart: equations with one unknown left and unknowns with one
/// equation left are peeled off by structure, what remains is factored densely with partial pivoting.

#include <memory>

#include "nullor/math/lu.h"

namespace nullor {

/// Null when more than `largest_core` unknowns remain after peeling.
std::unique_ptr<SparseLu<double>> make_dense_core_lu(const SparsePattern& pattern, int largest_core);

}  // namespace nullor
