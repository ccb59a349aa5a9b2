#pragma once

#include "nullor/devices/temperature.h"

namespace nullor {

/// Capacitor, linear in voltage, quadratic in temperature.
///
///   C = m scale c (1 + tc1 dT + tc2 dT^2)                                                    (1)
///   c = cj (l - short)(w - narrow) + 2 cjsw ((l - short) + (w - narrow))   when c is not given (2)
///
/// Source: T. Quarles et al., SPICE3 Version 3f5 User's Manual, section 3.1.
template <class P>
struct Capacitor {
  static constexpr DeviceKind kind = {.name = "capacitor",
                                      .title = "capacitor with temperature coefficients",
                                      .letter = 'c',
                                      .model_types = "c"};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr std::array<Unknown, 0> internals = {};
  static constexpr bool linear = true;

  P c = kNotGiven, ic = kNotGiven;
  P tc1 = 0, tc2 = 0, m = 1, scale = 1;
  P temp = kNotGiven, dtemp = 0, tnom = kNotGiven;
  P l = kNotGiven, w = kNotGiven;
  P cap = kNotGiven, cj = kNotGiven, cjsw = 0, defw = 10e-6, defl = kNotGiven, narrow = kNotGiven,
    short_ = kNotGiven, del = 0;
  P di = kNotGiven, thick = kNotGiven;
  int type = 0;

  enum : int { p, n };
  static constexpr int nonlinear[] = {p, n};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("c", d.c, "F", "capacitance");
    v.alias("capacitance", "c");
    v.instance("ic", d.ic, "V", "initial voltage");
    v.instance("tc1", d.tc1, "1/K", "first temperature coefficient");
    v.alias("tc", "tc1");
    v.instance("tc2", d.tc2, "1/K2", "second temperature coefficient");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("scale", d.scale, "", "factor on the capacitance");
    v.instance("temp", d.temp, "degC", "device temperature");
    v.instance("dtemp", d.dtemp, "K", "temperature above the circuit's");
    v.instance("l", d.l, "m", "length");
    v.instance("w", d.w, "m", "width");
    v.model("cap", d.cap, "F", "capacitance of instances that give none");
    v.model("cj", d.cj, "F/m2", "capacitance per area");
    v.alias("cox", "cj");
    v.model("cjsw", d.cjsw, "F/m", "capacitance per length of side wall");
    v.alias("capsw", "cjsw");
    v.model("defw", d.defw, "m", "default width");
    v.alias("w", "defw");
    v.model("defl", d.defl, "m", "default length");
    v.alias("l", "defl");
    v.model("narrow", d.narrow, "m", "narrowing of the width by side etching");
    v.model("short", d.short_, "m", "shortening of the length by side etching");
    v.model("del", d.del, "m", "narrow and short are twice this where they are not given");
    v.model("di", d.di, "", "relative permittivity of the insulator");
    v.model("thick", d.thick, "m", "thickness of the insulator");
    v.model("tnom", d.tnom, "degC", "temperature of the parameters");
    v.ignored("bv_max");
  }

  P capacitance;  // derived

  void setup(const Environment<P>& environment) {
    const P dt = device_temperature(environment, temp, dtemp) - nominal_temperature(environment, tnom);
    capacitance = m * scale * nominal() * quadratic(tc1, tc2, dt);  // (1)
  }

  P nominal() const {
    if (given(c)) return c;
    if (given(cap)) return cap;
    const P insulator =
        (given(di) ? P(di * kVacuumPermittivity) : P(3.453133e-11));  // silicon dioxide by default
    const P per_area = given(cj) ? cj : given(thick) ? P(insulator / thick) : P(0.0);
    const P length = (given(l) ? l : defl) - (given(short_) ? short_ : P(2.0 * del));
    const P width = (given(w) ? w : defw) - (given(narrow) ? narrow : P(2.0 * del));
    return per_area * length * width + 2.0 * cjsw * (length + width);  // (2)
  }

  std::string check() const {
    if (!std::isfinite(value(capacitance))) return "needs a capacitance, or a model with cj and a length l";
    return {};
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.charges(p, n, capacitance * (x[p] - x[n]));
  }

  template <class T>
  void initial_condition(T* x) const {
    if (given(ic)) x[p] = x[n] + ic;
  }

  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("capacitance", value(capacitance), "F");
    out.add("v", x[p] - x[n], "V");
  }
};

}  // namespace nullor
