#pragma once

#include "nullor/devices/junction.h"

namespace nullor {

/// Bipolar transistor, Gummel-Poon, npn and pnp.
///
///   ibe1 = is (e^(vbe/nf Vt) - 1), ibe2 = ise (e^(vbe/ne Vt) - 1), ibc1, ibc2 likewise          (1)
///   qb = q1/2 (1 + sqrt(1 + 4 q2)),  q1 = 1 / (1 - vbc/vaf - vbe/var),  q2 = ibe1/ikf + ibc1/ikr   (2)
///   ic = (ibe1 - ibc1)/qb - ibc1/br - ibc2,   ib = ibe1/bf + ibe2 + ibc1/br + ibc2              (3)
///   qbe = tf (1 + xtf (ibe1/(ibe1 + itf))^2 e^(vbc/1.44 vtf)) ibe1/qb + depletion                  (4)
///   rbb = rbm + (rb - rbm)/qb, or with irb: rbm + 3 (rb - rbm)(tan z - z)/(z tan^2 z)               (5)
///
/// Terminals: c, b, e, s. Internals: ci, bi, ei behind the ohmic resistances. Excess phase (ptf) and
/// quasi-saturation (rco) are left out and their names unknown. Source: H. K. Gummel, H. C. Poon, Bell Syst.
/// Tech. J. 49, 827 (1970); G. Massobrio, P. Antognetti, Semiconductor Device Modeling with SPICE, 2nd ed.
/// (1993), chapter 2.
template <class P>
struct Bjt {
  static constexpr DeviceKind kind = {.name = "bjt",
                                      .title = "bipolar transistor, Gummel-Poon",
                                      .letter = 'q',
                                      .model_types = "npn pnp",
                                      .levels = "1",
                                      .model_required = true};
  static constexpr bool lanes = true;
  static constexpr Terminal terminals[] = {{"c"}, {"b"}, {"e"}, {"s", Missing::ground}};
  static constexpr Unknown internals[] = {{"collector"}, {"base"}, {"emitter"}};

  P is = 1e-16, ibe = kNotGiven, ibc = kNotGiven, bf = 100, nf = 1, vaf = kNotGiven, ikf = kNotGiven, ise = 0,
    ne = 1.5;
  P br = 1, nr = 1, var = kNotGiven, ikr = kNotGiven, isc = 0, nc = 2;
  P rb = 0, irb = kNotGiven, rbm = kNotGiven, re = 0, rc = 0;
  P cje = 0, vje = 0.75, mje = 0.33, tf = 0, xtf = 0, vtf = kNotGiven, itf = 0;
  P cjc = 0, vjc = 0.75, mjc = 0.33, xcjc = 1, tr = 0, cjs = 0, vjs = 0.75, mjs = 0;
  P iss = 0, ns = 1, xtb = 0, eg = 1.11, xti = 3, fc = 0.5, nkf = 0.5, tnom = kNotGiven, kf = 0, af = 1;
  P area = 1, areab = kNotGiven, areac = kNotGiven, m = 1, temp = kNotGiven, dtemp = 0, icvbe = kNotGiven,
    icvce = kNotGiven;
  int subs = 0, type = 0;

