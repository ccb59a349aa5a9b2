#pragma once
/// Transient analysis: the circuit equation integrated over time with controlled error.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nullor/netlist/analysis_card.h"
#include "nullor/simulate/newton.h"
#include "nullor/simulate/operating_point.h"

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

/// A time point and how it was reached, for repeating a run.
struct GridPoint {
  double time = 0;
  bool first_order = false;  ///< by backward Euler
};

struct TransientSummary {
  bool finished = false;
  bool stopped = false;  ///< by the observer
  Failure failure;
  double failed_at = 0;  ///< [s]
  OperatingPoint start;
  long accepted = 0, rejected = 0, iterations = 0;
};

/// The state a transient starts from: the operating point with the sources at time 0 (.ic held), or with uic
/// the given initial conditions. `charges` receives q (n + 1).
OperatingPoint start_transient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                               const TranCard& card, std::vector<double>& charges);

class Transient {
 public:
  /// Sees every accepted point (stages of TR-BDF2 included, `formula.stage`); x has n + 1 elements. Returns
  /// false to stop.
  using Observer = std::function<bool(double time, const std::vector<double>& x, const StepFormula& formula)>;

  /// Writes what x(time) is expected to be; unknowns it leaves alone keep their extrapolation.
  using Guess = std::function<void(double time, double* x)>;

  Transient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options);

  /// Where Newton's method begins at every point, besides extrapolation.
  void set_guess(Guess guess) { guess_ = std::move(guess); }

  /// Truncation error is held on charges: h with  |LTE of dq/dt| <= trtol (reltol max(|i|) + abstol), or the
  /// same of q / h, whichever is larger; steps end exactly on source corners and start anew there with
  /// backward Euler. Source: L. Nagel, SPICE2, memo ERL-M520, UC Berkeley (1975), chapter 5; M. Hosea, L.
  /// Shampine, Applied Numerical Mathematics 20, 21 (1996) for TR-BDF2.
  TransientSummary run(const TranCard& card, const Observer& observer);

  /// Integrates on a given grid (ascending) with the given orders instead of choosing them.
  TransientSummary replay(const TranCard& card, std::span<const GridPoint> grid, const Observer& observer);

 private:
  struct Point {
    double time = 0;
    std::vector<double> x, q, qd;
  };

  bool begin(const TranCard& card, TransientSummary& summary, const Observer& observer);
  StepFormula formula(double h, int order) const;
  bool advance(double h, int order, StepFormula& used, TransientSummary& summary);
  bool advance_tr_bdf2(double h, StepFormula& stage, StepFormula& used, TransientSummary& summary);
  bool solve_point(double time, const StepFormula& f, const Point& last, const Point& before, Point& out,
                   TransientSummary& summary);
  double truncation_step(int order) const;
  double truncation_step_tr_bdf2(double h) const;
  void predict(double time);
  void extrapolate(double time);
  void rotate();
  bool crossed_event(double h, double& retry);

  Dae& dae_;
  NewtonSolver& newton_;
  SimulationOptions options_;
  int n_;
  Point now_, stage_, past_[3];  ///< now_: the point being computed; past_[0]: the last accepted one
  int known_ = 0;                ///< accepted points in past_
  int smooth_ = 0;               ///< accepted points since the last corner
  Guess guess_;
  std::vector<double> history_, events_before_, events_now_;
  NewtonSolver::Result last_;
};

}  // namespace nullor
