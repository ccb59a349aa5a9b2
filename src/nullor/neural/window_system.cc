#include "nullor/neural/window_system.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nullor/math/dense_core_lu.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr double kReuse = 0.2;  // a Newton step that contracts this well is repeated with the same factors
constexpr double kSmallStep = 1e-2;  // so does a first step that moves no signal by more than this share
constexpr int kLargestCore = 150;    // unknowns of a window that are solved densely

}  // namespace

WindowSystem::WindowSystem(Dae& dae, const FeatureBasis& basis, double gmin, const std::vector<double>& x)
    : dae_(dae),
      basis_(basis),
      gmin_(gmin),
      n_(dae.size()),
      nodes_(basis.nodes()),
      nonzeros_(dae.pattern().nonzeros()),
      stride_(u(dae.size()) + 1),
      charged_(u(nonzeros_), 0),
      check_lu_(SparseLu<double>::create(dae.pattern())) {
  const std::size_t m = u(nodes_);
  for (auto* v : {&f_, &q_, &b_}) v->assign(m * stride_, 0.0);
  for (auto* v : {&g_, &c_}) v->assign(m * (u(nonzeros_) + 1), 0.0);
  residual_.assign(m * u(n_), 0.0);
  times_.assign(m, 0.0);
  for (auto* v : {&at_check_, &check_f_, &check_q_}) v->assign(basis.check.size() * stride_, 0.0);
  check_jacobian_.assign(u(nonzeros_) + 1, 0.0);
  look_for_charges(x);
  build_pattern();
}

void WindowSystem::look_for_charges(const std::vector<double>& x) {
  std::vector<double> state = x;
  for (int trial = 0; trial < 3; ++trial) {
    for (int i = 0; i < n_; ++i)
      state[u(i)] = x[u(i)] + (trial == 0 ? 0.0 : 0.01 * ((i * 7 + trial * 3) % 11 - 5));
    evaluate_node(0, 0, state.data());
    found_new_charges(0);
  }
}

bool WindowSystem::found_new_charges(int m) {
  const double* c = c_.data() + u(m) * (u(nonzeros_) + 1);
  bool found = false;
  for (int e = 0; e < nonzeros_; ++e) {
    if (c[e] != 0 && !charged_[u(e)]) charged_[u(e)] = 1, found = true;
  }
  return found;
}

void WindowSystem::build_pattern() {
  const SparsePattern& p = dae_.pattern();
  std::vector<std::pair<int, int>> entries;
  charged_list_.clear();
  other_list_.clear();
  algebraic_.assign(u(n_), 1);
  for (int j = 0; j < n_; ++j) {
    for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e) {
      const int i = p.row[u(e)];
      (charged_[u(e)] ? charged_list_ : other_list_).push_back(e);
      if (charged_[u(e)]) algebraic_[u(j)] = 0;
      for (int m = 0; m < nodes_; ++m) {
        if (!charged_[u(e)]) {
          entries.emplace_back(i * nodes_ + m, j * nodes_ + m);
          continue;
        }
        for (int k = 0; k < nodes_; ++k) entries.emplace_back(i * nodes_ + m, j * nodes_ + k);
      }
    }
  }
  pattern_ = SparsePattern::from_entries(n_ * nodes_, std::move(entries));
  jacobian_.assign(u(pattern_.nonzeros()) + 1, 0.0);
  charged_at_.clear();
  other_at_.clear();
  for (int j = 0; j < n_; ++j) {
    for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e) {
      const int i = p.row[u(e)];
      for (int m = 0; m < nodes_; ++m) {
        if (!charged_[u(e)]) {
          other_at_.push_back(pattern_.find(i * nodes_ + m, j * nodes_ + m));
          continue;
        }
        for (int k = 0; k < nodes_; ++k) charged_at_.push_back(pattern_.find(i * nodes_ + m, j * nodes_ + k));
      }
    }
  }
  lu_ = make_dense_core_lu(pattern_, kLargestCore);
  if (!lu_) {
    SparseLu<double>::Options options;
    options.largest_operation_list = 0;
    lu_ = SparseLu<double>::create(pattern_, options);
  }
  factored_length_ = -1;
}

void WindowSystem::evaluate_values(const std::vector<double>& s, const Window& window, const double* x,
                                   double* f, double* q) {
  for (std::size_t k = 0; k < s.size(); ++k) times_[k] = window.start + window.length * s[k];
  dae_.evaluate_values({.count = static_cast<int>(s.size()),
                        .x = x,
                        .time = times_.data(),
                        .gmin = gmin_,
                        .f = f,
                        .q = q,
                        .stride = stride_});
}

