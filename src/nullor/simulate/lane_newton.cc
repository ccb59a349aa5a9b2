#include "nullor/simulate/lane_newton.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

LaneNewton::LaneNewton(LaneDae& dae, const SimulationOptions& options)
    : dae_(dae), options_(options), lu_(dae.pattern()) {
  const std::size_t n = u(dae.size()) + 1, slots = u(dae.pattern().nonzeros()) + 1;
  for (auto* v : {&f_, &q_, &b_, &dx_, &charges_}) v->assign(n, Lanes(0.0));
  for (auto* v : {&g_, &c_, &j_}) v->assign(slots, Lanes(0.0));
  one_.assign(slots, 0.0);
  for (int k = 0; k < dae.size(); ++k) {
    diagonal_.push_back(dae.pattern().find(k, k));
    absolute_.push_back(absolute_tolerance(dae.unknowns()[u(k)], options));
  }
}

void LaneNewton::hold_floating(const std::vector<int>& unknowns) {
  floating_ = unknowns;
  floating_places_.clear();
  for (const int k : unknowns) floating_places_.push_back(diagonal_[u(k)]);
}

bool LaneNewton::is_held(int unknown) const {
  const UnknownInfo& info = dae_.unknowns()[u(unknown)];
  return info.owner.empty() || info.nature == Nature::voltage;
}

void LaneNewton::evaluate(const std::vector<Lanes>& x, const Problem& problem, bool at_guess) {
  evaluations += kLanes;
  LaneAssembly a;
  a.x = x.data();
  a.time = problem.time;
  a.alpha = problem.alpha;
  a.dc = problem.dc;
  a.steady = problem.steady;
  a.gmin = options_.gmin;
  a.f = f_.data();
  a.q = q_.data();
  a.jacobian = g_.data();
  a.capacitance = c_.data();
  a.limiting = true;
  a.at_guess = at_guess;
  dae_.evaluate(a);
  limited_ = a.limited;
  for (int k = 0; k < dae_.size(); ++k) {
    Lanes sum = f_[u(k)] + b_[u(k)] + problem.alpha * q_[u(k)];
    if (problem.history) sum += problem.history[k];
    if (problem.node_conductance > 0 && is_held(k)) sum += problem.node_conductance * x[u(k)];
    f_[u(k)] = sum;
  }
  for (const int k : floating_) f_[u(k)] += kFloatingConductance * x[u(k)];
}

void LaneNewton::assemble(const Problem& problem) {
  const std::size_t nonzeros = u(dae_.pattern().nonzeros());
  if (problem.steady) {
    std::copy_n(g_.begin(), nonzeros, j_.begin());
  } else {
    for (std::size_t k = 0; k < nonzeros; ++k) j_[k] = g_[k] + problem.alpha * c_[k];
  }
  for (const int place : floating_places_) j_[u(place)] += kFloatingConductance;
  if (problem.node_conductance <= 0) return;
  for (int k = 0; k < dae_.size(); ++k) {
    if (is_held(k)) j_[u(diagonal_[u(k)])] += problem.node_conductance;
  }
}

LaneNewton::Mask LaneNewton::factor(const Mask& wanted) {
  factorizations += kLanes;
  Mask good{};
  if (lu_.ordered()) good = lu_.factor(j_.data());
  const Mask refused = wanted && !good;
  if (refused.none()) return good;
  // New pivots, from the first lane that the old ones do not fit.
  int lane = 0;
  while (!refused[lane]) ++lane;
  for (std::size_t k = 0; k < one_.size(); ++k) one_[k] = j_[k][lane];
  if (!lu_.order(one_.data())) return good && wanted;
  return lu_.factor(j_.data());
}

LaneNewton::Mask LaneNewton::solve(std::vector<Lanes>& x, const Problem& problem, const Mask& wanted) {
  Mask converged{}, active = wanted;
  begin(problem, wanted);
  while (!active.none()) {
    const Progress progress = iterate(x, problem, active);
    converged = converged || progress.converged;
    active = active && !(progress.converged || progress.failed);
  }
  return converged;
}

void LaneNewton::begin(const Problem& problem, const Mask& lanes) {
  dae_.excitation(problem.time, problem.dc, lanes, b_.data());
  for (int lane = 0; lane < kLanes; ++lane) {
    if (lanes[lane]) iteration_[u(lane)] = 0;
  }
}

