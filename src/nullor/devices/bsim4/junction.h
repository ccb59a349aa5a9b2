#pragma once

#include "nullor/devices/bsim4/geometry.h"
#include "nullor/devices/bsim4/process.h"

namespace nullor::bsim4 {

/// One part of a junction: its charge, and its trap-assisted current.
///
///   Q = pb C (1 - (1 - v/pb)^(1-m)) / (1 - m) in reverse, v C (1 + m v / 2 pb) forward               (1)
///   I = -J (e^(-v/(njt Vtm0) vts / (vts - v)) - 1)                                                    (2)
template <class P>
struct JunctionPart {
  P capacitance, inverse_pb, one_m, scale, half_slope;
  P trap, trap_decay, vts;
  bool has_charge = false, has_trap = false, square_root = false, reverse_charge = false;

  void setup_charge(const P& c, const P& pb, const P& m) {
    capacitance = c;
    inverse_pb = 1.0 / pb;
    one_m = 1.0 - m;
    scale = c * pb / one_m;
    half_slope = 0.5 * m * inverse_pb;
    has_charge = matters(c);
    reverse_charge = value(c) > 0;
    if constexpr (std::is_same_v<P, double>) square_root = m == 0.5;
  }

  void setup_trap(const P& current, const P& emission, const P& vts_) {
    trap = current;
    vts = vts_;
    trap_decay = vts / emission;
    has_trap = matters(current);
  }

  template <class Real>
  Real charge(const Real& v) const {
    return branch(
        v < Real(0.0),
        [&] {
          if (!reverse_charge) return Real(0.0);
          const Real rest = 1.0 - min(v, Real(0.0)) * inverse_pb;
          const Real power = square_root ? Real(sqrt(rest)) : Real(exp(Real(one_m * log(rest))));
          return Real(scale * (1.0 - power));  // (1)
        },
        [&] { return Real(capacitance * v * (1.0 + half_slope * v)); });
  }

  template <class Real>
  Real trap_current(const Real& v) const {
    const Real far = max(Real(vts - v), Real(1e-3 * vts));
    return trap * (1.0 - tangent_exp(Real(-1.0 * trap_decay * v / far)));  // (2)
  }
};

/// Junction of source or drain with the body: bottom, edge to the isolation and edge below the gate.
///
///   I = Is (e^(v/n Vt) - 1), linear above the current ijth                       diomod 1            (3)
///   with breakdown xjbv e^(-(bv + v)/n Vt), not limited                          diomod 0            (4)
///   with breakdown, linear beyond both limiting currents                         diomod 2            (5)
///
/// Source: BSIM4 manual, chapter 10.
template <class P>
struct Junction {
  P saturation, inverse_nvt, nvt, vjm_forward, slope_forward;
  P breakdown, xjbv, bv, vjm_reverse, ijm_reverse, slope_reverse;
  JunctionPart<P> bottom, side, gate;
  P vcrit;
  int diomod = 1;
  bool conducts = true, has_trap = false;

  void setup(const Card<P>& c, const Process<P>& p, const Diffusion<P>& d, bool source);

  template <class Real>
  Real current(const Real& v, double gmin) const {
    Real i = gmin * v;
    if (conducts) {
      if (diomod == 1) {
        i += saturation *
                 (exp(Real(max(Real(min(v, Real(vjm_forward)) * inverse_nvt), Real(-kMaxArgument)))) - 1.0) +
             slope_forward * max(Real(v - vjm_forward), Real(0.0));  // (3)
      } else if (diomod == 0) {
        i += saturation * (limited(Real(v * inverse_nvt)) + breakdown - 1.0 -
                           xjbv * limited(Real(-1.0 * (bv + v) * inverse_nvt)));  // (4)
      } else {
        i += with_breakdown(v);
      }
    }
    if (bottom.has_trap) i += bottom.trap_current(v);
    if (side.has_trap) i += side.trap_current(v);
    if (gate.has_trap) i += gate.trap_current(v);
    return i;
  }

  template <class Real>
  Real charge(const Real& v) const {
    Real q = Real(0.0);
    if (bottom.has_charge) q += bottom.charge(v);
    if (side.has_charge) q += side.charge(v);
    if (gate.has_charge) q += gate.charge(v);
    return q;
  }

