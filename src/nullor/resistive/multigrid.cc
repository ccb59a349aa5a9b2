#include "nullor/resistive/multigrid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nullor/base/parallel.h"
#include "nullor/resistive/cholesky.h"

namespace nullor::resistive {
namespace {

using Vector = std::vector<double>;

std::size_t at(int k) { return static_cast<std::size_t>(k); }

constexpr std::size_t kBlock =
    32768;  // rows of one thread's share; fixed, so that threads do not change the answer
constexpr int kCoarsest = 2000;
constexpr int kMostLevels = 30;

/// Calls work(begin, end) for the blocks of n rows.
template <class Work>
void by_block(std::size_t n, int jobs, const Work& work) {
  const std::size_t blocks = (n + kBlock - 1) / kBlock;
  parallel_for(blocks, jobs, [&](std::size_t b) { work(b * kBlock, std::min(n, (b + 1) * kBlock)); });
}

double dot(const Vector& a, const Vector& b, int jobs) {
  Vector parts((a.size() + kBlock - 1) / kBlock);
  by_block(a.size(), jobs, [&](std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t k = begin; k < end; ++k) sum += a[k] * b[k];
    parts[begin / kBlock] = sum;
  });
  return std::accumulate(parts.begin(), parts.end(), 0.0);
}

/// y += s x
void add_scaled(Vector& y, double s, const Vector& x, int jobs) {
  by_block(y.size(), jobs, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) y[k] += s * x[k];
  });
}

/// A symmetric matrix by rows, the diagonal apart.
struct Rows {
  std::vector<int> starts, columns;
  Vector values, diagonal;
  int size() const { return static_cast<int>(diagonal.size()); }

  /// y = r - A x
  void residual(const Vector& r, const Vector& x, Vector& y, int jobs) const {
    by_block(x.size(), jobs, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        double sum = r[k] - diagonal[k] * x[k];
        for (int e = starts[k]; e < starts[k + 1]; ++e) sum -= values[at(e)] * x[at(columns[at(e)])];
        y[k] = sum;
      }
    });
  }

  /// One sweep from zero in the given direction; blocks do not see each other, which keeps it symmetric.
  template <bool forward>
  void smooth(const Vector& r, Vector& x, int jobs) const {
    by_block(x.size(), jobs, [&](std::size_t begin, std::size_t end) {
      for (std::size_t step = begin; step < end; ++step) {
        const std::size_t k = forward ? step : end - 1 - (step - begin);
        double sum = r[k];
        for (int e = starts[k]; e < starts[k + 1]; ++e) {
          const std::size_t j = at(columns[at(e)]);
          if (forward ? j < k && j >= begin : j > k && j < end) sum -= values[at(e)] * x[j];
        }
        x[k] = sum / diagonal[k];
      }
    });
  }
};

Rows rows_of(const SymmetricMatrix& matrix) {
  Rows out;
  const int n = matrix.size();
  const auto &starts = matrix.starts, &rows = matrix.rows;
  out.diagonal.resize(at(n));
  out.starts.assign(at(n) + 1, 0);
  for (int c = 0; c < n; ++c) {
    for (int e = starts[at(c)] + 1; e < starts[at(c) + 1]; ++e) {
      ++out.starts[at(c) + 1];
      ++out.starts[at(rows[at(e)]) + 1];
    }
  }
  std::partial_sum(out.starts.begin(), out.starts.end(), out.starts.begin());
  out.columns.resize(at(out.starts.back()));
  out.values.resize(at(out.starts.back()));
  std::vector<int> next(out.starts.begin(), out.starts.end() - 1);
  for (int c = 0; c < n; ++c) {
    out.diagonal[at(c)] = matrix.values[at(starts[at(c)])];
    for (int e = starts[at(c)] + 1; e < starts[at(c) + 1]; ++e) {
      const int r = rows[at(e)];
      const double value = matrix.values[at(e)];
      out.columns[at(next[at(c)])] = r;
      out.values[at(next[at(c)]++)] = value;
      out.columns[at(next[at(r)])] = c;
      out.values[at(next[at(r)]++)] = value;
    }
  }
  return out;
}

