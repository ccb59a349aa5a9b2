#pragma once

#include "nullor/devices/junction.h"
#include "nullor/devices/mos_charge.h"

namespace nullor {

/// What all MOSFETs here share: geometry, series resistances, junctions of source and drain, overlap
/// capacitances.
///
/// Terminals: d, g, s, b. Internals: di, si behind rd, rs. Everything is computed as for an n-channel device
/// and turned by `sign`. Source: A. Vladimirescu, S. Liu, The Simulation of MOS Integrated Circuits Using
/// SPICE2, UCB/ERL M80/7 (1980).
template <class P>
struct MosCommon {
  static constexpr Terminal terminals[] = {{"d"}, {"g"}, {"s"}, {"b"}};
  static constexpr Unknown internals[] = {{"drain"}, {"source"}};
  static constexpr double kOxide = 3.9 * 8.854214871e-12,
                          kSilicon = 11.7 * 8.854214871e-12;  // [F/m], SPICE's values

  static constexpr double kLeastPhi =
      0.02;  ///< floor of the surface potential where a device gets very hot [V]

  P rd = kNotGiven, rs = kNotGiven, rsh = kNotGiven, cbd = kNotGiven, cbs = kNotGiven, is = 1e-14, js = 0,
    pb = 0.8;
  P cj = kNotGiven, mj = 0.5, cjsw = 0, mjsw = 0.5, fc = 0.5, cgso = 0, cgdo = 0, cgbo = 0;
  P ld = 0, tnom = kNotGiven, kf = 0, af = 1;
  P w = kNotGiven, l = kNotGiven, ad = kNotGiven, as = kNotGiven, pd = 0, ps = 0, nrd = 1, nrs = 1, m = 1;
  P temp = kNotGiven, dtemp = 0, icvds = kNotGiven, icvgs = kNotGiven, icvbs = kNotGiven;
  int type = 0;

  enum : int { d, g, s, b, di, si };
  static constexpr int nonlinear[] = {di, g, si, b};

  template <class Self, class V>
  static void describe_common(Self& d, V&& v) {
    v.model("rd", d.rd, "Ohm", "drain resistance");
    v.model("rs", d.rs, "Ohm", "source resistance");
    v.model("rsh", d.rsh, "Ohm", "sheet resistance of drain and source");
    v.model("cbd", d.cbd, "F", "zero-bias bulk-drain capacitance");
    v.model("cbs", d.cbs, "F", "zero-bias bulk-source capacitance");
    v.model("is", d.is, "A", "bulk junction saturation current");
    v.model("js", d.js, "A/m2", "bulk junction saturation current density");
    v.model("pb", d.pb, "V", "bulk junction potential");
    v.model("cj", d.cj, "F/m2", "bottom junction capacitance");
    v.model("mj", d.mj, "", "bottom grading coefficient");
    v.model("cjsw", d.cjsw, "F/m", "side wall junction capacitance");
    v.model("mjsw", d.mjsw, "", "side wall grading coefficient");
    v.model("fc", d.fc, "", "forward-bias depletion capacitance coefficient");
    v.model("cgso", d.cgso, "F/m", "gate-source overlap capacitance");
    v.model("cgdo", d.cgdo, "F/m", "gate-drain overlap capacitance");
    v.model("cgbo", d.cgbo, "F/m", "gate-bulk overlap capacitance");
    v.model("ld", d.ld, "m", "lateral diffusion");
    v.model("tnom", d.tnom, "degC", "temperature of the parameters");
    v.model("kf", d.kf, "", "flicker noise coefficient");
    v.model("af", d.af, "", "flicker noise exponent");
    v.instance("w", d.w, "m", "channel width");
    v.instance("l", d.l, "m", "channel length");
    v.instance("ad", d.ad, "m2", "drain area");
    v.instance("as", d.as, "m2", "source area");
    v.instance("pd", d.pd, "m", "drain perimeter");
    v.instance("ps", d.ps, "m", "source perimeter");
    v.instance("nrd", d.nrd, "", "squares of the drain");
    v.instance("nrs", d.nrs, "", "squares of the source");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("temp", d.temp, "degC", "device temperature");
    v.instance("dtemp", d.dtemp, "K", "temperature above the circuit's");
    v.instance("icvds", d.icvds, "V", "initial drain-source voltage");
    v.alias("ic1", "icvds");
    v.instance("icvgs", d.icvgs, "V", "initial gate-source voltage");
    v.alias("ic2", "icvgs");
    v.instance("icvbs", d.icvbs, "V", "initial bulk-source voltage");
    v.alias("ic3", "icvbs");
  }

