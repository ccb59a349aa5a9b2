#pragma once
/// Tables as NumPy `.npy` files.

#include <string>

#include "nullor/io/table.h"

namespace nullor {

/// One structured array (n,) whose fields are the columns: float64, or complex128 where complex.
/// `np.load("out.npy")["v(out)"]` is the column. NPY format 1.0 (2.0 for very wide tables).
/// Source: NumPy Enhancement Proposal 1.
std::string write_npy(const Table& table);

}  // namespace nullor
