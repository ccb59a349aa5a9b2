#include "nullor/simulate/transient.h"

#include <algorithm>
#include <cmath>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

OperatingPoint start_transient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                               const TranCard& card, std::vector<double>& charges) {
  dae.set_transient(card.step, card.stop);
  const Circuit& circuit = dae.circuit();
  const auto value = [&](const Value& v) {
    return v.parameter == kNoParameter ? v.constant : circuit.parameters.evaluate()[u(v.parameter)];
  };
  OperatingPoint start;
  charges.assign(u(dae.size()) + 1, 0.0);
  if (card.use_initial_conditions) {
    start.x.assign(u(dae.size()) + 1, 0.0);
    for (const auto& [node, v] : circuit.initial_conditions) start.x[u(dae.unknown_of_node(node))] = value(v);
    start.x.back() = 0;
    dae.initial_charges(start.x.data(), charges.data());
    start.converged = true;
    start.method = "initial conditions";
  } else {
    OperatingPointOptions how;
    how.dc = false;
    how.max_iterations = options.itl1;
    how.polish = !dae.linear();
    for (const auto& [node, v] : circuit.initial_conditions) {
      if (node != 0) how.clamps.emplace_back(dae.unknown_of_node(node), value(v));
    }
    for (const auto& [node, v] : circuit.node_sets) {
      if (node != 0) how.node_sets.emplace_back(dae.unknown_of_node(node), value(v));
    }
    start = solve_operating_point(dae, newton, options, how);
    if (!start.converged) return start;
    start.x.back() = 0;
    newton.linearize(start.x, {});
    charges = newton.charges();
  }
  start.x.back() = 0;
  dae.accept(start.x.data(), 0);
  dae.begin_transient(start.x.data(), 0);
  return start;
}

Transient::Transient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options)
    : dae_(dae), newton_(newton), options_(options), n_(dae.size()), steps_(options, dae.size()) {
  history_.assign(u(n_) + 1, 0.0);
}

void Transient::predict(double time) {
  steps_.extrapolate(time);
  if (guess_) guess_(steps_.last().time, time, steps_.last().x.data(), steps_.now.x.data());
}

bool Transient::solve_point(double time, const StepFormula& f, const Point& last, const Point& before,
                            Point& out, TransientSummary& summary) {
  steps_.history(f, last, before, history_);
  NewtonSolver::Problem problem;
  problem.time = time;
  problem.alpha = f.a0;
  problem.history = history_.data();
  problem.max_iterations = options_.itl4;
  last_ = newton_.solve(out.x, problem);
  summary.iterations += last_.iterations;
  if (!last_.converged) return false;
  out.time = time;
  const std::vector<double>& q = newton_.charges();
  for (int k = 0; k < n_; ++k) {
    out.q[u(k)] = q[u(k)];
    out.qd[u(k)] = f.a0 * q[u(k)] + history_[u(k)];
  }
  return true;
}

bool Transient::advance(double h, int order, StepFormula& used, TransientSummary& summary) {
  const double to = steps_.last().time + h;
  used = steps_.formula(h, order);
  predict(to);
  return solve_point(to, used, steps_.last(), steps_.before(), steps_.now, summary);
}

bool Transient::advance_tr_bdf2(double h, StepFormula& stage, StepFormula& used, TransientSummary& summary) {
  Point &now = steps_.now, &middle = steps_.stage;
  const Point& last = steps_.last();
  const double h1 = kTrBdf2Gamma * h, h2 = h - h1, r = h2 / h1;
  stage = {2 / h1, -2 / h1, 0, -1, true};
  predict(last.time + h1);
  middle.x = now.x;
  if (!solve_point(last.time + h1, stage, last, steps_.before(), middle, summary)) return false;
  used = {(1 + 2 * r) / (h2 * (1 + r)), -(1 + r) / h2, r * r / (h2 * (1 + r)), 0, false};
  for (int k = 0; k < n_; ++k) now.x[u(k)] = middle.x[u(k)] + r * (middle.x[u(k)] - last.x[u(k)]);
  return solve_point(last.time + h, used, middle, last, now, summary);
}

