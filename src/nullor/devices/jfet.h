#pragma once

#include "nullor/devices/junction.h"

namespace nullor {

/// Junction field-effect transistor, Shichman-Hodges with the doping-tail parameter of A. Parker and D.
/// Skellern.
///
///   id = beta (1 + lambda vds) vg^2 (b + c vg)                                      vds >= vg    (1)
///   id = beta (1 + lambda vds) vds (vds (c vds - b) + vg (2 b + 3 c (vg - vds)))     vds < vg     (2)
///
/// where vg = vgs - vto and c = (1 - b)/(pb - vto). With b = 1 these are the square law. Terminals: d, g, s.
/// Internals: di, si behind rd, rs. Source: H. Shichman, D. A. Hodges, IEEE J. Solid-State Circuits 3, 285
/// (1968); A. E. Parker, D. J. Skellern, An improved FET model for computer simulators, IEEE Trans. CAD 9,
/// 551 (1990).
template <class P>
struct Jfet {
  static constexpr DeviceKind kind = {.name = "jfet",
                                      .title = "junction field-effect transistor, Shichman-Hodges",
                                      .letter = 'j',
                                      .model_types = "njf pjf",
                                      .levels = "1",
                                      .model_required = true};
  static constexpr Terminal terminals[] = {{"d"}, {"g"}, {"s"}};
  static constexpr Unknown internals[] = {{"drain"}, {"source"}};

  P vto = -2, beta = 1e-4, lambda = 0, rd = 0, rs = 0, cgs = 0, cgd = 0, pb = 1, is = 1e-14, fc = 0.5,
    tail = 1;
  P tcv = 0, bex = 0, xti = 0, eg = 1.11, tnom = kNotGiven, kf = 0, af = 1;
  P area = 1, m = 1, temp = kNotGiven, dtemp = 0, icvds = kNotGiven, icvgs = kNotGiven;
  int type = 0;

  enum : int { d, g, s, di, si };
  static constexpr int nonlinear[] = {di, g, si};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("vto", d.vto, "V", "threshold voltage");
    v.alias("vt0", "vto");
    v.model("beta", d.beta, "A/V2", "transconductance parameter");
    v.model("lambda", d.lambda, "1/V", "channel-length modulation");
    v.model("rd", d.rd, "Ohm", "drain resistance");
    v.model("rs", d.rs, "Ohm", "source resistance");
    v.model("cgs", d.cgs, "F", "zero-bias gate-source capacitance");
    v.model("cgd", d.cgd, "F", "zero-bias gate-drain capacitance");
    v.model("pb", d.pb, "V", "gate junction potential");
    v.model("is", d.is, "A", "gate saturation current");
    v.model("fc", d.fc, "", "forward-bias depletion capacitance coefficient");
    v.model("b", d.tail, "", "doping tail parameter");
    v.model("tcv", d.tcv, "V/K", "temperature coefficient of vto");
    v.model("bex", d.bex, "", "mobility temperature exponent");
    v.model("xti", d.xti, "", "saturation current temperature exponent");
    v.model("eg", d.eg, "eV", "activation energy");
    v.model("tnom", d.tnom, "degC", "temperature of the parameters");
    v.model("kf", d.kf, "", "flicker noise coefficient");
    v.model("af", d.af, "", "flicker noise exponent");
    v.instance("area", d.area, "", "area factor");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("temp", d.temp, "degC", "device temperature");
    v.instance("dtemp", d.dtemp, "K", "temperature above the circuit's");
    v.instance("icvds", d.icvds, "V", "initial drain-source voltage");
    v.alias("ic-vds", "icvds");
    v.alias("ic1", "icvds");
    v.instance("icvgs", d.icvgs, "V", "initial gate-source voltage");
    v.alias("ic-vgs", "icvgs");
    v.alias("ic2", "icvgs");
  }

  double sign = 1, gmin = 0;  // derived: -1 for p-channel
  P temperature, vt, threshold, transconductance, g_d, g_s, saturation, vcrit, b_factor;
  JunctionCurrent<P> junction;
  DepletionCharge<P> depletion_s, depletion_d;

  void setup(const Environment<P>& environment) {
    sign = type == 0 ? 1 : -1;
    gmin = environment.gmin;
    temperature = device_temperature(environment, temp, dtemp);
    const P nominal = nominal_temperature(environment, tnom), ratio = temperature / nominal, size = area * m;
    vt = thermal_voltage(temperature);
    saturation = is * size * exp(P((ratio - 1.0) * eg / vt + xti * log(ratio)));
    threshold = vto - tcv * (temperature - nominal);
    transconductance = beta * size * exp(P(bex * log(ratio)));
    g_d = value(rd) > 0 ? P(size / rd) : P(0.0);
    g_s = value(rs) > 0 ? P(size / rs) : P(0.0);
    junction.setup(vt);
    vcrit = critical_voltage(vt, saturation);
    JunctionTemperature<P> shift;
    shift.setup(temperature, nominal);
    P potential = pb, scale = P(1.0);
    shift.apply(potential, scale, P(0.5));
    depletion_s.setup(cgs * scale * size, potential, P(0.5), min(fc, P(0.95)));
    depletion_d.setup(cgd * scale * size, potential, P(0.5), min(fc, P(0.95)));
    b_factor = (1.0 - tail) / (potential - threshold);
  }