  enum : int { c, b, e, s, ci, bi, ei };
  static constexpr int nonlinear[] = {ci, bi, ei, s, b};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("is", d.is, "A", "transport saturation current");
    v.model("ibe", d.ibe, "A", "base-emitter saturation current");
    v.model("ibc", d.ibc, "A", "base-collector saturation current");
    v.model("bf", d.bf, "", "ideal forward current gain");
    v.model("nf", d.nf, "", "forward emission coefficient");
    v.model("vaf", d.vaf, "V", "forward Early voltage");
    v.alias("va", "vaf");
    v.model("ikf", d.ikf, "A", "forward knee current");
    v.alias("ik", "ikf");
    v.model("ise", d.ise, "A", "base-emitter leakage saturation current");
    v.model("ne", d.ne, "", "base-emitter leakage emission coefficient");
    v.model("br", d.br, "", "ideal reverse current gain");
    v.model("nr", d.nr, "", "reverse emission coefficient");
    v.model("var", d.var, "V", "reverse Early voltage");
    v.alias("vb", "var");
    v.model("ikr", d.ikr, "A", "reverse knee current");
    v.model("isc", d.isc, "A", "base-collector leakage saturation current");
    v.model("nc", d.nc, "", "base-collector leakage emission coefficient");
    v.model("rb", d.rb, "Ohm", "zero-bias base resistance");
    v.model("irb", d.irb, "A", "base current at which the base resistance is halfway to rbm");
    v.model("rbm", d.rbm, "Ohm", "base resistance at high current");
    v.model("re", d.re, "Ohm", "emitter resistance");
    v.model("rc", d.rc, "Ohm", "collector resistance");
    v.model("cje", d.cje, "F", "zero-bias base-emitter capacitance");
    v.model("vje", d.vje, "V", "base-emitter potential");
    v.alias("pe", "vje");
    v.model("mje", d.mje, "", "base-emitter grading coefficient");
    v.alias("me", "mje");
    v.model("tf", d.tf, "s", "ideal forward transit time");
    v.model("xtf", d.xtf, "", "bias dependence of tf");
    v.model("vtf", d.vtf, "V", "voltage dependence of tf on vbc");
    v.model("itf", d.itf, "A", "high-current dependence of tf");
    v.model("cjc", d.cjc, "F", "zero-bias base-collector capacitance");
    v.model("vjc", d.vjc, "V", "base-collector potential");
    v.alias("pc", "vjc");
    v.model("mjc", d.mjc, "", "base-collector grading coefficient");
    v.alias("mc", "mjc");
    v.model("xcjc", d.xcjc, "", "fraction of cjc at the internal base");
    v.model("tr", d.tr, "s", "ideal reverse transit time");
    v.model("cjs", d.cjs, "F", "zero-bias substrate capacitance");
    v.alias("ccs", "cjs");
    v.alias("csub", "cjs");
    v.model("vjs", d.vjs, "V", "substrate junction potential");
    v.alias("ps", "vjs");
    v.model("mjs", d.mjs, "", "substrate grading coefficient");
    v.alias("ms", "mjs");
    v.model("iss", d.iss, "A", "substrate saturation current");
    v.model("ns", d.ns, "", "substrate emission coefficient");
    v.model("xtb", d.xtb, "", "temperature exponent of the current gains");
    v.model("eg", d.eg, "eV", "activation energy");
    v.model("xti", d.xti, "", "saturation current temperature exponent");
    v.model("fc", d.fc, "", "forward-bias depletion capacitance coefficient");
    v.model("nkf", d.nkf, "", "high-current roll-off exponent");
    v.alias("nk", "nkf");
    v.model("tnom", d.tnom, "degC", "temperature of the parameters");
    v.alias("tref", "tnom");
    v.model("kf", d.kf, "", "flicker noise coefficient");
    v.model("af", d.af, "", "flicker noise exponent");
    v.model_switch("subs", d.subs,
                   "1: vertical (substrate at the collector), -1: lateral (at the base), 0: by type");
    v.instance("area", d.area, "", "emitter area factor");
    v.instance("areab", d.areab, "", "base area factor");
    v.instance("areac", d.areac, "", "collector area factor");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("temp", d.temp, "degC", "device temperature");
    v.instance("dtemp", d.dtemp, "K", "temperature above the circuit's");
    v.instance("icvbe", d.icvbe, "V", "initial base-emitter voltage");
    v.alias("ic1", "icvbe");
    v.instance("icvce", d.icvce, "V", "initial collector-emitter voltage");
    v.alias("ic2", "icvce");
    v.ignored("vbe_max vbc_max vce_max pd_max ic_max ib_max te_max rth0");
  }

  double sign = 1, gmin = 0;  // derived: -1 for pnp
  bool vertical = true, has_knee = false, square_root_knee = true, has_base = false, has_collector = false,
       has_emitter = false, has_leak_e = false, has_leak_c = false;
  bool has_substrate = false, has_cje = false, has_cjc = false, has_cjx = false, has_cjs = false,
       has_irb = false, has_charge = false;
  P temperature, vt, i_s, i_r0, i_be, i_bc, i_se, i_sc, i_ss, inverse_ikf, inverse_ikr, inverse_vaf,
      inverse_var, exponent;
  P g_c, g_e, r_b, r_bm, i_rb, i_tf, inverse_vtf, vcrit, vcrit_s;
  JunctionCurrent<P> forward, reverse, leak_e, leak_c, substrate;
  DepletionCharge<P> depletion_e, depletion_c, depletion_x, depletion_s;

