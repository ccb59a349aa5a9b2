#pragma once

#include "nullor/devices/bsim4/size.h"
#include "nullor/devices/bsim4/stress.h"
#include "nullor/devices/temperature.h"

namespace nullor::bsim4 {

/// What a card means for one transistor at one temperature: every quantity that more than one part of the
/// model reads. It lives during setup() only.
///
///   Phi_s = 0.4 + Vtm0 ln(ndep / ni) + phin,  Vbi = Vtm0 ln(nsd ndep / ni^2)                      (1)
///   Xdep0 = sqrt(2 eps_si Phi_s / (q ndep)),  k1ox = k1 toxe / toxm                               (2)
///
/// Source: BSIM4 manual, chapters 2, 12 (temperature), 13 (stress) and 14 (well proximity).
template <class P>
struct Process {
  double sign = 1;
  bool modern = true;  ///< 4.6 and later
  Size<P> size;

  P toxe, toxp, toxm, coxe, coxp, epsrox, eps_sub, eps_gate;
  P temperature, nominal, vtm, vtm0, ratio, rise;  ///< ratio = T / Tnom, rise = T - Tnom
  P gap0, ni;
  P ndep, phi, sqrt_phi, vbi, xdep0, factor1, cdep0, litl, ldeb, vfbsd;
  P k1, k2, k1ox, k2ox, vth0, vfb, eta0, u0, vsat, nfactor, voff, voffcv;
  P lpe_b, narrow, theta0vb0, vbsc, vfbzb, vtfbphi1, vtfbphi2, over_threshold;

  void setup(const Card<P>& c, const Environment<P>& environment, bool p_channel) {
    sign = p_channel ? -1 : 1;
    modern = c.version >= 460;
    size.setup(c);
    temperature = device_temperature(environment, c.temp, c.dtemp);
    nominal = nominal_temperature(environment, c.tnom);
    setup_oxide(c);
    setup_temperature(c);
    setup_doping(c);
    setup_flat_band(c);
    setup_shifts(c);
    setup_threshold(c);
    if (modern && c.mtrlmod != 0 && c.mtrlcompatmod == 0) setup_high_k(c);
  }

  P bin(const Binned<P>& b) const { return size(b); }

 private:
  void setup_oxide(const Card<P>& c) {
    const bool materials = modern && c.mtrlmod != 0;
    epsrox = materials ? P(3.9) : c.epsrox;
    eps_sub = materials ? P(kVacuum * c.epsrsub) : P(kSilicon);
    eps_gate = materials ? P(kVacuum * c.epsrgate) : P(kSilicon);
    toxe = given(c.toxe) ? c.toxe : given(c.toxp) ? P(c.toxp + c.dtox) : P(3e-9);
    toxp = given(c.toxp) ? c.toxp : given(c.toxe) ? P(toxe - c.dtox) : toxe;
    toxm = given_or(c.toxm, toxe);
    if (materials) {
      toxm = given_or(c.toxm, c.eot);
      toxe = c.eot;
      const P physical = c.epsrox / 3.9;
      if (!given(c.toxp)) toxp = physical * c.eot - c.dtox;
    }
    coxe = epsrox * kVacuum / toxe;
    coxp = (materials ? c.epsrox : epsrox) * kVacuum / toxp;
  }

  void setup_temperature(const Card<P>& c) {
    vtm = kBoltzmannOverCharge * temperature;
    vtm0 = kBoltzmannOverCharge * nominal;
    ratio = temperature / nominal;
    rise = temperature - nominal;
    const P relative = nominal * (1 / 300.15);
    if (modern && c.mtrlmod != 0) {
      gap0 = c.bg0sub - c.tbgasub * nominal * nominal / (nominal + c.tbgbsub);
      const P gap = c.bg0sub - c.tbgasub * 90090.0225 / (300.15 + c.tbgbsub);
      ni = c.ni0sub * relative * sqrt(relative) * exp(P((gap - gap0) / (2.0 * vtm0)));
    } else {
      gap0 = 1.16 - 7.02e-4 * nominal * nominal / (nominal + 1108.0);
      ni = 1.45e10 * relative * sqrt(relative) * exp(P(21.5565981 - gap0 / (2.0 * vtm0)));
    }
  }

