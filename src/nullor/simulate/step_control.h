#pragma once
/// Which time point comes next, by which formula, and whether its error was small enough. Knows times and
/// charges, and nothing of devices: one circuit has one, lanes have one each.

#include <algorithm>
#include <array>
#include <vector>

#include "nullor/math/functions.h"
#include "nullor/simulate/options.h"

namespace nullor {

/// How one accepted point follows from earlier ones:
///
///     dq/dt(n) = a0 q(n) + a1 q(n-1) + a2 q(n-2) + beta dq/dt(n-1)               (1)
///
/// backward Euler: 1/h, -1/h, 0, 0; trapezoidal: 2/h, -2/h, 0, -1; Gear 2 by Lagrange on unequal steps.
/// TR-BDF2 is a trapezoidal point at gamma h followed by a Gear 2 point at h, gamma = 2 - sqrt(2); the first
/// is a `stage`.
struct StepFormula {
  double a0 = 0, a1 = 0, a2 = 0, beta = 0;
  bool stage = false;
};

/// Where in a step TR-BDF2 has its first point: 2 - sqrt(2).
inline constexpr double kTrBdf2Gamma = 0.5857864376269049;

/// The time that is to be covered.
struct StepSpan {
  double stop = 0;              ///< [s]
  double start = 0, step = 0;   ///< where output begins and its spacing, as .tran has them [s]
  double max_step = 0;          ///< as .tran has it; 0: from the others [s]
  double largest_step = 1e300;  ///< what the devices bear [s]
  std::vector<double> corners;  ///< ascending, of the sources [s]
};

/// What follows from it.
template <class Vector>
struct StepSchedule {
  double first = 0;                  ///< step [s]
  double largest = 0, smallest = 0;  ///< steps [s]
  Vector corners{};                  ///< those that are more than rounding apart, and the end [s]
};
StepSchedule<std::vector<double>> schedule_of(const StepSpan& span, const SimulationOptions& options);

/// The threads that share a loop over the unknowns: this one alone. Every thread makes the same decisions.
struct OneThread {
  int thread() const { return 0; }
  int threads() const { return 1; }
  double least(double x) const { return x; }  ///< of all threads
};

/// Truncation error is held on charges: h with  |LTE of dq/dt| <= trtol (reltol max(|i|) + abstol), or the
/// same of q / h, whichever is larger; steps end exactly on source corners and start anew there with backward
/// Euler. Source: L. Nagel, SPICE2, memo ERL-M520, UC Berkeley (1975), chapter 5; M. Hosea, L. Shampine,
/// Applied Numerical Mathematics 20, 21 (1996) for TR-BDF2.
///
/// Vector: std::vector<double>, or what refers to such numbers (cuda_transient.h).
template <class Vector, class Threads = OneThread>
class StepControlOf {
 public:
  struct Point {
    double time = 0;
    Vector x, q, qd;  ///< (n + 1)
  };

  /// `make(size)` gives a Vector of zeros.
  template <class Make>
  StepControlOf(const SimulationOptions& options, int unknowns, const Threads& threads, const Make& make)
      : options_(options), threads_(threads), n_(unknowns) {
    for (Point* p : {&now, &stage, &past_[0], &past_[1], &past_[2]}) {
      p->x = make(n_ + 1);
      p->q = make(n_ + 1);
      p->qd = make(n_ + 1);
    }
  }
  StepControlOf(const SimulationOptions& options, int unknowns)
      : StepControlOf(options, unknowns, {}, [](int size) { return Vector(at(size), 0.0); }) {}

  /// Starts at time 0 from last(), whose x and q are given.
  void begin(const StepSchedule<Vector>& schedule);

  bool finished() const { return next_ >= corners_.size(); }
  /// The step to try: `h` ends on a corner or before it.
  double choose();
  double step() const { return h_; }
  int order() const { return order_; }
  bool on_corner() const { return on_corner_; }
  double smallest() const { return smallest_; }
  double event_resolution() const { return 1e-5 * largest_; }

  /// (1) for a step h of order 1 or 2 from the last accepted points.
  StepFormula formula(double h, int order) const;
  /// What (1) takes from earlier points (n).
  void history(const StepFormula& f, const Point& last, const Point& before, Vector& out) const;
  /// Continues the accepted points since the last corner into now.x: constant, straight line or parabola.
  void extrapolate(double time);

