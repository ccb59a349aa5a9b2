#pragma once
/// The loss of a network on one window of time, as NeuroSPICE states it, with its gradient.
///
/// With N(s) the network, s = (t - t_w) / h, and the sizes S of the unknowns and R of the rows
/// (equation_scale.h), the waveform is
///
///     x(t) = x_0 + S N(s)              (soft start)                                                  (1)
///     x(t) = x_0 + S (N(s) - N(0))     (hard start; unknowns without charge, which may jump, as in 1)  (2)
///
/// and over points t_j, j = 1..P, with r of circuit_residual.h,
///
///     L = alpha L_IC + L_DAE,   L_IC = mean_i N_i(0)^2,   L_DAE = mean_j w_j l_j,
///     l_j = mean_i (r_i(t_j) / R_i)^2                                                                (3)
///     w_j = exp(-epsilon (100 / P) sum_(k < j) l_k)      (causal weighting; else 1)                  (4)
///
/// The rows are sized over the whole transient for one window, for each window where it begins for more.
/// alpha weighs soft starts only, and over charged unknowns. The w_j are held fixed in the gradient.
/// Sources: NeuroSPICE, arXiv:2512.23624; S. Wang, S. Sankaran, P. Perdikaris, Respecting causality is all
/// you need for training physics-informed neural networks (2022), arXiv:2203.07404, for (4).

#include "nullor/neural/circuit_residual.h"
#include "nullor/neural/equation_scale.h"
#include "nullor/neural/perceptron.h"
#include "nullor/neural/perceptron_kernel.h"
#include "nullor/neural/trainer.h"

namespace nullor {

template <class Real>
class WindowLoss {
 public:
  struct Terms {
    double loss = 0, initial = 0, equation = 0;  ///< (3) with all w_j = 1
    double least_weight = 1;                     ///< smallest w_j
  };

  WindowLoss(Dae& dae, double gmin, const EquationScale& scale, const AdamOptions& how);

  /// The window [start, start + length] that begins at x0 (n + 1).
  void set_window(double start, double length, std::vector<double> x0);

  /// (3) at the parameters of network(), whose gradient is then that of the weighted loss.
  Terms evaluate();
  /// The largest |r_i| / R_i halfway between the points.
  double defect();

  PerceptronKernel<Real>& network() { return kernel_; }
  /// The waveform of the window as a network of s, in the units of the unknowns.
  Perceptron waveform() const;
  /// Fixes w_j at the given ones (P) instead of (4); for tests.
  void fix_weights(std::vector<double> weights) { fixed_weights_ = std::move(weights); }
  const std::vector<double>& weights() const { return weights_; }
  const std::vector<double>& point_losses() const { return point_losses_; }  ///< l_j (P)
  long evaluations() const { return residual_.evaluations(); }

 private:
  using Kernel = PerceptronKernel<Real>;

  void place_points();
  void read(int j, double* x, double* x_t) const;
  void run_start();
  void pull_start(const std::vector<double>& bar);
  void block(std::size_t begin, int count, Terms& terms);

  Dae& dae_;
  double gmin_;
  EquationScale scale_;
  AdamOptions how_;
  CircuitResidual residual_;
  Kernel kernel_;
  int n_;
  double start_ = 0, length_ = 1, charged_ = 0;
  std::vector<double> x0_, network_start_;                               ///< (n + 1), N(0) (n)
  std::vector<double> points_, weights_, point_losses_, fixed_weights_;  ///< (P)
  std::vector<Real> inputs_;                                             ///< s_j
  std::vector<double> b_;                                                ///< (P x (n + 1))
  std::vector<double> x_, x_t_, lambda_, x_bar_, x_t_bar_, start_bar_;
  double past_ = 0;  ///< sum of l_k so far
};

extern template class WindowLoss<float>;
extern template class WindowLoss<double>;

}  // namespace nullor
