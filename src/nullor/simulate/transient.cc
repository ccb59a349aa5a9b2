#include "nullor/simulate/transient.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

const double kGamma = 2 - std::sqrt(2.0);  // TR-BDF2

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
    : dae_(dae), newton_(newton), options_(options), n_(dae.size()) {
  for (Point* p : {&now_, &stage_, &past_[0], &past_[1], &past_[2]}) {
    p->x.assign(u(n_) + 1, 0.0);
    p->q.assign(u(n_) + 1, 0.0);
    p->qd.assign(u(n_) + 1, 0.0);
  }
  history_.assign(u(n_) + 1, 0.0);
}

StepFormula Transient::formula(double h, int order) const {
  StepFormula f;
  if (order == 1) {
    f.a0 = 1 / h;
    f.a1 = -1 / h;
  } else if (options_.method == Integration::gear) {
    const double h1 = past_[0].time - past_[1].time, r = h / h1;
    f.a0 = (1 + 2 * r) / (h * (1 + r));
    f.a1 = -(1 + r) / h;
    f.a2 = r * r / (h * (1 + r));
  } else {
    // theta q'(n) + (1 - theta) q'(n-1) = (q(n) - q(n-1)) / h with theta = 1 - xmu
    const double theta = 1 - options_.xmu;
    f.a0 = 1 / (theta * h);
    f.a1 = -f.a0;
    f.beta = -options_.xmu / theta;
  }
  return f;
}

