#include "nullor/simulate/newton.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr double kFloatingConductance = 1e-12;  // [S]

}  // namespace

double absolute_tolerance(const UnknownInfo& unknown, const SimulationOptions& options) {
  switch (unknown.nature) {
    case Nature::voltage:
      return options.vntol;
    case Nature::current:
      return options.abstol;
    default:
      return unknown.tolerance > 0 ? unknown.tolerance : options.vntol;
  }
}

NewtonSolver::NewtonSolver(Dae& dae, const SimulationOptions& options)
    : dae_(dae), options_(options), lu_(SparseLu<double>::create(dae.pattern())) {
  const std::size_t n = u(dae.size()) + 1, slots = u(dae.pattern().nonzeros()) + 1;
  for (auto* v : {&f_, &q_, &b_, &dx_}) v->assign(n, 0.0);
  for (auto* v : {&g_, &c_, &j_}) v->assign(slots, 0.0);
  for (int k = 0; k < dae.size(); ++k) {
    diagonal_.push_back(dae.pattern().find(k, k));
    const UnknownInfo& info = dae.unknowns()[u(k)];
    absolute_.push_back(absolute_tolerance(info, options));
    // An exponential extrapolated over dv is off by (dv / vT)^2 / 2: this keeps it below reltol / 7000. The
    // trapezoidal rule remembers the charge that is off as undamped ringing, so that a tenth of this accuracy
    // shows in small currents.
    reuse_.push_back(info.nature == Nature::voltage ? 0.0259 * std::sqrt(2.7e-4 * options.reltol)
                                                    : 0.01 * absolute_.back());
  }
  reuse_.push_back(0);
}

double NewtonSolver::tolerance(int unknown, double a, double b) const {
  return options_.reltol * std::max(std::fabs(a), std::fabs(b)) + absolute_[u(unknown)];
}

void NewtonSolver::evaluate(const std::vector<double>& x, const Problem& problem, bool limiting,
                            bool at_guess) {
  ++evaluations;
  Assembly a;
  a.x = x.data();
  a.time = problem.time;
  a.dc = problem.dc;
  a.steady = problem.alpha == 0;
  a.gmin = problem.gmin > 0 ? problem.gmin : options_.gmin;
  a.f = f_.data();
  a.q = q_.data();
  a.jacobian = g_.data();
  a.capacitance = c_.data();
  a.limiting = limiting;
  a.reuse = limiting && !problem.exact ? reuse_.data() : nullptr;
  a.at_guess = at_guess;
  dae_.evaluate(a);
  limited_ = a.limited;
  const double scale = problem.source_scale;
  for (int k = 0; k < dae_.size(); ++k) {
    double sum = f_[u(k)] + scale * b_[u(k)] + problem.alpha * q_[u(k)];
    if (problem.history) sum += problem.history[k];
    f_[u(k)] = sum;
  }
  for (const int k : floating_) f_[u(k)] += kFloatingConductance * x[u(k)];
  if (problem.node_conductance > 0 || problem.pseudo > 0) {
    for (int k = 0; k < dae_.size(); ++k) {
      if (!dae_.unknowns()[u(k)].owner.empty() && dae_.unknowns()[u(k)].nature != Nature::voltage) continue;
      f_[u(k)] += problem.node_conductance * x[u(k)];
      if (problem.pseudo > 0) f_[u(k)] += problem.pseudo * (x[u(k)] - problem.anchor[k]);
    }
  }
  if (problem.clamps) {
    for (const auto& [k, v] : *problem.clamps) f_[u(k)] += kClampConductance * (x[u(k)] - v);
  }
}

void NewtonSolver::assemble(const Problem& problem, double alpha) {
  const std::size_t nonzeros = u(dae_.pattern().nonzeros());
  if (alpha == 0) {
    std::copy_n(g_.begin(), nonzeros, j_.begin());
  } else {
    for (std::size_t k = 0; k < nonzeros; ++k) j_[k] = g_[k] + alpha * c_[k];
  }
  for (const int k : floating_) j_[u(diagonal_[u(k)])] += kFloatingConductance;
  if (problem.node_conductance > 0 || problem.pseudo > 0) {
    for (int k = 0; k < dae_.size(); ++k) {
      if (!dae_.unknowns()[u(k)].owner.empty() && dae_.unknowns()[u(k)].nature != Nature::voltage) continue;
      j_[u(diagonal_[u(k)])] += problem.node_conductance + problem.pseudo;
    }
  }
  if (problem.clamps) {
    for (const auto& [k, v] : *problem.clamps) j_[u(diagonal_[u(k)])] += kClampConductance;
  }
}

