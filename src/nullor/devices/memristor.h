#pragma once

#include "nullor/devices/device.h"
#include "nullor/devices/mos_charge.h"

namespace nullor {

/// Memristor, VTEAM.
///
///   dw/dt = k_off (v/v_off - 1)^a_off f(w)      v > v_off                       (1)
///   dw/dt = k_on (v/v_on - 1)^a_on f(w)         v < v_on < 0,  k_on < 0           (2)
///   v = (r_on + (r_off - r_on) w) i                                              (3)
///
/// w in [0, 1] is the state, normalized to the film. The window f is 1 - w^2p towards w = 1 and 1 - (1-w)^2p
/// towards w = 0 and turns into a restoring force outside, so w stays bounded without a hard limit; in (3) w
/// enters clipped smoothly. Terminals: p, n. Internal unknown: w. Between the thresholds w stands still: its
/// operating point is `w0`, which a weak restoring rate `leak` [1/s] selects. Source: S. Kvatinsky et al.,
/// VTEAM: a general model for voltage-controlled memristors, IEEE TCAS II 62, 786 (2015).
template <class P>
struct Memristor {
  static constexpr DeviceKind kind = {.name = "memristor",
                                      .title = "memristor, VTEAM",
                                      .letter = 'n',
                                      .model_types = "memristor",
                                      .levels = "1",
                                      .model_required = true};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr Unknown internals[] = {{"w", Nature::other, "", 1e-6}};

  P r_on = 100, r_off = 10e3, v_on = -0.5, v_off = 0.5, k_on = -1e3, k_off = 1e3, a_on = 3, a_off = 3,
    window = 4;
  P leak = 1e-3, w0 = 0.5, m = 1;
  int type = 0;

  enum : int { p, n, w };
  static constexpr int nonlinear[] = {p, n, w};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("r_on", d.r_on, "Ohm", "resistance at w = 0");
    v.model("r_off", d.r_off, "Ohm", "resistance at w = 1");
    v.model("v_on", d.v_on, "V", "threshold below which w falls, negative");
    v.model("v_off", d.v_off, "V", "threshold above which w rises");
    v.model("k_on", d.k_on, "1/s", "rate of falling, negative");
    v.model("k_off", d.k_off, "1/s", "rate of rising");
    v.model("a_on", d.a_on, "", "exponent of falling");
    v.model("a_off", d.a_off, "", "exponent of rising");
    v.model("p", d.window, "", "sharpness of the window");
    v.model("leak", d.leak, "1/s", "rate of return to w0 without voltage");
    v.instance("w0", d.w0, "", "initial state, 0 to 1");
    v.instance("m", d.m, "", "number of parallel devices");
  }
  void setup(const Environment<P>&) {}
  std::string check() const {
    if (!(value(r_on) > 0 && value(r_off) > 0)) return "needs resistances r_on > 0 and r_off > 0";
    if (!(value(v_on) < 0 && value(v_off) > 0)) return "needs thresholds v_on < 0 < v_off";
    if (!(value(k_on) <= 0 && value(k_off) >= 0)) return "needs rates k_on <= 0 <= k_off";
    if (!(value(a_on) > 0 && value(a_off) > 0)) return "needs exponents a_on > 0 and a_off > 0";
    if (!(value(window) > 0)) return "needs a sharpness of the window p > 0";
    if (!(value(leak) > 0)) return "needs a rate of return leak > 0: its operating point is where that leads";
    if (!(value(w0) >= 0 && value(w0) <= 1)) return "needs an initial state w0 between 0 and 1";
    return {};
  }

  /// u^a for u >= 0, continued by its tangent above u = 100 and zero below 0.
  template <class Real>
  static Real power(const Real& u, const P& a) {
    return branch(
        u > Real(1e-9),
        [&] {
          const Real low = min(max(u, Real(1e-9)), Real(100.0));
          return Real(exp(Real(a * log(low))) * (1.0 + a * 0.01 * (u - low)));
        },
        [&] { return Real(0.0); });
  }

  /// 1 - s^2p: 1 far from the bound at s = 1, negative beyond it; s is the distance from the other bound.
  template <class Real>
  Real window_at(const Real& s) const {
    const Real low = min(max(s, Real(1e-3)), Real(2.0));
    return 1.0 - exp(Real(2.0 * window * log(low))) * (1.0 + window * (s - low));
  }

  template <class Real>
  Real rate(const Real& v, const Real& state) const {
    const Real rise = k_off * power(Real(v / v_off - 1.0), a_off) * window_at(state);           // (1)
    const Real fall = k_on * power(Real(v / v_on - 1.0), a_on) * window_at(Real(1.0 - state));  // (2)
    return rise + fall + leak * (w0 - state);
  }

  template <class Real>
  Real conductance(const Real& state) const {
    const Real inside = smooth_positive(state, 1e-3) - smooth_positive(Real(state - 1.0), 1e-3);
    return m / (r_on + (r_off - r_on) * inside);  // (3)
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real v = x[p] - x[n];
    out.current(p, n, conductance(x[w]) * v);
    out.flow(w, -rate(v, x[w]));
    out.charge(w, x[w]);
  }

  template <class T>
  void initial_guess(T* x) const {
    x[w] = w0;
  }
  template <class T>
  void initial_condition(T* x) const {
    x[w] = w0;
  }
  void noise(const double* x, NoiseSources& out) const {
    out.thermal("thermal", p, n, value(conductance(P(x[w]))), 300.15);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("w", x[w], "");
    out.add("r", 1 / value(conductance(P(x[w]))), "Ohm");
    out.add("i", (x[p] - x[n]) * value(conductance(P(x[w]))), "A");
  }
};

}  // namespace nullor