bool Transient::solve_point(double time, const StepFormula& f, const Point& last, const Point& before,
                            Point& out, TransientSummary& summary) {
  for (int k = 0; k < n_; ++k) history_[u(k)] = f.a1 * last.q[u(k)] + f.beta * last.qd[u(k)];
  if (f.a2 != 0) {
    for (int k = 0; k < n_; ++k) history_[u(k)] += f.a2 * before.q[u(k)];
  }
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

void Transient::predict(double time) {
  extrapolate(time);
  if (guess_) guess_(time, now_.x.data());
}

// Continues the accepted points since the last corner: constant, straight line or parabola.
void Transient::extrapolate(double time) {
  const Point& a = past_[0];
  if (smooth_ < 2) {
    now_.x = a.x;
    return;
  }
  const Point& b = past_[1];
  const double s = (time - a.time) / (a.time - b.time);
  if (smooth_ < 3) {
    for (int k = 0; k < n_; ++k) now_.x[u(k)] = a.x[u(k)] + s * (a.x[u(k)] - b.x[u(k)]);
    return;
  }
  const Point& c = past_[2];
  const double ta = time - a.time, tb = time - b.time, tc = time - c.time;
  const double wa = tb * tc / ((a.time - b.time) * (a.time - c.time));
  const double wb = ta * tc / ((b.time - a.time) * (b.time - c.time));
  const double wc = ta * tb / ((c.time - a.time) * (c.time - b.time));
  for (int k = 0; k < n_; ++k) now_.x[u(k)] = wa * a.x[u(k)] + wb * b.x[u(k)] + wc * c.x[u(k)];
}

bool Transient::advance(double h, int order, StepFormula& used, TransientSummary& summary) {
  used = formula(h, order);
  predict(past_[0].time + h);
  return solve_point(past_[0].time + h, used, past_[0], past_[1], now_, summary);
}

bool Transient::advance_tr_bdf2(double h, StepFormula& stage, StepFormula& used, TransientSummary& summary) {
  const double h1 = kGamma * h, h2 = h - h1, r = h2 / h1;
  stage = {2 / h1, -2 / h1, 0, -1, true};
  predict(past_[0].time + h1);
  stage_.x = now_.x;
  if (!solve_point(past_[0].time + h1, stage, past_[0], past_[1], stage_, summary)) return false;
  used = {(1 + 2 * r) / (h2 * (1 + r)), -(1 + r) / h2, r * r / (h2 * (1 + r)), 0, false};
  for (int k = 0; k < n_; ++k) now_.x[u(k)] = stage_.x[u(k)] + r * (stage_.x[u(k)] - past_[0].x[u(k)]);
  return solve_point(past_[0].time + h, used, stage_, past_[0], now_, summary);
}

double Transient::truncation_step(int order) const {
  // Divided difference of q over the new and the last order + 1 points, as weights.
  if (known_ < order + 1) return 1e300;
  const double t[4] = {now_.time, past_[0].time, past_[1].time, past_[2].time};
  double w[4] = {0, 0, 0, 0};
  for (int i = 0; i <= order + 1; ++i) {
    double product = 1;
    for (int j = 0; j <= order + 1; ++j) {
      if (j != i) product *= t[i] - t[j];
    }
    w[i] = 1 / product;
  }
  const bool gear = options_.method == Integration::gear;
  const double factor = order == 1 ? 0.5 : gear ? 0.2222222222 : 0.0833333333;
  const double h = now_.time - past_[0].time;
  // The smallest squared (order 2) or plain (order 1) step over all charges.
  double least = 1e300;
  for (int k = 0; k < n_; ++k) {
    double difference = w[0] * now_.q[u(k)] + w[1] * past_[0].q[u(k)] + w[2] * past_[1].q[u(k)];
    if (order == 2) difference += w[3] * past_[2].q[u(k)];
    if (difference == 0) continue;
    const double current =
        options_.abstol + options_.reltol * std::max(std::fabs(now_.qd[u(k)]), std::fabs(past_[0].qd[u(k)]));
    const double charge = options_.reltol *
                          std::max({std::fabs(now_.q[u(k)]), std::fabs(past_[0].q[u(k)]), options_.chgtol}) /
                          h;
    const double allowed = options_.trtol * std::max(current, charge);
    least = std::min(least, allowed / std::max(options_.abstol, factor * std::fabs(difference)));
  }
  return order == 1 ? least : std::sqrt(least);
}

double Transient::truncation_step_tr_bdf2(double h) const {
  // LTE of q:  k h^3 q''' with q''' from the three derivatives at 0, gamma h, h.
  const double c = (-3 * kGamma * kGamma + 4 * kGamma - 2) / (12 * (2 - kGamma));
  double least = 1e300;
  for (int k = 0; k < n_; ++k) {
    const double difference =
        past_[0].qd[u(k)] / kGamma - stage_.qd[u(k)] / (kGamma * (1 - kGamma)) + now_.qd[u(k)] / (1 - kGamma);
    const double error = std::fabs(2 * c * difference);  // in units of dq/dt
    if (error == 0) continue;
    const double current =
        options_.abstol + options_.reltol * std::max(std::fabs(now_.qd[u(k)]), std::fabs(past_[0].qd[u(k)]));
    const double charge = options_.reltol *
                          std::max({std::fabs(now_.q[u(k)]), std::fabs(past_[0].q[u(k)]), options_.chgtol}) /
                          h;
    least = std::min(least, options_.trtol * std::max(current, charge) / error);
  }
  return h * std::sqrt(least);
}

void Transient::rotate() {
  std::swap(past_[2], past_[1]);
  std::swap(past_[1], past_[0]);
  std::swap(past_[0], now_);
  known_ = std::min(known_ + 1, 3);
  ++smooth_;
}

bool Transient::begin(const TranCard& card, TransientSummary& summary, const Observer& observer) {
  Point& start = past_[0];
  summary.start = start_transient(dae_, newton_, options_, card, start.q);
  if (!summary.start.converged) {
    summary.failure = summary.start.failure;
    return false;
  }
  start.x = summary.start.x;
  std::fill(start.qd.begin(), start.qd.end(), 0.0);
  start.time = 0;
  known_ = smooth_ = 1;
  dae_.events(start.x.data(), events_before_);
  return observer(0, start.x, StepFormula{}) || (summary.stopped = true, false);
}

// A switching threshold was passed: step back so that the new point lies just behind the crossing.
bool Transient::crossed_event(double h, double& retry) {
  dae_.events(now_.x.data(), events_now_);
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

TransientSummary Transient::run(const TranCard& card, const Observer& observer) {
  TransientSummary summary;
  if (!begin(card, summary, observer)) return summary;
  const Dae::HeldStates held(dae_);
  const double stop = card.stop;
  double largest = card.max_step > 0                      ? card.max_step
                   : card.step < (stop - card.start) / 50 ? card.step
                                                          : (stop - card.start) / 50;
  largest = std::min(largest, dae_.largest_step());
  const double smallest = std::max(1e-11 * largest, 4 * std::numeric_limits<double>::epsilon() * stop);
  std::vector<double> corners = dae_.breakpoints(0, stop);
  // Corners that differ by rounding are one.
  std::erase_if(corners, [&](double t) { return t <= smallest || t >= stop - smallest; });
  corners.push_back(stop);
  corners.erase(
      std::unique(corners.begin(), corners.end(), [&](double a, double b) { return b - a <= smallest; }),
      corners.end());
  std::size_t next = 0;

  const bool two_stage = options_.method == Integration::tr_bdf2;
  int order = 1;
  double h = options_.fixed_step
                 ? largest
                 : std::min({stop / 100, card.step > 0 ? card.step : stop / 50, largest}) / 100;
  if (!options_.fixed_step) h = std::min(h, 0.1 * corners[0]);
  h = std::max(h, 2 * smallest);
  const double event_resolution = 1e-5 * largest;
  double time = 0;
  StepFormula used, stage;
  while (next < corners.size()) {
    // Land on the corner exactly; take the last two steps to it in equal parts rather than leave a sliver.
    double target = corners[next] - time;
    bool on_corner = false;
    if (h >= target * (1 - 1e-9)) {
      h = target;
      on_corner = true;
    } else if (!options_.fixed_step && h > 0.6 * target && h < target) {
      h = 0.5 * target;
    }
    const bool ok = two_stage ? advance_tr_bdf2(h, stage, used, summary) : advance(h, order, used, summary);
    if (!ok) {
      ++summary.rejected;
      h /= 8;
      order = 1;
      smooth_ = std::min(smooth_, 1);
      if (h < smallest) {
        summary.failed_at = time;
        NewtonSolver::Problem problem;
        problem.time = time + h;
        problem.alpha = used.a0;
        problem.history = history_.data();
        summary.failure = explain(dae_, newton_, now_.x, problem, last_);
        if (!summary.failure.singular) summary.failure.reason = "the time step became too small";
        return summary;
      }
      continue;
    }
    if (on_corner) now_.time = corners[next];

    double retry = 0;
    if (!events_before_.empty() && h > event_resolution && crossed_event(h, retry)) {
      ++summary.rejected;
      h = std::max(retry, event_resolution);
      continue;
    }
    double proposed = largest;
    int next_order = order;
    if (!options_.fixed_step) {
      if (two_stage) {
        proposed = truncation_step_tr_bdf2(h);
      } else {
        proposed = truncation_step(order);
        if (order == 1 && options_.max_order > 1 && proposed >= 0.9 * h) {
          const double better = known_ >= 3 ? truncation_step(2) : 0;
          if (known_ < 3) {
            next_order = known_ >= 2 ? 2 : 1;
          } else if (better > 1.05 * h) {
            next_order = 2;
            proposed = better;
          }
        }
      }
      if (proposed < 0.9 * h && h > 2 * smallest) {
        ++summary.rejected;
        h = std::max(proposed, 0.1 * h);
        if (h < smallest) h = smallest;
        continue;
      }
    } else if (options_.max_order > 1) {
      next_order = 2;
    }

    // Accepted.
    time = now_.time;
    if (two_stage && !observer(stage_.time, stage_.x, stage)) {
      summary.stopped = true;
      return summary;
    }
    rotate();
    ++summary.accepted;
    const bool switched = dae_.accept(past_[0].x.data(), time);
    dae_.events(past_[0].x.data(), events_before_);
    if (!observer(time, past_[0].x, used)) {
      summary.stopped = true;
      return summary;
    }
    order = next_order;
    h = options_.fixed_step ? largest : std::min({proposed, 2 * h, largest});
    if (on_corner || switched) {
      if (on_corner) ++next;
      order = 1;
      smooth_ = 1;
      if (!options_.fixed_step && next < corners.size()) {
        h = std::min(h, std::max(0.1 * (corners[next] - time), 2 * smallest));
        h = std::min(h, 0.1 * largest);
      }
    }
    h = std::max(h, 2 * smallest);
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
    if (first_order) smooth_ = 1;
    const double h = time - past_[0].time;
    const bool ok =
        two_stage ? advance_tr_bdf2(h, stage, used, summary) : advance(h, first_order ? 1 : 2, used, summary);
    if (!ok) {
      summary.failed_at = time;
      summary.failure.reason = "a point of the given time grid did not converge";
      return summary;
    }
    now_.time = time;
    if (two_stage && !observer(stage_.time, stage_.x, stage)) return summary;
    rotate();
    ++summary.accepted;
    dae_.accept(past_[0].x.data(), time);
    if (!observer(time, past_[0].x, used)) return summary;
  }
  summary.finished = true;
  return summary;
}

}  // namespace nullor
