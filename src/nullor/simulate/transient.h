#pragma once
/// Transient analysis: the circuit equation integrated over time with controlled error.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nullor/netlist/analysis_card.h"
#include "nullor/simulate/newton.h"
#include "nullor/simulate/operating_point.h"
#include "nullor/simulate/step_control.h"

namespace nullor {

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

/// Whether that many points are 256, 512, and so on doubling: when what costs as much as the points is worth
/// asking.
constexpr bool is_doubled(std::size_t points) { return points >= 256 && (points & (points - 1)) == 0; }

/// The state a transient starts from: the operating point with the sources at time 0 (.ic held), or with uic
/// the given initial conditions. `charges` receives q (n + 1).
OperatingPoint start_transient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                               const TranCard& card, std::vector<double>& charges);

class Transient {
 public:
  /// Sees every accepted point (stages of TR-BDF2 included, `formula.stage`); x has n + 1 elements. Returns
  /// false to stop.
  using Observer = std::function<bool(double time, const std::vector<double>& x, const StepFormula& formula)>;

  /// Writes into x what is expected at time `to` where the state at time `from` was `before`; unknowns it
  /// leaves alone are extrapolated.
  using Guess = std::function<void(double from, double to, const double* before, double* x)>;

  Transient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options);

  /// Where Newton's method begins at every point, besides extrapolation.
  void set_guess(Guess guess) { guess_ = std::move(guess); }

  TransientSummary run(const TranCard& card, const Observer& observer);

  /// Integrates on a given grid (ascending) with the given orders instead of choosing them.
  TransientSummary replay(const TranCard& card, std::span<const GridPoint> grid, const Observer& observer);

 private:
  using Point = StepControl::Point;

  bool begin(const TranCard& card, TransientSummary& summary, const Observer& observer);
  bool advance(double h, int order, StepFormula& used, TransientSummary& summary);
  bool advance_tr_bdf2(double h, StepFormula& stage, StepFormula& used, TransientSummary& summary);
  bool solve_point(double time, const StepFormula& f, const Point& last, const Point& before, Point& out,
                   TransientSummary& summary);
  void predict(double time);
  bool crossed_event(double h, double& retry);
  void give_up(double h, const StepFormula& used, TransientSummary& summary);

  Dae& dae_;
  NewtonSolver& newton_;
  SimulationOptions options_;
  int n_;
  StepControl steps_;
  Guess guess_;
  std::vector<double> history_, events_before_, events_now_;
  NewtonSolver::Result last_;
};

}  // namespace nullor
