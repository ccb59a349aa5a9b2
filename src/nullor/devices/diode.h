#pragma once

#include "nullor/devices/junction.h"

namespace nullor {

/// x > 0; also true while the structure of the Jacobian is found, when a parameter may be anything
/// (self-heating).
template <class T>
bool may_be_positive(const T& x) {
  return value(x) > 0;
}
inline bool may_be_positive(const Depends&) { return true; }

/// Junction diode with recombination, tunnelling, side wall, breakdown and high injection.
///
///   i = is (e^(v/n Vt) - 1) / (1 + sqrt(i / ikf)) + isr (e^(v/nr Vt) - 1) ((1 - v/vj)^2 + 0.005)^(m/2)
///       - jtun (e^(-v/ntun Vt) - 1) + gmin v                                                            (1)
///   i = -is e^(-(v + bv') / nbv Vt)     v < -bv', where bv' makes the current at -bv equal ibv           (2)
///   q = tt i_d + depletion charge of area and side wall                                                 (3)
///
/// Level 3 takes area = w l and pj = 2 (w + l) from the drawn size and adds the oxide capacitance of metal
/// and polysilicon above the junction, eps_SiO2 (lm + xm)(wm + xm) / xom and likewise with lp, wp, xp, xoi
/// (4)
///
/// Terminals: a, c. Internal: ai behind rs. Below -3 n Vt see JunctionCurrent.
/// Source: G. Massobrio, P. Antognetti, Semiconductor Device Modeling with SPICE, 2nd ed. (1993), chapter 1.
template <class P>
struct Diode {
  static constexpr DeviceKind kind = {.name = "diode",
                                      .title = "junction diode",
                                      .letter = 'd',
                                      .model_types = "d",
                                      .levels = "1 3",
                                      .model_required = true};
  static constexpr bool lanes = true;
  static constexpr Terminal terminals[] = {{"a"}, {"c"}};
  static constexpr Unknown internals[] = {{"internal"}};

  P is = 1e-14, jsw = 0, n = 1, ns = kNotGiven, rs = 0, trs1 = 0, trs2 = 0;
  P tt = 0, ttt1 = 0, ttt2 = 0;
  P cjo = 0, vj = 1, mj = 0.5, tm1 = 0, tm2 = 0, fc = 0.5, cta = 0, tvj = 0;
  P cjp = 0, php = 1, mjsw = 0.33, fcs = 0.5, ctp = 0, tphp = 0;
  P ikf = kNotGiven, ikr = kNotGiven, bv = kNotGiven, ibv = 1e-3, nbv = kNotGiven, tcv = 0;
  P eg = 1.11, xti = 3, tnom = kNotGiven;
  P isr = 0, nr = 2, jtun = 0, jtunsw = 0, ntun = 30, xtitun = 3, keg = 1;
  P kf = 0, af = 1;
  P area = 1, pj = 0, m = 1, temp = kNotGiven, dtemp = 0, ic = kNotGiven;
  P w = kNotGiven, l = kNotGiven, lm = kNotGiven, wm = kNotGiven, lp = kNotGiven, wp = kNotGiven;
  P lm_model = 0, wm_model = 0, lp_model = 0, wp_model = 0, xm = 0, xp = 0, xom = 1e4, xoi = 1e4;
  int level = 1, tlev = 0, tlevc = 0, type = 0;

