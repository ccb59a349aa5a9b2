#pragma once
/// LU factorization of W sparse matrices of one pattern side by side: the pivots are chosen once, for all
/// lanes, by one of them.

#include <algorithm>
#include <cmath>
#include <vector>

#include "nullor/math/complex_lanes.h"
#include "nullor/math/operation_list_lu.h"

namespace nullor {

namespace detail {

template <int W>
Pack<W> pivot_size(const Pack<W>& x) {
  return abs(x);
}
template <int W>
Pack<W> pivot_size(const ComplexLanes<W>& z) {
  return abs(z.re) + abs(z.im);
}
template <int W>
Pack<W> reciprocal_of(const Pack<W>& x) {
  return Pack<W>(1.0) / x;
}
template <int W>
ComplexLanes<W> reciprocal_of(const ComplexLanes<W>& z) {
  return reciprocal(z);
}

}  // namespace detail

/// T is Pack<W> or ComplexLanes<W>; order() takes double or std::complex<double>.
///
/// A lane whose pivots have become too small beside their columns is reported, not repaired: the caller
/// chooses new pivots from that lane, or solves it alone. Work: the operations of one sparse elimination,
/// each on W numbers; memory traffic is that of the list (8 bytes an operation) and of the places (8 W or 16
/// W bytes each).
template <int W, class T>
class LaneLu {
 public:
  using Mask = typename Pack<W>::Mask;

  explicit LaneLu(const SparsePattern& pattern) : pattern_(pattern) {}

  /// Chooses the pivots by the values (nonzeros) of one matrix. False when that one is singular.
  template <class Scalar>
  bool order(const Scalar* values) {
    OperationListLu<Scalar> one(pattern_, {});
    if (!one.factor(values)) return false;
    list_ = one.elimination();
    a_.assign(static_cast<std::size_t>(list_.places), T(0.0));
    inverse_.assign(static_cast<std::size_t>(list_.n), T(0.0));
    work_.assign(static_cast<std::size_t>(list_.n), T(0.0));
    return true;
  }
  bool ordered() const { return list_.n == pattern_.n; }

  /// Factors all lanes (values: nonzeros); true where the pivots held. Needs order().
  Mask factor(const T* values) {
    T* const a = a_.data();
    std::fill(a_.begin(), a_.end(), T(0.0));
    for (std::size_t k = 0; k < list_.scatter.size(); ++k) a[list_.scatter[k]] = values[k];
    const Elimination::Operation* op = list_.operations.data();
    const Elimination::Row* row = list_.rows.data();
    Mask good = Pack<W>(0.0) == Pack<W>(0.0);
    for (int k = 0; k < list_.n; ++k) {
      const std::size_t at = static_cast<std::size_t>(k);
      const T inverse = detail::reciprocal_of(a[list_.diagonal[at]]);
      const Pack<W> size = detail::pivot_size(a[list_.diagonal[at]]);
      inverse_[at] = inverse;
      Pack<W> largest(0.0);
      for (int e = list_.lower_start[at]; e < list_.lower_start[at + 1]; ++e, ++row) {
        T& l = a[row->place];
        largest = max(largest, detail::pivot_size(l));
        l *= inverse;
        const T factor = l;
        for (int c = 0; c < row->count; ++c, ++op) a[op->target] -= factor * a[op->source];
      }
      // Infinite or no number: neither comparison holds.
      good = good && size > Pack<W>(0.0) && size < Pack<W>(HUGE_VAL) && size >= kGrowth * largest;
    }
    return good;
  }

  /// A x = b in place, all lanes; rubbish in those that factor() refused.
  void solve(T* b) const { list_.solve(a_.data(), inverse_.data(), b, work_.data()); }
  void solve_transposed(T* b) const { list_.solve_transposed(a_.data(), inverse_.data(), b, work_.data()); }

  const Elimination& elimination() const { return list_; }

 private:
  static constexpr double kGrowth = 1e-10;  ///< as SparseLu::Options::growth_tolerance

  SparsePattern pattern_;
  Elimination list_;
  std::vector<T> a_, inverse_;
  mutable std::vector<T> work_;
};

}  // namespace nullor