bool NewtonSolver::treat_singular() {
  const int column = lu_->singular_column();
  std::vector<char> known(u(dae_.size()), 0);
  for (const int k : floating_) known[u(k)] = 1;
  const auto can_hold = [&](int k) { return dae_.unknowns()[u(k)].owner.empty() && !known[u(k)]; };
  // First the unknown that the factorization blames; it may blame another of the same undetermined part, so
  // in the end every node gets its conductance, once.
  constexpr std::size_t kOneByOne = 16;
  if (column >= 0 && column < dae_.size() && can_hold(column) && floating_.size() < kOneByOne) {
    floating_.push_back(column);
    return true;
  }
  const std::size_t before = floating_.size();
  for (int k = 0; k < dae_.size(); ++k) {
    if (can_hold(k)) floating_.push_back(k);
  }
  return floating_.size() > before;
}

NewtonSolver::Result NewtonSolver::solve(std::vector<double>& x, const Problem& problem) {
  Result result;
  dae_.excitation(problem.time, problem.dc, b_.data());
  const bool keeps_factors =
      dae_.linear() && !problem.clamps && problem.node_conductance == 0 && problem.pseudo == 0;
  for (int iteration = 0; iteration < problem.max_iterations; ++iteration) {
    ++result.iterations;
    evaluate(x, problem, true, iteration == 0 && problem.start_from_guess);
    if (!(keeps_factors && factored_alpha_ == problem.alpha && factored_revision_ == dae_.revision())) {
      factored_alpha_ = -1;
      for (;;) {
        assemble(problem, problem.alpha);
        ++factorizations;
        if (lu_->factor(j_.data())) break;
        if (!treat_singular()) {
          result.singular = true;
          result.singular_unknown = lu_->singular_column();
          return result;
        }
        evaluate(x, problem, true, iteration == 0 && problem.start_from_guess);
      }
      if (keeps_factors) factored_alpha_ = problem.alpha, factored_revision_ = dae_.revision();
    }
    for (int k = 0; k < dae_.size(); ++k) dx_[u(k)] = -f_[u(k)];
    lu_->solve(dx_.data());

    // At very small steps the charging currents alpha q cancel to less than their rounding, which then is all
    // that is left.
    double rounding = 0;
    if (problem.alpha != 0 && iteration >= 2) {
      for (int k = 0; k < dae_.size(); ++k)
        rounding = std::max(rounding, std::fabs(problem.alpha * q_[u(k)]));
      rounding *= 8 * std::numeric_limits<double>::epsilon();
    }
    double worst = 0;
    bool finite = true;
    for (int k = 0; k < dae_.size(); ++k) {
      const double step = dx_[u(k)], next = x[u(k)] + step;
      const double floor = dae_.unknowns()[u(k)].nature == Nature::current ? rounding : 0;
      const double ratio = std::fabs(step) / (tolerance(k, x[u(k)], next) + floor);
      if (!(ratio < 1e300)) finite = false;
      if (ratio > worst) worst = ratio, result.worst_unknown = k;
      x[u(k)] = next;
    }
    if (!finite) return result;
    if (worst <= 1 && !limited_) {
      result.converged = true;
    } else if (dae_.linear() && !limited_) {
      result.converged = true;  // one step is exact
    }
    if (result.converged) {
      const SparsePattern& p = dae_.pattern();
      if (problem.alpha != 0) p.multiply_add(c_.data(), dx_.data(), q_.data());
      return result;
    }
  }
  return result;
}

void NewtonSolver::linearize(const std::vector<double>& x, const Problem& problem) {
  dae_.excitation(problem.time, problem.dc, b_.data());
  evaluate(x, problem, false, false);
  factored_alpha_ = -1;
}

bool NewtonSolver::factor(double alpha, const Problem& problem) {
  assemble(problem, alpha);
  return lu_->factor(j_.data());
}

void NewtonSolver::add_floating(std::complex<double>* matrix) const {
  for (const int k : floating_) matrix[diagonal_[u(k)]] += kFloatingConductance;
}

}  // namespace nullor
