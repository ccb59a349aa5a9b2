#include "nullor/math/operation_list_lu.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

namespace nullor {

namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// The part of a matrix that is not eliminated yet, by rows and by columns.
template <class T>
struct Active {
  std::vector<std::map<int, T>> rows;
  std::vector<std::set<int>> columns;

  Active(const SparsePattern& p, const T* values) : rows(u(p.n)), columns(u(p.n)) {
    for (int j = 0; j < p.n; ++j) {
      for (int k = p.column_start[u(j)]; k < p.column_start[u(j) + 1]; ++k) {
        rows[u(p.row[u(k)])].emplace(j, values[k]);
        columns[u(j)].insert(p.row[u(k)]);
      }
    }
  }
};

struct Pivot {
  int row = -1, column = -1;
  int hopeless = -1;  ///< a column with nothing left in it
};

/// Smallest Markowitz product among acceptable pivots; looks into the emptiest columns only.
template <class T>
Pivot choose_pivot(const Active<T>& a, const std::vector<char>& done, double tolerance) {
  constexpr int kColumnsSearched = 4;
  Pivot best;
  double best_size = 0;
  long best_cost = std::numeric_limits<long>::max();
  std::vector<std::pair<std::size_t, int>> order;
  for (int j = 0; j < static_cast<int>(a.columns.size()); ++j) {
    if (!done[u(j)]) order.emplace_back(a.columns[u(j)].size(), j);
  }
  const auto front = order.begin() + std::min<std::ptrdiff_t>(kColumnsSearched, std::ssize(order));
  std::partial_sort(order.begin(), front, order.end());
  int searched = 0;
  for (auto it = order.begin(); it != order.end() && (searched < kColumnsSearched || best.row < 0); ++it) {
    if (it >= front && best.row >= 0) break;
    const int j = it->second;
    double largest = 0;
    for (const int i : a.columns[u(j)]) largest = std::max(largest, std::abs(a.rows[u(i)].at(j)));
    if (!(largest > 0) || !std::isfinite(largest)) {
      best.hopeless = j;
      return best;
    }
    ++searched;
    for (const int i : a.columns[u(j)]) {
      const double size = std::abs(a.rows[u(i)].at(j));
      if (size < tolerance * largest) continue;
      const long cost =
          static_cast<long>(a.rows[u(i)].size() - 1) * static_cast<long>(a.columns[u(j)].size() - 1);
      // On equal cost the diagonal, then the larger pivot.
      const bool diagonal = i == j, was_diagonal = best.row == best.column;
      const bool better = cost < best_cost ||
                          (cost == best_cost &&
                           ((diagonal && !was_diagonal) || (diagonal == was_diagonal && size > best_size)));
      if (better) best.row = i, best.column = j, best_size = size, best_cost = cost;
    }
  }
  return best;
}

}  // namespace

template <class T>
bool OperationListLu<T>::order(const T* values) {
  const int n = n_;
  Active<T> active(pattern_, values);
  std::vector<char> done(u(n), 0);
  std::vector<int> row_step(u(n), -1), column_step(u(n), -1);
  list_.row_of.assign(u(n), -1);
  list_.column_of.assign(u(n), -1);
  // Per step: columns of its row of U and rows of its column of L, as matrix indices.
  std::vector<std::vector<int>> u_columns(u(n)), l_rows(u(n));
  for (int step = 0; step < n; ++step) {
    const Pivot pivot = choose_pivot(active, done, options_.pivot_tolerance);
    if (pivot.row < 0) {
      singular_ = pivot.hopeless;
      return false;
    }
    done[u(pivot.column)] = 1;
    row_step[u(pivot.row)] = step;
    column_step[u(pivot.column)] = step;
    list_.row_of[u(step)] = pivot.row;
    list_.column_of[u(step)] = pivot.column;
    auto& pivot_row = active.rows[u(pivot.row)];
    const T inverse = T(1) / pivot_row.at(pivot.column);
    active.columns[u(pivot.column)].erase(pivot.row);
    for (const auto& [j, value] : pivot_row) {
      if (j == pivot.column) continue;
      u_columns[u(step)].push_back(j);
      active.columns[u(j)].erase(pivot.row);
    }
    for (const int i : active.columns[u(pivot.column)]) {
      l_rows[u(step)].push_back(i);
      auto& row = active.rows[u(i)];
      const T l = row.at(pivot.column) * inverse;
      row.erase(pivot.column);
      for (const auto& [j, value] : pivot_row) {
        if (j == pivot.column) continue;
        const auto [at, fresh] = row.emplace(j, T(0));
        at->second -= l * value;
        if (fresh) active.columns[u(j)].insert(i);
      }
    }
    active.columns[u(pivot.column)].clear();
  }
  write_operations(u_columns, l_rows, row_step, column_step);
  singular_ = -1;
  ordered_ = true;
  return true;
}

template <class T>
void OperationListLu<T>::write_operations(const std::vector<std::vector<int>>& u_columns,
                                          const std::vector<std::vector<int>>& l_rows,
                                          const std::vector<int>& row_step,
                                          const std::vector<int>& column_step) {
  // Places in the order of the pivots: the pivot, its row of U, its column of L.
  const int n = n_;
  std::vector<std::unordered_map<int, int>> place(
      u(n));  // of (step of the row) -> step of the column -> place
  int places = 0;
  list_.diagonal.assign(u(n), 0);
  list_.lower_start.assign(1, 0);
  list_.upper_start.assign(1, 0);
  list_.lower.clear();
  list_.upper.clear();
  list_.operations.clear();
  list_.rows.clear();
  const auto steps = [](const std::vector<int>& indices, const std::vector<int>& step_of) {
    std::vector<int> out;
    for (const int k : indices) out.push_back(step_of[u(k)]);
    std::sort(out.begin(), out.end());
    return out;
  };
  for (int k = 0; k < n; ++k) {
    list_.diagonal[u(k)] = place[u(k)][k] = places++;
    for (const int j : steps(u_columns[u(k)], column_step))
      list_.upper.push_back({j, place[u(k)][j] = places++});
    for (const int i : steps(l_rows[u(k)], row_step)) list_.lower.push_back({i, place[u(i)][k] = places++});
    list_.lower_start.push_back(static_cast<int>(list_.lower.size()));
    list_.upper_start.push_back(static_cast<int>(list_.upper.size()));
  }
  for (int k = 0; k < n; ++k) {
    for (int e = list_.lower_start[u(k)]; e < list_.lower_start[u(k) + 1]; ++e) {
      const auto& row = place[u(list_.lower[u(e)].index)];
      const int first = static_cast<int>(list_.operations.size());
      for (int c = list_.upper_start[u(k)]; c < list_.upper_start[u(k) + 1]; ++c) {
        list_.operations.push_back({row.at(list_.upper[u(c)].index), list_.upper[u(c)].place});
      }
      list_.rows.push_back({list_.lower[u(e)].place, static_cast<int>(list_.operations.size()) - first});
    }
  }
  list_.scatter.resize(u(pattern_.nonzeros()));
  for (int j = 0; j < n; ++j) {
    for (int k = pattern_.column_start[u(j)]; k < pattern_.column_start[u(j) + 1]; ++k) {
      list_.scatter[u(k)] = place[u(row_step[u(pattern_.row[u(k)])])].at(column_step[u(j)]);
    }
  }
  list_.n = n;
  list_.places = places;
  lu_.assign(u(places), T(0));
  inverse_.assign(u(n), T(0));
  work_.assign(u(n), T(0));
}

template class OperationListLu<double>;
template class OperationListLu<std::complex<double>>;

}  // namespace nullor
