#pragma once

#include "nullor/devices/bsim4/output.h"
#include "nullor/devices/bsim4/threshold.h"

namespace nullor::bsim4 {

/// What flows in the channel of one finger.
template <class Real>
struct ChannelCurrent {
  Real ids;          ///< drain to source [A]
  Real isub;         ///< drain to body, by impact ionization [A]
  Real abulk0;       ///< bulk charge factor without gate bias
  Real vdseff;       ///< drain voltage up to saturation [V]
  Real conductance;  ///< ids / vdseff [S]
  Real beta;         ///< ueff Coxeff Weff / Leff [A/V2]
  // For noise and the operating point:
  Real abulk, ueff, esat_l, vdsat, coxeff, rds, linear;
};

/// Channel current.
///
///   Abulk: bulk charge; ueff = u0 / (1 + field terms); Vdsat with velocity saturation and Rds        (1)
///   Vdseff = Vdsat - (t + sqrt(t^2 + 4 delta Vdsat)) / 2,  t = Vdsat - Vds - delta                  (2)
///   Ids0 = beta Vgsteff (1 - Abulk Vdseff / 2 (Vgsteff + 2 Vt)) Vdseff / (1 + Vdseff / Esat L)      (3)
///   Ids = Ids0 / (1 + Rds Ids0 / Vdseff) * output resistance (output.h)                              (4)
///
/// Source: BSIM4 manual, chapters 3 to 6.
template <class P>
struct Current {
  P leff, inverse_leff, weff, dwg, dwb, sqrt_phi;
  P half_rds0, rdswmin, prwg, prwb;
  P half_k1, bulk_constant, xj, a0, b0, ags, keta;
  P u0, ua, ub, uc, ud, eu, ucs, vtfbphi1, toxe, inverse_toxe, work_function, over_threshold;
  P vsat_coxe, two_vsat, a1, a2, two_vtm, delta, lambda, litl;
  P vtfbphi2, inverse_field, centroid, centroid_power, eps_sub, eps_over_coxp;
  P thermal_velocity;
  int mobmod = 0;
  bool modern = true, has_width = false, has_rds = false, has_lambda = false, simple_saturation = false,
       has_overshoot = false, has_thermal = false;
  Output<P> output;

  void setup(const Card<P>& c, const Process<P>& p) {
    const auto& size = p.size;
    mobmod = c.mobmod;
    modern = p.modern;
    leff = size.leff;
    inverse_leff = 1.0 / leff;
    weff = size.weff;
    dwg = 2.0 * p.bin(c.dwg);
    dwb = 2.0 * p.bin(c.dwb);
    sqrt_phi = p.sqrt_phi;
    has_width = matters(dwg) || matters(dwb);
    setup_resistance(c, p);
    half_k1 = 0.5 * p.k1ox * p.lpe_b;
    bulk_constant = p.k2ox - p.bin(c.k3b) * p.narrow;
    xj = p.bin(c.xj);
    a0 = p.bin(c.a0);
    b0 = p.bin(c.b0) / (size.weff + p.bin(c.b1));
    ags = p.bin(c.ags) * a0;
    keta = p.bin(c.keta);
    setup_mobility(c, p);
    vsat_coxe = p.vsat * p.coxe;
    two_vsat = 2.0 * p.vsat;
    a1 = p.bin(c.a1);
    a2 = p.bin(c.a2);
    two_vtm = 2.0 * p.vtm;
    delta = p.bin(c.delta);
    litl = p.litl;
    has_lambda = matters(a1);
    simple_saturation = !has_rds && !has_lambda && !matters(P(a2 - 1.0));
    lambda = given(c.lambda.value) ? p.bin(c.lambda) : P(0.0);
    has_overshoot = given(c.lambda.value) && value(c.lambda.value) > 0;
    vtfbphi2 = p.vtfbphi2;
    inverse_field = 1.0 / (2e8 * p.toxp);
    centroid = modern ? P(c.ados * 1.9e-9) : P(1.9e-9);
    centroid_power = modern ? P(0.7 * c.bdos) : P(0.7);
    eps_sub = p.eps_sub;
    eps_over_coxp = p.eps_sub / p.coxp;
    has_thermal = given(c.vtl.value) && value(c.vtl.value) > 0;
    if (has_thermal) {
      const P share = leff / (p.bin(c.xn) * leff + max(c.lc, P(0.0)));
      thermal_velocity = p.bin(c.vtl) * (1.0 - share) / (1.0 + share);
    }
    output.setup(c, p);
  }

