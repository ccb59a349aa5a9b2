#pragma once
/// What a waveform leaves of the circuit equation (dae.h, 1) at one instant, and its exact derivatives.
///
///     r = C(x) x' + f(x) + b(t),   C = dq/dx                                                          (1)
///     dr/dx' = C,   dr/dx = G + d(C(x) x')/dx = G + C'                                                (2)
///
/// with C' the derivative of C along x': as q is a function, its second derivatives are symmetric, and
/// sum_k (d2 q_i / dx_k dx_j) x'_k is what C_ij changes by along x'. So the term that usually asks for second
/// derivatives is one more evaluation of C, at x + e x' with e x' a 1e-8 of the sizes of x.

#include <vector>

#include "nullor/dae/dae.h"

namespace nullor {

class CircuitResidual {
 public:
  /// `scale` (n): the sizes of the unknowns.
  CircuitResidual(Dae& dae, double gmin, std::vector<double> scale);

  /// x, x_t, b: (n + 1), element n zero. `derivatives`: fills what pull(), by_x() and by_slope() give.
  void evaluate(const double* x, const double* x_t, double time, const double* b, bool derivatives);
  const double* residual() const { return r_.data(); }  ///< (n)

  /// x_bar = (dr/dx)^T lambda, x_t_bar = (dr/dx')^T lambda; (n) each.
  void pull(const double* lambda, double* x_bar, double* x_t_bar) const;
  /// (2) by the nonzeros of Dae::pattern().
  const std::vector<double>& by_x() const { return by_x_; }
  const std::vector<double>& by_slope() const { return c_; }

  long evaluations() const { return evaluations_; }

 private:
  Dae& dae_;
  double gmin_;
  bool moving_;  ///< C may depend on x
  std::vector<double> scale_, r_, f_, q_, c_, by_x_, beside_, other_g_, other_c_;
  long evaluations_ = 0;
};

}  // namespace nullor