  enum : int { a, c, ai };
  static constexpr int nonlinear[] = {ai, c};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("is", d.is, "A", "saturation current");
    v.alias("js", "is");
    v.model("jsw", d.jsw, "A", "side wall saturation current");
    v.model("n", d.n, "", "emission coefficient");
    v.model("ns", d.ns, "", "side wall emission coefficient");
    v.model("rs", d.rs, "Ohm", "ohmic resistance");
    v.model("trs1", d.trs1, "1/K", "first temperature coefficient of rs");
    v.alias("trs", "trs1");
    v.model("trs2", d.trs2, "1/K2", "second temperature coefficient of rs");
    v.model("tt", d.tt, "s", "transit time");
    v.model("ttt1", d.ttt1, "1/K", "first temperature coefficient of tt");
    v.model("ttt2", d.ttt2, "1/K2", "second temperature coefficient of tt");
    v.model("cjo", d.cjo, "F", "zero-bias junction capacitance");
    v.alias("cj0", "cjo");
    v.alias("cj", "cjo");
    v.model("vj", d.vj, "V", "junction potential");
    v.alias("pb", "vj");
    v.model("m", d.mj, "", "grading coefficient");
    v.alias("mj", "m");
    v.model("tm1", d.tm1, "1/K", "first temperature coefficient of the grading coefficient");
    v.model("tm2", d.tm2, "1/K2", "second temperature coefficient of the grading coefficient");
    v.model("fc", d.fc, "", "forward-bias depletion capacitance coefficient");
    v.model("cta", d.cta, "1/K", "temperature coefficient of cjo (tlevc=1)");
    v.alias("ctc", "cta");
    v.model("tpb", d.tvj, "V/K", "temperature coefficient of vj (tlevc=1)");
    v.alias("tvj", "tpb");
    v.model("cjp", d.cjp, "F", "zero-bias side wall capacitance");
    v.alias("cjsw", "cjp");
    v.model("php", d.php, "V", "side wall junction potential");
    v.model("mjsw", d.mjsw, "", "side wall grading coefficient");
    v.model("fcs", d.fcs, "", "forward-bias side wall capacitance coefficient");
    v.model("ctp", d.ctp, "1/K", "temperature coefficient of cjp (tlevc=1)");
    v.model("tphp", d.tphp, "V/K", "temperature coefficient of php (tlevc=1)");
    v.model("ikf", d.ikf, "A", "forward knee current");
    v.alias("ik", "ikf");
    v.model("ikr", d.ikr, "A", "reverse knee current");
    v.model("bv", d.bv, "V", "reverse breakdown voltage");
    v.model("ibv", d.ibv, "A", "current at breakdown");
    v.alias("ib", "ibv");
    v.model("nbv", d.nbv, "", "breakdown emission coefficient");
    v.model("tcv", d.tcv, "V/K", "temperature coefficient of bv");
    v.model("eg", d.eg, "eV", "activation energy");
    v.model("xti", d.xti, "", "saturation current temperature exponent");
    v.model("tnom", d.tnom, "degC", "temperature of the parameters");
    v.alias("tref", "tnom");
    v.model("isr", d.isr, "A", "recombination saturation current");
    v.model("nr", d.nr, "", "recombination emission coefficient");
    v.model("jtun", d.jtun, "A", "tunnelling saturation current");
    v.model("jtunsw", d.jtunsw, "A", "side wall tunnelling saturation current");
    v.model("ntun", d.ntun, "", "tunnelling emission coefficient");
    v.model("xtitun", d.xtitun, "", "tunnelling saturation current temperature exponent");
    v.model("keg", d.keg, "", "factor on eg for tunnelling");
    v.model("kf", d.kf, "", "flicker noise coefficient");
    v.model("af", d.af, "", "flicker noise exponent");
    v.model("lm", d.lm_model, "m", "length of the metal above (level 3)");
    v.model("wm", d.wm_model, "m", "width of the metal above");
    v.model("lp", d.lp_model, "m", "length of the polysilicon above");
    v.model("wp", d.wp_model, "m", "width of the polysilicon above");
    v.model("xm", d.xm, "m", "mask offset of the metal");
    v.model("xp", d.xp, "m", "mask offset of the polysilicon");
    v.model("xom", d.xom, "1e-10 m", "thickness of the oxide under the metal");
    v.model("xoi", d.xoi, "1e-10 m", "thickness of the oxide under the polysilicon");
    v.model_switch("level", d.level, "1, or 3: with the geometry of the diode");
    v.model_switch("tlev", d.tlev, "temperature equations of the current: 0");
    v.model_switch("tlevc", d.tlevc, "temperature equations of the capacitances: 0 or 1");
    v.instance("area", d.area, "", "area factor");
    v.instance("pj", d.pj, "", "perimeter factor");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("temp", d.temp, "degC", "device temperature");
    v.instance("dtemp", d.dtemp, "K", "temperature above the circuit's");
    v.instance("ic", d.ic, "V", "initial voltage");
    v.instance("w", d.w, "m", "drawn width (level 3)");
    v.instance("l", d.l, "m", "drawn length");
    v.instance("lm", d.lm, "m", "length of the metal above");
    v.instance("wm", d.wm, "m", "width of the metal above");
    v.instance("lp", d.lp, "m", "length of the polysilicon above");
    v.instance("wp", d.wp, "m", "width of the polysilicon above");
    v.ignored("fv_max bv_max id_max te_max pd_max");
  }

  P temperature, vt, i_bottom, i_side, i_recombination, i_tunnel, grade, conductance, transit;  // derived
  P breakdown, inverse_vtb, knee_forward, knee_reverse, vcrit, recombination_vj;
  JunctionCurrent<P> bottom, side, recombination;
  P inverse_vtun, oxide;
  DepletionCharge<P> depletion, depletion_side;
  double gmin = 0;
  bool has_side = false, has_recombination = false, has_tunnel = false, has_knee = false,
       has_breakdown = false;
  bool has_charge = false, has_side_charge = false, has_oxide = false;

