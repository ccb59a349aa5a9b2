#pragma once

#include "nullor/devices/bsim4/process.h"

namespace nullor::bsim4 {

/// Voltages of an n-channel transistor whose drain is above its source, and what follows from them before any
/// current.
template <class Real>
struct Bias {
  Real vds;
  Real vbs;        ///< before its limits
  Real vgs_eff;    ///< gate, less the drop in the poly gate [V]
  Real vbseff;     ///< body, smoothly between vbsc and 0.95 Phi_s [V]
  Real sqrt_phis;  ///< sqrt(Phi_s - Vbseff)
  Real xdep;       ///< depletion width [m]
  Real vth, n;     ///< threshold [V] and subthreshold slope factor
  Real vgsteff;    ///< effective gate overdrive, positive [V]
};

/// Vgsteff, one expression from weak to strong inversion.
///
///   Vgsteff = n Vt ln(1 + e^(m (Vgs - Vth) / n Vt))
///             / (m + n Cox / Cdep0 e^((Voff - (1 - m)(Vgs - Vth)) / n Vt))                        (1)
///
/// Source: BSIM4 manual, equation 3.1.
template <class P>
struct Overdrive {
  P vtm, m, one_less_m, voff, coxe_over_cdep0;

  void setup(const Process<P>& process, const P& minv, const P& offset) {
    vtm = process.vtm;
    m = 0.5 + atan(minv) * (1 / kPi);
    one_less_m = 1.0 - m;
    voff = offset;
    coxe_over_cdep0 = process.coxe / process.cdep0;
  }

  template <class Real>
  Real operator()(const Real& vgst, const Real& n) const {
    const Real nvt = n * vtm, inverse = 1.0 / nvt;
    const Real weak = clamped_exp(Real((voff - one_less_m * vgst) * inverse));
    return nvt * log_one_plus_exp(Real(m * vgst * inverse)) / (m + n * coxe_over_cdep0 * weak);  // (1)
  }
};

/// Threshold voltage and subthreshold slope.
///
///   Vth = vth0 + (k1ox sqrt(Phi_s - Vbs) - k1 sqrt(Phi_s)) Lpe_b - k2ox Vbs                          (1)
///         - dvt0 theta(dvt1 Leff / lt) V0 - dvt0w theta(dvt1w Weff Leff / ltw) V0
///         + (k3 + k3b Vbs) toxe Phi_s / (Weff + w0) - (eta0 + etab Vbs) theta(dsub Leff / lt0) Vds
///         + lateral doping and temperature,  V0 = Vbi - Phi_s,  lt = factor1 sqrt(Xdep) (1 + dvt2 Vbs)
///   n = 1 + (nfactor eps_si / Xdep + (cdsc + cdscd Vds + cdscb Vbs) theta + cit) / Coxe               (2)
///   Vth falls by n Vt ln(Leff / (Leff + dvtp0 (1 + e^(-dvtp1 Vds)))) where a pocket is implanted      (3)
///   Vth falls by (dvtp5 + dvtp2 / Leff^dvtp3) tanh(dvtp4 Vds)  (4.7)                                  (4)
///
/// Source: BSIM4 manual, chapter 2.
template <class P>
struct Threshold {
  P vbsc, phi, sqrt_phi, limit, xdep_scale;
  P constant, by_vb, by_sqrt;  ///< (1), constant and slopes by Vbs and sqrt(Phi_s - Vbs)
  P decay, decay_w, dvt2, dvt2w, short_channel, narrow_channel;
  P eta0, etab, dibl;
  P slope_sub, cdsc, cdscb, cdscd, cit, inverse_coxe;
  P dvtp0, dvtp1, vt_pocket, leff, dvtp4, pocket2;
  P poly_knee, poly_scale;
  Overdrive<P> overdrive;
  bool has_short = false, has_narrow = false, has_pocket = false, has_pocket2 = false, has_poly = false;

