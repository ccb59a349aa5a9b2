#pragma once

#include "nullor/devices/temperature.h"

namespace nullor {

/// Inductor; its current is an unknown, its flux a "charge" [Wb].
///
///   v - d/dt (L i) = 0,   L = scale l (1 + tc1 dT + tc2 dT^2) / m     (1)
///
/// Source: T. Quarles et al., SPICE3 Version 3f5 User's Manual, section 3.1.
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
  P tc1 = 0, tc2 = 0, m = 1, scale = 1;
  P temp = kNotGiven, dtemp = 0, tnom = kNotGiven;
  P ind = kNotGiven;
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
    v.model("ind", d.ind, "H", "inductance of instances that give none");
    v.model("tnom", d.tnom, "degC", "temperature of the parameters");
  }

  P inductance;  ///< derived: L of (1) [H]

  void setup(const Environment<P>& environment) {
    const P dt = device_temperature(environment, temp, dtemp) - nominal_temperature(environment, tnom);
    inductance = scale * (given(l) ? l : ind) * quadratic(tc1, tc2, dt) / m;
  }

  std::string check() const {
    if (!std::isfinite(value(inductance))) return "needs an inductance";
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
