#pragma once
/// The sizes of a circuit's unknowns and equations, so that volts, amperes and polarizations weigh alike in a
/// loss.
///
/// Voltages have the size V of the largest source or initial voltage. The equation of row i has the size of
/// its terms as they typically are,
///
///     R_i = sum_j (|G_ij| + |C_ij| / tau) S_j                                                         (1)
///
/// with medians over states drawn between the supplies and tau the shortest distance of two source corners
/// (within a hundredth and a tenth of the transient). A current, or a state that begins at zero, has the size
/// that fills the equations it stands in: S_j = max_i R_i / (|G_ij| + |C_ij| / tau) over rows without it.

#include <vector>

#include "nullor/dae/dae.h"

namespace nullor {

struct EquationScale {
  std::vector<double> unknown;  ///< S (n)
  std::vector<double> row;      ///< R (n)
  std::vector<char> charged;    ///< (n): dq/dx has entries in its column, so it cannot jump

  /// Sizes the rows for a window of length h that begins at x: (1) there, with tau = h. A transistor that is
  /// off leaves its node to small charges, whose errors would drown beside the currents of one that is on.
  void focus(Dae& dae, double gmin, const std::vector<double>& x, double h);

  /// x: a state of the circuit, (n + 1); the transient is over [0, stop].
  static EquationScale find(Dae& dae, double gmin, const std::vector<double>& x, double stop);
};

}  // namespace nullor