  template <class Real>
  ChannelCurrent<Real> operator()(const Bias<Real>& b) const {
    const Real& vgsteff = b.vgsteff;
    const Real bend = b.sqrt_phis - sqrt_phi;
    const Real width = has_width ? Real(above(Real(weff - dwg * vgsteff - dwb * bend), 2e-8)) : Real(weff);
    const Real rds = has_rds ? resistance(vgsteff, bend) : Real(0.0);
    const auto [abulk0, abulk] = bulk_charge(b);
    const Real ueff = u0 / positive_fifth(degradation(b));
    const Real drive = vgsteff + two_vtm;
    const Real inverse_drive = 1.0 / drive;
    const Real esat = two_vsat / ueff;
    const Real scattered = width * vsat_coxe * rds;
    const Real inverse_lambda = has_lambda ? Real(1.0 / saturation_factor(vgsteff)) : Real(1.0 / a2);
    Real esat_l = esat * leff;
    const Real vdsat = saturation_voltage(esat_l, abulk, drive, scattered, inverse_lambda);
    const Real vdseff = smooth_min(vdsat, b.vds, delta);  // (2)
    const Real excess = b.vds - vdseff;
    Real field = esat;
    if (has_overshoot) {
      const Real far = 1.0 + excess / (esat * litl);
      esat_l = esat_l * (1.0 + lambda / (leff * ueff) * (1.0 - 2.0 / (far * far + 1.0)));
      if (modern) field = esat_l * inverse_leff;
    }
    const Real half = 1.0 - 0.5 * abulk * vdsat * inverse_drive;
    const Real vasat = (esat_l + vdsat + 2.0 * scattered * vgsteff * half) /
                       (2.0 * inverse_lambda - 1.0 + scattered * abulk);

    const Real centre =
        centroid / (1.0 + exp(Real(centroid_power * log(Real((vgsteff + vtfbphi2) * inverse_field)))));
    const Real coxeff = eps_sub / (eps_over_coxp + centre);
    const Real per_area = coxeff * width * inverse_leff;
    const Real beta = ueff * per_area;
    const Real gche =
        beta * vgsteff * (1.0 - 0.5 * vdseff * abulk * inverse_drive) / (1.0 + vdseff / esat_l);  // (3)
    const Real linear = has_rds ? Real(gche / (1.0 + gche * rds)) : gche;                         // (4)
    const auto [conductance, isub] =
        output(Saturation<Real>{b.vds, vdseff, excess, vdsat, abulk, drive, vasat, rds, linear, field, esat_l,
                                vgsteff, b.vbseff, inverse_drive});
    Real ids = conductance * vdseff;
    if (has_thermal) ids = ids * velocity_limit(Real(ids / (leff * per_area * vgsteff)));
    return {ids, isub, abulk0, vdseff, conductance, beta, abulk, ueff, esat_l, vdsat, coxeff, rds, linear};
  }

 private:
  void setup_resistance(const Card<P>& c, const Process<P>& p) {
    const P scale = pow(P(p.size.weff_cj * 1e6), p.bin(c.wr));
    const P prt = p.bin(c.prt);
    const auto warm = [&](const P& r) {
      return P((c.tempmod == 0 ? P(r + prt * (p.ratio - 1.0)) : P(r * (1.0 + prt * p.rise))) / scale);
    };
    half_rds0 = 0.5 * warm(p.bin(c.rdsw));
    rdswmin = warm(c.rdswmin);
    prwg = p.bin(c.prwg);
    prwb = p.bin(c.prwb);
    has_rds = c.rdsmod != 1 && (matters(half_rds0) || matters(rdswmin));
  }

  void setup_mobility(const Card<P>& c, const Process<P>& p) {
    const bool fallen = mobmod == 1;
    const P ua0 = size_or(p, c.ua, mobmod == 2 ? 1e-15 : 1e-9);
    const P uc0 = size_or(p, c.uc, fallen ? -0.0465 : -0.0465e-9);
    const P uc1 = size_or(p, c.uc1, fallen ? -0.056 : -0.056e-9);
    const auto warm = [&](const P& x, const P& slope) {
      if (c.tempmod == 0) return P(x + slope * (p.ratio - 1.0));
      if (c.tempmod == 3 && modern) return P(x * pow(p.ratio, slope));
      return P(x * (1.0 + slope * p.rise));
    };
    u0 = p.u0;
    ua = warm(ua0, p.bin(c.ua1));
    ub = warm(p.bin(c.ub), p.bin(c.ub1));
    uc = warm(uc0, uc1);
    ud = warm(size_or(p, c.ud, modern ? 0.0 : 1e14), p.bin(c.ud1));
    eu = max(size_or(p, c.eu, p.sign > 0 ? 1.67 : 1.0), P(0.0));
    ucs = max(P(size_or(p, c.ucs, p.sign > 0 ? 1.67 : 1.0) * pow(p.ratio, p.bin(c.ucste))), P(0.0));
    vtfbphi1 = p.vtfbphi1;
    toxe = p.toxe;
    inverse_toxe = 1.0 / toxe;
    const bool metal = modern && c.mtrlmod != 0 && c.mtrlcompatmod == 0;
    work_function = metal ? P(2.0 * p.sign * (c.phig - c.easub - 0.5 * p.gap0 + 0.45)) : P(0.0);
    over_threshold = p.over_threshold;
  }

