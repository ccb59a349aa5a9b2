#pragma once
/// Where one node settles, its neighbours held: the root v of
///
///   G v = N + i(v)                                                                             (1)
///
/// G: sum of the node's conductances [S], N: current that its neighbours and its source would drive into it
/// at 0 V [A], i: current of its diode into the node. `sign` +1: a diode from ground to the node (v >= 0 when
/// ideal); -1: from the node to ground; 0: no diode.

#include <algorithm>
#include <cmath>

#include "nullor/resistive/deep_network.h"

namespace nullor {

class UnitResponse {
 public:
  struct Point {
    double voltage;      ///< v [V]
    double conductance;  ///< -di/dv of the diode there [S]
  };

  /// Voltages and currents of the diode multiplied by `scale`.
  explicit UnitResponse(const UnitDiode& diode = {}, double scale = 1)
      : drop_(diode.forward_drop * scale),
        on_(diode.on_resistance > 0 ? 1 / diode.on_resistance : HUGE_VAL),
        leakage_(diode.leakage),
        saturation_(diode.saturation_current * scale),
        emission_(diode.emission_voltage * scale) {}

  Point operator()(double N, double G, double sign) const {
    if (!(G > 0)) return {0, 0};
    if (sign == 0) return {N / G, 0};
    const Point p = saturation_ > 0 ? exponential(sign * N, G) : linear(sign * N, G);
    return {sign * p.voltage, p.conductance};
  }

 private:
  /// i = -leakage v above -drop; below, leakage drop + on (-v - drop).
  Point linear(double N, double G) const {
    const double blocking = N / (G + leakage_);
    if (blocking >= -drop_) return {blocking, leakage_};
    if (std::isinf(on_)) return {-drop_, HUGE_VAL};
    return {(N + (leakage_ - on_) * drop_) / (G + on_), on_};
  }

  /// i = Is (exp(-v / n_vt) - 1). Newton's method from a point left of the root: G v - N - i(v) grows and is
  /// concave, so that every step stays left of the root and none overshoots.
  Point exponential(double N, double G) const {
    double v = N < 0 ? -emission_ * std::log1p(-N / saturation_) : 0;
    double slope = 0;
    for (int k = 0; k < 100; ++k) {
      const double e = saturation_ * std::exp(-v / emission_);
      slope = e / emission_;
      const double step = (N + e - saturation_ - G * v) / (G + slope);
      v += step;
      if (!(step > 1e-15 * std::max(std::abs(v), emission_))) break;
    }
    return {v, slope};
  }

  double drop_, on_, leakage_, saturation_, emission_;
};

}  // namespace nullor
