#pragma once
/// Exact derivatives of a waveform network's nodal values by parameters, forward through the windows.
///
/// With R the equations of a window (window_system.h, 1) and ' = d/dp, the windows held fixed:
///
///     J X' = -( (1/h) sum_k D_mk (dq/dp(X_k) - Q(0)') + df/dp(X_m) + db/dp(t_m) )                    (1)
///     Q(0)' of the next window = dq/dp(X_M) + C(X_M) X_M'                                          (2)
///
/// One solve a parameter and window. The start follows the operating point, G x' = -d(f + b)/dp, or the
/// initial conditions. The adjoint of collocation_gradient.h gives the same derivatives of one number by all
/// parameters; this gives those of all numbers by a few.
/// Source: Y. Cao, S. Li, L. Petzold, R. Serban, SIAM J. Sci. Comput. 24, 1076 (2003).

#include <vector>

#include "nullor/neural/feature_basis.h"
#include "nullor/neural/trainer.h"
#include "nullor/simulate/engine.h"

namespace nullor {

struct ForwardSensitivity {
  std::vector<double> start;               ///< (P x (n + 1)): dx(0)/dp
  std::vector<std::vector<double>> nodal;  ///< per window (P x M x (n + 1))
};

/// `windows`: as recorded by training; `start`: x(0) (n + 1). Throws InputError (singular).
ForwardSensitivity forward_sensitivity(Engine& engine, const TranCard& card, const FeatureBasis& basis,
                                       const std::vector<WindowRecord>& windows,
                                       const std::vector<double>& start,
                                       const std::vector<ParameterHandle>& wanted);

/// Where in a window, s in [0, 1], the equations at node m are differentiated by parameters: at the last node
/// just before it. Where a window ends on a corner that moves with the parameter, its own side counts.
double differentiated_at(const FeatureBasis& basis, int m);

}  // namespace nullor
