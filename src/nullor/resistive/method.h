#pragma once
/// What the methods behind solve() share.

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "nullor/resistive/laplacian.h"
#include "nullor/resistive/reduce.h"
#include "nullor/resistive/solve.h"

namespace nullor::resistive {

/// Where a method starts and what it leaves.
struct Iterate {
  std::vector<double> x;         ///< of each cluster [V]
  std::vector<double> currents;  ///< of each reduced diode, leakage left out [A]
  int iterations = 0, factorizations = 0;
  bool converged = false;  ///< by the method's own test; solve() asks kkt_residual()
};

/// When to stop.
class Deadline {
 public:
  /// `step` hears of every iteration.
  explicit Deadline(double seconds, std::function<void(int)> step = {})
      : seconds_(seconds), step_(std::move(step)) {}
  double elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  bool passed() const { return elapsed() > seconds_; }
  /// Before iteration k.
  bool passed(int k) const {
    if (step_) step_(k);
    return passed();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double seconds_;
  std::function<void(int)> step_;
};

/// Method of multipliers: ideal diodes become stiff springs with a memory,
///
///   j = max(0, lambda + rho (w - drop))                                                                  (1)
///
/// the energy with (1) in their place is minimized by Newton steps over the active set {j > 0}, then lambda
/// <- j. Every inner problem is convex with a continuous slope, so that steps with a line search end in its
/// minimum, and the multipliers converge for any rho > 0; with rho large beside the network two or three
/// rounds reach rounding. Loops of conducting diodes, where the currents are not unique, need nothing
/// special. Diodes with a slope and exponential ones take part as they are, the latter with SPICE's limiting
/// of their voltage. Source: R. T. Rockafellar, Augmented Lagrangians and applications of the proximal point
/// algorithm in convex programming, Math. Oper. Res. 1, 97 (1976), section 4; M. Hintermueller, K. Ito, K.
/// Kunisch, The primal-dual active set strategy as a semismooth Newton method, SIAM J. Optim. 13, 865 (2002).
void active_set(const Reduced& reduced, LinearSolver& solver, const SolverOptions& options,
                const Deadline& deadline, Iterate& at);

/// Mehrotra's predictor-corrector method on (reduce.h, 1). For diodes that are ideal or have a slope. Shares
/// nothing with active_set() but the matrix. Source: S. Mehrotra, On the implementation of a primal-dual
/// interior point method, SIAM J. Optim. 2, 575 (1992).
void interior_point(const Reduced& reduced, LinearSolver& solver, const SolverOptions& options,
                    const Deadline& deadline, Iterate& at);

/// Projected successive over-relaxation, colour by colour: coordinate descent whose clusters of one colour,
/// no two of them neighbours, move at once on several threads, each overshooting by a factor that is found on
/// the way. For networks whose ideal diodes have an end on ground or a source; `at` must satisfy them. Gives
/// up (converged false) when it would take too many sweeps. Source: O. L. Mangasarian, Solution of symmetric
/// linear complementarity problems by iterative methods, J. Optim. Theory Appl. 22, 465 (1977); L. A.
/// Hageman, D. M. Young, Applied Iterative Methods (1981), chapter 9.
void relaxation(const Reduced& reduced, const SolverOptions& options, const Deadline& deadline, Iterate& at);

/// Exact coordinate descent: each cluster in turn goes to its best place between the bounds that diodes set,
/// from a feasible start. Ends where no single cluster can move, which is the answer when every ideal diode
/// has an end on ground or a source, and may not be when one lies between free nodes. Source: B. Scellier, A
/// fast algorithm to simulate nonlinear resistive networks (2024), theorem 2.
void coordinate_descent(const Reduced& reduced, const SolverOptions& options, const Deadline& deadline,
                        Iterate& at);

}  // namespace nullor::resistive