 private:
  /// e^x, continued by its tangent above 80.
  template <class Real>
  static Real limited(const Real& x) {
    return exp(Real(min(x, Real(80.0)))) * (1.0 + max(Real(x - 80.0), Real(0.0)));
  }

  template <class Real>
  Real with_breakdown(const Real& v) const {  // (5)
    const Real floor = exp(Real(max(Real(min(v, Real(vjm_forward)) * inverse_nvt), Real(-kMaxArgument))));
    return branch(
        v < Real(vjm_reverse),
        [&] { return Real((floor - 1.0) * (ijm_reverse + slope_reverse * (v - vjm_reverse))); },
        [&] {
          const Real inside = min(max(v, Real(vjm_reverse)), Real(vjm_forward));
          const Real broken = exp(Real(-1.0 * min(Real((bv + inside) * inverse_nvt), Real(kMaxArgument))));
          return Real(saturation * (floor + breakdown - 1.0 - xjbv * broken) +
                      slope_forward * max(Real(v - vjm_forward), Real(0.0)));
        });
  }

  void setup_limits(const P& ijth_forward, const P& ijth_reverse);
};

/// The numbers of one side, source or drain, of the card.
template <class P>
struct JunctionSide {
  P js, jsw, jswg, n, xti, ijth_forward, ijth_reverse, xjbv, bv;
  P cj, cjsw, cjswg, pb, pbsw, pbswg, mj, mjsw, mjswg;
  P jts, jtsw, jtswg, njt, njtsw, njtswg, xts, xtsw, xtswg, tnjt, tnjtsw, tnjtswg, vts, vtsw, vtswg;

