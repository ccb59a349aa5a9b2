#pragma once

#include <cmath>
#include <complex>
#include <vector>

#include "nullor/math/elimination.h"
#include "nullor/math/lu.h"

namespace nullor {

/// LU of a small sparse matrix as a list of operations on one value array.
///
/// Pivots: Markowitz count among candidates that pass the threshold, once. The elimination that follows
/// touches the same places every time, so it is written down as runs  a[target] -= l * a[source]  and
/// replayed. Source: H. Markowitz, Management Science 3, 255 (1957); K. Kundert, A. Sangiovanni-Vincentelli,
/// Sparse User's Guide (1988).
template <class T>
class OperationListLu final : public SparseLu<T> {
 public:
  OperationListLu(const SparsePattern& pattern, const typename SparseLu<T>::Options& options)
      : pattern_(pattern), options_(options), n_(pattern.n) {}

  bool factor(const T* values) override {
    if (ordered_ && replay(values)) return true;
    if (!order(values)) {
      ordered_ = false;
      return false;
    }
    return replay(values);
  }

  void solve(T* b) const override { list_.solve(lu_.data(), inverse_.data(), b, work_.data()); }
  void solve_transposed(T* b) const override {
    list_.solve_transposed(lu_.data(), inverse_.data(), b, work_.data());
  }

  int singular_column() const override { return singular_; }
  long fill() const override { return static_cast<long>(lu_.size()); }
  /// What factor() replays; valid after one that did not fail.
  const Elimination& elimination() const { return list_; }

 private:
  static std::size_t u(int k) { return static_cast<std::size_t>(k); }
  // Big enough to compare pivots by; for complex numbers without the square root.
  static double magnitude(double x) { return std::fabs(x); }
  static double magnitude(const std::complex<double>& x) { return std::fabs(x.real()) + std::fabs(x.imag()); }

  bool replay(const T* values) {
    std::fill(lu_.begin(), lu_.end(), T(0));
    for (std::size_t k = 0; k < list_.scatter.size(); ++k) lu_[u(list_.scatter[k])] = values[k];
    const Elimination::Operation* op = list_.operations.data();
    const Elimination::Row* row = list_.rows.data();
    for (int k = 0; k < n_; ++k) {
      const T pivot = lu_[u(list_.diagonal[u(k)])];
      const double size = magnitude(pivot);
      const int lower = list_.lower_start[u(k) + 1] - list_.lower_start[u(k)];
      if (!(size > 0) || !std::isfinite(size)) return false;
      const T inverse = T(1) / pivot;
      inverse_[u(k)] = inverse;
      double largest = 0;
      for (int e = 0; e < lower; ++e, ++row) {
        T& l = lu_[u(row->place)];
        largest = std::max(largest, magnitude(l));
        l *= inverse;
        const T factor = l;
        for (int c = 0; c < row->count; ++c, ++op) lu_[u(op->target)] -= factor * lu_[u(op->source)];
      }
      if (size < options_.growth_tolerance * largest) return false;
    }
    return true;
  }

  // Chooses the pivots on a copy, then writes the operation list.
  bool order(const T* values);
  void write_operations(const std::vector<std::vector<int>>& u_columns,
                        const std::vector<std::vector<int>>& l_rows, const std::vector<int>& row_step,
                        const std::vector<int>& column_step);

  SparsePattern pattern_;
  typename SparseLu<T>::Options options_;
  int n_;
  bool ordered_ = false;
  int singular_ = -1;
  Elimination list_;
  std::vector<T> lu_, inverse_;
  mutable std::vector<T> work_;
};

extern template class OperationListLu<double>;
extern template class OperationListLu<std::complex<double>>;

}  // namespace nullor
