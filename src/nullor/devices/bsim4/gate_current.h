#pragma once

#include "nullor/devices/bsim4/current.h"

namespace nullor::bsim4 {

/// Coefficients of direct tunnelling through an oxide at the voltage V: e^(B (a + (a c - b) V - b c V^2)).
template <class P>
struct Barrier {
  P constant, linear, square;

  void setup(const P& thickness, const P& a, const P& b, const P& c) {
    constant = thickness * a;
    linear = thickness * (a * c - b);
    square = thickness * b * c;
  }
  template <class Real>
  Real operator()(const Real& v) const {
    return clamped_exp(Real(constant + v * (linear - square * v)));
  }
};

/// Tunnelling out of the gate [A], all fingers; each flows from the gate into the named place.
template <class Real>
struct GateCurrent {
  Real channel_source, channel_drain, source, drain, body;
};

/// Gate tunnelling to the channel (igcmod), to the overlaps and to the body (igbmod).
///
///   Igc = A W L tox (Vgs Vaux) e^(...Voxdepinv),  Vaux = nigc Vt ln(1 + e^((Vgs - Vth) / nigc Vt)) (1) Igcs,
///   Igcd share it as the drain bias grows: p = Pigcd Vdseff                                          (2)
///
/// Source: BSIM4 manual, chapter 4.
template <class P>
struct Tunnelling {
  int igcmod = 0, igbmod = 0;
  P vfbzb, four_delta_vfb, k1ox, vth0;
  P inverse_nigc, nigc_vt, scale_c, pigcd, pigcd_scale;
  P inverse_acc, acc_vt, scale_acc, inverse_inv, inv_vt, scale_inv, eigbinv;
  P flat, scale_s, scale_d;
  Barrier<P> channel, edge_s, edge_d, accumulation, inversion;
  bool fixed_share = false;
  static constexpr double kDelta = 0.02;

  void setup(const Card<P>& c, const Process<P>& p) {
    igcmod = c.igcmod;
    igbmod = c.igbmod;
    if (igcmod == 0 && igbmod == 0) return;
    const auto& size = p.size;
    vfbzb = p.vfbzb;
    four_delta_vfb = 4.0 * kDelta * abs(vfbzb);
    k1ox = p.k1ox;
    vth0 = p.sign * p.vth0;
    const P vt = c.tempmod < 2 ? p.vtm : p.vtm0;
    const bool n = p.sign > 0;
    const double field = n ? 4.97232e-7 : 3.42537e-7, slope = n ? 7.45669e11 : 1.16645e12;
    const P ntox = p.bin(c.ntox), edge = p.bin(c.poxedge);
    const auto ratio = [&](const P& thickness) {
      return P(exp(P(ntox * log(P(c.toxref / thickness)))) / (thickness * thickness));
    };
    const P area = size.weff * size.leff * ratio(p.toxe);
    setup_channel(c, p, vt, field * area * size.nf, slope);
    setup_edges(c, p, field * size.weff * ratio(P(p.toxe * edge)) * size.nf, slope * edge);
    setup_body(c, p, vt, area * size.nf);
  }

  /// `vgs`, `vgd` as they stand, the rest as for a drain above the source.
  template <class Real>
  GateCurrent<Real> operator()(const Bias<Real>& b, const Real& vdseff, const Real& vgs,
                               const Real& vgd) const {
    GateCurrent<Real> y{Real(0.0), Real(0.0), Real(0.0), Real(0.0), Real(0.0)};
    if (igcmod == 0 && igbmod == 0) return y;
    const Real t = vfbzb - b.vgs_eff + b.vbseff - kDelta;
    const Real vfbeff = vfbzb - 0.5 * (t + sqrt(Real(t * t + four_delta_vfb)));
    const Real accumulated = max(Real(vfbzb - vfbeff), Real(0.0));
    const Real inverted = depletion(Real(b.vgs_eff - vfbeff - b.vbseff - b.vgsteff)) + b.vgsteff;
    if (igcmod != 0) {
      const Real over = b.vgs_eff - (igcmod == 1 ? Real(vth0) : b.vth);
      const Real igc = scale_c * b.vgs_eff * nigc_vt * log_one_plus_exp(Real(over * inverse_nigc)) *
                       channel(inverted);  // (1)
      share(b, vdseff, igc, y);
      y.source = edge_current(vgs, scale_s, edge_s);
      y.drain = edge_current(vgd, scale_d, edge_d);
    }
    if (igbmod != 0) {
      const Real vgb = b.vgs_eff - b.vbseff;
      const Real acc = acc_vt * log_one_plus_exp(Real((vfbzb - vgb) * inverse_acc));
      const Real inv = inv_vt * log_one_plus_exp(Real((inverted - eigbinv) * inverse_inv));
      y.body = vgb * (scale_acc * acc * accumulation(accumulated) + scale_inv * inv * inversion(inverted));
    }
    return y;
  }

