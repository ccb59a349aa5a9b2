#include "nullor/math/dense_core_lu.h"

#include <cmath>
#include <vector>

#include "nullor/math/dense_lu.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

class DenseCoreLu final : public SparseLu<double> {
 public:
  DenseCoreLu(const SparsePattern& pattern, int largest_core) : pattern_(pattern) { peel(largest_core); }

  int core_size() const { return static_cast<int>(core_rows_.size()); }

  bool factor(const double* values) override {
    values_.assign(values, values + pattern_.nonzeros());
    singular_ = -1;
    for (const auto* list : {&first_, &last_}) {
      for (const Pivot& p : *list) {
        const double pivot = values_[u(p.at)];
        if (pivot == 0 || !std::isfinite(pivot)) return singular_ = p.column, false;
      }
    }
    if (core_rows_.empty()) return true;
    double* core = core_.clear();
    for (const auto& [at, place] : core_entries_) core[place] = values_[u(at)];
    // A pivot that cancelled to nothing marks a dependent unknown.
    if (const int column = core_.factor(); column >= 0) return singular_ = core_columns_[u(column)], false;
    return true;
  }

  void solve(double* b) const override {
    std::vector<double>& x = scratch_;
    x.assign(u(pattern_.n), 0.0);
    const auto rest = [&](int row) {
      double sum = b[row];
      for (int e = row_start_[u(row)]; e < row_start_[u(row) + 1]; ++e)
        sum -= values_[u(entry_[u(e)])] * x[u(column_[u(e)])];
      return sum;
    };
    for (const Pivot& p : first_) x[u(p.column)] = rest(p.row) / values_[u(p.at)];
    if (!core_rows_.empty()) {
      for (std::size_t k = 0; k < core_rows_.size(); ++k) core_vector_[k] = rest(core_rows_[k]);
      core_.solve(core_vector_.data());
      for (std::size_t k = 0; k < core_columns_.size(); ++k) x[u(core_columns_[k])] = core_vector_[k];
    }
    for (auto p = last_.rbegin(); p != last_.rend(); ++p) x[u(p->column)] = rest(p->row) / values_[u(p->at)];
    std::copy(x.begin(), x.end(), b);
  }

  void solve_transposed(double* b) const override {
    std::vector<double>& y = scratch_;
    y.assign(u(pattern_.n), 0.0);
    const auto rest = [&](int column) {
      double sum = b[column];
      for (int e = pattern_.column_start[u(column)]; e < pattern_.column_start[u(column) + 1]; ++e) {
        sum -= values_[u(e)] * y[u(pattern_.row[u(e)])];
      }
      return sum;
    };
    for (const Pivot& p : last_) y[u(p.row)] = rest(p.column) / values_[u(p.at)];
    if (!core_rows_.empty()) {
      for (std::size_t k = 0; k < core_columns_.size(); ++k) core_vector_[k] = rest(core_columns_[k]);
      core_.solve_transposed(core_vector_.data());
      for (std::size_t k = 0; k < core_rows_.size(); ++k) y[u(core_rows_[k])] = core_vector_[k];
    }
    for (auto p = first_.rbegin(); p != first_.rend(); ++p)
      y[u(p->row)] = rest(p->column) / values_[u(p->at)];
    std::copy(y.begin(), y.end(), b);
  }

  int singular_column() const override { return singular_; }
  long fill() const override {
    return static_cast<long>(first_.size() + last_.size()) +
           static_cast<long>(core_rows_.size()) * core_size();
  }

 private:
  struct Pivot {
    int row, column, at;  ///< at: place of the pivot in the pattern
  };

