#pragma once

#include "nullor/devices/bsim4/process.h"

namespace nullor::bsim4 {

/// The channel in saturation, as its output resistance sees it.
template <class Real>
struct Saturation {
  Real vds, vdseff, excess;  ///< excess = Vds - Vdseff [V]
  Real vdsat, abulk, drive;  ///< drive = Vgsteff + 2 Vt [V]
  Real vasat, rds, linear;   ///< Early voltage at Vdsat, resistance, conductance before saturation
  Real esat, esat_l, vgsteff, vbseff, inverse_drive;
};

/// Output resistance: what the current gains beyond saturation.
///
///   Ids / Vdseff = linear (1 + x/Vadibl) (1 + x/Vadits) (1 + ln(1 + Cclm x / Vasat) / Cclm) (1 + x/Vascbe)
///   Isub = (alpha0 + alpha1 Leff) / Leff x e^(-beta0 / x) Ids without Vascbe,   x = Vds - Vdseff
///
/// Source: BSIM4 manual, chapters 5 and 6.1.
template <class P>
struct Output {
  P pocket, pvag, clm, leff, dibl, pdiblb, pdits, pditsd, one_pditsl, scbe, scbe_decay, impact, beta0;
  bool has_pocket = false, has_pvag = false, has_clm = false, has_dibl = false, has_dits = false,
       has_scbe = false, has_impact = false;

  void setup(const Card<P>& c, const Process<P>& p) {
    leff = p.size.leff;
    pocket = p.bin(c.fprout) * sqrt(leff);
    has_pocket = value(pocket) > 0;
    pvag = p.bin(c.pvag);
    has_pvag = matters(pvag);
    const P pclm = p.bin(c.pclm);
    has_clm = value(pclm) > kMinExp;
    clm = has_clm ? P(1.0 / (pclm * p.litl)) : P(0.0);
    dibl =
        p.bin(c.pdiblc1) * reach(P(p.bin(c.drout) * leff / (p.factor1 * sqrt(p.xdep0)))) + p.bin(c.pdiblc2);
    has_dibl = value(dibl) > kMinExp;
    pdiblb = p.bin(c.pdiblcb);
    pdits = p.bin(c.pdits);
    has_dits = value(pdits) > kMinExp;
    pditsd = p.bin(c.pditsd);
    one_pditsl = 1.0 + c.pditsl * leff;
    const P pscbe1 = p.bin(c.pscbe1), pscbe2 = p.bin(c.pscbe2);
    has_scbe = value(pscbe2) > 0 && (!p.modern || value(pscbe1) >= 0);
    scbe = pscbe2 / leff;
    scbe_decay = pscbe1 * p.litl;
    impact = (p.bin(c.alpha0) + p.bin(c.alpha1) * leff) / leff;
    beta0 = p.bin(c.beta0);
    has_impact = value(impact) > 0 && value(beta0) > 0;
  }

  template <class Real>
  struct Result {
    Real conductance, isub;
  };

  template <class Real>
  Result<Real> operator()(const Saturation<Real>& s) const {
    Real gain = s.linear;
    const Real fp = has_pocket ? Real(1.0 / (1.0 + pocket * s.inverse_drive)) : Real(1.0);
    const Real by_gate = has_pvag ? Real(positive_tenth(Real(pvag * s.vgsteff / s.esat_l))) : Real(1.0);
    if (has_dibl) {
      // Vadibl = drive^2 / (drive + Abulk Vdsat) / ..., its inverse here.
      const Real inverse = dibl * (s.drive + s.abulk * s.vdsat) * s.inverse_drive * s.inverse_drive /
                           (bounded_inverse(Real(pdiblb * s.vbseff)) * by_gate);
      gain = gain * (1.0 + s.excess * inverse);
    }
    if (has_dits) {
      const Real early = (1.0 + one_pditsl * clamped_above(Real(pditsd * s.vds))) / pdits * fp;
      gain = gain * (1.0 + s.excess / early);
    }
    if (has_clm) {
      const Real cclm = fp * by_gate * (1.0 + s.rds * s.linear) * (leff + s.vdsat / s.esat) * clm;
      gain = gain * (1.0 + log(Real(1.0 + cclm * s.excess / s.vasat)) / cclm);
    }
    if (!has_impact && !has_scbe) return {gain, Real(0.0)};
    const Real inverse = 1.0 / max(s.excess, Real(1e-30));
    const auto tunnel = [&](const P& decay) {
      return Real(s.excess * exp(Real(max(Real(-1.0 * decay * inverse), Real(-kMaxArgument)))));
    };
    return {has_scbe ? Real(gain * (1.0 + scbe * tunnel(scbe_decay))) : gain,
            has_impact ? Real(impact * tunnel(beta0) * gain * s.vdseff) : Real(0.0)};
  }

 private:
  /// e^x, constant above e^34.
  template <class Real>
  static Real clamped_above(const Real& x) {
    return exp(Real(min(x, Real(kMaxArgument))));
  }
};

}  // namespace nullor::bsim4
