#pragma once

#include "nullor/devices/device.h"

namespace nullor {

/// Lossless transmission line by the method of characteristics.
///
///   v1 - z0 i1 = e1(t) = v2(t - td) + z0 i2(t - td)     (1)
///   v2 - z0 i2 = e2(t) = v1(t - td) + z0 i1(t - td)     (2)
///
/// Here are the left sides; the delayed right sides are added by the circuit equations, which keep the past.
/// Terminals: p1, n1, p2, n2. Internal unknowns: the port currents i1, i2, into p1 and p2.
/// Source: F. H. Branin, Transient analysis of lossless transmission lines, Proc. IEEE 55, 2012 (1967).
template <class P>
struct TransmissionLine {
  static constexpr DeviceKind kind = {
      .name = "transmission_line", .title = "lossless transmission line", .letter = 't'};
  static constexpr Terminal terminals[] = {{"p1"}, {"n1"}, {"p2"}, {"n2"}};
  static constexpr Unknown internals[] = {{"i1", Nature::current, "A"}, {"i2", Nature::current, "A"}};
  static constexpr bool linear = true;

  P z0 = kNotGiven, td = kNotGiven, f = 1e9, nl = 0.25;
  P v1 = 0, i1_ = 0, v2 = 0, i2_ = 0;

  enum : int { p1, n1, p2, n2, i1, i2 };
  static constexpr int nonlinear[] = {p1, n1, p2, n2, i1, i2};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("z0", d.z0, "Ohm", "characteristic impedance");
    v.alias("zo", "z0");
    v.instance("td", d.td, "s", "delay");
    v.instance("f", d.f, "Hz", "frequency at which the normalized length holds");
    v.instance("nl", d.nl, "", "length in wavelengths at f; td = nl / f when td is not given");
    v.instance("v1", d.v1, "V", "initial voltage of port 1");
    v.alias("ic1", "v1");
    v.instance("i1", d.i1_, "A", "initial current of port 1");
    v.alias("ic2", "i1");
    v.instance("v2", d.v2, "V", "initial voltage of port 2");
    v.alias("ic3", "v2");
    v.instance("i2", d.i2_, "A", "initial current of port 2");
    v.alias("ic4", "i2");
  }
  void setup(const Environment<P>&) {}

  /// td of (1), (2) [s].
  P delay() const { return given(td) ? td : P(nl / f); }

  std::string check() const {
    if (!(value(z0) > 0)) return "needs a characteristic impedance z0 > 0";
    if (!(value(delay()) > 0)) return "needs a delay td > 0, or a frequency f and a length nl";
    return {};
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(p1, n1, x[i1]);
    out.current(p2, n2, x[i2]);
    out.flow(i1, x[p1] - x[n1] - z0 * x[i1]);  // (1)
    out.flow(i2, x[p2] - x[n2] - z0 * x[i2]);  // (2)
  }

  template <class T>
  void initial_condition(T* x) const {
    x[i1] = i1_;
    x[i2] = i2_;
  }
};

}  // namespace nullor
