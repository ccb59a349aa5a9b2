#pragma once

#include "nullor/devices/device.h"

namespace nullor {

/// Diode of two straight lines, with the parameters of LTspice's idealized diode.
///
///   i = m area v / roff                                      v <= vfwd     (1)
///   i = m area (vfwd / roff + (v - vfwd) / ron)              above         (2)
///
/// The same characteristic as DiodeModel of the resistive networks, which also take ron = 0. Without roff the
/// diode leaks gmin.
///
/// Terminals: a, c.
template <class P>
struct PiecewiseLinearDiode {
  static constexpr DeviceKind kind = {.name = "diode_two_lines",
                                      .title = "diode of two straight lines",
                                      .letter = 'd',
                                      .model_types = "d",
                                      .model_required = true,
                                      .when_given = "ron roff vfwd"};
  static constexpr Terminal terminals[] = {{"a"}, {"c"}};
  static constexpr std::array<Unknown, 0> internals = {};

  P ron = 1, roff = kNotGiven, vfwd = 0;
  P area = 1, m = 1;
  int type = 0;

  enum : int { a, c };
  static constexpr int nonlinear[] = {a, c};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("ron", d.ron, "Ohm", "resistance beyond the forward drop");
    v.model("roff", d.roff, "Ohm", "resistance below the forward drop; 1 / gmin by default");
    v.model("vfwd", d.vfwd, "V", "forward drop");
    v.instance("area", d.area, "", "area factor");
    v.instance("m", d.m, "", "number of parallel devices");
  }

  P g_on, g_off;  // derived

  void setup(const Environment<P>& environment) {
    g_on = area * m / ron;
    g_off = given(roff) ? P(area * m / roff) : P(m * environment.gmin);
  }
  std::string check() const {
    if (!(value(ron) > 0)) {
      return "has no on resistance: give ron above 0; 'nullor resistive solve' takes ideal diodes";
    }
    if (given(roff) && !(value(roff) >= value(ron))) return "has an off resistance below its on resistance";
    return {};
  }

  template <class Real>
  Real current(const Real& v) const {
    return g_off * v + (g_on - g_off) * max(Real(v - vfwd), Real(0.0));
  }
  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(a, c, current(Real(x[a] - x[c])));  // (1), (2)
  }

  void noise(const double* x, NoiseSources& out) const {
    out.thermal("thermal", a, c, value(x[a] - x[c] > value(vfwd) ? g_on : g_off), 300.15);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    const double v = x[a] - x[c], i = value(current(P(v)));
    out.add("vd", v, "V");
    out.add("id", i, "A");
    out.add("gd", value(v > value(vfwd) ? g_on : g_off), "S");
    out.add("p", i * v, "W");
  }
};

}  // namespace nullor
