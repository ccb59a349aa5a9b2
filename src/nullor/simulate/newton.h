#pragma once
/// Newton's method on the discretized circuit equation, shared by every analysis.
///
/// With a step formula  dq/dt = alpha q(x) + history  the equation (dae.h, 1) at one point in time is
///
///     F(x) = alpha q(x) + history + f(x) + b = 0                             (1)
///     (G + alpha C) dx = -F(x),  G = df/dx, C = dq/dx                       (2)
///
/// An operating point is alpha = 0. Devices may hold back junction voltages (limiting); then F is their
/// linear extrapolation to x, and the iteration is not converged. It is converged when every |dx| is below
/// reltol max(|x|, |x + dx|) + absolute tolerance. The charges returned are q(x) + C dx, exact to second
/// order in a last dx that is itself below tolerance, and exactly consistent with (2).

#include <memory>
#include <vector>

#include "nullor/dae/dae.h"
#include "nullor/math/lu.h"
#include "nullor/simulate/options.h"

namespace nullor {

/// The absolute tolerance of an unknown, by its nature.
double absolute_tolerance(const UnknownInfo& unknown, const SimulationOptions& options);

class NewtonSolver {
 public:
  static constexpr double kClampConductance = 1e6;  ///< [S]

  NewtonSolver(Dae& dae, const SimulationOptions& options);

  /// One nonlinear solve.
  struct Problem {
    double time = 0;
    bool dc = false;
    double alpha = 0;
    const double* history = nullptr;  ///< (n), or null for zero
    double source_scale = 1;          ///< b is multiplied by it (source stepping)
    double node_conductance = 0;      ///< [S] from every node to ground (gmin stepping)
    double gmin = 0;                  ///< across junctions; 0: the option
    const std::vector<std::pair<int, double>>* clamps =
        nullptr;  ///< (unknown, voltage): tied by kClampConductance
    /// Pseudo-transient: pseudo (x - anchor) is added to node rows.
    double pseudo = 0;
    const double* anchor = nullptr;
    int max_iterations = 100;
    bool exact = false;             ///< no device is extrapolated from an earlier evaluation
    bool start_from_guess = false;  ///< the first evaluation is at the devices' initial guesses
  };
  struct Result {
    bool converged = false;
    bool singular = false;
    int singular_unknown = -1;
    int iterations = 0;
    int worst_unknown = -1;  ///< with the largest dx relative to its tolerance
  };

  /// Improves x (n + 1) in place.
  Result solve(std::vector<double>& x, const Problem& problem);

  /// After solve(): charges at the new x, and what the point still leaves in every equation [A].
  const std::vector<double>& charges() const { return q_; }
  double tolerance(int unknown, double a, double b) const;

  /// Node rows to which a small conductance to ground was added because nothing else fixes their voltage.
  const std::vector<int>& floating() const { return floating_; }

  /// Residual F of (1) and the separate Jacobians at x, without limiting; for adjoints and reports.
  void linearize(const std::vector<double>& x, const Problem& problem);
  const std::vector<double>& residual() const { return f_; }
  const std::vector<double>& conductances() const { return g_; }
  const std::vector<double>& capacitances() const { return c_; }
  /// Factors G + alpha C (+ floating conductances) of the last linearize(). False when singular.
  bool factor(double alpha) { return factor(alpha, Problem{}); }
  bool factor(double alpha, const Problem& problem);
  SparseLu<double>& lu() { return *lu_; }
  void add_floating(std::complex<double>* matrix) const;

  long evaluations = 0, factorizations = 0;

 private:
  void evaluate(const std::vector<double>& x, const Problem& problem, bool limiting, bool at_guess);
  void assemble(const Problem& problem, double alpha);
  bool treat_singular();

  Dae& dae_;
  SimulationOptions options_;
  std::unique_ptr<SparseLu<double>> lu_;
  std::vector<double> f_, q_, b_, g_, c_, j_, dx_;
  std::vector<int> diagonal_;     ///< per unknown: its place in the pattern
  std::vector<double> absolute_;  ///< per unknown: absolute tolerance
  std::vector<int> floating_;
  bool limited_ = false;
  double factored_alpha_ = -1;  ///< linear circuits keep their factors while alpha and the equation stay
  long factored_revision_ = -1;
  std::vector<double> reuse_;  ///< (n + 1): movement below which a device is extrapolated
};

}  // namespace nullor
