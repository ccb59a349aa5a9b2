#pragma once
/// Newton's method through windows that are given instead of chosen: what makes the nodal values X of a
/// circuit a smooth function of its parameters.
///
///     J_w dX_w = -R_w(X_w, Q_w(0)),   Q_(w+1)(0) = q(X_wM) + C(X_wM) dX_wM                        (1)
///
/// window_system.h (1), (2). One step a window is one step of Newton's method for all windows together, whose
/// matrix is block lower triangular: from values that are nearly right it returns the values nearly exactly,
/// and the step is their error to first order.

#include <vector>

#include "nullor/neural/feature_basis.h"
#include "nullor/neural/window_system.h"
#include "nullor/simulate/engine.h"

namespace nullor {

/// Values at the start and at every node.
struct NodalValues {
  std::vector<double> start;               ///< (n + 1)
  std::vector<std::vector<double>> nodal;  ///< per window (M x (n + 1))
};

struct MarchOptions {
  int steps = 12;           ///< of Newton's method in a window, at most
  double tolerance = 1e-9;  ///< of the last one, relative to the size of each signal
};

struct MarchResult {
  bool solved = false;   ///< every window was solved; with one step: none was singular
  double failed_at = 0;  ///< [s]
  Failure failure;
  NodalValues values;
  std::vector<char> algebraic;  ///< (n): without charge, free to jump where a window begins
};

/// Starts at the operating point, or with uic at the initial conditions. Every window begins where the one
/// before ends. Throws nothing: a circuit that cannot be solved is a result.
MarchResult march_windows(Engine& engine, const TranCard& card, const FeatureBasis& basis,
                          const std::vector<WindowSystem::Window>& windows, const NodalValues& guess,
                          const MarchOptions& how = {});

}  // namespace nullor
