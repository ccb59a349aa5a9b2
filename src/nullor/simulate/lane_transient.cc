#include "nullor/simulate/lane_transient.h"

#include <algorithm>

#include "nullor/base/si.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

LaneTransient::LaneTransient(LaneDae& dae, LaneNewton& newton, const SimulationOptions& options)
    : dae_(dae), newton_(newton), options_(options), n_(dae.size()) {
  for (int k = 0; k < kLanes; ++k)
    lanes_.push_back({StepControl(options, n_), {}, std::vector<double>(u(n_) + 1, 0.0)});
  for (auto* v : {&x_, &history_, &charges_}) v->assign(u(n_) + 1, Lanes(0.0));
  problem_.steady = false;
  problem_.history = history_.data();
  problem_.max_iterations = options.itl4;
  problem_.share = 0.1;
}

bool LaneTransient::supports(const LaneDae& dae) {
  std::vector<double> events, states;
  const std::vector<double> x(u(dae.size()) + 1, 0.0);
  dae.scalar(0).events(x.data(), events);
  dae.scalar(0).read_states(states);
  return events.empty() && states.empty() && !dae.has_delays();
}

void LaneTransient::start(int lane, const TranCard& card, const std::vector<Lanes>& x) {
  StepControl& steps = lanes_[u(lane)].steps;
  steps = StepControl(options_, n_);
  StepControl::Point& from = steps.last();
  for (std::size_t r = 0; r < x.size(); ++r) {
    from.x[r] = x[r][lane];
    from.q[r] = charges_[r][lane];
  }
  dae_.set_transient(lane, card.step, card.stop);
  const Dae& scalar = dae_.scalar(lane);
  steps.begin(schedule_of({card.stop, card.start, card.step, card.max_step, scalar.largest_step(),
                           scalar.breakpoints(0, card.stop)},
                          options_));
}

// The next point of a lane: its time, its formula, and where Newton's method begins.
void LaneTransient::propose(int lane) {
  Lane& own = lanes_[u(lane)];
  StepControl& steps = own.steps;
  const double h = steps.choose(), to = steps.last().time + h;
  own.formula = steps.formula(h, steps.order());
  steps.history(own.formula, steps.last(), steps.before(), own.history);
  steps.extrapolate(to);
  problem_.time.set(lane, to);
  problem_.alpha.set(lane, own.formula.a0);
  for (int k = 0; k < n_; ++k) {
    x_[u(k)].set(lane, steps.now.x[u(k)]);
    history_[u(k)].set(lane, own.history[u(k)]);
  }
}

// Takes or refuses the point. False: this lane has ended.
bool LaneTransient::settle(int lane, bool converged, const Observer& observer, bool& failed) {
  Lane& own = lanes_[u(lane)];
  StepControl& steps = own.steps;
  if (!converged) {
    ++rejected;
    failed = !steps.shorten();
    return !failed;
  }
  StepControl::Point& now = steps.now;
  now.time = problem_.time[lane];
  const std::vector<Lanes>& q = newton_.charges();
  for (int k = 0; k < n_; ++k) {
    now.x[u(k)] = x_[u(k)][lane];
    now.q[u(k)] = q[u(k)][lane];
    now.qd[u(k)] = own.formula.a0 * now.q[u(k)] + own.history[u(k)];
  }
  if (!steps.judge()) {
    ++rejected;
    return true;
  }
  steps.rotate();
  ++accepted;
  if (!observer(lane, steps.last().time, steps.last().x)) return false;
  steps.advance(false);
  return !steps.finished();
}

void LaneTransient::run(const TranCard& card, std::vector<Lanes> x, const Mask& wanted,
                        const Observer& observer, const Next& next) {
  Mask active = wanted;
  const auto begin = [&](int lane) {
    newton_.linearize(x, false);
    charges_ = newton_.charges_at();
    start(lane, card, x);
    return observer(lane, 0, lanes_[u(lane)].steps.last().x);
  };
  // Ends a lane and begins its next sample, until one runs or there is none.
  const auto end = [&](int lane, std::string why) {
    active.lanes[lane] = 0;
    while (next(lane, why, x)) {
      active.lanes[lane] = -1;
      if (begin(lane)) return;
      active.lanes[lane] = 0;
      why.clear();
    }
  };
  for (int lane = 0; lane < kLanes; ++lane) {
    if (wanted[lane] && !begin(lane)) end(lane, {});
  }
  Mask fresh = active;
  while (!active.none()) {
    for (int lane = 0; lane < kLanes; ++lane) {
      if (fresh[lane]) propose(lane);
    }
    newton_.begin(problem_, fresh);
    const LaneNewton::Progress progress = newton_.iterate(x_, problem_, active);
    fresh = progress.converged || progress.failed;
    for (int lane = 0; lane < kLanes; ++lane) {
      if (!fresh[lane]) continue;
      bool failed = false;
      if (settle(lane, progress.converged[lane], observer, failed)) continue;
      end(lane,
          failed ? "the time step became too small at " + format_si(lanes_[u(lane)].steps.last().time) + "s"
                 : "");
    }
    fresh = fresh && active;
  }
}

}  // namespace nullor
