#pragma once
/// The circuit equation on one window of time, as the algebraic system that trains a network's output
/// weights.
///
/// With the nodal values X_m = x(t_0 + h s_m) and the charges Q_m = q(X_m), the network that carries the
/// charges has at node m the derivative (1/h) sum_k D_mk (Q_k - Q(0)) (feature_basis.h), and the equation at
/// the nodes is
///
///     R_m = (1/h) sum_k D_mk (Q_k - Q(0)) + f(X_m) + b(t_m) = 0,   m = 1..M                         (1)
///     J_mk = (1/h) D_mk C(X_k) + delta_mk G(X_m)                                                    (2)
///
/// Charge is conserved by construction and no second derivatives are needed. (2) is one sparse matrix of n M
/// unknowns whose pattern the circuit fixes once.

#include <memory>
#include <vector>

#include "nullor/dae/dae.h"
#include "nullor/math/lu.h"
#include "nullor/neural/feature_basis.h"

namespace nullor {

class WindowSystem {
 public:
  /// Windows shorter than this beside the time feel the last digits of time.
  static constexpr double kShortWindow = 1e-5;

  /// `x`: a typical state, at which the pattern of dq/dx is looked up.
  WindowSystem(Dae& dae, const FeatureBasis& basis, double gmin, const std::vector<double>& x);

  struct Window {
    double start = 0, length = 0;
  };
  struct Result {
    bool converged = false;
    bool singular = false;
    int iterations = 0;
    int worst_unknown = -1;
  };

  /// Newton's method on (1), with the factors of an earlier step while it contracts: then f and q alone are
  /// evaluated. x: (M x (n + 1)) first guess, then solution. Converged when the step that is
  /// left to be made, judged by the contraction so far, is below `tolerance` in units of `scale` (n).
  Result solve(const Window& window, const std::vector<double>& start_charges,
               const std::vector<double>& scale, double tolerance, std::vector<double>& x);

  /// Evaluates and factors (2) at a given solution; false when it is singular.
  bool linearize(const Window& window, const std::vector<double>& x);
  /// J^T lambda = b in place, (n x M) by unknowns: lambda of unknown i at node m is at i M + m.
  void solve_transposed(double* b) const { lu_->solve_transposed(b); }
  /// J x = b in place, the same layout.
  void solve_linearized(double* b) const { lu_->solve(b); }
  /// -R of (1) at the x of linearize(), in that layout.
  void negative_residual(const Window& window, const std::vector<double>& start_charges, double* out);
  /// y += C(X_m)^T k after linearize(); (n + 1) each.
  void add_transposed_capacitance(int m, const double* k, double* y) const;
  /// y += C(X_m) k after linearize(); (n + 1) each.
  void add_capacitance(int m, const double* k, double* y) const;

  /// Q_m at the solution, or at the x of linearize() (M x (n + 1)).
  const std::vector<double>& charges() const { return q_; }

  /// Estimates the error between the nodes from the residual of the equation at the check points, turned into
  /// unknowns by (kappa C / h + G)^-1 with the C and G last computed at the node behind. `start`: x(0) (n).
  /// Returns the largest error in units of `scale` over unknowns that are controlled.
  double defect(const Window& window, const std::vector<double>& start,
                const std::vector<double>& start_charges, const std::vector<double>& x,
                const std::vector<double>& scale);

  /// Unknowns in whose column dq/dx is zero: they may jump at a corner.
  const std::vector<char>& algebraic() const { return algebraic_; }
  long evaluations() const { return evaluations_; }  ///< with derivatives, of a node
  long factorizations() const { return factorizations_; }

 private:
  bool controlled(int i) const {
    return !algebraic_[static_cast<std::size_t>(i)] ||
           dae_.unknowns()[static_cast<std::size_t>(i)].nature != Nature::current;
  }
  void look_for_charges(const std::vector<double>& x);
  void build_pattern();
  void evaluate_node(int m, double time, const double* x);
  /// f and q at the points s of the window, without derivatives; x, f, q: (points x (n + 1)).
  void evaluate_values(const std::vector<double>& s, const Window& window, const double* x, double* f,
                       double* q);
  void excite(const Window& window);
  void fill_residual(const Window& window, const std::vector<double>& start_charges, double* out) const;
  bool found_new_charges(int m);
  void assemble(double h);

  Dae& dae_;
  const FeatureBasis& basis_;
  double gmin_;
  int n_, nodes_, nonzeros_;
  std::size_t stride_;         ///< n + 1
  std::vector<char> charged_;  ///< per nonzero of the circuit: dq/dx may differ from zero
  std::vector<char> algebraic_;
  SparsePattern pattern_;  ///< of (2); unknown i at node m is i M + m
  std::vector<int> charged_list_, other_list_;
  std::vector<int> charged_at_, other_at_;  ///< (list x M x M), (list x M): places in pattern_
  std::unique_ptr<SparseLu<double>> lu_, check_lu_;
  std::vector<double> f_, q_, b_, g_, c_;  ///< per node
  std::vector<double> jacobian_, residual_, check_jacobian_, times_;
  std::vector<double> at_check_, check_f_, check_q_;  ///< (check points x (n + 1))
  double factored_length_ = -1;                       ///< linear circuits keep their factors
  long factored_revision_ = -1;
  long evaluations_ = 0, factorizations_ = 0;
};

}  // namespace nullor
