#pragma once
/// Tells when a transient rests on an operating point from which it would run away if anything disturbed it:
/// an oscillator without a start, a latch in its middle.
///
/// A small deviation z from the operating point obeys C dz/dt + G z = 0. The trapezoidal rule
///
///     (2/h C + G) z(k+1) = (2/h C - G) z(k)                                      (1)
///
/// grows exactly when a mode of the circuit does, for every h: its factor (1 + h s/2) / (1 - h s/2) is larger
/// than one only where Re s > 0. So stable circuits are never reported. Source: E. Hairer, G. Wanner, Solving
/// Ordinary Differential Equations II (1996), section IV.3.

#include <optional>
#include <string>
#include <vector>

#include "nullor/simulate/newton.h"

namespace nullor {

class UnstableRest {
 public:
  /// Shown every point of a transient, the first one is where it starts. Costs nothing once the circuit
  /// moves.
  void see(const Dae& dae, const NewtonSolver& newton, double time, const double* x) {
    if (!moved_) look(dae, newton, time, x);
  }

  /// After the transient: a remark when a mode grows by a factor of a hundred or more while the circuit
  /// rests, and no source ends that rest. Circuits that sources move are not looked at; the others cost seven
  /// factorizations and some thousand solutions.
  std::optional<std::string> remark(Dae& dae, NewtonSolver& newton, double stop) const;

 private:
  void look(const Dae& dae, const NewtonSolver& newton, double time, const double* x);

  bool moved_ = false, by_source_ = false;
  int points_ = 0;       ///< seen at rest
  double moved_at_ = 0;  ///< [s]
  std::vector<double> start_;
};

}  // namespace nullor
