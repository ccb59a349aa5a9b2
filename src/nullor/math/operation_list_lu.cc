#include "nullor/math/operation_list_lu.h"

#include <limits>

namespace nullor {

template <class T>
bool OperationListLu<T>::order(const T* values) {
  const int n = n_;
  const auto at = [n](int i, int j) { return u(i) * u(n) + u(j); };
  std::vector<T> a(u(n) * u(n), T(0));
  std::vector<char> present(u(n) * u(n), 0);
  for (int j = 0; j < n; ++j) {
    for (int k = pattern_.column_start[u(j)]; k < pattern_.column_start[u(j) + 1]; ++k) {
      const int i = pattern_.row[u(k)];
      a[at(i, j)] = values[k];
      present[at(i, j)] = 1;
    }
  }
  std::vector<int> row_step(u(n), -1), column_step(u(n), -1);
  row_of_.assign(u(n), -1);
  column_of_.assign(u(n), -1);
  for (int step = 0; step < n; ++step) {
    std::vector<int> row_count(u(n), 0), column_count(u(n), 0);
    for (int i = 0; i < n; ++i) {
      if (row_step[u(i)] >= 0) continue;
      for (int j = 0; j < n; ++j) {
        if (column_step[u(j)] < 0 && present[at(i, j)]) ++row_count[u(i)], ++column_count[u(j)];
      }
    }
    int best_i = -1, best_j = -1;
    double best_size = 0;
    long best_cost = std::numeric_limits<long>::max();
    int hopeless = -1;
    for (int j = 0; j < n; ++j) {
      if (column_step[u(j)] >= 0) continue;
      double largest = 0;
      for (int i = 0; i < n; ++i) {
        if (row_step[u(i)] < 0 && present[at(i, j)]) largest = std::max(largest, std::abs(a[at(i, j)]));
      }
      if (!(largest > 0) || !std::isfinite(largest)) {
        hopeless = j;
        continue;
      }
      for (int i = 0; i < n; ++i) {
        if (row_step[u(i)] >= 0 || !present[at(i, j)]) continue;
        const double size = std::abs(a[at(i, j)]);
        if (size < options_.pivot_tolerance * largest) continue;
        const long cost = static_cast<long>(row_count[u(i)] - 1) * (column_count[u(j)] - 1);
        // On equal cost the diagonal, then the larger pivot.
        const bool better = cost < best_cost || (cost == best_cost && ((i == j && best_i != best_j) ||
                                                                       ((i == j) == (best_i == best_j) && size > best_size)));
        if (better) best_i = i, best_j = j, best_size = size, best_cost = cost;
      }
    }
    if (best_i < 0 || hopeless >= 0) {
      singular_ = hopeless;
      return false;
    }
    row_step[u(best_i)] = step;
    column_step[u(best_j)] = step;
    row_of_[u(step)] = best_i;
    column_of_[u(step)] = best_j;
    const T inverse = T(1) / a[at(best_i, best_j)];
    for (int i = 0; i < n; ++i) {
      if (row_step[u(i)] >= 0 || !present[at(i, best_j)]) continue;
      const T l = a[at(i, best_j)] * inverse;
      for (int j = 0; j < n; ++j) {
        if (column_step[u(j)] >= 0 || !present[at(best_i, j)]) continue;
        a[at(i, j)] -= l * a[at(best_i, j)];
        present[at(i, j)] = 1;
      }
    }
  }
  singular_ = -1;

  // Places, in the order of the pivots: the pivot, its row of U, its column of L.
  std::vector<int> place(u(n) * u(n), -1);
  int places = 0;
  diagonal_.assign(u(n), 0);
  lower_start_.assign(1, 0);
  upper_start_.assign(1, 0);
  lower_.clear();
  upper_.clear();
  operations_.clear();
  rows_.clear();
  const auto present_at = [&](int i, int j) { return present[at(row_of_[u(i)], column_of_[u(j)])] != 0; };
  for (int k = 0; k < n; ++k) {
    diagonal_[u(k)] = place[at(k, k)] = places++;
    for (int j = k + 1; j < n; ++j) {
      if (present_at(k, j)) upper_.push_back({j, place[at(k, j)] = places++});
    }
    for (int i = k + 1; i < n; ++i) {
      if (present_at(i, k)) lower_.push_back({i, place[at(i, k)] = places++});
    }
    lower_start_.push_back(static_cast<int>(lower_.size()));
    upper_start_.push_back(static_cast<int>(upper_.size()));
  }
  for (int k = 0; k < n; ++k) {
    for (int e = lower_start_[u(k)]; e < lower_start_[u(k) + 1]; ++e) {
      const int first = static_cast<int>(operations_.size());
      for (int c = upper_start_[u(k)]; c < upper_start_[u(k) + 1]; ++c) {
        operations_.push_back({place[at(lower_[u(e)].index, upper_[u(c)].index)], upper_[u(c)].place});
      }
      rows_.push_back({lower_[u(e)].place, static_cast<int>(operations_.size()) - first});
    }
  }
  scatter_.resize(u(pattern_.nonzeros()));
  for (int j = 0; j < n; ++j) {
    for (int k = pattern_.column_start[u(j)]; k < pattern_.column_start[u(j) + 1]; ++k) {
      scatter_[u(k)] = place[at(row_step[u(pattern_.row[u(k)])], column_step[u(j)])];
    }
  }
  lu_.assign(u(places), T(0));
  inverse_.assign(u(n), T(0));
  work_.assign(u(n), T(0));
  ordered_ = true;
  return true;
}

template class OperationListLu<double>;
template class OperationListLu<std::complex<double>>;

}  // namespace nullor