  void setup(const Card<P>& c, const Process<P>& p) {
    const auto& size = p.size;
    vbsc = p.vbsc;
    phi = p.phi;
    sqrt_phi = p.sqrt_phi;
    limit = 0.95 * phi;
    leff = size.leff;
    xdep_scale = p.xdep0 / p.sqrt_phi;
    const P k3b = p.bin(c.k3b), t = p.ratio - 1.0;
    by_sqrt = p.k1ox * p.lpe_b;
    by_vb = k3b * p.narrow - p.k2ox + p.bin(c.kt2) * t;
    constant = p.sign * p.vth0 - p.k1 * sqrt_phi * p.lpe_b + p.bin(c.k3) * p.narrow +
               p.k1ox * (sqrt(P(1.0 + p.bin(c.lpe0) / leff)) - 1.0) * sqrt_phi +
               (p.bin(c.kt1) + p.bin(c.kt1l) / leff) * t;
    const P depth = p.vbi - phi;
    decay = p.bin(c.dvt1) * leff / p.factor1;
    decay_w = p.bin(c.dvt1w) * size.weff * leff / p.factor1;
    dvt2 = p.bin(c.dvt2);
    dvt2w = p.bin(c.dvt2w);
    short_channel = p.bin(c.dvt0) * depth;
    narrow_channel = p.bin(c.dvt0w) * depth;
    eta0 = p.eta0;
    etab = p.bin(c.etab);
    dibl = p.theta0vb0;
    slope_sub = p.nfactor * p.eps_sub;
    cdsc = p.bin(c.cdsc);
    cdscb = p.bin(c.cdscb);
    cdscd = p.bin(c.cdscd);
    cit = p.bin(c.cit);
    inverse_coxe = 1.0 / p.coxe;
    dvtp0 = p.bin(c.dvtp0);
    dvtp1 = p.bin(c.dvtp1);
    vt_pocket = c.tempmod < 2 ? p.vtm : p.vtm0;
    dvtp4 = p.bin(c.dvtp4);
    pocket2 = p.bin(c.dvtp5) + p.bin(c.dvtp2) * tangent_exp(P(-1.0 * p.bin(c.dvtp3) * log(leff)));
    poly_knee = p.vfb + phi;
    poly_scale = p.poly_scale(c);
    overdrive.setup(p, p.bin(c.minv), P(p.voff + c.voffl / leff));
    has_short = matters(short_channel) || matters(cdsc) || matters(cdscb) || matters(cdscd);
    has_narrow = matters(narrow_channel);
    has_pocket = value(dvtp0) > 0;
    has_pocket2 = p.modern && value(dvtp4) != 0 && value(pocket2) != 0;
    has_poly = p.has_poly_depletion(c);
  }

  template <class Real>
  Real poly_depleted(const Real& vg) const {
    if (!has_poly) return vg;
    return branch(
        vg > Real(poly_knee), [&] { return Process<P>::poly_depleted(vg, poly_knee, poly_scale); },
        [&] { return vg; });
  }

  template <class Real>
  Bias<Real> operator()(const Real& vgs, const Real& vds, const Real& vbs) const {
    const Real up = vbs - vbsc - 0.001;
    const Real bounded = vbsc + 0.5 * (up + sqrt(Real(up * up - 0.004 * vbsc)));
    const Real down = limit - bounded - 0.001;
    const Real vbseff = limit - 0.5 * (down + sqrt(Real(down * down + 0.004 * limit)));
    const Real sqrt_phis = sqrt(Real(phi - vbseff));
    const Real xdep = xdep_scale * sqrt_phis;

    Real vth = constant + by_vb * vbseff + by_sqrt * sqrt_phis -
               above(Real(eta0 + etab * vbseff), 1e-4) * dibl * vds;  // (1)
    Real coupling = slope_sub / xdep + cit;
    if (has_short || has_narrow) {
      const Real inverse_root = 1.0 / sqrt(xdep);
      if (has_short) {
        const Real theta = reach(Real(decay * inverse_root / positive_half(Real(dvt2 * vbseff))));
        vth -= short_channel * theta;
        coupling += (cdsc + cdscb * vbseff + cdscd * vds) * theta;
      }
      if (has_narrow)
        vth -= narrow_channel * reach(Real(decay_w * inverse_root / positive_half(Real(dvt2w * vbseff))));
    }
    const Real n = positive_half(Real(coupling * inverse_coxe));  // (2)
    if (has_pocket) vth += pocket_shift(vds) * n;
    if (has_pocket2) {
      const Real e = tangent_exp(Real(2.0 * dvtp4 * vds));
      vth -= pocket2 * (e - 1.0) / (e + 1.0);  // (4)
    }
    const Real vgs_eff = poly_depleted(vgs);
    return {vds, vbs, vgs_eff, vbseff, sqrt_phis, xdep, vth, n, overdrive(Real(vgs_eff - vth), n)};
  }

 private:
  template <class Real>
  Real pocket_shift(const Real& vds) const {
    return vt_pocket * log(Real(1.0 + dvtp0 / leff * (1.0 + clamped_exp(Real(-1.0 * dvtp1 * vds)))));  // (3)
  }
};

}  // namespace nullor::bsim4
