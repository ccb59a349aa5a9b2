#pragma once
/// Switches with hysteresis: a resistance that jumps between ron and roff.

#include "nullor/devices/device.h"

namespace nullor {

/// Threshold logic of both switches over a control quantity u.
///
/// With h >= 0: on above threshold + h, off below threshold - h, unchanged between. With h < 0 the band of
/// width 2 |h| is left at its near edge: coming from outside, the switch turns over as soon as u enters the
/// band, and stays so inside. State: +2 on and u above the band, +1 on, -1 off, -2 off and u below the band.
/// A number of type P, so that lanes differ.
template <class P>
struct Hysteresis {
  P threshold = 0, h = 0;
  P state = -1;
  /// The state stays as it is until accept(): during a time step, where a switch that turned over with every
  /// iterate could leave the step without a solution.
  bool held = false;

  template <class T>
  T next(const T& u) const {
    return held ? T(state) : turned(u);
  }
  template <class T>
  T turned(const T& u) const {
    const P width = abs(h);
    const P turn = select(h < P(0.0), P(-1.0), P(1.0));
    const T inside = T(select(abs(state) > P(1.5), P(0.5 * turn * state), state));
    return select(u > threshold + width, T(2.0), select(u < threshold - width, T(-2.0), inside));
  }

  /// Distance of u to the value at which the switch turns over next.
  double distance(double u) const {
    const double t = value(threshold), a = value(h), s = value(state);
    const bool from_outside = std::fabs(s) > 1.5 || a >= 0;
    return s > 0 ? u - (from_outside ? t - a : t + a) : u - (from_outside ? t + a : t - a);
  }

  template <class T>
  auto accept(const T& u) {
    const P was = state;
    state = P(turned(u));
    return was != state;
  }
};

/// What both switches share. `Device` is the switch itself; its control(x) is the quantity that switches.
///
/// Source: T. Quarles et al., SPICE3 Version 3f5 User's Manual, section 3.1; a negative h as ngspice 39
/// behaves.
template <class P, class Device>
struct Switch {
  static constexpr std::array<Unknown, 0> internals = {};

  P threshold = 0, h = 0, ron = 1, roff = kNotGiven;
  int on = 0;
  int type = 0;

  enum : int { p, n };

  template <class Self, class V>
  static void describe_resistances(Self& d, V&& v) {
    v.model("ron", d.ron, "Ohm", "resistance when on");
    v.model("roff", d.roff, "Ohm", "resistance when off; 1 / gmin by default");
    v.instance_switch("on", d.on, "1: initially on");
  }

  P gon, goff;  // derived
  Hysteresis<P> logic;

  void setup(const Environment<P>& environment) {
    gon = 1.0 / ron;
    goff = given(roff) ? P(1.0 / roff) : P(environment.gmin);
    logic = {threshold, h, P(on != 0 ? 1.0 : -1.0), logic.held};
  }
  template <class Other>
  void copy_state(const Other& other) {
    logic.state = P(other.logic.state);
    logic.held = other.logic.held;
  }
  std::string check() const {
    if (value(ron) == 0) return "has zero resistance ron";
    return {};
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real next = logic.next(Device::control(x));
    out.current(p, n, select(next > Real(0.0), Real(gon), Real(goff)) * (x[p] - x[n]));
  }

  /// For the engine: see Hysteresis::held.
  void hold(bool on_hold) { logic.held = on_hold; }
  double discrete_state() const { return value(logic.state); }
  void set_discrete_state(double state) { logic.state = P(state); }

  double event(const double* x) const { return logic.distance(Device::control(x)); }
  template <class T>
  auto accept(const T* x) {
    return logic.accept(Device::control(x));
  }

  void noise(const double* x, NoiseSources& out) const { out.thermal("", p, n, conductance(x), 300.15); }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    const double v = x[p] - x[n];
    out.add("i", conductance(x) * v, "A");
    out.add("p", conductance(x) * v * v, "W");
  }

 private:
  double conductance(const double* x) const {
    return value(logic.next(P(Device::control(x)))) > 0 ? value(gon) : value(goff);
  }
};

/// S: conductance between p and n switched by the voltage v[cp] - v[cn].
template <class P>
struct VoltageSwitch : Switch<P, VoltageSwitch<P>> {
  static constexpr DeviceKind kind = {.name = "voltage_switch",
                                      .title = "voltage-controlled switch with hysteresis",
                                      .letter = 's',
                                      .model_types = "sw",
                                      .model_required = true};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}, {"cp"}, {"cn"}};
  enum : int { p, n, cp, cn };
  static constexpr int nonlinear[] = {p, n, cp, cn};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("vt", d.threshold, "V", "threshold voltage");
    v.model("vh", d.h, "V", "hysteresis voltage, half the width of the band");
    VoltageSwitch::describe_resistances(d, v);
  }

  template <class T>
  static T control(const T* x) {
    return x[cp] - x[cn];
  }
};

/// W: conductance between p and n switched by the branch current of a voltage source.
template <class P>
struct CurrentSwitch : Switch<P, CurrentSwitch<P>> {
  static constexpr DeviceKind kind = {.name = "current_switch",
                                      .title = "current-controlled switch with hysteresis",
                                      .letter = 'w',
                                      .model_types = "csw",
                                      .model_required = true};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}};
  static constexpr int references = 1;
  enum : int { p, n, c };
  static constexpr int nonlinear[] = {p, n, c};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("it", d.threshold, "A", "threshold current");
    v.model("ih", d.h, "A", "hysteresis current, half the width of the band");
    CurrentSwitch::describe_resistances(d, v);
  }

  template <class T>
  static T control(const T* x) {
    return x[c];
  }
};

}  // namespace nullor
