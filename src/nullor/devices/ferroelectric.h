#pragma once

#include "nullor/devices/device.h"

namespace nullor {

/// Ferroelectric capacitor, Landau-Khalatnikov.
///
///   v = t_fe (alpha P + beta P^3 + gamma P^5 + rho dP/dt)      (1)
///   i = area dP/dt + c_lin dv/dt                                 (2)
///
/// Terminals: p, n. Internal unknown: P, polarization [C/m2].
/// Source: L. D. Landau, I. M. Khalatnikov, Dokl. Akad. Nauk SSSR 96, 469 (1954).
template <class P>
struct FerroelectricCapacitor {
  static constexpr DeviceKind kind = {.name = "ferroelectric",
                                      .title = "ferroelectric capacitor, Landau-Khalatnikov",
                                      .letter = 'n',
                                      .model_types = "ferroelectric",
                                      .model_required = true};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr Unknown internals[] = {{"P", Nature::other, "C/m2", 1e-6}};

  P alpha = -8e8;
  P beta = 1.1e11;
  P gamma = 0;
  P rho = 0.05;
  P t_fe = 1e-8;
  P area = 1e-14;
  P c_lin = 0;
  P m = 1;
  P p0 = 0;
  int type = 0;

  enum : int { p, n, pol };
  static constexpr int nonlinear[] = {pol};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("alpha", d.alpha, "m/F", "first Landau coefficient, negative below the Curie temperature");
    v.model("beta", d.beta, "m5/(F C2)", "second Landau coefficient");
    v.model("gamma", d.gamma, "m9/(F C4)", "third Landau coefficient");
    v.model("rho", d.rho, "Ohm m", "viscosity");
    v.model("t_fe", d.t_fe, "m", "film thickness");
    v.instance("area", d.area, "m2", "electrode area");
    v.instance("c_lin", d.c_lin, "F", "linear parallel capacitance");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("p0", d.p0, "C/m2", "initial polarization");
  }

  void setup(const Environment<P>&) {}

  std::string check() const {
    if (!(value(t_fe) > 0)) return "needs a film thickness t_fe > 0";
    if (!(value(rho) >= 0)) return "needs a viscosity rho >= 0: with less, polarization runs away";
    if (!(value(area) > 0)) return "needs an electrode area > 0";
    return {};
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real y = x[pol], y2 = y * y;
    out.charges(p, n, (m * area) * y);  // (2)
    out.capacitance(p, n, m * c_lin);
    out.flow(pol, y * (alpha + y2 * (beta + y2 * gamma)));  // (1), divided by the thickness
    out.transfer(pol, p, n, -1.0 / t_fe);
    out.charge(pol, rho * y);
  }

  template <class T>
  void initial_guess(T* x) const {
    x[pol] = p0;
  }
  template <class T>
  void initial_condition(T* x) const {
    x[pol] = p0;
  }

  void operating_point(const double* x, OperatingPointInfo& out) const { out.add("p", x[pol], "C/m2"); }
};

}  // namespace nullor