void WindowSystem::evaluate_node(int m, double time, const double* x) {
  ++evaluations_;
  Assembly a;
  a.x = x;
  a.time = time;
  a.gmin = gmin_;
  a.f = f_.data() + u(m) * stride_;
  a.q = q_.data() + u(m) * stride_;
  a.jacobian = g_.data() + u(m) * (u(nonzeros_) + 1);
  a.capacitance = c_.data() + u(m) * (u(nonzeros_) + 1);
  dae_.evaluate(a);
}

void WindowSystem::assemble(double h) {
  const double scale = 1 / h;
  std::fill(jacobian_.begin(), jacobian_.end(), 0.0);
  const std::size_t step = u(nonzeros_) + 1;
  const int* at = charged_at_.data();
  for (const int e : charged_list_) {
    for (int m = 0; m < nodes_; ++m) {
      const double* d = basis_.slope.row(m);
      for (int k = 0; k < nodes_; ++k) jacobian_[u(at[k])] = scale * d[k] * c_[u(k) * step + u(e)];
      jacobian_[u(at[m])] += g_[u(m) * step + u(e)];
      at += nodes_;
    }
  }
  at = other_at_.data();
  for (const int e : other_list_) {
    for (int m = 0; m < nodes_; ++m) jacobian_[u(at[m])] = g_[u(m) * step + u(e)];
    at += nodes_;
  }
}

void WindowSystem::excite(const Window& window) {
  for (int m = 0; m < nodes_; ++m) {
    dae_.excitation(window.start + window.length * basis_.node[u(m)], false, b_.data() + u(m) * stride_);
  }
}

void WindowSystem::fill_residual(const Window& window, const std::vector<double>& start_charges,
                                 double* out) const {
  for (int i = 0; i < n_; ++i) {
    double* r = out + u(i) * u(nodes_);
    for (int m = 0; m < nodes_; ++m) {
      const double* d = basis_.slope.row(m);
      double sum = 0;
      for (int k = 0; k < nodes_; ++k) sum += d[k] * (q_[u(k) * stride_ + u(i)] - start_charges[u(i)]);
      r[m] = -(sum / window.length + f_[u(m) * stride_ + u(i)] + b_[u(m) * stride_ + u(i)]);
    }
  }
}

WindowSystem::Result WindowSystem::solve(const Window& window, const std::vector<double>& start_charges,
                                         const std::vector<double>& scale, double tolerance,
                                         std::vector<double>& x) {
  constexpr int kMaxIterations = 12;
  Result result;
  excite(window);
  double last = 0, contraction = 1;
  const bool linear = dae_.linear();
  bool keep = false;
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    ++result.iterations;
    keep = linear ? factored_length_ == window.length && factored_revision_ == dae_.revision()
                  : iteration > 0 && (contraction < kReuse || (iteration == 1 && last < kSmallStep));
    if (keep) {
      evaluate_values(basis_.node, window, x.data(), f_.data(), q_.data());
    } else {
      bool changed = false;
      for (int m = 0; m < nodes_; ++m) {
        evaluate_node(m, window.start + window.length * basis_.node[u(m)], x.data() + u(m) * stride_);
        changed = found_new_charges(m) || changed;
      }
      if (changed) build_pattern();
    }
    fill_residual(window, start_charges, residual_.data());
    if (!keep) {
      assemble(window.length);
      ++factorizations_;
      factored_length_ = -1;
      if (!lu_->factor(jacobian_.data())) {
        result.singular = true;
        result.worst_unknown = lu_->singular_column() / nodes_;
        return result;
      }
      factored_length_ = window.length;
      factored_revision_ = dae_.revision();
    }
    lu_->solve(residual_.data());

    double worst = 0;
    for (int i = 0; i < n_; ++i) {
      for (int m = 0; m < nodes_; ++m) {
        const double step = residual_[u(i) * u(nodes_) + u(m)];
        x[u(m) * stride_ + u(i)] += step;
        // Branch currents follow linearly, and are impulses where charges jump.
        const double ratio = controlled(i) ? std::fabs(step) / scale[u(i)] : std::isfinite(step) ? 0.0 : NAN;
        if (!(ratio <= worst)) worst = ratio, result.worst_unknown = i;
      }
    }
    if (!std::isfinite(worst)) return result;
    contraction = iteration == 0 ? 1 : worst / last;
    // With the Jacobian of this very point the next step shrinks quadratically.
    const double next = worst * contraction * (keep ? 1 : contraction);
    if (linear || worst <= 0.1 * tolerance || (iteration > 0 && next <= tolerance && contraction < 0.3)) {
      result.converged = true;
      break;
    }
    if (iteration >= 3 && contraction > 0.9) return result;
    last = worst;
  }
  if (result.converged && keep && !linear) {
    evaluate_values(basis_.node, window, x.data(), f_.data(), q_.data());
  } else if (result.converged) {
    // Charges at the last x to second order in the last step.
    const SparsePattern& p = dae_.pattern();
    for (int j = 0; j < n_; ++j) {
      for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e) {
        if (!charged_[u(e)]) continue;
        for (int m = 0; m < nodes_; ++m) {
          q_[u(m) * stride_ + u(p.row[u(e)])] +=
              c_[u(m) * (u(nonzeros_) + 1) + u(e)] * residual_[u(j) * u(nodes_) + u(m)];
        }
      }
    }
  }
  return result;
}