  void setup(const Environment<P>& environment) {
    sign = type == 0 ? 1 : -1;
    gmin = environment.gmin;
    vertical = subs != 0 ? subs > 0 : type == 0;
    temperature = device_temperature(environment, temp, dtemp);
    const P nominal = nominal_temperature(environment, tnom);
    vt = thermal_voltage(temperature);
    const P ratio = temperature / nominal, log_ratio = log(ratio);
    const P barrier = (ratio - 1.0) * eg / vt + xti * log_ratio;
    const P scale = exp(barrier), gain = exp(P(log_ratio * xtb));
    const P size = area * m, size_b = (given(areab) ? areab : area) * m,
            size_c = (given(areac) ? areac : area) * m;
    const P size_bc = vertical ? size_b : size_c, size_s = vertical ? size_c : size_b;

    i_s = (given(ibe) ? ibe : is) * scale * size;
    i_r0 = (given(ibc) ? ibc : is) * scale * size *
           (size_bc / m);  // ngspice scales the reverse currents by both areas
    i_be = i_s / (bf * gain);
    i_bc = i_r0 / (br * gain);
    i_se = ise * exp(P(barrier / ne)) / gain * size;
    i_sc = isc * exp(P(barrier / nc)) / gain * size_bc;
    i_ss = iss * scale * size;
    forward.setup(nf * vt);
    reverse.setup(nr * vt);
    leak_e.setup(ne * vt);
    leak_c.setup(nc * vt);
    substrate.setup(ns * vt);
    vcrit = critical_voltage(P(nf * vt), i_s);
    vcrit_s = critical_voltage(P(ns * vt), P(has_substrate ? i_ss : i_s));

    const auto inverse = [](const P& x) { return given(x) && value(x) != 0 ? P(1.0 / x) : P(0.0); };
    inverse_vaf = inverse(vaf);
    inverse_var = inverse(var);
    inverse_ikf = inverse(ikf) / size;
    inverse_ikr = inverse(ikr) / size;
    exponent = nkf;
    square_root_knee = std::is_same_v<P, double> && value(nkf) == 0.5;
    has_knee = value(inverse_ikf) != 0 || value(inverse_ikr) != 0;
    has_leak_e = value(i_se) != 0;
    has_leak_c = value(i_sc) != 0;
    has_substrate = value(i_ss) != 0;

    has_collector = value(rc) > 0;
    has_emitter = value(re) > 0;
    g_c = value(rc) > 0 ? P(size / rc) : P(0.0);
    g_e = value(re) > 0 ? P(size / re) : P(0.0);
    r_b = rb / size;
    r_bm = (given(rbm) ? rbm : rb) / size;
    has_base = value(rb) > 0;
    has_irb = given(irb) && value(irb) != 0;
    i_rb = (has_irb ? irb : P(1.0)) * size;
    i_tf = itf * size;
    inverse_vtf = given(vtf) && value(vtf) != 0 ? P(1.0 / (1.44 * vtf)) : P(0.0);
    setup_capacitance(nominal, size, size_bc, size_s);
  }

  void setup_capacitance(const P& nominal, const P& size, const P& size_bc, const P& size_s) {
    JunctionTemperature<P> shift;
    shift.setup(temperature, nominal);
    P c_e = cje, v_e = vje, c_c = cjc, v_c = vjc, c_s = cjs, v_s = vjs;
    shift.apply(v_e, c_e, mje);
    shift.apply(v_c, c_c, mjc);
    shift.apply(v_s, c_s, mjs);
    const P knee = min(fc, P(0.9999));
    depletion_e.setup(c_e * size, v_e, mje, knee);
    depletion_c.setup(c_c * xcjc * size_bc, v_c, mjc, knee);
    depletion_x.setup(c_c * (1.0 - xcjc) * size_bc, v_c, mjc, knee);
    depletion_s.setup(c_s * size_s, v_s, mjs, P(0.0));
    has_cje = value(cje) != 0;
    has_cjc = value(cjc) != 0;
    has_charge = has_cje || has_cjc || value(tf) != 0 || value(tr) != 0;
    has_cjx = has_cjc && value(xcjc) != 1;
    has_cjs = value(cjs) != 0;
  }

  int collapse(int k) const {
    if (k == ci && value(rc) <= 0) return c;
    if (k == bi && value(rb) <= 0) return b;
    if (k == ei && value(re) <= 0) return e;
    return -1;
  }

  std::string check() const {
    if (!(value(is) > 0)) return "needs a saturation current is > 0";
    if (!(value(bf) > 0 && value(br) > 0)) return "needs current gains bf > 0 and br > 0";
    if (has_base && !(value(r_bm) > 0)) return "needs rbm > 0 where rb is given";
    return {};
  }

  /// Currents and charges of the intrinsic transistor, all as for npn.
  template <class Real>
  struct Intrinsic {
    Real ibe, ibc, icc, qb, q_be, q_bc;  // base currents to emitter and collector, transport current, charges
  };

