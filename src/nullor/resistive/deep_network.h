#pragma once
/// Deep resistive network: layers of nodes joined by resistors, each hidden node held on one side of ground
/// by a diode. Its steady state is the minimum of
///
///   E(v) = sum_l sum_jk 1/2 g_jk (v_j - v_k)^2 - sum_l b_l . v_l ,   v_k >= 0 or v_k <= 0         (1)
///
/// where j runs over layer l and k over layer l + 1, g are conductances [S], b trained current sources [A].
/// The inputs are voltage sources: a pixel x in [0, 1] drives two of them, +A x and -A x, so that a pair of
/// conductances acts as one weight of either sign. The outputs are nodes without diodes. The first half of a
/// hidden layer is excitatory (v >= 0: a diode from ground), the second half inhibitory (v <= 0).
///
/// Source: B. Scellier, A fast algorithm to simulate nonlinear resistive networks (2024), sections 3 and 5;
/// the current sources are in the author's published program.

#include <cstdint>
#include <string>
#include <vector>

#include "nullor/base/rng.h"

namespace nullor {

/// The diode of a hidden node as a piecewise-linear or exponential element. The default is ideal.
struct UnitDiode {
  double forward_drop = 0;            ///< [V]: the node may pass ground by this much
  double on_resistance = 0;           ///< [Ohm]; 0: the diode clamps
  double leakage = 0;                 ///< conductance of the blocking diode [S]
  double saturation_current = 0;      ///< [A]; above 0: i = Is (exp(v / n_vt) - 1) and nothing of the above
  double emission_voltage = 0.02585;  ///< n k T / q [V]

  bool ideal() const { return on_resistance == 0 && leakage == 0 && saturation_current == 0; }
};

/// Sizes and parameters, laid out plainly; the engine lays them out anew for its kernels.
struct DeepNetwork {
  std::vector<int> widths;    ///< pixels, hidden layers, outputs
  double input_gain = 1;      ///< A [V]
  double amplifier_gain = 1;  ///< of a bidirectional amplifier in front of each layer after the first
  UnitDiode diode;
  /// (2 widths[0], widths[1]) for the first: the rows of +x, then those of -x; then (widths[l], widths[l+1]);
  /// row by row [S].
  std::vector<std::vector<float>> conductances;
  std::vector<std::vector<float>> biases;  ///< of layers 1, 2, ... [A]

  int layers() const { return static_cast<int>(widths.size()) - 1; }  ///< those that relax
  int rows(int layer) const { return layer == 0 ? 2 * widths[0] : widths[static_cast<std::size_t>(layer)]; }
  std::size_t parameter_count() const;

  /// Conductances max(0, uniform(-s, s)), s = 1 / sqrt(fan-in), fan-in 2 widths[0] or widths[l]; biases zero.
  static DeepNetwork random(std::vector<int> widths, double input_gain, Rng rng);

  /// Throws InputError(input_output) naming `what` when shapes disagree, or a conductance is negative or not
  /// finite.
  void check(const std::string& what) const;
};

}  // namespace nullor