 private:
  void setup_channel(const Card<P>& c, const Process<P>& p, const P& vt, const P& scale, double slope) {
    const bool n = p.sign > 0;
    const auto pick = [&](const Binned<P>& b, double for_n, double for_p) {
      return p.size(b, given_or(b.value, P(n ? for_n : for_p)));
    };
    scale_c = scale;
    nigc_vt = vt * p.bin(c.nigc);
    inverse_nigc = 1.0 / nigc_vt;
    const P thickness = -slope * p.toxe;
    channel.setup(thickness, pick(c.aigc, 1.36e-2, 9.80e-3), pick(c.bigc, 1.71e-3, 7.59e-4),
                  pick(c.cigc, 0.075, 0.03));
    fixed_share = given(c.pigcd.value);
    pigcd = fixed_share ? p.bin(c.pigcd) : P(1.0);
    pigcd_scale = p.modern ? P(-1.0 * thickness) : P(thickness * p.toxe);
  }

  void setup_edges(const Card<P>& c, const Process<P>& p, const P& scale, const P& slope) {
    const bool n = p.sign > 0;
    const auto pick = [&](const Binned<P>& both, const Binned<P>& side, double for_n, double for_p) {
      const P standard = P(n ? for_n : for_p);
      if (given(both.value) || !p.modern || !given(side.value))
        return p.size(both, given_or(both.value, standard));
      return p.bin(side);
    };
    const P dlcig = given_or(c.dlcig, c.lint);
    scale_s = scale * dlcig;
    scale_d = p.modern ? P(scale * given_or(c.dlcigd, dlcig)) : scale_s;
    flat = p.vfbsd + p.bin(c.vfbsdoff) * (1.0 + p.bin(c.tvfbsdoff) * p.rise);
    const P thickness = -1.0 * slope * p.toxe;
    edge_s.setup(thickness, pick(c.aigsd, c.aigs, 1.36e-2, 9.80e-3), pick(c.bigsd, c.bigs, 1.71e-3, 7.59e-4),
                 pick(c.cigsd, c.cigs, 0.075, 0.03));
    edge_d.setup(thickness, pick(c.aigsd, c.aigd, 1.36e-2, 9.80e-3), pick(c.bigsd, c.bigd, 1.71e-3, 7.59e-4),
                 pick(c.cigsd, c.cigd, 0.075, 0.03));
  }

  void setup_body(const Card<P>& c, const Process<P>& p, const P& vt, const P& area) {
    scale_acc = 4.97232e-7 * area;
    scale_inv = 0.75610 * scale_acc;
    acc_vt = vt * p.bin(c.nigbacc);
    inv_vt = vt * p.bin(c.nigbinv);
    inverse_acc = 1.0 / acc_vt;
    inverse_inv = 1.0 / inv_vt;
    eigbinv = p.bin(c.eigbinv);
    const P thickness = -7.45669e11 * p.toxe;
    accumulation.setup(thickness, p.bin(c.aigbacc), p.bin(c.bigbacc), p.bin(c.cigbacc));
    inversion.setup(P(1.31724 * thickness), p.bin(c.aigbinv), p.bin(c.bigbinv), p.bin(c.cigbinv));
  }

  template <class Real>
  Real depletion(const Real& v) const {
    if (!matters(k1ox)) return Real(0.0);
    const P half = 0.5 * k1ox;
    const Real positive = max(v, Real(0.0));
    return max(Real(-v), Real(0.0)) + k1ox * positive / (sqrt(Real(half * half + positive)) + half);
  }

  template <class Real>
  void share(const Bias<Real>& b, const Real& vdseff, const Real& igc, GateCurrent<Real>& y) const {
    Real p = Real(pigcd);
    if (!fixed_share) {
      const Real over = b.vgsteff + 1e-20;
      p = pigcd_scale / (over * over) * (1.0 - 0.5 * vdseff / over);
    }
    const Real x = -(p * vdseff), e = clamped_exp(x);  // (2)
    const Real scale = igc / (x * x + 2e-4);
    y.channel_source = scale * (e - 1.0 + 1e-4 - x);
    y.channel_drain = scale * (x * e - e + 1.0 + 1e-4);
  }

  template <class Real>
  Real edge_current(const Real& vg, const P& scale, const Barrier<P>& barrier) const {
    const Real t = vg - flat;
    const Real v = sqrt(Real(t * t + 1e-4));
    return scale * vg * v * barrier(v);
  }
};

}  // namespace nullor::bsim4