  JunctionSide(const Card<P>& c, bool source, bool modern) {
    const auto pick = [&](const P& s, const P& d) { return source ? s : given_or(d, s); };
    const auto late = [&](const P& s, const P& d) { return source || !modern ? s : given_or(d, s); };
    js = pick(c.jss, c.jsd), jsw = pick(c.jsws, c.jswd), jswg = pick(c.jswgs, c.jswgd);
    n = pick(c.njs, c.njd), xti = pick(c.xtis, c.xtid);
    ijth_forward = pick(c.ijthsfwd, c.ijthdfwd), ijth_reverse = pick(c.ijthsrev, c.ijthdrev);
    xjbv = pick(c.xjbvs, c.xjbvd), bv = pick(c.bvs, c.bvd);
    const P cjswgs = given_or(c.cjswgs, c.cjsws), pbswgs = given_or(c.pbswgs, c.pbsws),
            mjswgs = given_or(c.mjswgs, c.mjsws);
    cj = pick(c.cjs, c.cjd), cjsw = pick(c.cjsws, c.cjswd), cjswg = pick(cjswgs, c.cjswgd);
    pb = pick(c.pbs, c.pbd), pbsw = pick(c.pbsws, c.pbswd), pbswg = pick(pbswgs, c.pbswgd);
    mj = pick(c.mjs, c.mjd), mjsw = pick(c.mjsws, c.mjswd), mjswg = pick(mjswgs, c.mjswgd);
    jts = pick(c.jtss, c.jtsd), jtsw = pick(c.jtssws, c.jtsswd), jtswg = pick(c.jtsswgs, c.jtsswgd);
    njt = late(c.njts, c.njtsd), njtsw = late(c.njtssw, c.njtsswd), njtswg = late(c.njtsswg, c.njtsswgd);
    xts = pick(c.xtss, c.xtsd), xtsw = pick(c.xtssws, c.xtsswd), xtswg = pick(c.xtsswgs, c.xtsswgd);
    tnjt = late(c.tnjts, c.tnjtsd), tnjtsw = late(c.tnjtssw, c.tnjtsswd),
    tnjtswg = late(c.tnjtsswg, c.tnjtsswgd);
    vts = pick(c.vtss, c.vtsd), vtsw = pick(c.vtssws, c.vtsswd), vtswg = pick(c.vtsswgs, c.vtsswgd);
  }
};

template <class P>
void Junction<P>::setup(const Card<P>& c, const Process<P>& p, const Diffusion<P>& d, bool source) {
  const JunctionSide<P> s(c, source, p.modern);
  const P gate_edge = p.size.weff_cj * p.size.nf;
  diomod = c.diomod;
  nvt = p.vtm * s.n;
  inverse_nvt = 1.0 / nvt;
  const P gap = 1.16 - 7.02e-4 * p.temperature * p.temperature / (p.temperature + 1108.0);
  const P gap_here =
      p.modern && c.mtrlmod != 0
          ? P(c.bg0sub - c.tbgasub * p.temperature * p.temperature / (p.temperature + c.tbgbsub))
          : gap;
  const P growth = exp(P((p.gap0 / p.vtm0 - gap_here / p.vtm + s.xti * log(p.ratio)) / s.n));
  const bool absent = value(d.area) <= 0 && value(d.perimeter) <= 0;
  saturation = absent
                   ? P(p.modern ? 0.0 : 1e-14)
                   : P(d.area * max(P(s.js * growth), P(0.0)) + d.perimeter * max(P(s.jsw * growth), P(0.0)) +
                       gate_edge * max(P(s.jswg * growth), P(0.0)));
  conducts = value(saturation) > 0;
  bv = value(s.bv) > 0 ? s.bv : P(10.0);
  xjbv = (diomod == 2 && value(s.xjbv) <= 0) || (diomod == 0 && value(s.xjbv) < 0) ? P(1.0) : s.xjbv;
  setup_limits(value(s.ijth_forward) > 0 ? s.ijth_forward : P(0.1),
               value(s.ijth_reverse) > 0 ? s.ijth_reverse : P(0.1));

  const auto warm = [&](const P& x, const P& slope) { return max(P(x * (1.0 + slope * p.rise)), P(0.0)); };
  const auto potential = [&](const P& x, const P& slope) {
    return max(P(max(x, P(0.1)) - slope * p.rise), P(0.01));
  };
  bottom.setup_charge(warm(s.cj, c.tcj) * d.area, potential(s.pb, c.tpb), s.mj);
  side.setup_charge(warm(s.cjsw, c.tcjsw) * d.perimeter, potential(s.pbsw, c.tpbsw), s.mjsw);
  gate.setup_charge(warm(s.cjswg, c.tcjswg) * gate_edge, potential(s.pbswg, c.tpbswg), s.mjswg);

  const P t = p.ratio - 1.0, lift = p.gap0 / p.vtm * t;
  const bool widens = p.modern && value(c.jtweff) > 0;
  const P widened = widens ? P(sqrt(P(c.jtweff / p.size.weff_cj)) + 1.0) : P(1.0);
  const auto trap = [&](JunctionPart<P>& part, const P& extent, const P& density, const P& njt, const P& tnjt,
                        const P& xts, const P& vts) {
    part.setup_trap(tangent_exp(P(xts * lift)) * extent * density, P(p.vtm0 * njt * (1.0 + tnjt * t)), vts);
  };
  trap(bottom, d.area, s.jts, s.njt, s.tnjt, s.xts, s.vts);
  trap(side, d.perimeter, s.jtsw, s.njtsw, s.tnjtsw, s.xtsw, s.vtsw);
  trap(gate, P(gate_edge * widened), s.jtswg, s.njtswg, s.tnjtswg, s.xtswg, s.vtswg);
}

template <class P>
void Junction<P>::setup_limits(const P& ijth_forward, const P& ijth_reverse) {
  const P is = conducts ? saturation : P(1e-14);
  const P broken = exp(P(-1.0 * min(P(bv * inverse_nvt), P(kMaxArgument))));
  breakdown = diomod == 1 ? P(0.0) : P(xjbv * broken);
  const P over = 1.0 + ijth_forward / is - breakdown;
  const P grown = 0.5 * (over + sqrt(P(over * over + 4.0 * breakdown)));
  vjm_forward = nvt * log(grown);
  slope_forward = is * (grown + breakdown / grown) * inverse_nvt;
  vcrit = nvt * log(P(nvt / (1.4142135623730951 * is)));
  const P raw = ijth_reverse / is, times = select(raw < P(1.0), P(10.0), raw);
  vjm_reverse = -1.0 * bv - nvt * log(P((times - 1.0) / max(xjbv, P(1e-30))));
  const P at_limit = xjbv * exp(P(-1.0 * (bv + vjm_reverse) * inverse_nvt));
  ijm_reverse = is * (1.0 + at_limit);
  slope_reverse = -1.0 * is * at_limit * inverse_nvt;
}

}  // namespace nullor::bsim4