bool Transient::begin(const TranCard& card, TransientSummary& summary, const Observer& observer) {
  Point& start = steps_.last();
  summary.start = start_transient(dae_, newton_, options_, card, start.q);
  if (!summary.start.converged) {
    summary.failure = summary.start.failure;
    return false;
  }
  start.x = summary.start.x;
  steps_.begin(schedule_of(
      {card.stop, card.start, card.step, card.max_step, dae_.largest_step(), dae_.breakpoints(0, card.stop)},
      options_));
  dae_.events(start.x.data(), events_before_);
  return observer(0, start.x, StepFormula{}) || (summary.stopped = true, false);
}

// A switching threshold was passed: step back so that the new point lies just behind the crossing.
bool Transient::crossed_event(double h, double& retry) {
  dae_.events(steps_.now.x.data(), events_now_);
  double earliest = 2;
  for (std::size_t k = 0; k < events_now_.size(); ++k) {
    const double before = events_before_[k], after = events_now_[k];
    if ((before > 0) == (after > 0) || before == 0) continue;
    earliest = std::min(earliest, before / (before - after));
  }
  if (earliest > 0.95) return false;
  retry = std::max(earliest * 1.02, 0.02) * h;
  return true;
}

void Transient::give_up(double h, const StepFormula& used, TransientSummary& summary) {
  summary.failed_at = steps_.last().time;
  NewtonSolver::Problem problem;
  problem.time = summary.failed_at + h;
  problem.alpha = used.a0;
  problem.history = history_.data();
  summary.failure = explain(dae_, newton_, steps_.now.x, problem, last_);
  if (!summary.failure.singular) summary.failure.reason = "the time step became too small";
}

TransientSummary Transient::run(const TranCard& card, const Observer& observer) {
  TransientSummary summary;
  if (!begin(card, summary, observer)) return summary;
  const Dae::HeldStates held(dae_);
  const bool two_stage = options_.method == Integration::tr_bdf2;
  StepFormula used, stage;
  while (!steps_.finished()) {
    const double h = steps_.choose();
    const bool ok =
        two_stage ? advance_tr_bdf2(h, stage, used, summary) : advance(h, steps_.order(), used, summary);
    if (!ok) {
      ++summary.rejected;
      if (steps_.shorten()) continue;
      give_up(steps_.step(), used, summary);
      return summary;
    }
    double retry = 0;
    if (!events_before_.empty() && h > steps_.event_resolution() && crossed_event(h, retry)) {
      ++summary.rejected;
      steps_.retry(retry);
      continue;
    }
    if (!steps_.judge()) {
      ++summary.rejected;
      continue;
    }
    if (two_stage && !observer(steps_.stage.time, steps_.stage.x, stage)) {
      summary.stopped = true;
      return summary;
    }
    steps_.rotate();
    ++summary.accepted;
    const Point& last = steps_.last();
    const bool switched = dae_.accept(last.x.data(), last.time);
    dae_.events(last.x.data(), events_before_);
    if (!observer(last.time, last.x, used)) {
      summary.stopped = true;
      return summary;
    }
    steps_.advance(switched);
  }
  summary.finished = true;
  return summary;
}

TransientSummary Transient::replay(const TranCard& card, std::span<const GridPoint> grid,
                                   const Observer& observer) {
  TransientSummary summary;
  if (!begin(card, summary, observer)) return summary;
  const Dae::HeldStates held(dae_);
  const bool two_stage = options_.method == Integration::tr_bdf2;
  StepFormula used, stage;
  for (const auto& [time, first_order] : grid) {
    if (time <= 0) continue;
    if (first_order) steps_.restart();
    const double h = time - steps_.last().time;
    const bool ok =
        two_stage ? advance_tr_bdf2(h, stage, used, summary) : advance(h, first_order ? 1 : 2, used, summary);
    if (!ok) {
      summary.failed_at = time;
      summary.failure.reason = "a point of the given time grid did not converge";
      return summary;
    }
    steps_.now.time = time;
    if (two_stage && !observer(steps_.stage.time, steps_.stage.x, stage)) return summary;
    steps_.rotate();
    ++summary.accepted;
    dae_.accept(steps_.last().x.data(), time);
    if (!observer(time, steps_.last().x, used)) return summary;
  }
  summary.finished = true;
  return summary;
}

}  // namespace nullor