  int collapse(int k) const {
    if (k == di && value(rd) <= 0) return d;
    if (k == si && value(rs) <= 0) return s;
    return -1;
  }

  /// Drain current of the n-channel device, for either sign of vds.
  template <class Real>
  Real drain_current(const Real& vgs, const Real& vds) const {
    const auto forward = vds >= Real(0.0);
    const Real v = select(forward, vds, Real(-vds));
    const Real drive = select(forward, vgs, Real(vgs - vds)) - threshold;
    const Real magnitude = branch(
        drive > Real(0.0),
        [&] {
          const Real factor = transconductance * (1.0 + lambda * v);
          return branch(
              v >= drive, [&] { return Real(factor * drive * drive * (tail + b_factor * drive)); },  // (1)
              [&] {
                return Real(
                    factor * v *
                    (v * (b_factor * v - tail) + drive * (2.0 * tail + 3.0 * b_factor * (drive - v))));
              });  // (2)
        },
        [&] { return Real(0.0); });
    return select(forward, magnitude, Real(-magnitude));
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const P gmin = out.gmin * m;
    const Real vgs = sign * (x[g] - x[si]), vgd = sign * (x[g] - x[di]);
    out.current(di, si, sign * drain_current(vgs, Real(vgs - vgd)));
    out.current(g, si, sign * (saturation * junction(vgs) + gmin * vgs));
    out.current(g, di, sign * (saturation * junction(vgd) + gmin * vgd));
    if (value(cgs) != 0) out.charges(g, si, sign * depletion_s(vgs));
    if (value(cgd) != 0) out.charges(g, di, sign * depletion_d(vgd));
    if (value(rd) > 0) out.conductance(d, di, g_d);
    if (value(rs) > 0) out.conductance(s, si, g_s);
  }

  template <class T>
  auto limit(T* x, const T* last) const {
    const T vgs0 = sign * (x[g] - x[si]), vgd0 = sign * (x[g] - x[di]);
    const T vgs1 = sign * (last[g] - last[si]), vgd1 = sign * (last[g] - last[di]);
    const T vgs = limit_gate(limit_junction(vgs0, vgs1, vt, vcrit), vgs1, T(threshold));
    const T vgd = limit_gate(limit_junction(vgd0, vgd1, vt, vcrit), vgd1, T(threshold));
    const auto changed = vgs != vgs0 || vgd != vgd0;
    x[si] = x[g] - sign * vgs;
    x[di] = x[g] - sign * vgd;
    return changed;
  }
  template <class T>
  void initial_condition(T* x) const {
    if (given(icvds)) x[d] = x[di] = x[si] + sign * icvds;
    if (given(icvgs)) x[g] = x[si] + sign * icvgs;
  }

  void noise(const double* x, NoiseSources& out) const {
    using Real = Dual<1, P>;
    const Real id =
        drain_current(Real::variable(P(sign * (x[g] - x[si])), 0), Real(P(sign * (x[di] - x[si]))));
    const double t = value(temperature);
    if (value(rd) > 0) out.thermal("rd", d, di, value(g_d), t);
    if (value(rs) > 0) out.thermal("rs", s, si, value(g_s), t);
    out.thermal("id", di, si, 2.0 / 3.0 * std::fabs(value(id.d[0])), t);
    if (value(kf) > 0)
      out.flicker("1overf", di, si, flicker_of(value(id.v), value(kf), value(af), value(m)), 1.0);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    using Real = Dual<2, P>;
    const double vgs = sign * (x[g] - x[si]), vds = sign * (x[di] - x[si]);
    const Real id = drain_current(Real::variable(P(vgs), 0), Real::variable(P(vds), 1));
    // As of an n-channel device; the gate junction carries part of the drain's current.
    const double vgd = vgs - vds, leak = value(saturation * junction(P(vgd))) + gmin * value(m) * vgd;
    out.add("vgs", vgs, "V");
    out.add("vgd", vgd, "V");
    out.add("id", value(id.v) - leak, "A");
    out.add("gm", value(id.d[0]), "S");
    out.add("gds", value(id.d[1]), "S");
  }
};

}  // namespace nullor
