#pragma once
/// LU factorization of matrices that keep one sparse pattern while their values change, as every Newton
/// iteration and every frequency point needs it.

#include <complex>
#include <memory>

#include "nullor/math/sparse.h"

namespace nullor {

/// T is double or std::complex<double>.
///
/// The first factor() chooses pivots; later ones reuse them and choose anew when a pivot has become too
/// small. Small matrices run a fixed list of multiply-subtract operations (no search, no indirection by
/// column); large ones use KLU (T. Davis, E. Palamadai Natarajan, ACM TOMS 37, algorithm 907, 2010).
template <class T>
class SparseLu {
 public:
  struct Options {
    int largest_operation_list = 600;  ///< unknowns; beyond that KLU
    double pivot_tolerance =
        1e-3;  ///< a pivot is at least this fraction of the largest element of its column
    double growth_tolerance =
        1e-10;  ///< a reused pivot below this fraction of its column's largest element is refused
  };

  virtual ~SparseLu() = default;

  /// Factors the matrix. False when it is singular; then `singular_column()` names a dependent unknown.
  virtual bool factor(const T* values) = 0;
  /// Solves A x = b in place.
  virtual void solve(T* b) const = 0;
  /// Solves A^T x = b in place (no conjugation).
  virtual void solve_transposed(T* b) const = 0;
  /// The unknown without a pivot after a failed factor(), else -1.
  virtual int singular_column() const = 0;
  /// Nonzeros of L and U together.
  virtual long fill() const = 0;

  static std::unique_ptr<SparseLu> create(const SparsePattern& pattern, const Options& options);
  static std::unique_ptr<SparseLu> create(const SparsePattern& pattern) { return create(pattern, Options()); }
};

}  // namespace nullor