/// The aggregate of each row, -1 for rows that their diagonal rules; returns how many aggregates.
int pair_up(const Rows& a, std::vector<int>& aggregate, bool leave_out) {
  constexpr double kFirm = 5;       // diagonal over the sum beside it: smoothing alone settles the row
  constexpr double kStrong = 0.25;  // of the largest in the row
  aggregate.assign(at(a.size()), -2);
  int count = 0;
  for (int k = 0; k < a.size(); ++k) {
    if (aggregate[at(k)] != -2) continue;
    double sum = 0, largest = 0, best = 0;
    int partner = -1;
    for (int e = a.starts[at(k)]; e < a.starts[at(k) + 1]; ++e) {
      const double g = -a.values[at(e)];
      sum += g;
      largest = std::max(largest, g);
      if (g > best && aggregate[at(a.columns[at(e)])] == -2) best = g, partner = a.columns[at(e)];
    }
    if (leave_out && a.diagonal[at(k)] > kFirm * sum) {
      aggregate[at(k)] = -1;
      continue;
    }
    aggregate[at(k)] = count;
    if (partner >= 0 && best >= kStrong * largest) aggregate[at(partner)] = count;
    ++count;
  }
  return count;
}

/// The matrix between aggregates: entries summed.
Rows condense(const Rows& a, const std::vector<int>& aggregate, int count) {
  Rows out;
  std::vector<int> starts(at(count) + 1), members, where(at(count), -1);
  for (const int g : aggregate) starts[at(g + 1)] += g >= 0 ? 1 : 0;
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  members.resize(at(starts.back()));
  std::vector<int> next(starts.begin(), starts.end() - 1);
  for (int k = 0; k < a.size(); ++k) {
    if (aggregate[at(k)] >= 0) members[at(next[at(aggregate[at(k)])]++)] = k;
  }
  out.diagonal.assign(at(count), 0);
  out.starts.assign(1, 0);
  for (int g = 0; g < count; ++g) {
    const int begin = static_cast<int>(out.columns.size());
    for (int m = starts[at(g)]; m < starts[at(g) + 1]; ++m) {
      const int k = members[at(m)];
      out.diagonal[at(g)] += a.diagonal[at(k)];
      for (int e = a.starts[at(k)]; e < a.starts[at(k) + 1]; ++e) {
        const int to = aggregate[at(a.columns[at(e)])];
        if (to < 0) continue;
        if (to == g) {
          out.diagonal[at(g)] += a.values[at(e)];
        } else if (where[at(to)] >= begin) {
          out.values[at(where[at(to)])] += a.values[at(e)];
        } else {
          where[at(to)] = static_cast<int>(out.columns.size());
          out.columns.push_back(to);
          out.values.push_back(a.values[at(e)]);
        }
      }
    }
    out.starts.push_back(static_cast<int>(out.columns.size()));
  }
  return out;
}

struct Level {
  Rows a;
  std::vector<int> aggregate;            ///< of each row on the next level, -1: none
  Vector r, x, y, post, d1, d2, a1, a2;  ///< work space
};

class Multigrid final : public LinearSolver {
 public:
  explicit Multigrid(int jobs) : jobs_(jobs), coarse_(make_cholesky()) {}

  bool factor(const SymmetricMatrix& matrix) override {
    levels_.clear();
    levels_.emplace_back().a = rows_of(matrix);
    while (levels_.back().a.size() > kCoarsest && static_cast<int>(levels_.size()) < kMostLevels) {
      Level& fine = levels_.back();
      std::vector<int> again;
      const int pairs = pair_up(fine.a, fine.aggregate, true);
      const Rows middle = condense(fine.a, fine.aggregate, pairs);
      const int count = pair_up(middle, again, false);
      for (int& g : fine.aggregate) g = g < 0 ? g : again[at(g)];
      if (count > 0.9 * fine.a.size()) {
        fine.aggregate.clear();
        break;
      }
      Rows coarse = condense(middle, again, count);
      if (count == 0) break;
      levels_.emplace_back().a = std::move(coarse);
    }
    for (Level& level : levels_) {
      const std::size_t n = at(level.a.size());
      for (Vector* v :
           {&level.r, &level.x, &level.y, &level.post, &level.d1, &level.d2, &level.a1, &level.a2})
        v->assign(n, 0);
    }
    return factor_coarsest();
  }

