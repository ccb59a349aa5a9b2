#pragma once
/// Which time point comes next, by which formula, and whether its error was small enough. Knows times and
/// charges, and nothing of devices: one circuit has one, lanes have one each.

#include <array>
#include <vector>

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

/// Truncation error is held on charges: h with  |LTE of dq/dt| <= trtol (reltol max(|i|) + abstol), or the
/// same of q / h, whichever is larger; steps end exactly on source corners and start anew there with backward
/// Euler. Source: L. Nagel, SPICE2, memo ERL-M520, UC Berkeley (1975), chapter 5; M. Hosea, L. Shampine,
/// Applied Numerical Mathematics 20, 21 (1996) for TR-BDF2.
class StepControl {
 public:
  struct Point {
    double time = 0;
    std::vector<double> x, q, qd;  ///< (n + 1)
  };
  /// The time that is to be covered.
  struct Span {
    double stop = 0;              ///< [s]
    double start = 0, step = 0;   ///< where output begins and its spacing, as .tran has them [s]
    double max_step = 0;          ///< as .tran has it; 0: from the others [s]
    double largest_step = 1e300;  ///< what the devices bear [s]
    std::vector<double> corners;  ///< ascending, of the sources [s]
  };

  StepControl(const SimulationOptions& options, int unknowns);

  /// Starts at time 0 from last(), whose x and q are given.
  void begin(const Span& span);

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
  void history(const StepFormula& f, const Point& last, const Point& before, std::vector<double>& out) const;
  /// Continues the accepted points since the last corner into now.x: constant, straight line or parabola.
  void extrapolate(double time);

  /// Newton's method did not converge: a shorter step; false when there is none.
  bool shorten();
  /// A switching threshold lies `retry` [s] ahead.
  void retry(double retry);
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
  double truncation_step(int order) const;
  double truncation_step_tr_bdf2(double h) const;

  SimulationOptions options_;
  int n_;
  std::array<Point, 3> past_;  ///< past_[0]: the last accepted point
  int known_ = 0;              ///< accepted points in past_
  int smooth_ = 0;             ///< accepted points since the last corner
  std::vector<double> corners_;
  std::size_t next_ = 0;
  double time_ = 0, h_ = 0, largest_ = 0, smallest_ = 0, proposed_ = 0;
  int order_ = 1, next_order_ = 1;
  bool on_corner_ = false;
};

}  // namespace nullor
