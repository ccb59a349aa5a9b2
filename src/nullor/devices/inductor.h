#pragma once

#include <numbers>

#include "nullor/devices/temperature.h"

namespace nullor {

inline constexpr double kVacuumPermeability = 1.25663706212e-6;  ///< [H/m]

/// Inductor; its current is an unknown, its flux a "charge" [Wb].
///
///   v - d/dt (L i) = 0,   L = scale l (1 + tc1 dT + tc2 dT^2) / m     (1)
///   l = mu mu0 k(dia / length) csect nt^2 / length   when l and ind are not given, csect = pi dia^2 / 4 (2)
///
/// with Nagaoka's coefficient k of a single-layer coil.
///
/// Source: T. Quarles et al., SPICE3 Version 3f5 User's Manual, section 3.1; (2) R. Lundin, Proc. IEEE 73,
/// 1428 (1985).
template <class P>
struct Inductor {
  static constexpr DeviceKind kind = {.name = "inductor",
                                      .title = "inductor with temperature coefficients",
                                      .letter = 'l',
                                      .model_types = "l"};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr Unknown internals[] = {{"i", Nature::current, "A"}};
  static constexpr bool linear = true;

  P l = kNotGiven, ic = kNotGiven;
  P tc1 = kNotGiven, tc2 = kNotGiven, m = 1, scale = 1, nt = kNotGiven;
  P temp = kNotGiven, dtemp = 0, tnom = kNotGiven;
  P ind = kNotGiven, tc1_model = 0, tc2_model = 0;
  P csect = kNotGiven, dia = kNotGiven, length = kNotGiven, mu = 1, nt_model = kNotGiven;
  int type = 0;

  enum : int { p, n, i };
  static constexpr int nonlinear[] = {p, n, i};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("l", d.l, "H", "inductance");
    v.alias("inductance", "l");
    v.instance("ic", d.ic, "A", "initial current");
    v.instance("tc1", d.tc1, "1/K", "first temperature coefficient");
    v.alias("tc", "tc1");
    v.instance("tc2", d.tc2, "1/K2", "second temperature coefficient");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("scale", d.scale, "", "factor on the inductance");
    v.instance("temp", d.temp, "degC", "device temperature");
    v.instance("dtemp", d.dtemp, "K", "temperature above the circuit's");
    v.instance("nt", d.nt, "", "number of turns");
    v.model("ind", d.ind, "H", "inductance of instances that give none");
    v.model("tc1", d.tc1_model, "1/K", "first temperature coefficient of instances that give none");
    v.model("tc2", d.tc2_model, "1/K2", "second temperature coefficient of instances that give none");
    v.model("csect", d.csect, "m2", "cross section of the coil");
    v.model("dia", d.dia, "m", "diameter of the coil, instead of csect");
    v.model("length", d.length, "m", "length of the coil");
    v.model("mu", d.mu, "", "relative permeability of the core");
    v.model("nt", d.nt_model, "", "number of turns of instances that give none");
    v.model("tnom", d.tnom, "degC", "temperature of the parameters");
  }

  P inductance;  ///< derived: L of (1) [H]

  void setup(const Environment<P>& environment) {
    const P dt = device_temperature(environment, temp, dtemp) - nominal_temperature(environment, tnom);
    inductance =
        scale * nominal() * quadratic(given(tc1) ? tc1 : tc1_model, given(tc2) ? tc2 : tc2_model, dt) / m;
  }

  P nominal() const {
    if (given(l)) return l;
    if (given(ind) && !given(nt)) return ind;
    const P turns = given(nt) ? nt : nt_model;
    const P section = given(dia) ? P(std::numbers::pi / 4 * dia * dia) : csect;
    const P ratio = sqrt(section / std::numbers::pi) * 2.0 / length;
    return mu * kVacuumPermeability * nagaoka(ratio) * section * turns * turns / length;  // (2)
  }

  /// k of a coil by its diameter over its length, to 3e-6.
  static P nagaoka(const P& ratio) {
    const bool is_long = value(ratio) < 1;
    const P x = is_long ? P(ratio * ratio) : P(1.0 / (ratio * ratio));
    const P shape = (1.0 + 0.383901 * x + 0.017108 * x * x) / (1.0 + 0.258952 * x);
    if (is_long) return shape - 4 / (3 * std::numbers::pi) * ratio;
    return 2.0 / (std::numbers::pi * ratio) *
           ((log(P(4.0 * ratio)) - 0.5) * shape + x * (0.093842 + x * (0.002029 - 0.000801 * x)));
  }

  std::string check() const {
    if (!std::isfinite(value(inductance)))
      return "needs an inductance, or a model with length, dia or csect, and turns nt";
    return {};
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(p, n, x[i]);
    out.flow(i, x[p] - x[n]);  // (1)
    out.charge(i, -inductance * x[i]);
  }

  template <class T>
  void initial_condition(T* x) const {
    if (given(ic)) x[i] = ic;
  }

  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("inductance", value(inductance), "H");
    out.add("i", x[i], "A");
    out.add("flux", value(inductance) * x[i], "Wb");
  }
};

}  // namespace nullor