  void setup_doping(const Card<P>& c) {
    const P gamma_coxe = given(c.gamma1.value) ? P(bin(c.gamma1) * coxe) : P(0.0);
    ndep = given(c.ndep.value)     ? bin(c.ndep)
           : given(c.gamma1.value) ? P(3.01248e22 * gamma_coxe * gamma_coxe)
                                   : size(c.ndep, P(1.7e17));
    const P nsd = bin(c.nsd), ngate = bin(c.ngate);
    phi = vtm0 * log(P(ndep / ni)) + bin(c.phin) + 0.4;  // (1)
    sqrt_phi = sqrt(phi);
    vbi = vtm0 * log(P(nsd * ndep / (ni * ni)));
    const P density = kCharge * ndep * 1e6;
    xdep0 = sqrt(P(2.0 * eps_sub / density)) * sqrt_phi;  // (2)
    factor1 = sqrt(P(eps_sub / (epsrox * kVacuum) * toxe));
    cdep0 = sqrt(P(density * eps_sub * 0.5 / phi));
    ldeb = sqrt(P(eps_sub * vtm0 / density)) * (1.0 / 3.0);
    const P permittivities = !modern          ? P(3.0)
                             : c.mtrlmod != 0 ? P(c.epsrsub / epsrox)
                                              : P(3.0 * 3.9 / epsrox);
    litl = sqrt(P(permittivities * bin(c.xj) * toxe));
    if (modern && c.mtrlmod != 0) {
      const P level = min(P(vtm0 * log(P(nsd / ni))), P(0.5 * gap0));
      vfbsd = c.phig - (c.easub + 0.5 * gap0 - sign * level);
    } else {
      vfbsd = value(ngate) > 0 ? P(vtm0 * log(P(ngate / nsd))) : P(0.0);
    }
  }

  void setup_flat_band(const Card<P>& c) {
    if (given(c.k1.value) || given(c.k2.value)) {
      k1 = given(c.k1.value) ? bin(c.k1) : P(0.53);
      k2 = given(c.k2.value) ? bin(c.k2) : P(-0.0186);
    } else {
      body_effect_from_doping(c);
    }
    k1ox = k1 * toxe / toxm;
    const bool has_vth0 = given(c.vth0.value);
    const P step = phi + k1 * sqrt_phi;
    vfb = given(c.vfb.value) ? bin(c.vfb) : has_vth0 ? P(sign * bin(c.vth0) - step) : P(-1.0);
    vth0 = has_vth0 ? bin(c.vth0) : P(sign * (vfb + step));
  }

  void body_effect_from_doping(const Card<P>& c) {
    const P xt = bin(c.xt);
    const P vbx = -1.0 * abs(given(c.vbx.value) ? bin(c.vbx) : P(phi - 7.7348e-4 * ndep * xt * xt));
    const P vbm = -1.0 * abs(bin(c.vbm));
    const P gamma1 = given(c.gamma1.value) ? bin(c.gamma1) : P(5.753e-12 * sqrt(ndep) / coxe);
    const P gamma2 = given(c.gamma2.value) ? bin(c.gamma2) : P(5.753e-12 * sqrt(bin(c.nsub)) / coxe);
    k2 = (gamma1 - gamma2) * (sqrt(P(phi - vbx)) - sqrt_phi) /
         (2.0 * (sqrt(P(phi * (phi - vbm))) - phi) + vbm);
    k1 = gamma2 - 2.0 * k2 * sqrt(P(phi - vbm));
  }

  // Size, temperature, stress and well edges on what is given.
  void setup_shifts(const Card<P>& c) {
    const P t = ratio - 1.0;
    const P raw = size(c.u0, given_or(c.u0.value, P(sign > 0 ? 0.067 : 0.025)));
    u0 = select(raw > P(1.0), P(raw * 1e-4), raw) * (1.0 - bin(c.up) * exp(P(-1.0 * size.leff / bin(c.lp)))) *
         pow(ratio, bin(c.ute));
    vsat = c.tempmod == 0 ? P(bin(c.vsat) - bin(c.at) * t) : P(bin(c.vsat) * (1.0 - bin(c.at) * rise));
    voff = bin(c.voff) * (1.0 + bin(c.tvoff) * rise);
    nfactor = bin(c.nfactor);
    eta0 = bin(c.eta0);
    voffcv = bin(c.voffcv);
    if (modern) {
      nfactor += bin(c.tnfactor) * t;
      eta0 += bin(c.teta0) * t;
      voffcv = voffcv * (1.0 + bin(c.tvoffcv) * rise);
    }
    const StressShift<P> stress = stress_shift(c, size, ratio);
    u0 = u0 * stress.u0;
    vsat = vsat * stress.vsat;
    vth0 += stress.vth0;
    k2 += stress.k2;
    eta0 += stress.eta0;
    if (c.wpemod == 1) {
      const P well = well_proximity(c, size);
      vth0 += bin(c.kvth0we) * well;
      k2 += bin(c.k2we) * well;
      u0 = u0 * max(P(1.0 + bin(c.ku0we) * well), P(0.0));
    }
    u0 = u0 * c.mulu0;
    vth0 += c.delvto;
    vfb += sign * c.delvto;
  }