  // The intrinsic transistor knows two voltages only: two derivatives are carried through its formulas and
  // then through vbe and vbc to the unknowns.
  template <class Real>
  Intrinsic<Real> intrinsic_of(const Real& vbe, const Real& vbc, const P& gmin) const {
    if constexpr (is_dual<Real>::value && std::is_same_v<P, typename Stamp<Real>::Scalar>) {
      using Two = Dual<2, P>;
      const Intrinsic<Two> z = intrinsic(Two::variable(vbe.v, 0), Two::variable(vbc.v, 1), gmin);
      const auto lift = [&](const Two& a) { return Real(a.v, a.d[0] * vbe.d + a.d[1] * vbc.d); };
      return {lift(z.ibe), lift(z.ibc), lift(z.icc), lift(z.qb), lift(z.q_be), lift(z.q_bc)};
    } else {
      return intrinsic(vbe, vbc, gmin);
    }
  }

  template <class Real>
  Intrinsic<Real> intrinsic(const Real& vbe, const Real& vbc, const P& gmin) const {
    Intrinsic<Real> y;
    const Real ef = forward(vbe), er = reverse(vbc);
    const Real i_f = i_s * ef, i_r = i_r0 * er;  // (1)
    y.ibe = i_be * ef + gmin * vbe;
    y.ibc = i_bc * er + gmin * vbc;
    if (has_leak_e) y.ibe += i_se * leak_e(vbe);
    if (has_leak_c) y.ibc += i_sc * leak_c(vbc);
    y.qb = base_charge(vbe, vbc, i_f, i_r);
    y.icc = (i_f - i_r) / y.qb;
    if (!has_charge) {
      y.q_be = y.q_bc = Real(0.0);
      return y;
    }
    y.q_be = stored_forward(vbc, i_f, y.qb);
    y.q_bc = tr * i_r;
    if (has_cje) y.q_be += depletion_e(vbe);
    if (has_cjc) y.q_bc += depletion_c(vbc);
    return y;
  }

  /// (2); q1 is kept positive by a smooth floor at 1 / 1e4.
  template <class Real>
  Real base_charge(const Real& vbe, const Real& vbc, const Real& i_f, const Real& i_r) const {
    Real q1 = Real(1.0);
    if (value(inverse_vaf) != 0 || value(inverse_var) != 0) {
      const Real early = 1.0 - vbc * inverse_vaf - vbe * inverse_var;
      q1 = 1.0 / branch(
                     early > Real(1e-4), [&] { return early; },
                     [&] { return Real(1e-4 / (2.0 - min(early, Real(1e-4)) * 1e4)); });
    }
    if (!has_knee) return q1;
    const Real q2 = i_f * inverse_ikf + i_r * inverse_ikr, arg = max(Real(0.0), Real(1.0 + 4.0 * q2));
    return branch(
        arg > Real(1e-10),
        [&] {
          const Real safe = max(arg, Real(1e-10));
          if (square_root_knee) return Real(0.5 * q1 * (1.0 + sqrt(safe)));
          return Real(0.5 * q1 * (1.0 + exp(Real(exponent * log(safe)))));
        },
        [&] { return Real(0.5 * q1); });
  }

  /// (4) without depletion.
  template <class Real>
  Real stored_forward(const Real& vbc, const Real& i_f, const Real& qb) const {
    Real boost = Real(1.0);
    if (value(xtf) != 0) {
      boost = branch(
          i_f > Real(0.0),
          [&] {
            Real bias = Real(1.0) * xtf;
            if (value(inverse_vtf) != 0) bias = bias * limited_exp(Real(vbc * inverse_vtf));
            if (value(itf) != 0) {
              const Real positive = max(i_f, Real(0.0)), share = positive / (positive + i_tf);
              bias = bias * share * share;
            }
            return Real(1.0 + bias);
          },
          [&] { return Real(1.0); });
    }
    return tf * boost * i_f / qb;
  }

