#pragma once
/// The least-squares problem of one window (levenberg_marquardt.h).

#include <Eigen/Dense>
#include <memory>
#include <vector>

#include "nullor/math/lu.h"
#include "nullor/neural/circuit_residual.h"
#include "nullor/neural/equation_scale.h"
#include "nullor/neural/perceptron.h"
#include "nullor/neural/trainer.h"

namespace nullor {

class LmWindow {
 public:
  LmWindow(Dae& dae, double gmin, const EquationScale& scale, const LevenbergMarquardtOptions& how,
           std::uint64_t seed);

  struct Result {
    int iterations = 0;
    double residual = 0;  ///< root mean square of rho
    double damping = 0;   ///< the last mu
  };

  /// The window [start, start + length] that begins at x0 (n + 1), with fresh hidden layers.
  void begin(double start, double length, const std::vector<double>& x0);
  /// Fits the output layer to the states (points x (n + 1)) at nodes(): a first guess.
  void fit(const std::vector<double>& states);
  /// Iterates until the root mean square of rho is below `goal` or no longer falls.
  Result solve(double goal);
  /// Largest error between the nodes in units of `sizes`, from the residual there.
  double defect(const std::vector<double>& sizes);

  /// The state (n + 1) at s.
  void read(double s, double* x, double* x_t = nullptr);
  Perceptron waveform() const;
  const std::vector<double>& nodes() const { return nodes_; }
  long evaluations() const { return residual_.evaluations(); }

  // Open for tests.
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  /// rho (n x nodes, by nodes) and, when asked, its Jacobian by the parameters.
  void residuals(Eigen::VectorXd& rho, Matrix* jacobian);
  Perceptron& network() { return network_; }

 private:
  bool pinned(int i) const { return scale_.charged[static_cast<std::size_t>(i)]; }
  void start_values();

  Dae& dae_;
  double gmin_;
  EquationScale scale_;
  LevenbergMarquardtOptions how_;
  CircuitResidual residual_;
  int n_;
  std::vector<double> nodes_, check_;
  Perceptron network_, fresh_;
  PerceptronTape tape_;
  double start_ = 0, length_ = 1;
  std::vector<double> x0_, at_zero_, x_, x_t_, b_, check_b_, y_bar_, y_s_bar_;
  std::vector<double> by_x_, by_slope_;  ///< (n x n) of one node, scaled
  Matrix zero_gradient_, pinned_part_;   ///< dN(0)/d theta (n x p); what of J goes with it (rows x n)
  std::unique_ptr<SparseLu<double>> check_lu_;
  std::vector<double> check_f_, check_q_, check_jacobian_;
};

}  // namespace nullor
