#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

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

  void solve(T* b) const override {
    T* y = work_.data();
    for (int k = 0; k < n_; ++k) y[k] = b[row_of_[u(k)]];
    for (int k = 0; k < n_; ++k) {
      const T yk = y[k];
      if (yk == T(0)) continue;
      for (int e = lower_start_[u(k)]; e < lower_start_[u(k) + 1]; ++e)
        y[lower_[u(e)].index] -= lu_[u(lower_[u(e)].place)] * yk;
    }
    for (int k = n_ - 1; k >= 0; --k) {
      T sum = y[k];
      for (int e = upper_start_[u(k)]; e < upper_start_[u(k) + 1]; ++e)
        sum -= lu_[u(upper_[u(e)].place)] * y[upper_[u(e)].index];
      y[k] = sum * inverse_[u(k)];
    }
    for (int k = 0; k < n_; ++k) b[column_of_[u(k)]] = y[k];
  }

  void solve_transposed(T* b) const override {
    T* y = work_.data();
    for (int k = 0; k < n_; ++k) y[k] = b[column_of_[u(k)]];
    for (int k = 0; k < n_; ++k) {
      y[k] *= inverse_[u(k)];
      const T yk = y[k];
      for (int e = upper_start_[u(k)]; e < upper_start_[u(k) + 1]; ++e)
        y[upper_[u(e)].index] -= lu_[u(upper_[u(e)].place)] * yk;
    }
    for (int k = n_ - 1; k >= 0; --k) {
      T sum = y[k];
      for (int e = lower_start_[u(k)]; e < lower_start_[u(k) + 1]; ++e)
        sum -= lu_[u(lower_[u(e)].place)] * y[lower_[u(e)].index];
      y[k] = sum;
    }
    for (int k = 0; k < n_; ++k) b[row_of_[u(k)]] = y[k];
  }

  int singular_column() const override { return singular_; }
  long fill() const override { return static_cast<long>(lu_.size()); }

 private:
  static std::size_t u(int k) { return static_cast<std::size_t>(k); }
  // Big enough to compare pivots by; for complex numbers without the square root.
  static double magnitude(double x) { return std::fabs(x); }
  static double magnitude(const std::complex<double>& x) { return std::fabs(x.real()) + std::fabs(x.imag()); }

  struct Entry {
    int index;  ///< pivot step of the row (lower) or column (upper)
    int place;  ///< in lu_
  };
  /// lu[target + 0..] -= l * lu[source]: one multiply-subtract.
  struct Operation {
    std::int32_t target, source;
  };
  /// One multiplier: l = lu[place] * inverse[pivot], then `count` operations.
  struct Row {
    std::int32_t place, count;
  };

  bool replay(const T* values) {
    std::fill(lu_.begin(), lu_.end(), T(0));
    for (std::size_t k = 0; k < scatter_.size(); ++k) lu_[u(scatter_[k])] = values[k];
    const Operation* op = operations_.data();
    const Row* row = rows_.data();
    for (int k = 0; k < n_; ++k) {
      const T pivot = lu_[u(diagonal_[u(k)])];
      const double size = magnitude(pivot);
      const int lower = lower_start_[u(k) + 1] - lower_start_[u(k)];
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
  std::vector<int> row_of_, column_of_;  // pivot step -> matrix row, column
  std::vector<int> scatter_;             // matrix nonzero -> place in lu_
  std::vector<int> diagonal_;            // pivot step -> place
  std::vector<int> lower_start_, upper_start_;
  std::vector<Entry> lower_, upper_;
  std::vector<Operation> operations_;
  std::vector<Row> rows_;
  std::vector<T> lu_, inverse_;
  mutable std::vector<T> work_;
};

extern template class OperationListLu<double>;
extern template class OperationListLu<std::complex<double>>;

}  // namespace nullor
