#pragma once

#include "nullor/devices/bsim4/current.h"

namespace nullor::bsim4 {

/// Charges of the channel of all fingers [C]; the source's is -(gate + body + drain).
template <class Real>
struct ChannelCharge {
  Real gate, body, drain;
};

enum class Partition { none, forty_sixty, fifty_fifty, zero_hundred };  ///< drain / source

/// Channel charges by one expression for all regions, capmod 1, and with the finite thickness of the charge
/// layer, capmod 2.
///
///   Qacc = C (Vfbeff - Vfbzb),  Qsub = C k1ox (sqrt(k1ox^2/4 + Vgs - Vfbeff - Vbs - Vgsteff) - k1ox/2)   (1)
///   u = Abulk Vdseff,  Qg' = C (V - u/2 + u^2 / 12 (V - u/2))                                         (2)
///   C = W L eps / (eps/Coxp + thickness),  V = Vgsteff less the growth of the surface potential        (3)
///
/// Source: BSIM4 manual, chapter 7.
template <class P>
struct Charge {
  P area, cox_area, coxp, eps_sub, eps_over_coxp, vfbzb, four_delta_vfb, k1ox, abulk_cv;
  P vtm, slope, offset;  ///< Vgsteff of the charges, cvchargemod 0
  P acde, ldeb, link, four_link_ldeb;
  P two_body, inverse_moin, vtfbphi2, inverse_field, centroid, centroid_power;
  P vfbcv, phi;
  Overdrive<P> overdrive;
  Partition partition = Partition::forty_sixty;
  int capmod = 2;
  bool as_current = false;
  static constexpr double kDelta = 0.02;  ///< smoothing [V]

  void setup(const Card<P>& c, const Process<P>& p) {
    capmod = c.capmod;
    as_current = p.modern && c.cvchargemod != 0;
    const double part = value(c.xpart);
    partition = part < 0      ? Partition::none
                : part < 0.5  ? Partition::forty_sixty
                : part == 0.5 ? Partition::fifty_fifty
                              : Partition::zero_hundred;
    area = p.size.weff_cv * p.size.leff_cv * p.size.nf;
    cox_area = area * p.coxe;
    coxp = p.coxp;
    eps_sub = p.eps_sub;
    eps_over_coxp = p.eps_sub / p.coxp;
    vfbzb = p.vfbzb;
    four_delta_vfb = 4.0 * kDelta * abs(vfbzb);
    k1ox = p.k1ox;
    abulk_cv = 1.0 + pow(P(p.bin(c.clc) / p.size.leff_cv), p.bin(c.cle));
    vtm = p.vtm;
    slope = vtm * p.bin(c.noff);
    offset = p.voffcv;
    overdrive.setup(p, p.bin(c.minvcv), P(p.voffcv + c.voffcvl / p.size.leff));
    acde = p.bin(c.acde) * pow(P(p.ndep / 2e16), P(-0.25)) / (1e8 * p.toxp);
    ldeb = p.ldeb;
    link = 1e-3 * p.toxp;
    four_link_ldeb = 4.0 * link * ldeb;
    const P moin = p.bin(c.moin);
    const bool has_body = value(k1ox) > 0;
    two_body = 2.0 * (has_body ? k1ox : P(0.5)) * p.sqrt_phi;
    inverse_moin = 1.0 / (moin * vtm * (has_body ? P(k1ox * k1ox) : P(0.25)));
    vtfbphi2 = p.vtfbphi2;
    inverse_field = 1.0 / (2e8 * p.toxp);
    centroid = p.modern ? P(c.ados * 1.9e-9) : P(1.9e-9);
    centroid_power = p.modern ? P(0.7 * c.bdos) : P(0.7);
    vfbcv = p.bin(c.vfbcv);
    phi = p.phi;
  }

  template <class Real>
  ChannelCharge<Real> operator()(const Bias<Real>& b, const Real& abulk0) const {
    if (partition == Partition::none) return {Real(0.0), Real(0.0), Real(0.0)};
    const Real abulk = abulk0 * abulk_cv;
    return capmod == 0 ? piecewise(b, abulk) : continuous(b, abulk);
  }

 private:
  template <class Real>
  ChannelCharge<Real> continuous(const Bias<Real>& b, const Real& abulk) const {
    const Real vgst = b.vgs_eff - b.vth;
    Real vg;
    if (as_current) {
      vg = overdrive(vgst, b.n);
    } else {
      const Real nvt = b.n * slope;
      vg = nvt * log_one_plus_exp(Real((vgst - offset) / nvt));
    }
    const Real t = vfbzb - b.vgs_eff + b.vbseff - kDelta;
    const Real vfbeff = vfbzb - 0.5 * (t + sqrt(Real(t * t + four_delta_vfb)));
    const Real fixed = (vfbeff - vfbzb) + depletion(Real(b.vgs_eff - vfbeff - b.vbseff - vg));  // (1)
    if (capmod == 1) return shared(b, abulk, vg, Real(cox_area * fixed), Real(cox_area));

    const Real depth = ldeb * clamped_exp(Real((b.vgs_eff - b.vbseff - vfbzb) * acde));
    const Real under = ldeb - depth - link;
    const Real thick = ldeb - 0.5 * (under + sqrt(Real(under * under + four_link_ldeb)));
    const Real accumulated = area * eps_sub / (eps_over_coxp + thick) * fixed;
    const Real rise = vtm * log(Real(1.0 + (two_body + vg) * vg * inverse_moin));
    const Real rest = vg - rise - 0.001;
    const Real v = 0.5 * (rest + sqrt(Real(rest * rest + 0.004 * vg)));  // (3)
    const Real centre =
        centroid / (1.0 + exp(Real(centroid_power * log(Real((vg + vtfbphi2) * inverse_field)))));
    return shared(b, abulk, v, accumulated, Real(area * eps_sub / (eps_over_coxp + centre)));
  }

