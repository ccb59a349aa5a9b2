#pragma once

#include "nullor/devices/bsim4/geometry.h"
#include "nullor/devices/bsim4/threshold.h"

namespace nullor::bsim4 {

/// Resistance outside the channel on one side, which the gate voltage over the lightly doped region lowers
/// (rdsmod 1).
///
///   R = (rmin + r0 / 2 (x + sqrt(x^2 + 0.01))),  x = 1 / (1 + prwg Vge) - prwb Vb,
///   Vge = (Vg - Vfbsd + sqrt((Vg - Vfbsd)^2 + 1e-4)) / 2
///
/// Source: BSIM4 manual, chapter 5 (bias-dependent source and drain resistance).
template <class P>
struct SeriesResistance {
  P conductance;  ///< of the diffusion [S], all m devices
  P half_r0, r_min, prwg, prwb, flat;
  bool present = false, bias_dependent = false;

  template <class Real>
  Real operator()(const Real& vg, const Real& vb) const {
    const Real t = vg - flat;
    const Real over = 0.5 * (t + sqrt(Real(t * t + 1e-4)));
    const Real x = 1.0 / (1.0 + prwg * over) - prwb * vb;
    return conductance / (1.0 + conductance * (r_min + half_r0 * (x + sqrt(Real(x * x + 0.01)))));
  }
};

/// Everything around the channel that does not carry its current's formula: diffusions, gate electrode, body.
/// Conductances are of all m devices [S].
template <class P>
struct Parasitics {
  SeriesResistance<P> drain, source;
  Diffusion<P> at_drain, at_source;
  P gate;                ///< gate electrode
  P bp_b, bp_db, bp_sb;  ///< from the inner body
  P db_b, sb_b;          ///< from the bodies below drain and source
  int rgatemod = 0, rbodymod = 0;
  bool inner_wires = false, outer_wires = false;  ///< body resistances that are more than a short or an open

  void setup(const Card<P>& c, const Process<P>& p) {
    rgatemod = c.line_rgatemod == kOfTheCard ? c.rgatemod : c.line_rgatemod;
    rbodymod = c.line_rbodymod == kOfTheCard ? c.rbodymod : c.line_rbodymod;
    Contacts<P> contacts;
    contacts.setup(c, p.size);
    setup_diffusion(c, p, contacts, true, c.as, c.ps, at_source);
    setup_diffusion(c, p, contacts, false, c.ad, c.pd, at_drain);
    setup_series(c, p, contacts);
    const P xgw = given_or(c.line_xgw, c.xgw), ngcon = given_or(c.line_ngcon, c.ngcon);
    const P electrode =
        c.rshg * (xgw + p.size.weff_cj / (3.0 * ngcon)) / (ngcon * p.size.nf * (p.size.l - c.xgl));
    gate = (value(electrode) > 0 ? P(1.0 / electrode) : P(1e3)) * c.m;
    if (rbodymod != 0) setup_body(c, p);
  }

 private:
  void setup_diffusion(const Card<P>& c, const Process<P>& p, const Contacts<P>& contacts, bool is_source,
                       const P& area, const P& perimeter, Diffusion<P>& out) {
    const Diffusion<P> drawn = contacts.diffusion(is_source);
    const P edge = c.permod == 0 ? P(0.0) : P(p.size.weff_cj * p.size.nf);
    out.area = given_or(area, drawn.area);
    out.perimeter = given(perimeter) ? P(perimeter - edge) : drawn.perimeter;
    if (!p.modern) return;
    if (given(perimeter) && value(perimeter) <= 0) out.perimeter = P(0.0);
    out.area = max(out.area, P(0.0));
    out.perimeter = max(out.perimeter, P(0.0));
  }