  double sign = 1, gmin = 0;  // derived: -1 for p-channel
  bool has_drain = false, has_source = false, has_cbd = false, has_cbs = false, has_side = false,
       has_overlap = false;
  P temperature, nominal, vt, inverse_vt, width, length, g_d, g_s, is_d, is_s, c_gs, c_gd, c_gb, vcrit;
  P cox_area,
      threshold;  ///< oxide capacitance per area [F/m2], threshold at zero bulk bias for step limiting [V]
  DepletionCharge<P> depletion_d, depletion_s, side_d, side_s;
  JunctionTemperature<P> shift;

  void setup_common(const Environment<P>& environment) {
    sign = type == 0 ? 1 : -1;
    gmin = environment.gmin;
    temperature = device_temperature(environment, temp, dtemp);
    nominal = nominal_temperature(environment, tnom);
    vt = thermal_voltage(temperature);
    inverse_vt = 1.0 / vt;
    shift.setup(temperature, nominal);
    width = given(w) ? w : P(environment.defw);
    length = (given(l) ? l : P(environment.defl)) - 2.0 * ld;
    const P area_d = given(ad) ? ad : P(environment.defad), area_s = given(as) ? as : P(environment.defas);

    has_drain = series(rd, nrd, g_d);
    has_source = series(rs, nrs, g_s);
    const P scale = exp(
        P(silicon_bandgap(nominal) / thermal_voltage(nominal) - silicon_bandgap(temperature) * inverse_vt));
    const bool by_area = value(js) != 0 && value(area_d) != 0 && value(area_s) != 0;
    is_d = (by_area ? P(js * area_d) : is) * scale * m;
    is_s = (by_area ? P(js * area_s) : is) * scale * m;
    vcrit = critical_voltage(vt, is_s);
    c_gs = cgso * width * m;
    c_gd = cgdo * width * m;
    c_gb = cgbo * length * m;
    has_overlap = value(cgso) != 0 || value(cgdo) != 0 || value(cgbo) != 0;

    P potential = pb, bottom = P(1.0), potential_side = pb, side = P(1.0);
    shift.apply(potential, bottom, mj);
    shift.apply(potential_side, side, mjsw);
    const P per_area = given(cj) ? cj : P(0.0);
    const P c_d = (given(cbd) ? cbd : P(per_area * area_d)) * bottom * m,
            c_s = (given(cbs) ? cbs : P(per_area * area_s)) * bottom * m;
    depletion_d.setup(c_d, potential, mj, fc);
    depletion_s.setup(c_s, potential, mj, fc);
    side_d.setup(cjsw * pd * side * m, potential, mjsw, fc);
    side_s.setup(cjsw * ps * side * m, potential, mjsw, fc);
    has_cbd = value(c_d) != 0;
    has_cbs = value(c_s) != 0;
    has_side = value(cjsw) != 0;
  }

  bool series(const P& r, const P& squares, P& conductance) const {
    const P ohm = given(r) ? r : given(rsh) ? P(rsh * squares) : P(0.0);
    const bool present = value(ohm) > 0;
    conductance = present ? P(m / ohm) : P(0.0);
    return present;
  }

  int collapse(int k) const {
    if (k == di && !has_drain) return d;
    if (k == si && !has_source) return s;
    return -1;
  }

  std::string check_common() const {
    if (!(value(width) > 0)) return "needs a channel width w > 0";
    if (!(value(length) > 0)) return "has an effective channel length l - 2 ld that is not positive";
    return {};
  }

  /// Junction current without gmin; SPICE's straight line below -3 Vt is reached smoothly.
  template <class Real>
  Real junction(const Real& v, const P& saturation) const {
    return branch(
        v > Real(-30.0 * vt), [&] { return Real(saturation * (limited_exp(Real(v * inverse_vt)) - 1.0)); },
        [&] { return Real(-1.0 * saturation); });
  }

