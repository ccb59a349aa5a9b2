#pragma once

#include "nullor/devices/device.h"

namespace nullor {

/// Resistor, linear in voltage, quadratic in temperature.
///
///   R = r (1 + tc1 dT + tc2 dT^2) / m,   dT = T - tnom     (1)
///   r = rsh (l - 2 short) / (w - 2 narrow)   when r is not given (2)
///
/// Flicker noise of each of the m resistors, with the current i of one:
///
///   kf i^af / (f^ef (l - 2 short)^lf (w - 2 narrow)^wf)     without l and w the size counts as 1 (3)
///
/// Terminals: p, n. `ac` replaces r in small-signal analysis.
/// Source: T. Quarles et al., SPICE3 Version 3f5 User's Manual, section 3.1.
template <class P>
struct Resistor {
  static constexpr DeviceKind kind = {.name = "resistor",
                                      .title = "resistor with temperature coefficients",
                                      .letter = 'r',
                                      .model_types = "r res"};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr std::array<Unknown, 0> internals = {};
  static constexpr bool linear = true;

  P r = kNotGiven;
  P ac = kNotGiven;
  P tc1 = 0, tc2 = 0;
  P m = 1, scale = 1;
  P temp = kNotGiven, dtemp = 0;
  P l = kNotGiven, w = kNotGiven;
  P rsh = kNotGiven, narrow = 0, defw = 1e-5;
  P short_ = 0;
  P kf = 0, af = 1, ef = 1, lf = 1, wf = 1;
  P tnom = kNotGiven;
  int type = 0;

  enum : int { p, n };
  static constexpr int nonlinear[] = {p, n};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("r", d.r, "Ohm", "resistance");
    v.alias("resistance", "r");
    v.instance("ac", d.ac, "Ohm", "resistance in small-signal analysis");
    v.instance("tc1", d.tc1, "1/K", "first temperature coefficient");
    v.alias("tc", "tc1");
    v.instance("tc2", d.tc2, "1/K2", "second temperature coefficient");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("scale", d.scale, "", "factor on the resistance");
    v.instance("temp", d.temp, "degC", "device temperature");
    v.instance("dtemp", d.dtemp, "K", "temperature above the circuit's");
    v.instance("l", d.l, "m", "length");
    v.instance("w", d.w, "m", "width");
    v.model("rsh", d.rsh, "Ohm", "sheet resistance");
    v.model("narrow", d.narrow, "m", "narrowing of the width by side etching");
    v.model("short", d.short_, "m", "shortening of the length by side etching");
    v.model("defw", d.defw, "m", "default width");
    v.model("kf", d.kf, "", "flicker noise coefficient");
    v.model("af", d.af, "", "flicker noise exponent of the current");
    v.model("ef", d.ef, "", "flicker noise exponent of the frequency");
    v.model("lf", d.lf, "", "flicker noise exponent of the length");
    v.model("wf", d.wf, "", "flicker noise exponent of the width");
    v.model("tnom", d.tnom, "degC", "temperature of the parameters");
  }

  P g, g_ac, temperature;  // derived

  void setup(const Environment<P>& environment) {
    temperature = given(temp) ? P(temp + kCelsiusZero) : P(environment.temperature + dtemp);
    const P dt = temperature - (given(tnom) ? P(tnom + kCelsiusZero) : P(environment.nominal));
    const P width = given(w) ? w : defw;
    const P nominal = given(r) ? r : P(rsh * (l - 2.0 * short_) / (width - 2.0 * narrow));  // (2)
    const P factor = scale * (1.0 + tc1 * dt + tc2 * dt * dt);                              // (1)
    g = m / (nominal * factor);
    g_ac = given(ac) ? P(m / (ac * factor)) : g;
  }

  std::string check() const {
    if (!given(r) && !(given(rsh) && given(l)))
      return "needs a resistance, or a model with rsh and a length l";
    if (value(g) == 0 || !std::isfinite(value(g)))
      return "has zero resistance; use a 0 V source for a short circuit";
    return {};
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(p, n, g * (x[p] - x[n]));
  }
  template <class Real>
  void eval_ac(const Real* x, Stamp<Real>& out) const {
    out.current(p, n, g_ac * (x[p] - x[n]));
  }

  /// The denominator of (3) beside f^ef; a side that is not given has its default, 1e-5 m or defw.
  double noise_size() const {
    if (!given(l) && !given(w)) return 1;
    const double length = (given(l) ? value(l) : 1e-5) - 2 * value(short_);
    const double width = (given(w) ? value(w) : value(defw)) - 2 * value(narrow);
    return std::pow(length, value(lf)) * std::pow(width, value(wf));
  }
  void noise(const double* x, NoiseSources& out) const {
    out.thermal("thermal", p, n, value(g), value(temperature));
    if (value(kf) > 0) {
      const double i = std::fabs(value(g) * (x[p] - x[n])) / value(m);
      out.flicker("1overf", p, n, value(m) * value(kf) * std::pow(i, value(af)) / noise_size(),
                  value(ef));  // (3)
    }
  }

  void operating_point(const double* x, OperatingPointInfo& out) const {
    const double v = x[p] - x[n];
    out.add("i", value(g) * v, "A");
    out.add("p", value(g) * v * v, "W");
  }
};

}  // namespace nullor