  /// Newton's method did not converge: a shorter step; false when there is none.
  bool shorten();
  /// A switching threshold lies `retry` [s] ahead.
  void retry(double retry) { h_ = std::max(retry, event_resolution()); }
  /// The error of `now` is small enough; otherwise the step has become shorter.
  bool judge();
  /// `now` becomes the last accepted point.
  void rotate();
  /// After rotate(): the next step and its order. `switched`: some device jumped.
  void advance(bool switched);
  /// From here on as after a corner.
  void restart() { smooth_ = 1; }

  Point now;    ///< the point being computed
  Point stage;  ///< of TR-BDF2
  Point& last() { return past_[0]; }
  const Point& before() const { return past_[1]; }

 private:
  static std::size_t at(int k) { return static_cast<std::size_t>(k); }
  template <class Visit>
  void each(const Visit& visit) const {
    for (int k = threads_.thread(); k < n_; k += threads_.threads()) visit(at(k));
  }
  double truncation_step(int order) const;
  double truncation_step_tr_bdf2(double h) const;
  /// Rate of charge k [A] that may be wrong without harm at a step h.
  double allowed(std::size_t k, double h) const;

  SimulationOptions options_;
  Threads threads_;
  int n_;
  std::array<Point, 3> past_;  ///< past_[0]: the last accepted point
  int known_ = 0;              ///< accepted points in past_
  int smooth_ = 0;             ///< accepted points since the last corner
  Vector corners_{};
  std::size_t next_ = 0;
  double time_ = 0, h_ = 0, largest_ = 0, smallest_ = 0, proposed_ = 0;
  int order_ = 1, next_order_ = 1;
  bool on_corner_ = false;
};

using StepControl = StepControlOf<std::vector<double>>;

template <class Vector, class Threads>
void StepControlOf<Vector, Threads>::begin(const StepSchedule<Vector>& schedule) {
  each([&](std::size_t k) { past_[0].qd[k] = 0; });
  past_[0].time = 0;
  known_ = smooth_ = 1;
  time_ = 0;
  next_ = 0;
  order_ = next_order_ = 1;
  largest_ = schedule.largest;
  smallest_ = schedule.smallest;
  corners_ = schedule.corners;
  h_ = schedule.first;
}

template <class Vector, class Threads>
double StepControlOf<Vector, Threads>::choose() {
  // Land on the corner exactly; take the last two steps to it in equal parts rather than leave a sliver.
  const double target = corners_[next_] - time_;
  on_corner_ = false;
  if (h_ >= target * (1 - 1e-9)) {
    h_ = target;
    on_corner_ = true;
  } else if (!options_.fixed_step && h_ > 0.6 * target && h_ < target) {
    h_ = 0.5 * target;
  }
  return h_;
}

template <class Vector, class Threads>
StepFormula StepControlOf<Vector, Threads>::formula(double h, int order) const {
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

template <class Vector, class Threads>
void StepControlOf<Vector, Threads>::history(const StepFormula& f, const Point& last, const Point& before,
                                             Vector& out) const {
  each([&](std::size_t k) { out[k] = f.a1 * last.q[k] + f.beta * last.qd[k]; });
  if (f.a2 == 0) return;
  each([&](std::size_t k) { out[k] += f.a2 * before.q[k]; });
}

template <class Vector, class Threads>
void StepControlOf<Vector, Threads>::extrapolate(double time) {
  const Point& a = past_[0];
  if (smooth_ < 2) return each([&](std::size_t k) { now.x[k] = a.x[k]; });
  const Point& b = past_[1];
  const double s = (time - a.time) / (a.time - b.time);
  if (smooth_ < 3) return each([&](std::size_t k) { now.x[k] = a.x[k] + s * (a.x[k] - b.x[k]); });
  const Point& c = past_[2];
  const double ta = time - a.time, tb = time - b.time, tc = time - c.time;
  const double wa = tb * tc / ((a.time - b.time) * (a.time - c.time));
  const double wb = ta * tc / ((b.time - a.time) * (b.time - c.time));
  const double wc = ta * tb / ((c.time - a.time) * (c.time - b.time));
  each([&](std::size_t k) { now.x[k] = wa * a.x[k] + wb * b.x[k] + wc * c.x[k]; });
}

template <class Vector, class Threads>
bool StepControlOf<Vector, Threads>::shorten() {
  h_ /= 8;
  order_ = 1;
  smooth_ = std::min(smooth_, 1);
  return h_ >= smallest_;
}

template <class Vector, class Threads>
bool StepControlOf<Vector, Threads>::judge() {
  if (on_corner_) now.time = corners_[next_];
  proposed_ = largest_;
  next_order_ = order_;
  if (options_.fixed_step) {
    if (options_.max_order > 1) next_order_ = 2;
    return true;
  }
  if (options_.method == Integration::tr_bdf2) {
    proposed_ = truncation_step_tr_bdf2(h_);
  } else {
    proposed_ = truncation_step(order_);
    if (order_ == 1 && options_.max_order > 1 && proposed_ >= 0.9 * h_) {
      const double better = known_ >= 3 ? truncation_step(2) : 0;
      if (known_ < 3) {
        next_order_ = known_ >= 2 ? 2 : 1;
      } else if (better > 1.05 * h_) {
        next_order_ = 2;
        proposed_ = better;
      }
    }
  }
  if (proposed_ >= 0.9 * h_ || h_ <= 2 * smallest_) return true;
  h_ = std::max({proposed_, 0.1 * h_, smallest_});
  return false;
}

template <class Vector, class Threads>
void StepControlOf<Vector, Threads>::rotate() {
  std::swap(past_[2], past_[1]);
  std::swap(past_[1], past_[0]);
  std::swap(past_[0], now);
  known_ = std::min(known_ + 1, 3);
  ++smooth_;
  time_ = past_[0].time;
}

template <class Vector, class Threads>
void StepControlOf<Vector, Threads>::advance(bool switched) {
  order_ = next_order_;
  h_ = options_.fixed_step ? largest_ : std::min({proposed_, 2 * h_, largest_});
  if (on_corner_ || switched) {
    if (on_corner_) ++next_;
    order_ = 1;
    smooth_ = 1;
    if (!options_.fixed_step && next_ < corners_.size()) {
      h_ = std::min(h_, std::max(0.1 * (corners_[next_] - time_), 2 * smallest_));
      h_ = std::min(h_, 0.1 * largest_);
    }
  }
  h_ = std::max(h_, 2 * smallest_);
}

template <class Vector, class Threads>
double StepControlOf<Vector, Threads>::allowed(std::size_t k, double h) const {
  const Point& before = past_[0];
  const double current = options_.abstol + options_.reltol * std::max(abs(now.qd[k]), abs(before.qd[k]));
  const double charge = options_.reltol * std::max({abs(now.q[k]), abs(before.q[k]), options_.chgtol}) / h;
  return options_.trtol * std::max(current, charge);
}

template <class Vector, class Threads>
double StepControlOf<Vector, Threads>::truncation_step(int order) const {
  // Divided difference of q over the new and the last order + 1 points, as weights.
  if (known_ < order + 1) return 1e300;
  const double t[4] = {now.time, past_[0].time, past_[1].time, past_[2].time};
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
  const double h = now.time - past_[0].time;
  // The smallest squared (order 2) or plain (order 1) step over all charges.
  double least = 1e300;
  each([&](std::size_t k) {
    double difference = w[0] * now.q[k] + w[1] * past_[0].q[k] + w[2] * past_[1].q[k];
    if (order == 2) difference += w[3] * past_[2].q[k];
    if (difference == 0) return;
    least = std::min(least, allowed(k, h) / std::max(options_.abstol, factor * abs(difference)));
  });
  least = threads_.least(least);
  return order == 1 ? least : sqrt(least);
}

template <class Vector, class Threads>
double StepControlOf<Vector, Threads>::truncation_step_tr_bdf2(double h) const {
  // LTE of q:  k h^3 q''' with q''' from the three derivatives at 0, gamma h, h.
  const double c = (-3 * kTrBdf2Gamma * kTrBdf2Gamma + 4 * kTrBdf2Gamma - 2) / (12 * (2 - kTrBdf2Gamma));
  double least = 1e300;
  each([&](std::size_t k) {
    const double difference = past_[0].qd[k] / kTrBdf2Gamma -
                              stage.qd[k] / (kTrBdf2Gamma * (1 - kTrBdf2Gamma)) +
                              now.qd[k] / (1 - kTrBdf2Gamma);
    const double error = abs(2 * c * difference);  // in units of dq/dt
    if (error != 0) least = std::min(least, allowed(k, h) / error);
  });
  return h * sqrt(threads_.least(least));
}

}  // namespace nullor