  bool solve(const Vector& b, Vector& x, double reduction) override {
    const Rows& a = levels_[0].a;
    x.assign(b.size(), 0);
    Vector r = b, z(b.size()), d, ad(b.size()), zero(b.size()), old_r;
    const double target = reduction * std::sqrt(dot(b, b, jobs_));
    double rz = 0;
    constexpr int kMost = 500;
    for (int k = 0; k < kMost; ++k) {
      if (std::sqrt(dot(r, r, jobs_)) <= target) return true;
      cycle(0, r, z);
      const double next = dot(z, r, jobs_);
      if (!(next > 0)) return false;
      if (k == 0) {
        d = z;
      } else {  // flexible: the preconditioner changes from step to step
        const double beta = (next - dot(z, old_r, jobs_)) / rz;
        for (std::size_t j = 0; j < d.size(); ++j) d[j] = z[j] + beta * d[j];
      }
      rz = next;
      a.residual(zero, d, ad, jobs_);  // -A d
      const double length = -dot(d, r, jobs_) / dot(d, ad, jobs_);
      old_r = r;
      add_scaled(x, length, d, jobs_);
      add_scaled(r, length, ad, jobs_);
    }
    return false;
  }

  double stiffness() const override { return 30; }
  double reduction() const override { return 1e-3; }

 private:
  bool factor_coarsest() {
    const Rows& a = levels_.back().a;
    SymmetricMatrix m;
    m.starts.assign(1, 0);
    for (int k = 0; k < a.size(); ++k) {
      m.rows.push_back(k);
      m.values.push_back(a.diagonal[at(k)]);
      for (int e = a.starts[at(k)]; e < a.starts[at(k) + 1]; ++e) {
        if (a.columns[at(e)] < k) continue;
        m.rows.push_back(a.columns[at(e)]);
        m.values.push_back(a.values[at(e)]);
      }
      m.starts.push_back(static_cast<int>(m.rows.size()));
    }
    coarse_ = make_cholesky();
    return coarse_->factor(m);
  }

  /// z = M^-1 r on level l.
  void cycle(std::size_t l, const Vector& r, Vector& z) {
    Level& level = levels_[l];
    z.resize(r.size());
    if (l + 1 == levels_.size()) {
      coarse_->solve(r, z, 0);
      return;
    }
    level.a.smooth<true>(r, z, jobs_);
    level.a.residual(r, z, level.y, jobs_);
    Level& next = levels_[l + 1];
    std::fill(next.r.begin(), next.r.end(), 0);
    for (std::size_t k = 0; k < r.size(); ++k) {
      if (level.aggregate[k] >= 0) next.r[at(level.aggregate[k])] += level.y[k];
    }
    descend(l + 1);
    for (std::size_t k = 0; k < r.size(); ++k) {
      if (level.aggregate[k] >= 0) z[k] += next.x[at(level.aggregate[k])];
    }
    level.a.residual(r, z, level.y, jobs_);
    level.a.smooth<false>(level.y, level.post, jobs_);
    add_scaled(z, 1, level.post, jobs_);
  }

  /// x of level l for its r: one or two steps of conjugate gradients, or the factors.
  void descend(std::size_t l) {
    Level& level = levels_[l];
    if (l + 1 == levels_.size()) {
      coarse_->solve(level.r, level.x, 0);
      return;
    }
    const std::size_t n = level.r.size();
    Vector zero(n, 0);
    cycle(l, level.r, level.d1);
    level.a.residual(zero, level.d1, level.a1, jobs_);  // -A d1
    const double rho1 = -dot(level.d1, level.a1, jobs_), alpha1 = dot(level.d1, level.r, jobs_);
    if (!(rho1 > 0)) {
      level.x = level.d1;
      return;
    }
    const double norm = dot(level.r, level.r, jobs_);
    Vector rest = level.r;
    add_scaled(rest, alpha1 / rho1, level.a1, jobs_);
    level.x.assign(n, 0);
    add_scaled(level.x, alpha1 / rho1, level.d1, jobs_);
    if (dot(rest, rest, jobs_) <= 0.0625 * norm) return;
    cycle(l, rest, level.d2);
    level.a.residual(zero, level.d2, level.a2, jobs_);
    const double gamma = -dot(level.d2, level.a1, jobs_), beta = -dot(level.d2, level.a2, jobs_);
    const double alpha2 = dot(level.d2, rest, jobs_), rho2 = beta - gamma * gamma / rho1;
    if (!(rho2 > 0)) return;
    add_scaled(level.x, -gamma * alpha2 / (rho1 * rho2), level.d1, jobs_);
    add_scaled(level.x, alpha2 / rho2, level.d2, jobs_);
  }

  int jobs_;
  std::vector<Level> levels_;
  std::unique_ptr<LinearSolver> coarse_;
};

}  // namespace

std::unique_ptr<LinearSolver> make_multigrid(int jobs) { return std::make_unique<Multigrid>(jobs); }

}  // namespace nullor::resistive