  static P size_or(const Process<P>& p, const Binned<P>& b, double otherwise) {
    return p.size(b, given_or(b.value, P(otherwise)));
  }

  template <class Real>
  Real resistance(const Real& vgsteff, const Real& bend) const {
    const Real open = 1.0 / (1.0 + prwg * vgsteff) + prwb * bend;
    return rdswmin + half_rds0 * (open + sqrt(Real(open * open + 0.01)));
  }

  template <class Real>
  struct BulkCharge {
    Real without_gate, with_gate;
  };

  template <class Real>
  BulkCharge<Real> bulk_charge(const Bias<Real>& b) const {
    const Real body = half_k1 / b.sqrt_phis + bulk_constant;
    const Real share = leff / (leff + 2.0 * sqrt(Real(xj * b.xdep)));
    const Real zero = 1.0 + body * (a0 * share + b0);
    const Real by_body = bounded_inverse(Real(keta * b.vbseff));
    return {above(zero, 0.1) * by_body,
            above(Real(zero - body * ags * share * share * share * b.vgsteff), 0.1) * by_body};
  }

  /// Denominator of the mobility, less 1.
  template <class Real>
  Real degradation(const Bias<Real>& b) const {
    const Real by_body = mobmod == 1 || mobmod == 5 ? Real(1.0 + uc * b.vbseff) : Real(ua + uc * b.vbseff);
    if (mobmod == 3 && modern) {
      const Real field = (b.vgsteff + vtfbphi1) * (1e-8 / 6.0) * inverse_toxe;
      const Real screened = 0.5 + 0.5 * b.vgsteff / over_threshold;
      return exp(Real(eu * log(field))) * by_body + ud / exp(Real(ucs * log(screened)));
    }
    const bool fixed = mobmod >= 4;
    const Real reference = fixed ? Real(vtfbphi1) : b.vth;
    const Real sum = fixed ? Real(b.vgsteff + vtfbphi1) : Real(b.vgsteff + 2.0 * b.vth);
    const Real coulomb = matters(ud) ? scattering(b, reference, sum) : Real(0.0);
    if (mobmod == 2 || mobmod == 3 || mobmod == 6) {
      const Real field = (b.vgsteff + vtfbphi1) * inverse_toxe;
      return exp(Real(eu * log(field))) * by_body + coulomb;
    }
    const Real field = (sum - work_function) * inverse_toxe;
    if (mobmod == 1 || mobmod == 5) return field * (ua + ub * field) * by_body + coulomb;
    return field * (by_body + ub * field) + coulomb;
  }

  /// ud (Vth toxe / (Vgsteff + 2 Vth))^2
  template <class Real>
  Real scattering(const Bias<Real>& b, const Real& reference, const Real& sum) const {
    if (modern) {
      const Real part = reference * toxe / (b.vgsteff + 2.0 * sqrt(Real(reference * reference + 0.0001)));
      return ud * part * part;
    }
    if (mobmod == 2) {
      const Real part = reference * toxe * toxe / (b.vgsteff + vtfbphi1);
      return ud * part * part;
    }
    const Real part = reference * toxe / sum;
    return ud * part * part;
  }

  template <class Real>
  Real saturation_factor(const Real& vgsteff) const {
    const P rest = value(a1) > 0 ? P(1.0 - a2) : a2;
    const Real t = value(a1) > 0 ? Real(rest - a1 * vgsteff - 0.0001) : Real(rest + a1 * vgsteff - 0.0001);
    const Real smooth = 0.5 * (t + sqrt(Real(t * t + 0.0004 * rest)));
    return value(a1) > 0 ? Real(1.0 - smooth) : smooth;
  }

  template <class Real>
  Real saturation_voltage(const Real& esat_l, const Real& abulk, const Real& drive, const Real& scattered,
                          const Real& inverse_lambda) const {
    if (simple_saturation) return esat_l * drive / (abulk * esat_l + drive);
    const Real resistive = abulk * scattered;
    const Real a = 2.0 * abulk * (resistive - 1.0 + inverse_lambda);
    const Real b = drive * (2.0 * inverse_lambda - 1.0) + abulk * esat_l + 3.0 * drive * resistive;
    const Real c = drive * (esat_l + 2.0 * drive * scattered);
    return 2.0 * c / (b + sqrt(Real(b * b - 2.0 * a * c)));  // (b - sqrt) / a, without cancellation
  }

  /// Ballistic limit of the velocity at the source end: (1 + (v / (vtl tf))^6)^(-1/6).
  template <class Real>
  Real velocity_limit(const Real& velocity) const {
    const Real r = velocity / thermal_velocity, cube = r * r * r;
    return exp(Real((-1.0 / 6.0) * log(Real(1.0 + cube * cube))));
  }
};

}  // namespace nullor::bsim4
