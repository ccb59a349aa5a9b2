#pragma once
/// Exact gradients of an objective J by all parameters at once, by one backward pass.
///
/// J depends on the solution; its derivative by the solution is the seed. Every function solves the
/// transposed linearized equations for lambda and contracts it with the exact parameter derivatives of the
/// devices:
///
///     op:    G^T lambda = dJ/dx,        dJ/dp = -lambda^T d(f + b)/dp                       (1)
///     ac:    A^T Lambda = w, J = Re sum w X,   dJ/dp = -Re Lambda^T (dA/dp X + db/dp) and, through the
///     operating
///            point x0, the same contracted with dA/dx0                                       (2)
///     tran:  the discrete adjoint of the accepted steps, backward in time                    (3)
///
/// Source: for (3) Y. Cao, S. Li, L. Petzold, R. Serban, SIAM J. Sci. Comput. 24, 1076 (2003).

#include <complex>
#include <vector>

#include "nullor/simulate/newton.h"
#include "nullor/simulate/transient.h"

namespace nullor {

/// (1): seed = dJ/dx (n + 1) at the operating point x. Returns dJ/dp in the order of `wanted`.
/// `clamps` are .ic voltages that were held during the solve.
std::vector<double> op_gradient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                const std::vector<double>& x, const std::vector<double>& seed,
                                const std::vector<ParameterHandle>& wanted);

/// One frequency of an ac objective: J depends on X through Re(sum of seed[k] dX[k]).
struct AcSeed {
  double frequency = 0;
  std::vector<std::complex<double>> seed;  ///< (n + 1)
};

/// (2), summed over the given frequencies. Throws InputError (singular).
std::vector<double> ac_gradient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                const std::vector<double>& x, const std::vector<AcSeed>& seeds,
                                const std::vector<ParameterHandle>& wanted);

/// Everything a backward pass needs of a transient: give `observe` to Transient::run.
class TransientRecord {
 public:
  explicit TransientRecord(const Dae& dae) : dae_(dae) {}

  bool observe(double time, const std::vector<double>& x, const StepFormula& formula);

  std::size_t size() const { return times_.size(); }
  double time(std::size_t k) const { return times_[k]; }
  const std::vector<double>& times() const { return times_; }
  const std::vector<double>& x(std::size_t k) const { return states_[k]; }
  const StepFormula& formula(std::size_t k) const { return formulas_[k]; }
  /// Discrete states (of switches) that the equation at point k was solved with.
  const std::vector<double>& discrete_states(std::size_t k) const { return discrete_states_[k]; }

 private:
  const Dae& dae_;
  std::vector<double> times_, discrete_now_;
  std::vector<std::vector<double>> discrete_states_;
  std::vector<std::vector<double>> states_;
  std::vector<StepFormula> formulas_;
};

/// Where a backward pass ends: adds to `out` what the start of a transient contributes. `by_x`, `by_q` (n +
/// 1): dJ by the starting state x and by its charges; `out` in the order of `wanted`, for which
/// prepare_gradient() was called.
void start_gradient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options, const TranCard& card,
                    const std::vector<double>& x, std::vector<double> by_x, const std::vector<double>& by_q,
                    const std::vector<ParameterHandle>& wanted, std::vector<double>& out);

/// (3): seeds[k] = dJ/dx at recorded point k; points without influence have an empty vector.
/// Backward it ends in the operating point of the start, or with uic in the initial conditions themselves.
std::vector<double> tran_gradient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                  const TranCard& card, const TransientRecord& record,
                                  const std::vector<std::vector<double>>& seeds,
                                  const std::vector<ParameterHandle>& wanted);

}  // namespace nullor