  // Rows with one open column are solved first, in order; then columns with one open row are left to the end.
  void peel(int largest_core) {
    const int n = pattern_.n;
    std::vector<int> in_row(u(n), 0), in_column(u(n), 0);
    row_start_.assign(u(n) + 1, 0);
    for (const int i : pattern_.row) ++row_start_[u(i) + 1];
    for (int i = 0; i < n; ++i) {
      in_row[u(i)] = row_start_[u(i) + 1];
      row_start_[u(i) + 1] += row_start_[u(i)];
    }
    entry_.resize(pattern_.row.size());
    column_.resize(pattern_.row.size());
    std::vector<int> fill(row_start_.begin(), row_start_.end() - 1);
    for (int j = 0; j < n; ++j) {
      in_column[u(j)] = pattern_.column_start[u(j) + 1] - pattern_.column_start[u(j)];
      for (int e = pattern_.column_start[u(j)]; e < pattern_.column_start[u(j) + 1]; ++e) {
        const int at = fill[u(pattern_.row[u(e)])]++;
        entry_[u(at)] = e;
        column_[u(at)] = j;
      }
    }
    std::vector<char> row_open(u(n), 1), column_open(u(n), 1);
    const auto close = [&](int row, int column) {
      row_open[u(row)] = column_open[u(column)] = 0;
      for (int e = row_start_[u(row)]; e < row_start_[u(row) + 1]; ++e) --in_column[u(column_[u(e)])];
      for (int e = pattern_.column_start[u(column)]; e < pattern_.column_start[u(column) + 1]; ++e)
        --in_row[u(pattern_.row[u(e)])];
    };
    std::vector<int> waiting;
    for (int i = n; i-- > 0;) {
      if (in_row[u(i)] == 1) waiting.push_back(i);
    }
    while (!waiting.empty()) {
      const int i = waiting.back();
      waiting.pop_back();
      if (!row_open[u(i)] || in_row[u(i)] != 1) continue;
      int e = row_start_[u(i)];
      while (!column_open[u(column_[u(e)])]) ++e;
      const int j = column_[u(e)];
      first_.push_back({i, j, entry_[u(e)]});
      close(i, j);
      for (int k = pattern_.column_start[u(j)]; k < pattern_.column_start[u(j) + 1]; ++k) {
        if (in_row[u(pattern_.row[u(k)])] == 1) waiting.push_back(pattern_.row[u(k)]);
      }
    }
    for (int j = n; j-- > 0;) {
      if (in_column[u(j)] == 1) waiting.push_back(j);
    }
    while (!waiting.empty()) {
      const int j = waiting.back();
      waiting.pop_back();
      if (!column_open[u(j)] || in_column[u(j)] != 1) continue;
      int e = pattern_.column_start[u(j)];
      while (!row_open[u(pattern_.row[u(e)])]) ++e;
      const int i = pattern_.row[u(e)];
      last_.push_back({i, j, e});
      close(i, j);
      for (int k = row_start_[u(i)]; k < row_start_[u(i) + 1]; ++k) {
        if (in_column[u(column_[u(k)])] == 1) waiting.push_back(column_[u(k)]);
      }
    }
    std::vector<int> place_of_row(u(n), -1);
    for (int k = 0; k < n; ++k) {
      if (row_open[u(k)]) place_of_row[u(k)] = static_cast<int>(core_rows_.size()), core_rows_.push_back(k);
      if (column_open[u(k)]) core_columns_.push_back(k);
    }
    const int m = core_size();
    if (m > largest_core) return;  // nothing is allocated for it
    core_ = DenseLu(m);
    core_vector_.resize(u(m));
    for (int c = 0; c < m; ++c) {
      const int j = core_columns_[u(c)];
      for (int e = pattern_.column_start[u(j)]; e < pattern_.column_start[u(j) + 1]; ++e) {
        const int r = place_of_row[u(pattern_.row[u(e)])];
        if (r >= 0) core_entries_.emplace_back(e, core_.place(r, c));
      }
    }
  }

  SparsePattern pattern_;
  std::vector<int> row_start_, entry_, column_;  ///< the pattern by rows
  std::vector<Pivot> first_, last_;
  std::vector<int> core_rows_, core_columns_;
  std::vector<std::pair<int, std::size_t>> core_entries_;  ///< (place in the pattern, place in core_)
  std::vector<double> values_;
  DenseLu core_;
  mutable std::vector<double> core_vector_;
  mutable std::vector<double> scratch_;
  int singular_ = -1;
};

}  // namespace

std::unique_ptr<SparseLu<double>> make_dense_core_lu(const SparsePattern& pattern, int largest_core) {
  auto lu = std::make_unique<DenseCoreLu>(pattern, largest_core);
  if (lu->core_size() > largest_core) return nullptr;
  return lu;
}

}  // namespace nullor