  /// Junctions, overlap capacitances and series resistances.
  template <class Real>
  void eval_common(const Real* x, Stamp<Real>& out) const {
    const Real vbd = sign * (x[b] - x[di]), vbs = sign * (x[b] - x[si]);
    out.current(b, di, sign * (junction(vbd, is_d) + out.gmin * vbd));
    out.current(b, si, sign * (junction(vbs, is_s) + out.gmin * vbs));
    if (has_cbd) out.charges(b, di, sign * depletion_d(vbd));
    if (has_cbs) out.charges(b, si, sign * depletion_s(vbs));
    if (has_side) {
      out.charges(b, di, sign * side_d(vbd));
      out.charges(b, si, sign * side_s(vbs));
    }
    if (has_overlap) {
      out.charges(g, si, c_gs * (x[g] - x[si]));
      out.charges(g, di, c_gd * (x[g] - x[di]));
      out.charges(g, b, c_gb * (x[g] - x[b]));
    }
    if (has_drain) out.conductance(d, di, g_d);
    if (has_source) out.conductance(s, si, g_s);
  }

  template <class Real>
  void stamp_charges(const MosCharges<Real>& q, Stamp<Real>& out) const {
    out.charges(g, b, sign * q.g);
    out.charges(di, b, sign * q.d);
    out.charges(si, b, sign * q.s);
  }

  /// Charges by the EKV model around a threshold voltage that another model gave: forward and reverse from
  /// VP.
  template <class Real>
  MosCharges<Real> charges_from(const Real* x, const P& vfb, const P& gamma, const P& phi) const {
    const auto at = pinch_off(Real(sign * (x[g] - x[b])), vfb, gamma, phi);
    const P half = 0.5 * inverse_vt;
    const Real qf = soft_plus(Real((at.vp - sign * (x[si] - x[b])) * half));
    const Real qr = soft_plus(Real((at.vp - sign * (x[di] - x[b])) * half));
    return mos_charges(at, qf, qr, P(cox_area * width * length * m), vt, gamma);
  }

  template <class T>
  auto limit(T* x, const T* last) const {
    const auto voltage = [&](const T* y, int p, int n) { return T(sign * (y[p] - y[n])); };
    const T vgs0 = voltage(x, g, si), vds0 = voltage(x, di, si), vbs0 = voltage(x, b, si);
    const T vgs1 = voltage(last, g, si), vds1 = voltage(last, di, si), vbs1 = voltage(last, b, si);
    const auto forward = vds1 >= T(0.0);
    const T vth = T(threshold);
    // Corrections, exactly zero where nothing is held back. Forward: limit vgs, then vds. Reverse: the drain
    // plays the source.
    const T vgd0 = vgs0 - vds0, vgd1 = vgs1 - vds1;
    const T forward_ds = limit_drain(vds0, vds1) - vds0;
    const T reverse_ds = T(-vds0) - limit_drain(T(-vds0), T(-vds1));
    const T more_ds = select(forward, forward_ds, reverse_ds);
    const T more_gs = select(forward, T(limit_gate(vgs0, vgs1, vth) - vgs0),
                             T((limit_gate(vgd0, vgd1, vth) - vgd0) + reverse_ds));
    const T vds = vds0 + more_ds, vbd0 = vbs0 - vds;
    const T more_bs = select(vds >= T(0.0), T(limit_junction(vbs0, vbs1, vt, vcrit) - vbs0),
                             T(limit_junction(vbd0, T(vbs1 - vds1), vt, vcrit) - vbd0));
    const auto changed = more_gs != T(0.0) || more_ds != T(0.0) || more_bs != T(0.0);
    x[g] += sign * more_gs;
    x[di] += sign * more_ds;
    x[b] += sign * more_bs;
    return changed;
  }

  template <class T>
  void initial_condition(T* x) const {
    if (given(icvds)) x[d] = x[di] = x[si] + sign * icvds;
    if (given(icvgs)) x[g] = x[si] + sign * icvgs;
    if (given(icvbs)) x[b] = x[si] + sign * icvbs;
  }

