#include "nullor/resistive/laplacian.h"

#include <algorithm>

namespace nullor::resistive {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

/// The numbers 0 ... keys.size()-1 in the order given, sorted stably by their keys in [0, range).
std::vector<int> sort_by(const std::vector<int>& keys, int range, const std::vector<int>& order) {
  std::vector<std::size_t> next(at(range) + 1);
  for (const int k : order) ++next[at(keys[at(k)]) + 1];
  for (std::size_t k = 1; k < next.size(); ++k) next[k] += next[k - 1];
  std::vector<int> out(order.size());
  for (const int k : order) out[next[at(keys[at(k)])]++] = k;
  return out;
}

}  // namespace

Laplacian::Laplacian(const Reduced& reduced) : reduced_(reduced) {
  const int n = reduced.count - 1;
  const std::size_t edges = reduced.edges.size(), branches = edges + reduced.diodes.size();
  slots_.assign(branches, -1);
  std::vector<int> columns, rows, branch_of, order;
  for (std::size_t k = 0; k < branches; ++k) {
    const int a = k < edges ? reduced.edges.a[k] : reduced.diodes.a[k - edges];
    const int b = k < edges ? reduced.edges.b[k] : reduced.diodes.c[k - edges];
    if (a == 0 || b == 0) continue;
    columns.push_back(std::min(a, b) - 1);
    rows.push_back(std::max(a, b) - 1);
    order.push_back(static_cast<int>(order.size()));
    branch_of.push_back(static_cast<int>(k));
  }
  order = sort_by(columns, n, sort_by(rows, n, order));
  matrix_.starts.assign(at(n) + 1, 0);
  matrix_.rows.reserve(at(n) + order.size());
  std::size_t next = 0;
  for (int column = 0; column < n; ++column) {
    matrix_.rows.push_back(column);
    for (; next < order.size() && columns[at(order[next])] == column; ++next) {
      const int row = rows[at(order[next])];
      if (matrix_.rows.back() != row) matrix_.rows.push_back(row);
      slots_[at(branch_of[at(order[next])])] = static_cast<int>(matrix_.rows.size()) - 1;
    }
    matrix_.starts[at(column) + 1] = static_cast<int>(matrix_.rows.size());
  }
  fixed_.assign(matrix_.rows.size(), 0);
  for (std::size_t k = 0; k < edges; ++k) {
    add(reduced.edges.a[k], reduced.edges.b[k], slots_[k], reduced.edges.g[k], fixed_);
  }
  if (reduced.tied) {
    for (int c = 1; c < reduced.count; ++c) fixed_[at(matrix_.starts[at(c) - 1])] += reduced.tie[at(c)];
  }
}

void Laplacian::add(int a, int b, int slot, double g, std::vector<double>& values) const {
  if (a != 0) values[at(matrix_.starts[at(a) - 1])] += g;
  if (b != 0) values[at(matrix_.starts[at(b) - 1])] += g;
  if (slot >= 0) values[at(slot)] -= g;
}

void Laplacian::set_diodes(const std::vector<double>& diodes) {
  matrix_.values = fixed_;
  const std::size_t edges = reduced_.edges.size();
  for (std::size_t k = 0; k < diodes.size(); ++k) {
    if (diodes[k] != 0)
      add(reduced_.diodes.a[k], reduced_.diodes.c[k], slots_[edges + k], diodes[k], matrix_.values);
  }
}

}  // namespace nullor::resistive