  /// (5) [Ohm]
  template <class Real>
  Real base_resistance(const Real& ib, const Real& qb) const {
    if (!has_irb) return r_bm + (r_b - r_bm) / qb;
    const Real u = max(Real(ib / i_rb), Real(1e-9));
    const Real z = (sqrt(Real(1.0 + 14.59025 * u)) - 1.0) / (2.4317 * sqrt(u));
    const Real shape = branch(
        z > Real(0.02),
        [&] {
          const Real t = tan(z);
          return Real(3.0 * (t - z) / (z * t * t));
        },
        [&] {
          return Real(1.0 - z * z * (4.0 / 15 + z * z * (4.0 / 105)));
        });  // its series: the difference cancels
    return r_bm + (r_b - r_bm) * shape;
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const P gmin = out.gmin * m;
    const Real vbe = sign * (x[bi] - x[ei]), vbc = sign * (x[bi] - x[ci]);
    const Intrinsic<Real> y = intrinsic(vbe, vbc, gmin);
    const Real ie = sign * (y.ibe + y.icc), ic = sign * (y.icc - y.ibc);  // (3)
    out.flow(bi, ie - ic);
    out.flow(ci, ic);
    out.flow(ei, -ie);
    if (has_charge) {
      out.charges(bi, ei, sign * y.q_be);
      out.charges(bi, ci, sign * y.q_bc);
    }
    if (has_collector) out.conductance(c, ci, g_c);
    if (has_emitter) out.conductance(e, ei, g_e);
    if (has_base) out.current(b, bi, (x[b] - x[bi]) / base_resistance(Real(y.ibe + y.ibc), y.qb));
    if (has_cjx) out.charges(b, ci, sign * depletion_x(Real(sign * (x[b] - x[ci]))));
    const int inner = vertical ? ci : bi;
    const double direction = vertical ? sign : -sign;
    if (has_substrate || has_cjs) {
      const Real v = direction * (x[s] - x[inner]);
      Real i = gmin * v;
      if (has_substrate) i += i_ss * substrate(v);
      out.current(s, inner, direction * i);
      if (has_cjs) out.charges(s, inner, direction * depletion_s(v));
    } else {
      out.conductance(s, inner, gmin);
    }
  }

  template <class T>
  auto limit(T* x, const T* last) const {
    const T vbe = sign * (x[bi] - x[ei]), vbc = sign * (x[bi] - x[ci]);
    const T be = limit_junction(vbe, T(sign * (last[bi] - last[ei])), T(forward.vte), vcrit);
    const T bc = limit_junction(vbc, T(sign * (last[bi] - last[ci])), T(reverse.vte), vcrit);
    const auto changed = be != vbe || bc != vbc;
    x[ei] = x[bi] - sign * be;
    x[ci] = x[bi] - sign * bc;
    return changed;
  }
  template <class T>
  void initial_guess(T* x) const {
    x[bi] = x[ei] + sign * vcrit;
    x[ci] = x[bi];
  }
  template <class T>
  void initial_condition(T* x) const {
    if (given(icvbe)) x[b] = x[bi] = x[ei] + sign * icvbe;
    if (given(icvce)) x[c] = x[ci] = x[ei] + sign * icvce;
  }

  void noise(const double* x, NoiseSources& out) const {
    const auto y = intrinsic(P(sign * (x[bi] - x[ei])), P(sign * (x[bi] - x[ci])), P(0.0));
    const double ib = value(y.ibe) + value(y.ibc), t = value(temperature);
    if (value(rc) > 0) out.thermal("rc", c, ci, value(g_c), t);
    if (has_base) out.thermal("rb", b, bi, 1 / value(base_resistance(P(y.ibe + y.ibc), y.qb)), t);
    if (value(re) > 0) out.thermal("re", e, ei, value(g_e), t);
    out.shot("ic", ci, ei, value(y.icc) - value(y.ibc));
    out.shot("ib", bi, ei, ib);
    if (value(kf) > 0) out.flicker("1overf", bi, ei, flicker_of(ib, value(kf), value(af), value(m)), 1.0);
  }

  void operating_point(const double* x, OperatingPointInfo& out) const {
    using Real = Dual<2, P>;
    const Real vbe = Real::variable(P(sign * (x[bi] - x[ei])), 0),
               vbc = Real::variable(P(sign * (x[bi] - x[ci])), 1);
    const Intrinsic<Real> y = intrinsic(vbe, vbc, P(gmin * m));
    const Real ic = y.icc - y.ibc, ib = y.ibe + y.ibc;
    out.add("ic", sign * value(ic.v), "A");
    out.add("ib", sign * value(ib.v), "A");
    out.add("ie", -sign * (value(ic.v) + value(ib.v)), "A");
    out.add("vbe", value(vbe.v), "V");
    out.add("vbc", value(vbc.v), "V");
    const double go = -value(y.icc.d[1]);
    out.add("gm", value(y.icc.d[0]) - go, "S");
    out.add("gpi", value(y.ibe.d[0]), "S");
    out.add("gmu", value(y.ibc.d[1]), "S");
    out.add("go", go, "S");
    out.add("gx", has_base ? 1 / value(base_resistance(P(ib.v), P(y.qb.v))) : 0, "S");
    out.add("cpi", value(y.q_be.d[0]), "F");
    out.add("cmu", value(y.q_bc.d[1]), "F");
  }
};

}  // namespace nullor