  void setup_series(const Card<P>& c, const Process<P>& p, const Contacts<P>& contacts) {
    const P scale = pow(P(p.size.weff_cj * 1e6), p.bin(c.wr)) * p.size.nf;
    const P prt = p.bin(c.prt);
    const auto warm = [&](const P& r) {
      const P at = c.tempmod == 0 ? P(r + prt * (p.ratio - 1.0)) : P(r * (1.0 + prt * p.rise));
      return P(max(at, P(0.0)) / (scale * c.m));
    };
    const auto side = [&](SeriesResistance<P>& s, const P& squares, bool is_source, const P& r0,
                          const P& r_min) {
      s.bias_dependent = c.rdsmod == 1;
      P ohm = given(squares)         ? P(c.rsh * squares)
              : contacts.rgeomod > 0 ? contacts.resistance(c.rsh, is_source)
                                     : P(0.0);
      s.present = s.bias_dependent || value(ohm) > 0;
      s.conductance = (value(ohm) > 0 ? P(1.0 / ohm) : P(1e3)) * c.m;
      s.half_r0 = 0.5 * warm(r0);
      s.r_min = warm(r_min);
      s.prwg = p.bin(c.prwg);
      s.prwb = p.bin(c.prwb);
      s.flat = p.vfbsd;
    };
    side(drain, c.nrd, false, p.bin(c.rdw), c.rdwmin);
    side(source, c.nrs, true, p.bin(c.rsw), c.rswmin);
  }

  void setup_body(const Card<P>& c, const Process<P>& p) {
    const auto siemens = [&](const P& ohm) {
      return P((value(ohm) < 1e-3 ? P(1e3) : P(c.gbmin + 1.0 / ohm)) * c.m);
    };
    if (rbodymod == 1) {
      bp_b = siemens(given_or(c.line_rbpb, c.rbpb));
      bp_db = siemens(given_or(c.line_rbpd, c.rbpd));
      bp_sb = siemens(given_or(c.line_rbps, c.rbps));
      db_b = siemens(given_or(c.line_rbdb, c.rbdb));
      sb_b = siemens(given_or(c.line_rbsb, c.rbsb));
      inner_wires = outer_wires = true;
      return;
    }
    const P ln_l = log(P(p.size.leff * 1e6)), ln_w = log(P(p.size.weff * 1e6)), ln_nf = log(p.size.nf);
    const auto scaled = [&](const P& r0, const P& by_l, const P& by_w, const P& by_nf) {
      return P(r0 * exp(P(by_l * ln_l + by_w * ln_w + by_nf * ln_nf)));
    };
    const auto both = [&](const P& x, const P& y) { return siemens(P(x * y / (x + y))); };
    const bool inner = given(c.rbps0) && given(c.rbpd0);
    const bool outer = inner && (given(c.rbsbx0) || given(c.rbsby0)) && (given(c.rbdbx0) || given(c.rbdby0));
    const auto across = [&](const P& x0, const P& y0) {
      return both(scaled(given_or(x0, P(100.0)), c.rbsdbxl, c.rbsdbxw, c.rbsdbxnf),
                  scaled(given_or(y0, P(100.0)), c.rbsdbyl, c.rbsdbyw, c.rbsdbynf));
    };
    bp_b = both(scaled(c.rbpbx0, c.rbpbxl, c.rbpbxw, c.rbpbxnf),
                scaled(c.rbpby0, c.rbpbyl, c.rbpbyw, c.rbpbynf));
    bp_sb = inner ? siemens(scaled(c.rbps0, c.rbpsl, c.rbpsw, c.rbpsnf)) : P(1e3 * c.m);
    bp_db = inner ? siemens(scaled(c.rbpd0, c.rbpdl, c.rbpdw, c.rbpdnf)) : P(1e3 * c.m);
    sb_b = outer ? across(c.rbsbx0, c.rbsby0) : P(c.gbmin * c.m);
    db_b = outer ? across(c.rbdbx0, c.rbdby0) : P(c.gbmin * c.m);
    inner_wires = inner;
    outer_wires = outer;
  }
};

}  // namespace nullor::bsim4