LaneNewton::Progress LaneNewton::iterate(std::vector<Lanes>& x, const Problem& problem, const Mask& active) {
  int first = problem.max_iterations;
  for (int lane = 0; lane < kLanes; ++lane) {
    if (active[lane]) first = std::min(first, iteration_[u(lane)]);
  }
  evaluate(x, problem, first == 0 && problem.start_from_guess);
  assemble(problem);
  Mask good = active && factor(active);
  for (int k = 0; k < dae_.size(); ++k) dx_[u(k)] = -f_[u(k)];
  lu_.solve(dx_.data());

  const Lanes rounding = rounding_of_currents(problem);
  const bool by_error_left = problem.share > 0 && dae_.bends_gently();
  const double bend = by_error_left ? 1 / (2 * kBend * problem.share) : 0;
  Lanes worst(0.0), worst_left(0.0);
  Mask finite = !Mask{};
  for (int k = 0; k < dae_.size(); ++k) {
    const Nature nature = dae_.unknowns()[u(k)].nature;
    const Lanes step = select(good, dx_[u(k)], Lanes(0.0)), next = x[u(k)] + step;
    const Lanes floor = nature == Nature::current ? rounding : Lanes(0.0);
    const Lanes tolerance = options_.reltol * max(abs(x[u(k)]), abs(next)) + Lanes(absolute_[u(k)]) + floor;
    const Lanes ratio = abs(step) / tolerance;
    finite = finite && ratio < Lanes(1e300);
    worst = max(worst, ratio);
    if (by_error_left) {
      // Branch currents follow from the voltages, with the same error.
      if (nature == Nature::voltage) worst_left = max(worst_left, bend * step * step / tolerance);
      if (nature != Nature::voltage && nature != Nature::current) worst_left = max(worst_left, ratio);
    }
    x[u(k)] = next;
  }
  good = good && finite;
  const Mask small = (by_error_left ? worst_left : worst) <= Lanes(1.0);
  Progress progress;
  progress.converged = good && small && !limited_;
  if (!progress.converged.none()) keep_charges(problem, progress.converged);
  progress.failed = active && !good;
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!active[lane]) continue;
    const bool spent = ++iteration_[u(lane)] >= problem.max_iterations;
    if (spent && !progress.converged[lane]) progress.failed.lanes[lane] = -1;
  }
  return progress;
}

// At very small steps the charging currents cancel to less than their rounding (newton.cc).
Lanes LaneNewton::rounding_of_currents(const Problem& problem) const {
  Lanes rounding(0.0);
  if (problem.steady) return rounding;
  bool late = false;
  for (const int iteration : iteration_) late = late || iteration >= 2;
  if (!late) return rounding;
  for (int k = 0; k < dae_.size(); ++k) rounding = max(rounding, abs(problem.alpha * q_[u(k)]));
  for (int lane = 0; lane < kLanes; ++lane) {
    if (iteration_[u(lane)] < 2) rounding.set(lane, 0);
  }
  return rounding * (8 * std::numeric_limits<double>::epsilon());
}

// Of the lanes that are done, moved on with the last step.
void LaneNewton::keep_charges(const Problem& problem, const Mask& done) {
  if (!problem.steady) {
    const SparsePattern& p = dae_.pattern();
    for (int column = 0; column < p.n; ++column) {
      const Lanes step = select(done, dx_[u(column)], Lanes(0.0));
      for (int e = p.column_start[u(column)]; e < p.column_start[u(column) + 1]; ++e)
        q_[u(p.row[u(e)])] += c_[u(e)] * step;
    }
  }
  for (std::size_t k = 0; k < q_.size(); ++k) charges_[k] = select(done, q_[k], charges_[k]);
}

void LaneNewton::linearize(const std::vector<Lanes>& x, bool small_signal) {
  LaneAssembly a;
  a.x = x.data();
  a.dc = true;
  a.steady = true;
  a.gmin = options_.gmin;
  a.f = f_.data();
  a.q = q_.data();
  a.jacobian = g_.data();
  a.capacitance = c_.data();
  a.small_signal = small_signal;
  dae_.evaluate(a);
}

}  // namespace nullor
