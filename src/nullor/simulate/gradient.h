#pragma once
/// The exact gradient of a measurement or expression by any parameters, for about the price of one more run.

#include <functional>
#include <string>
#include <vector>

#include "nullor/simulate/engine.h"
#include "nullor/simulate/objective.h"

namespace nullor {

/// A transient that can be carried back: how engines other than the numerical one take part in gradients.
class DifferentiableTransient {
 public:
  using Observer = std::function<void(double time, const std::vector<double>& x)>;

  virtual ~DifferentiableTransient() = default;
  /// Solves the transient and shows its points, in order of time.
  virtual void run(Engine& engine, const TranCard& card, const Location& where, const Observer& observer) = 0;
  /// seeds[k] = dJ/dx (n + 1, or empty) at point k shown; dJ/dp in the order of `wanted`.
  virtual std::vector<double> pull(Engine& engine, const TranCard& card,
                                   const std::vector<std::vector<double>>& seeds,
                                   const std::vector<ParameterHandle>& wanted) = 0;
};

struct GradientRequest {
  std::string of;                ///< name of a `.meas`, or an expression such as "v(out)"
  std::vector<std::string> wrt;  ///< "vdd", "r1", "m1:w", "nmod:vto", "temp"; empty: every parameter
  std::string
      analysis;  ///< "op", "dc", "ac", "tran"; empty: the measurement's, or the deck's only one, or op
  /// tran: integrate on these time points instead of choosing steps (to compare runs on one grid).
  std::vector<GridPoint> grid;
  DifferentiableTransient* transient = nullptr;  ///< solves the transient instead of the numerical engine
  std::vector<MeasureCard> measures;             ///< besides the deck's own
  std::vector<ReferenceCurve> curves;
};

struct GradientRow {
  std::string name, unit;
  double value = 0;       ///< of the parameter
  double derivative = 0;  ///< d(of)/d(parameter)
};

struct GradientResult {
  double value = 0;  ///< of the objective
  std::string of, unit, analysis;
  std::string failure;  ///< why there is no value; empty when there is one
  Location failed_at;
  std::vector<GradientRow> rows;
  std::vector<GridPoint> grid;  ///< tran: the accepted time points
};

/// Runs the analysis, reads the objective on a reverse tape, and carries its derivative back through the
/// adjoint equations (adjoint.h). Throws InputError when the objective has no value or cannot be
/// differentiated.
GradientResult gradient(Engine& engine, const GradientRequest& request);

/// Several objectives `of` with one run of each analysis; request.of is not read. An objective without a
/// value has its reason in `failure` and no rows. With `values_only` no derivatives are taken.
std::vector<GradientResult> gradients(Engine& engine, const std::vector<std::string>& of,
                                      const GradientRequest& request, bool values_only = false);

}  // namespace nullor