bool WindowSystem::linearize(const Window& window, const std::vector<double>& x) {
  for (int m = 0; m < nodes_; ++m) {
    evaluate_node(m, window.start + window.length * basis_.node[u(m)], x.data() + u(m) * stride_);
    if (found_new_charges(m)) build_pattern();
  }
  assemble(window.length);
  factored_length_ = -1;
  return lu_->factor(jacobian_.data());
}

void WindowSystem::negative_residual(const Window& window, const std::vector<double>& start_charges,
                                     double* out) {
  excite(window);
  fill_residual(window, start_charges, out);
}

void WindowSystem::add_capacitance(int m, const double* k, double* y) const {
  const SparsePattern& p = dae_.pattern();
  const double* c = c_.data() + u(m) * (u(nonzeros_) + 1);
  for (int j = 0; j < n_; ++j) {
    for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e) y[p.row[u(e)]] += c[e] * k[j];
  }
}

void WindowSystem::add_transposed_capacitance(int m, const double* k, double* y) const {
  const SparsePattern& p = dae_.pattern();
  const double* c = c_.data() + u(m) * (u(nonzeros_) + 1);
  for (int j = 0; j < n_; ++j) {
    for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e) y[j] += c[e] * k[p.row[u(e)]];
  }
}

double WindowSystem::defect(const Window& window, const std::vector<double>& start,
                            const std::vector<double>& start_charges, const std::vector<double>& x,
                            const std::vector<double>& scale) {
  // The error of the network swings from node to node, with about this many radians over the window.
  const double kappa = 3.0 * nodes_;
  const int checks = static_cast<int>(basis_.check.size());
  for (int p = 0; p < checks; ++p) {
    for (int i = 0; i < n_; ++i) {
      const double* row = algebraic_[u(i)] ? basis_.free_check_value.row(p) : basis_.check_value.row(p);
      const double base = algebraic_[u(i)] ? x[u(nodes_ - 1) * stride_ + u(i)] : start[u(i)];
      double sum = base;
      for (int m = 0; m < nodes_; ++m) sum += row[m] * (x[u(m) * stride_ + u(i)] - base);
      at_check_[u(p) * stride_ + u(i)] = sum;
    }
  }
  evaluate_values(basis_.check, window, at_check_.data(), check_f_.data(), check_q_.data());
  std::vector<double> b(stride_), moved(stride_);
  double worst = 0;
  for (int p = 0; p < checks; ++p) {
    const double time = window.start + window.length * basis_.check[u(p)];
    double* const f = check_f_.data() + u(p) * stride_;
    dae_.excitation(time, false, b.data());
    const double* d = basis_.check_slope.row(p);
    for (int i = 0; i < n_; ++i) {
      double sum = 0;
      for (int m = 0; m < nodes_; ++m) sum += d[m] * (q_[u(m) * stride_ + u(i)] - start_charges[u(i)]);
      f[u(i)] += b[u(i)] + sum / window.length;
    }
    // With derivatives between those of the neighbours: of the estimate, not of the defect.
    const std::size_t size = u(nonzeros_) + 1, after = u(2 * p) * size,
                      before = p == 0 ? after : after - size;
    for (std::size_t e = 0; e + 1 < size; ++e)
      check_jacobian_[e] =
          0.5 * (g_[before + e] + g_[after + e] + kappa / window.length * (c_[before + e] + c_[after + e]));
    if (!check_lu_->factor(check_jacobian_.data())) return std::numeric_limits<double>::infinity();
    check_lu_->solve(f);
    const bool rounded = window.length < kShortWindow * time;
    if (rounded) {
      // What the sources move by in the last digits of time: no network can tell it from zero.
      dae_.excitation(time * (1 + 4 * std::numeric_limits<double>::epsilon()), false, moved.data());
      for (int i = 0; i < n_; ++i) moved[u(i)] -= b[u(i)];
      check_lu_->solve(moved.data());
    }
    for (int i = 0; i < n_; ++i) {
      if (!controlled(i)) continue;
      const double error = std::fabs(f[u(i)]) - (rounded ? std::fabs(moved[u(i)]) : 0.0);
      if (!(error / scale[u(i)] <= worst)) worst = error / scale[u(i)];
    }
  }
  return worst;
}

}  // namespace nullor
