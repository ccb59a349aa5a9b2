#pragma once
/// Square sparse matrices of one fixed pattern, compressed by columns.

#include <algorithm>
#include <utility>
#include <vector>

namespace nullor {

/// Where an n x n matrix may be nonzero. Values live beside it in arrays of nonzeros() elements.
struct SparsePattern {
  int n = 0;
  std::vector<int> column_start;  ///< (n + 1)
  std::vector<int> row;           ///< (nonzeros), ascending within a column

  int nonzeros() const { return static_cast<int>(row.size()); }

  /// The position of (i, j), or -1.
  int find(int i, int j) const {
    const auto begin = row.begin() + column_start[static_cast<std::size_t>(j)];
    const auto end = row.begin() + column_start[static_cast<std::size_t>(j) + 1];
    const auto at = std::lower_bound(begin, end, i);
    return at != end && *at == i ? static_cast<int>(at - row.begin()) : -1;
  }

  /// The pattern of a list of (row, column) pairs, duplicates allowed.
  static SparsePattern from_entries(int n, std::vector<std::pair<int, int>> entries) {
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return std::pair(a.second, a.first) < std::pair(b.second, b.first);
    });
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    SparsePattern out;
    out.n = n;
    out.column_start.assign(static_cast<std::size_t>(n) + 1, 0);
    out.row.reserve(entries.size());
    for (const auto& [i, j] : entries) {
      out.row.push_back(i);
      ++out.column_start[static_cast<std::size_t>(j) + 1];
    }
    for (int j = 0; j < n; ++j)
      out.column_start[static_cast<std::size_t>(j) + 1] += out.column_start[static_cast<std::size_t>(j)];
    return out;
  }

  /// y += A x.
  template <class T, class U>
  void multiply_add(const T* values, const U* x, U* y) const {
    for (int j = 0; j < n; ++j) {
      const U xj = x[j];
      for (int k = column_start[static_cast<std::size_t>(j)];
           k < column_start[static_cast<std::size_t>(j) + 1]; ++k) {
        y[row[static_cast<std::size_t>(k)]] += values[k] * xj;
      }
    }
  }
};

}  // namespace nullor
