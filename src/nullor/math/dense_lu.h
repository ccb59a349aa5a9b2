#pragma once
/// LU of a small dense matrix with partial pivoting, in registers of four rows.

#include <vector>

#include "nullor/math/simd.h"

namespace nullor {

/// P A = L U of an (n x n) matrix, for n up to a few hundred: the whole matrix is near in memory, and four
/// columns at a time are eliminated from all others in one pass.
class DenseLu {
 public:
  explicit DenseLu(int n = 0);

  int size() const { return n_; }
  /// Where element (i, j) stands in the array that fill() takes.
  std::size_t place(int i, int j) const { return at(j) * at(rows_) + at(i); }

  /// The array of the next matrix, all zero, to be filled before factor().
  double* clear();
  /// The first column whose pivot cancelled to nothing beside its largest element, or -1 when there is none.
  int factor();
  /// x = A^-1 b and A^-T b in place (n).
  void solve(double* b) const;
  void solve_transposed(double* b) const;

 private:
  using Double = Simd<4>::Double;
  static constexpr int kPanel = 4;

  static std::size_t at(int k) { return static_cast<std::size_t>(k); }
  double* column(int j) { return data() + place(0, j); }
  const double* column(int j) const { return data() + place(0, j); }
  double* data() { return reinterpret_cast<double*>(a_.data()); }
  const double* data() const { return reinterpret_cast<const double*>(a_.data()); }
  int factor_panel(int first, int width);
  void eliminate(int first, int j, int columns);

  int n_ = 0, rows_ = 0;         ///< rows_: n rounded up to registers; the rest stays zero
  std::vector<Double> a_;        ///< (rows_ x n), by columns
  std::vector<int> swapped_;     ///< row k was exchanged with swapped_[k]
  std::vector<double> largest_;  ///< per column of A
  mutable std::vector<Double> x_;
};

}  // namespace nullor