  template <class Real>
  Real depletion(const Real& v) const {
    if (!matters(k1ox)) return Real(0.0);
    const P half = 0.5 * k1ox;
    const Real positive = max(v, Real(0.0));
    return min(v, Real(0.0)) + k1ox * positive / (sqrt(Real(half * half + positive)) + half);
  }

  /// (2), shared between drain and source.
  template <class Real>
  ChannelCharge<Real> shared(const Bias<Real>& b, const Real& abulk, const Real& v, const Real& fixed,
                             const Real& c) const {
    const Real vdseff = smooth_min(Real(v / abulk), b.vds, kDelta);
    const Real u = abulk * vdseff;
    const Real middle = v - 0.5 * u + 1e-20;
    const Real curve = u / (12.0 * middle);
    const Real inversion = c * (v - u * (0.5 - curve));
    const Real bulk = c * (1.0 - abulk) * vdseff * (0.5 - curve);
    const Real source = source_share(v, u, middle, inversion, c);
    return {inversion + fixed - bulk, bulk - fixed, source - inversion};
  }

  template <class Real>
  Real source_share(const Real& v, const Real& u, const Real& middle, const Real& inversion,
                    const Real& c) const {
    switch (partition) {
      case Partition::zero_hundred:
        return c * (0.5 * v + 0.25 * u - u * u / (24.0 * middle));
      case Partition::forty_sixty:
        return 0.5 * c / (middle * middle) *
               (v * (u * u * (2.0 / 3.0) + v * (v - u * (4.0 / 3.0))) - u * u * u * (2.0 / 15.0));
      default:
        return 0.5 * inversion;
    }
  }

  /// capmod 0: accumulation, depletion, inversion with straight lines and square roots between them.
  template <class Real>
  ChannelCharge<Real> piecewise(const Bias<Real>& b, const Real& abulk) const {
    const Real vb = select(b.vbseff < Real(0.0), b.vbs, b.vbseff);
    const Real vth = vfbcv + phi + k1ox * b.sqrt_phis;
    const Real vgst = b.vgs_eff - vth;
    const Real fixed = cox_area * depletion(Real(b.vgs_eff - vb - vfbcv));
    const auto inverted = vgst > Real(0.0);
    const Real vdsat = max(vgst, Real(1e-9)) / abulk;
    const Real vds = min(b.vds, vdsat);
    const Real t = 2.0 * vdsat - vds, third = vds * vds / (3.0 * t);
    const Real gate = cox_area * (b.vgs_eff - vfbcv - phi - 0.5 * (vds - third));
    const Real unit = 0.25 * cox_area * abulk;
    const Real inversion = 2.0 * unit * (t + third);
    Real drain = -0.5 * inversion;
    if (partition == Partition::zero_hundred) drain = unit * (2.0 * vds - t - 3.0 * third);
    if (partition == Partition::forty_sixty) {
      const Real square = 8.0 * vdsat * vdsat - 6.0 * vdsat * vds + 1.2 * vds * vds;
      drain = unit * (vds - t - vds / (3.0 * t * t) * square);
    }
    return {select(inverted, gate, fixed), select(inverted, Real(inversion - gate), Real(-fixed)),
            select(inverted, drain, Real(0.0))};
  }
};

/// Charge of the gate over source or drain: a constant capacitance, and one that falls as the lightly doped
/// region is depleted.
///
///   Q = (C0 + Cl) V - Cl (x + ckappa/2 (sqrt(1 - 4 x / ckappa) - 1)),  x = (V + d - sqrt((V + d)^2 + 4 d)) /
///   2
///
/// Source: BSIM4 manual, equation 7.4.
template <class P>
struct Overlap {
  P constant, light, kappa;
  bool has_light = false;

  void setup(const P& outer, const P& inner, const P& ckappa, bool bias_dependent) {
    has_light = bias_dependent && matters(inner);
    constant = outer + (has_light ? inner : P(0.0));
    light = inner;
    kappa = ckappa;
  }

  template <class Real>
  Real operator()(const Real& v) const {
    if (!has_light) return constant * v;
    const Real t = v + 0.02;
    const Real x = 0.5 * (t - sqrt(Real(t * t + 0.08)));
    return constant * v - light * (x + 0.5 * kappa * (sqrt(Real(1.0 - 4.0 * x / kappa)) - 1.0));
  }
};

}  // namespace nullor::bsim4
