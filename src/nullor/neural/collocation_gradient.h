#pragma once
/// Exact gradients through the windows of a waveform network.
///
/// With R the equations of a window (window_system.h, 1), J = dR/dX and g the derivative of the objective by
/// the nodal values, backward from the last window:
///
///     J^T lambda = -(g + what the next window makes of X_M)                                             (1)
///     dJ/dp += sum_m lambda_m^T d(f + b)/dp + kappa_m^T dq/dp,   kappa_k = (1/h) sum_m D_mk lambda_m    (2)
///
/// and the window before receives -sum_k kappa_k as weight of its last charges. One transposed solve a
/// window, however many parameters; the windows themselves are held fixed.

#include "nullor/neural/trainer.h"
#include "nullor/simulate/gradient.h"

namespace nullor {

class CollocationGradient final : public DifferentiableTransient {
 public:
  /// Forward is the other route to the same numbers (collocation_sensitivity.h), for checks: its cost grows
  /// with the number of parameters and unknowns.
  enum class Direction { adjoint, forward };

  explicit CollocationGradient(const TrainingOptions& how, Direction direction = Direction::adjoint)
      : how_(how), direction_(direction) {}

  void run(Engine& engine, const TranCard& card, const Location& where, const Observer& observer) override;
  std::vector<double> pull(Engine& engine, const TranCard& card,
                           const std::vector<std::vector<double>>& seeds,
                           const std::vector<ParameterHandle>& wanted) override;

 private:
  std::vector<double> pull_forward(Engine& engine, const TranCard& card,
                                   const std::vector<std::vector<double>>& seeds,
                                   const std::vector<ParameterHandle>& wanted);

  TrainingOptions how_;
  Direction direction_;
  std::vector<WindowRecord> windows_;
  std::vector<double> times_, start_;
};

}  // namespace nullor