  void setup_threshold(const Card<P>& c) {
    k2ox = k2 * toxe / toxm;
    lpe_b = sqrt(P(1.0 + bin(c.lpeb) / size.leff));
    narrow = toxe * phi / (size.weff + bin(c.w0));
    const P drop = sign * vth0 - vfb - phi;
    vtfbphi1 = max(P((sign > 0 ? 2.0 : 2.5) * drop), P(0.0));
    vtfbphi2 = max(P(4.0 * drop), P(0.0));
    const P ratio12 = 0.5 * k1 / min(k2, P(-1e-9));
    const P deepest = min(max(P(0.9 * (phi - ratio12 * ratio12)), P(-30.0)), P(-3.0));
    vbsc = min(select(k2 < P(0.0), deepest, P(-30.0)), bin(c.vbm));

    const P characteristic = factor1 * sqrt(xdep0);
    const P dsub = size(c.dsub, given_or(c.dsub.value, c.drout.value));
    theta0vb0 = reach(P(dsub * size.leff / characteristic));
    const P depth = vbi - phi;
    const P narrow_short =
        bin(c.dvt0w) * reach(P(bin(c.dvt1w) * size.weff * size.leff / characteristic)) * depth;
    const P short_channel = bin(c.dvt0) * reach(P(bin(c.dvt1) * size.leff / characteristic)) * depth;
    const P warm = c.tempmod < 2 ? P((bin(c.kt1) + bin(c.kt1l) / size.leff) * (ratio - 1.0))
                                 : P(-1.0 * bin(c.kt1) * (ratio - 1.0));
    vfbzb = bin(c.k3) * narrow - narrow_short - short_channel +
            k1ox * (sqrt(P(1.0 + bin(c.lpe0) / size.leff)) - 1.0) * sqrt_phi + warm - phi - k1 * sqrt_phi +
            sign * vth0;
    over_threshold = mobility_reference(c);
  }

  /// Vgsteff at threshold without body and drain bias (mobmod 3).
  P mobility_reference(const Card<P>& c) const {
    const P theta = reach(P(bin(c.dvt1) * size.leff / (factor1 * sqrt(xdep0))));
    const P n = positive_half(P((nfactor * eps_sub / xdep0 + bin(c.cdsc) * theta + bin(c.cit)) / coxe));
    const P m = 0.5 + atan(bin(c.minv)) * (1 / kPi);
    const P offset = voff + c.voffl / size.leff;
    return n * vtm * 0.69314718055994531 / (m + n * coxe / cdep0 * clamped_exp(P(offset / (n * vtm))));
  }

  /// The physical oxide thickness below a gate of the given electrical thickness.
  void setup_high_k(const Card<P>& c) {
    const P vt = kBoltzmannOverCharge * c.tempeot;
    const P phi_eot = vt * log(P(ndep / ni)) + bin(c.phin) + 0.4;
    const P vbi_eot = vt * log(P(bin(c.nsd) * ndep / (ni * ni)));
    const P supply = given(c.vddeot) ? P(sign * c.vddeot) : P(1.5);
    const P gate = poly_depleted(supply, P(vfb + phi_eot), poly_scale(c));
    const P characteristic = factor1 * sqrt(xdep0), depth = vbi_eot - phi_eot;
    const P theta = reach(P(bin(c.dvt1) * c.leffeot / characteristic));
    const P theta_w = reach(P(bin(c.dvt1w) * c.weffeot * c.leffeot / characteristic));
    const P warm = c.tempeot / nominal - 1.0;
    P threshold = sign * vth0 + (k1ox - k1) * sqrt(phi_eot) * sqrt(P(1.0 + bin(c.lpeb) / c.leffeot)) -
                  bin(c.dvt0) * theta * depth - bin(c.dvt0w) * theta_w * depth +
                  bin(c.k3) * toxe * phi_eot / (c.weffeot + bin(c.w0)) +
                  k1ox * (sqrt(P(1.0 + bin(c.lpe0) / c.leffeot)) - 1.0) * sqrt(phi_eot) +
                  (bin(c.kt1) + bin(c.kt1l) / c.leffeot) * warm;
    const P n = positive_half(P((nfactor * eps_sub / xdep0 + bin(c.cdsc) * theta + bin(c.cit)) / coxe));
    const P dvtp0 = bin(c.dvtp0);
    if (value(dvtp0) > 0) threshold += n * vt * log(P(1.0 + 2.0 * dvtp0 / c.leffeot));
    const P drive = max(P(gate - threshold + max(P(4.0 * (sign * vth0 - vfb - phi_eot)), P(0.0))), P(1e-6));
    P thick = toxe;
    for (int k = 0; k < 5; ++k) {
      const P field = drive / (2e8 * thick);
      thick = toxe - epsrox / c.epsrsub * c.ados * 1.9e-9 / (1.0 + exp(P(0.7 * c.bdos * log(field))));
    }
    toxp = thick;
    coxp = epsrox * kVacuum / toxp;
  }

 public:
  P poly_scale(const Card<P>& c) const { return 1e6 * kPolyCharge * eps_gate * bin(c.ngate) / (coxe * coxe); }

  bool has_poly_depletion(const Card<P>& c) const {
    const double density = value(bin(c.ngate));
    return density > 1e18 && density < 1e25;
  }

  /// Gate voltage less the drop in a depleted poly gate, which begins at `knee`.
  template <class Real>
  static Real poly_depleted(const Real& vg, const P& knee, const P& scale) {
    const Real over = max(Real(vg - knee), Real(0.0));
    const Real field = 2.0 * over / (1.0 + sqrt(Real(1.0 + 2.0 * over / scale)));
    const Real left = 1.07 - 0.5 * field * field / scale;
    return vg - (1.12 - 0.5 * (left + sqrt(Real(left * left + 0.224))));
  }
};

}  // namespace nullor::bsim4
