#pragma once
/// Trains a surrogate: runs at chosen points of the box, a network through them and their derivatives, more
/// runs where the network fulfils the circuit's equation least.
///
/// The certificate of a point is one step of Newton's method on the circuit's equation from the network's own
/// nodal values (window_march.h): its size, relative to each signal in the L2 norm over time, is the error of
/// the network to first order. It needs no run.

#include <functional>
#include <string>

#include "nullor/neural/box_points.h"
#include "nullor/neural/box_simulator.h"
#include "nullor/neural/surrogate.h"

namespace nullor {

struct SurrogateOptions {
  double tolerance = 1e-4;  ///< wanted certificate everywhere
  int most_runs = 200;
  int held_out = 100;      ///< points of the final certificate
  double time_limit = 0;   ///< [s], 0: none; what is trained by then is kept
  std::uint64_t seed = 1;  ///< of the candidate points
  int jobs = 0;            ///< threads; 0: one a core. The result is the same for any number
  std::string checkpoint;  ///< finished runs are kept here after every round; empty: nowhere
  bool resume = false;     ///< takes runs from the checkpoint instead of making them
  std::function<void(double fraction)> progress;
  std::function<void(const std::string&)> say;  ///< one line a round
};

struct SurrogateReport {
  bool met = false;  ///< the certificate meets the tolerance
  bool out_of_time = false;
  long runs = 0, rounds = 0, windows = 0, certified = 0;
  long reused = 0;            ///< runs taken from the checkpoint
  double left_out_error = 0;  ///< of runs left out of the fit, root mean square
  std::vector<double> order;  ///< of the features, per parameter
  double degree = 0;
  double seconds = 0;
};

Surrogate train_surrogate(BoxSimulator& box, const SurrogateOptions& how, SurrogateReport& report);

/// The same without runs (surrogate_physics.cc): what training lowers is the residual of the circuit's
/// equation at `most_runs` points of the box, at most 1000, and all nodes of a window, together,
///
///     W <- fit to  X_i - J_i^-1 R(X_i),   X_i = network at p_i                                        (1)
///
/// until the network no longer moves, window after window: Gauss and Newton's method on the residual,
/// weighted by J^-1. A window begins with the charges that the network itself has reached. Only the lengths
/// of the windows come from training at corners of the box. Throws InputError for circuits whose knots move.
Surrogate train_surrogate_on_physics(BoxSimulator& box, const SurrogateOptions& how, SurrogateReport& report);

/// Fills in the certificate at new points of `filling`, and returns them.
std::vector<std::vector<double>> certify_at_held_out(const BoxSimulator& box, const SurrogateOptions& how,
                                                     BoxFilling& filling, Surrogate& surrogate);

/// The certificate at one point, (n): relative L2 error of every signal, 0 for branch currents. Empty where
/// Newton's step fails. `polished` receives the nodal values after that step, whose error is of second order.
std::vector<double> certify(const BoxSimulator& box, const Surrogate& surrogate, const std::vector<double>& u,
                            std::vector<double>* polished = nullptr);

}  // namespace nullor