  void setup(const Environment<P>& environment) {
    temperature = device_temperature(environment, temp, dtemp);
    const P nominal = nominal_temperature(environment, tnom);
    gmin = environment.gmin;
    vt = thermal_voltage(temperature);
    const P ratio = temperature / nominal, log_ratio = log(ratio), dt = temperature - nominal;
    const bool drawn = level == 3 && given(w) && given(l);
    const P size = (drawn ? P(w * l) : area) * m, edge = (drawn ? P(2.0 * (w + l)) : pj) * m;
    const auto scaled = [&](const P& emission) {
      return P(exp(P(((ratio - 1.0) * eg / vt + xti * log_ratio) / emission)));
    };
    i_bottom = is * size * scaled(n);
    const bool own_side = given(ns);
    i_side = jsw * edge * scaled(own_side ? ns : n);
    if (!own_side) {
      i_bottom += i_side;
      i_side = P(0.0);
    }
    i_recombination = isr * size * scaled(nr);
    const P tunnel = exp(P(((ratio - 1.0) * keg * eg / vt + xtitun * log_ratio) / ntun));
    i_tunnel = (jtun * size + jtunsw * edge) * tunnel;
    bottom.setup(n * vt);
    side.setup((own_side ? ns : n) * vt);
    recombination.setup(nr * vt);
    inverse_vtun = 1.0 / (ntun * vt);
    transit = tt * quadratic(ttt1, ttt2, dt);
    conductance = may_be_positive(rs) ? P(size / (rs * quadratic(trs1, trs2, dt))) : P(0.0);
    knee_forward = ikf * size;
    knee_reverse = ikr * size;
    vcrit = critical_voltage(P(n * vt), i_bottom);
    has_side = own_side && value(i_side) != 0;
    has_recombination = value(isr) != 0;
    has_tunnel = value(i_tunnel) != 0;
    has_knee = given(ikf) || given(ikr);
    has_breakdown = given(bv);
    setup_capacitance(nominal, dt, size, edge);
    setup_breakdown(dt);
    has_oxide = level == 3;
    const auto plate = [](const P& length, const P& width, const P& offset, const P& thickness) {
      return P((length + offset) * (width + offset) * 3.453133e-11 / (thickness * 1e-10));
    };
    oxide = m * (plate(given(lm) ? lm : lm_model, given(wm) ? wm : wm_model, xm, xom) +
                 plate(given(lp) ? lp : lp_model, given(wp) ? wp : wp_model, xp, xoi));  // (4)
  }

  void setup_capacitance(const P& nominal, const P& dt, const P& size, const P& edge) {
    grade = min(P(mj * quadratic(tm1, tm2, dt)), P(0.9));
    P c = cjo, potential = vj, c_side = cjp, potential_side = php;
    JunctionTemperature<P> shift;
    shift.setup(temperature, nominal);
    if (tlevc == 0) {
      shift.apply(potential, c, grade);
      shift.apply(potential_side, c_side, mjsw);
    } else {
      c = c * (1.0 + cta * dt);
      potential = potential - tvj * dt;
      c_side = c_side * (1.0 + ctp * dt);
      potential_side = potential_side - tphp * dt;
    }
    recombination_vj = potential;
    has_charge = value(c) != 0;
    has_side_charge = value(c_side) != 0 && value(edge) != 0;
    depletion.setup(c * size, potential, grade, min(fc, P(0.95)));
    depletion_side.setup(c_side * edge, potential_side, mjsw, min(fcs, P(0.95)));
  }

  /// Finds bv' of (2): bv = bv' + nbv Vt ln(ibv / is + 1 - bv' / Vt), by fixed-point iteration.
  void setup_breakdown(const P& dt) {
    const P vtb = (given(nbv) ? nbv : n) * vt;
    inverse_vtb = 1.0 / vtb;
    breakdown = P(1e30);
    if (!has_breakdown) return;
    const P target = bv - tcv * dt, current = ibv;
    const P least = i_bottom * target / vt;
    P x = target - vtb * log(P(1.0 + current / i_bottom));
    for (int k = 0; k < 25; ++k) {
      const P y = target - vtb * log(max(P(current / i_bottom + 1.0 - x / vt), P(1e-30)));
      const bool same = std::fabs(value(y) - value(x)) < 1e-15 * value(target);
      x = y;
      if (same && k > 3) break;
    }
    breakdown = select(current < least, target, x);
  }

  int collapse(int k) const { return k == ai && value(rs) <= 0 ? a : -1; }

  std::string check() const {
    if (!(value(is) > 0)) return "needs a saturation current is > 0";
    if (level != 3 && (given(w) || given(l))) return "takes w= and l= with level=3 only";
    if (tlev != 0) return "knows the temperature equations tlev=0 only";
    if (tlevc != 0 && tlevc != 1) return "knows the temperature equations tlevc=0 and tlevc=1 only";
    return {};
  }