  /// Noise of the resistances and of a channel with transconductance gm at drain current id.
  void noise_common(double gm, double id, NoiseSources& out) const {
    const double t = value(temperature);
    if (has_drain) out.thermal("rd", d, di, value(g_d), t);
    if (has_source) out.thermal("rs", s, si, value(g_s), t);
    out.thermal("id", di, si, 2.0 / 3.0 * std::fabs(gm), t);
    if (value(kf) > 0 && value(cox_area) > 0) {
      // kf |id|^af / (f cox^2 w l) for each of the m devices: SPICE's form for levels 1 to 3.
      const double cox = value(cox_area), gate = value(width) * value(length);
      out.flicker("1overf", di, si, flicker_of(id, value(kf), value(af), value(m)) / (cox * cox * gate), 1.0);
    }
  }
};

/// Noise of a MOSFET model M with drain_current(vgs, vds, vbs).
template <class M>
void mos_noise(const M& device, const double* x, NoiseSources& out) {
  using P = std::remove_cvref_t<decltype(device.vt)>;
  using Real = Dual<1, P>;
  const auto from_source = [&](int k) { return P(device.sign * (x[k] - x[M::si])); };
  const Real id = device.drain_current(Real::variable(from_source(M::g), 0), Real(from_source(M::di)),
                                       Real(from_source(M::b)));
  device.noise_common(value(id.d[0]), value(id.v), out);
}

/// Operating-point quantities of a MOSFET model M with drain_current(vgs, vds, vbs) and, where it has them,
/// charges.
template <class M>
void mos_operating_point(const M& device, const double* x, OperatingPointInfo& out) {
  using P = std::remove_cvref_t<decltype(device.vt)>;
  using Real = Dual<3, P>;
  const double sign = device.sign;
  const double vgs = sign * (x[M::g] - x[M::si]), vds = sign * (x[M::di] - x[M::si]),
               vbs = sign * (x[M::b] - x[M::si]);
  const Real id =
      device.drain_current(Real::variable(P(vgs), 0), Real::variable(P(vds), 1), Real::variable(P(vbs), 2));
  // As of an n-channel device; the bulk junction carries part of the drain's current.
  const double bulk = value(device.junction(P(vbs - vds), device.is_d)) + device.gmin * (vbs - vds);
  out.add("id", value(id.v) - bulk, "A");
  out.add("gm", value(id.d[0]), "S");
  out.add("gds", value(id.d[1]), "S");
  out.add("gmbs", value(id.d[2]), "S");
  out.add("vgs", vgs, "V");
  out.add("vds", vds, "V");
  out.add("vbs", vbs, "V");
  const auto limits = device.thresholds(vgs, vds, vbs);
  out.add("vth", sign * limits[0], "V");
  out.add("von", sign * limits[0], "V");
  out.add("vdsat", sign * limits[1], "V");
  const auto add_junction = [&](const char* conductance, const char* capacitance, double v,
                                const P& saturation, const DepletionCharge<P>& bottom,
                                const DepletionCharge<P>& side) {
    const Dual<1, P> at = Dual<1, P>::variable(P(v), 0);
    out.add(conductance, value(device.junction(at, saturation).d[0]) + device.gmin, "S");
    out.add(capacitance, value(bottom(at).d[0]) + value(side(at).d[0]), "F");
  };
  add_junction("gbd", "cbd", vbs - vds, device.is_d, device.depletion_d, device.side_d);
  add_junction("gbs", "cbs", vbs, device.is_s, device.depletion_s, device.side_s);
  if (!(value(device.cox_area) > 0)) return;
  Dual<4, P> local[6];
  for (int k = 0; k < 6; ++k) local[k] = Dual<4, P>(P(x[k]));
  constexpr int order[] = {M::di, M::g, M::si, M::b};
  for (int k = 0; k < 4; ++k) local[order[k]].d.set(k, P(1.0));
  const auto q = device.channel_charges(local);
  out.add("cgs", -sign * value(q.g.d[2]), "F");
  out.add("cgd", -sign * value(q.g.d[0]), "F");
  out.add("cgb", -sign * value(q.g.d[3]), "F");
}

}  // namespace nullor
