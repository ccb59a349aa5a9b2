#pragma once
/// Newton step limiting of junction and FET control voltages, so that an exponential is never entered in one
/// stride. Source: L. W. Nagel, SPICE2: A Computer Program to Simulate Semiconductor Circuits, UCB/ERL M520
/// (1975), section 3.

#include "nullor/math/functions.h"

namespace nullor {

/// Step in a junction voltage v after `last`: above vcrit the step is taken in the logarithm of the current,
/// so that the current grows by no more than the linearization at `last` foresaw.
template <class T>
T limit_junction(const T& v, const T& last, const T& vt, const T& vcrit) {
  const auto large = v > vcrit && abs(T(v - last)) > 2.0 * vt;
  const T step = T(1.0) + (v - last) / vt;
  const T from_on = select(step > T(0.0), T(last + vt * log(max(step, T(1e-30)))), vcrit);
  const T from_off = vt * log(max(T(v / vt), T(1e-30)));
  return select(large, select(last > T(0.0), from_on, from_off), v);
}

/// Critical voltage: where the junction's current-voltage curve has its smallest radius of curvature.
template <class P>
P critical_voltage(const P& vt, const P& is) {
  return vt * log(vt / (1.4142135623730951 * max(is, P(1e-60))));
}

/// Step in a gate voltage around the threshold vto: small below and across it, doubling when far above.
template <class T>
T limit_gate(const T& v, const T& last, const T& vto) {
  const T drive = abs(T(last - vto));
  const T far = 2.0 * drive + 2.0, near = drive + 1.0;
  const auto on = last >= vto;
  // Turned on: fall by `near` but not through the threshold + 2 V in one step, rise by `far`. Off: rise to
  // just beyond it.
  const T low_on = select(last >= vto + 3.5, T(max(T(last - near), T(vto + 2.0))), T(vto - 0.5));
  const T low = select(on, select(v < last, low_on, v), T(last - far));
  const T high = select(on, T(last + far), T(max(T(vto + 0.5), T(last + near))));
  return min(max(v, low), high);
}

/// Step in a drain voltage: at most to three times the last when that was above 3.5 V, else to 4 V; not below
/// -0.5 V.
template <class T>
T limit_drain(const T& v, const T& last) {
  const auto high = last >= T(3.5);
  const T top = select(high, T(3.0 * last + 2.0), T(4.0));
  const T bottom = select(high, T(2.0), T(-0.5));
  return min(max(v, bottom), top);
}

}  // namespace nullor