  template <class Real>
  Real reverse_or_forward(const JunctionCurrent<P>& junction, const P& saturation, const Real& v) const {
    if (!has_breakdown) return saturation * junction(v);
    return branch(
        v >= Real(-breakdown), [&] { return Real(saturation * junction(v)); },
        [&] { return Real(-saturation * limited_exp(Real(-(breakdown + v) * inverse_vtb))); });  // (2)
  }

  template <class Real>
  Real high_injection(const Real& i) const {
    Real out = i;
    if (given(ikf))
      out = branch(
          i > Real(1e-18), [&] { return Real(i / (1.0 + sqrt(Real(max(i, Real(1e-18)) / knee_forward)))); },
          [&] { return out; });
    if (given(ikr))
      out = branch(
          i < Real(-1e-18),
          [&] { return Real(i / (1.0 + sqrt(Real(max(Real(-i), Real(1e-18)) / knee_reverse)))); },
          [&] { return out; });
    return out;
  }

  /// Current of the junction without gmin; `diffusion` is the part that stores charge.
  template <class Real>
  Real current(const Real& v, Real& diffusion) const {
    Real i = reverse_or_forward(bottom, i_bottom, v);
    if (has_recombination) {
      const Real rest = 1.0 - v / recombination_vj;
      i += i_recombination * (limited_exp(Real(v * recombination.inverse_vte)) - 1.0) *
           exp(Real((0.5 * grade) * log(Real(rest * rest + 0.005))));
    }
    if (has_tunnel) i += -i_tunnel * (limited_exp(Real(-v * inverse_vtun)) - 1.0);
    if (has_knee) i = high_injection(i);
    diffusion = i;
    if (has_side) i += reverse_or_forward(side, i_side, v);
    return i;
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real v = x[ai] - x[c];
    Real diffusion;
    const Real i = current(v, diffusion);  // (1)
    out.current(ai, c, i + out.gmin * v);
    Real q = transit * (diffusion + out.gmin * v);  // (3)
    if (has_charge) q += depletion(v);
    if (has_side_charge) q += depletion_side(v);
    if (has_oxide) q += oxide * v;
    out.charges(ai, c, q);
    if (may_be_positive(rs)) out.conductance(a, ai, conductance);
  }

  template <class T>
  auto limit(T* x, const T* last) const {
    const T v = x[ai] - x[c], before = last[ai] - last[c];
    T limited = limit_junction(v, before, T(bottom.vte), vcrit);
    if (has_breakdown) {
      // Beyond breakdown the same exponential is met with the sign turned.
      const T reversed = -(v + breakdown);
      const T held = limit_junction(reversed, T(-(before + breakdown)), T(1.0 / inverse_vtb), vcrit);
      const T mirrored = v - (held - reversed);
      limited = select(v < min(T(0.0), T(10.0 * bottom.vte - breakdown)), mirrored, limited);
    }
    const auto changed = limited != v;
    x[ai] = x[c] + limited;
    return changed;
  }
  template <class T>
  void initial_guess(T* x) const {
    x[ai] = x[c] + vcrit;
  }
  template <class T>
  void initial_condition(T* x) const {
    if (given(ic)) x[a] = x[ai] = x[c] + ic;
  }

  void noise(const double* x, NoiseSources& out) const {
    if (value(rs) > 0) out.thermal("rs", a, ai, value(conductance), value(temperature));
    P diffusion;
    const double i = std::fabs(value(current(P(x[ai] - x[c]), diffusion)));
    out.shot("id", ai, c, i);
    if (value(kf) > 0) out.flicker("1overf", ai, c, flicker_of(i, value(kf), value(af), value(m)), 1.0);
  }

  void operating_point(const double* x, OperatingPointInfo& out) const {
    const Dual<1, P> v = Dual<1, P>::variable(P(x[ai] - x[c]), 0);
    Dual<1, P> diffusion;
    const Dual<1, P> i = current(v, diffusion) + gmin * v;
    Dual<1, P> q = transit * (diffusion + gmin * v);
    if (has_charge) q += depletion(v);
    if (has_side_charge) q += depletion_side(v);
    if (has_oxide) q += oxide * v;
    out.add("vd", x[ai] - x[c], "V");
    out.add("id", value(i.v), "A");
    out.add("gd", value(i.d[0]), "S");
    out.add("cd", value(q.d[0]), "F");
    out.add("charge", value(q.v), "C");
    out.add("p", value(i.v) * (x[a] - x[c]), "W");
  }
};

}  // namespace nullor
