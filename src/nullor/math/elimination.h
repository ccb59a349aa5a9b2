#pragma once
/// The elimination of a sparse matrix written down once, to be replayed on other values of the same pattern.

#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include "nullor/math/sparse.h"

namespace nullor {

/// Every step of an LU factorization with fixed pivots, as places in one array of values.
///
/// Place k of that array holds a nonzero of L or U. Elimination is a list of runs
///
///     l = a[place] / pivot,   a[target] -= l a[source]   count times                           (1)
///
/// with no search and no indirection by column. The list knows nothing of the type of the values: the same
/// one serves real and complex matrices, and lanes.
struct Elimination {
  struct Entry {
    int index;  ///< pivot step of the row (lower) or column (upper)
    int place;
  };
  /// a[target] -= l * a[source].
  struct Operation {
    std::int32_t target, source;
  };
  /// One multiplier l and the `count` operations that follow with it.
  struct Row {
    std::int32_t place, count;
  };

  int n = 0, places = 0;
  std::vector<int> row_of, column_of;  ///< pivot step -> matrix row, column
  std::vector<int> scatter;            ///< matrix nonzero -> place
  std::vector<int> diagonal;           ///< pivot step -> place
  std::vector<int> lower_start, upper_start;
  std::vector<Entry> lower, upper;
  std::vector<Operation> operations;
  std::vector<Row> rows;

  /// A x = b in place; `y` (n) is scratch.
  template <class T>
  void solve(const T* a, const T* inverse, T* b, T* y) const {
    for (int k = 0; k < n; ++k) y[k] = b[row_of[u(k)]];
    for (int k = 0; k < n; ++k) {
      const T yk = y[k];
      if constexpr (requires { static_cast<bool>(yk == T(0)); }) {
        if (yk == T(0)) continue;
      }
      for (int e = lower_start[u(k)]; e < lower_start[u(k) + 1]; ++e)
        y[lower[u(e)].index] -= a[lower[u(e)].place] * yk;
    }
    for (int k = n - 1; k >= 0; --k) {
      T sum = y[k];
      for (int e = upper_start[u(k)]; e < upper_start[u(k) + 1]; ++e)
        sum -= a[upper[u(e)].place] * y[upper[u(e)].index];
      y[k] = sum * inverse[k];
    }
    for (int k = 0; k < n; ++k) b[column_of[u(k)]] = y[k];
  }

  /// A^T x = b in place, no conjugation.
  template <class T>
  void solve_transposed(const T* a, const T* inverse, T* b, T* y) const {
    for (int k = 0; k < n; ++k) y[k] = b[column_of[u(k)]];
    for (int k = 0; k < n; ++k) {
      y[k] *= inverse[k];
      const T yk = y[k];
      for (int e = upper_start[u(k)]; e < upper_start[u(k) + 1]; ++e)
        y[upper[u(e)].index] -= a[upper[u(e)].place] * yk;
    }
    for (int k = n - 1; k >= 0; --k) {
      T sum = y[k];
      for (int e = lower_start[u(k)]; e < lower_start[u(k) + 1]; ++e)
        sum -= a[lower[u(e)].place] * y[lower[u(e)].index];
      y[k] = sum;
    }
    for (int k = 0; k < n; ++k) b[row_of[u(k)]] = y[k];
  }

 private:
  static std::size_t u(int k) { return static_cast<std::size_t>(k); }
};

}  // namespace nullor
