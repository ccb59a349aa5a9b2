#pragma once
/// Independent and linear controlled sources. The excitation b(t) of V and I is added by the circuit
/// equations. Source: T. Quarles et al., SPICE3 Version 3f5 User's Manual, section 3.2.

#include "nullor/devices/device.h"

namespace nullor {

/// Independent voltage source:  v[p] - v[n] - V(t) = 0, V(t) added outside. Internal unknown: its current.
template <class P>
struct VoltageSource {
  static constexpr DeviceKind kind = {
      .name = "voltage_source", .title = "independent voltage source", .letter = 'v'};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr Unknown internals[] = {{"i", Nature::current, "A"}};
  static constexpr bool linear = true;

  P dc = 0, acmag = 0, acphase = 0;

  enum : int { p, n, i };
  static constexpr int nonlinear[] = {p, n, i};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("dc", d.dc, "V", "voltage at the operating point");
    v.instance("acmag", d.acmag, "V", "small-signal magnitude");
    v.instance("acphase", d.acphase, "deg", "small-signal phase");
  }
  void setup(const Environment<P>&) {}

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(p, n, x[i]);
    out.flow(i, x[p] - x[n]);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("i", x[i], "A");
    out.add("p", x[i] * (x[p] - x[n]), "W");
  }
};

/// Independent current source: m I(t) flows from p through the source to n, added outside.
template <class P>
struct CurrentSource {
  static constexpr DeviceKind kind = {
      .name = "current_source", .title = "independent current source", .letter = 'i'};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr std::array<Unknown, 0> internals = {};
  static constexpr bool linear = true;

  P dc = 0, acmag = 0, acphase = 0, m = 1;

  enum : int { p, n };
  static constexpr int nonlinear[] = {p, n};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("dc", d.dc, "A", "current at the operating point");
    v.instance("acmag", d.acmag, "A", "small-signal magnitude");
    v.instance("acphase", d.acphase, "deg", "small-signal phase");
    v.instance("m", d.m, "", "number of parallel devices");
  }
  void setup(const Environment<P>&) {}

  template <class Real>
  void eval(const Real*, Stamp<Real>&) const {}
  void operating_point(const double* x, OperatingPointInfo& out) const { out.add("v", x[p] - x[n], "V"); }
};

/// E: v[p] - v[n] = gain (v[cp] - v[cn]). Internal unknown: its current.
template <class P>
struct VoltageControlledVoltageSource {
  static constexpr DeviceKind kind = {
      .name = "vcvs", .title = "voltage-controlled voltage source", .letter = 'e'};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}, {"cp"}, {"cn"}};
  static constexpr Unknown internals[] = {{"i", Nature::current, "A"}};
  static constexpr bool linear = true;

  P gain = 0;

  enum : int { p, n, cp, cn, i };
  static constexpr int nonlinear[] = {p, n, cp, cn, i};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("gain", d.gain, "V/V", "voltage gain");
  }
  void setup(const Environment<P>&) {}

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(p, n, x[i]);
    out.flow(i, x[p] - x[n] - gain * (x[cp] - x[cn]));
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("i", x[i], "A");
    out.add("v", x[p] - x[n], "V");
  }
};

/// F: i = m gain i(reference), from p through the source to n.
template <class P>
struct CurrentControlledCurrentSource {
  static constexpr DeviceKind kind = {
      .name = "cccs", .title = "current-controlled current source", .letter = 'f'};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr int references = 1;
  static constexpr std::array<Unknown, 0> internals = {};
  static constexpr bool linear = true;

  P gain = 0, m = 1;

  enum : int { p, n, c };
  static constexpr int nonlinear[] = {c};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("gain", d.gain, "A/A", "current gain");
    v.instance("m", d.m, "", "number of parallel devices");
  }
  void setup(const Environment<P>&) {}

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(p, n, (m * gain) * x[c]);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("i", value(m) * value(gain) * x[c], "A");
  }
};

/// G: i = m gain (v[cp] - v[cn]), from p through the source to n.
template <class P>
struct VoltageControlledCurrentSource {
  static constexpr DeviceKind kind = {
      .name = "vccs", .title = "voltage-controlled current source", .letter = 'g'};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}, {"cp"}, {"cn"}};
  static constexpr std::array<Unknown, 0> internals = {};
  static constexpr bool linear = true;

  P gain = 0, m = 1;

  enum : int { p, n, cp, cn };
  static constexpr int nonlinear[] = {cp, cn};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("gain", d.gain, "S", "transconductance");
    v.instance("m", d.m, "", "number of parallel devices");
  }
  void setup(const Environment<P>&) {}

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(p, n, (m * gain) * (x[cp] - x[cn]));
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("i", value(m) * value(gain) * (x[cp] - x[cn]), "A");
  }
};

/// H: v[p] - v[n] = gain i(reference). Internal unknown: its current.
template <class P>
struct CurrentControlledVoltageSource {
  static constexpr DeviceKind kind = {
      .name = "ccvs", .title = "current-controlled voltage source", .letter = 'h'};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr int references = 1;
  static constexpr Unknown internals[] = {{"i", Nature::current, "A"}};
  static constexpr bool linear = true;

  P gain = 0;

  enum : int { p, n, c, i };
  static constexpr int nonlinear[] = {p, n, c, i};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("gain", d.gain, "Ohm", "transresistance");
  }
  void setup(const Environment<P>&) {}

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.current(p, n, x[i]);
    out.flow(i, x[p] - x[n] - gain * x[c]);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("i", x[i], "A");
    out.add("v", x[p] - x[n], "V");
  }
};

}  // namespace nullor
