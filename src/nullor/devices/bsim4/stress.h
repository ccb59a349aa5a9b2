#pragma once

#include "nullor/devices/bsim4/size.h"

namespace nullor::bsim4 {

/// What mechanical stress of the isolation does: factors on mobility and saturation velocity, shifts of the
/// threshold, k2 and eta0.
template <class P>
struct StressShift {
  P u0 = 1, vsat = 1, vth0 = 0, k2 = 0, eta0 = 0;
};

/// Stress from the distances sa and sb between gate and diffusion edge, averaged over the fingers.
///
///   1/OD = mean_i 1/(sa + L/2 + i (sd + L)) + mean_i 1/(sb + L/2 + i (sd + L))           (1)
///   rho = ku0 / (Ku0 (1 + tku0 (T/Tnom - 1))) / OD,  u0 ~ (1 + rho) / (1 + rho_ref)      (2)
///
/// Source: BSIM4 manual, chapter 13.
template <class P>
StressShift<P> stress_shift(const Card<P>& c, const Size<P>& size, const P& ratio) {
  StressShift<P> shift;
  const int fingers = std::max(1, static_cast<int>(value(size.nf)));
  const P sd = given(c.sd) ? c.sd : P(2.0 * c.dmcg);
  const bool known = value(c.sa) > 0 && value(c.sb) > 0 && (fingers == 1 || value(sd) > 0);
  if (!known) return shift;

  const P half = 0.5 * size.drawn_l, wide = size.w + max(c.wlod, P(0.0));
  const auto scale = [&](const P& by_l, const P& by_w, const P& by_lw, const P& l_power, const P& w_power) {
    const P l0 = pow(size.l, l_power), w0 = pow(wide, w_power);
    return P(1.0 + by_l / l0 + by_w / w0 + by_lw / (l0 * w0));
  };
  const P raw = scale(c.lkvth0, c.wkvth0, c.pkvth0, c.llodvth, c.wlodvth);
  const P scale_vth = sqrt(P(raw * raw + 1e-9));
  const P scale_u0 =
      scale(c.lku0, c.wku0, c.pku0, c.llodku0, c.wlodku0) * (1.0 + c.tku0 * (ratio - 1.0)) + 1e-9;

  P inverse = P(0.0);  // (1)
  for (int i = 0; i < fingers; ++i) {
    const P far = half + static_cast<double>(i) * (sd + size.drawn_l);
    inverse += (1.0 / (c.sa + far) + 1.0 / (c.sb + far)) / size.nf;
  }
  const P reference = 1.0 / (c.saref + half) + 1.0 / (c.sbref + half);
  const P strength = c.ku0 / scale_u0, rho = strength * inverse, rho_reference = strength * reference;  // (2)
  const P kvsat = min(max(c.kvsat, P(-1.0)), P(1.0)), offset = inverse - reference;
  shift.u0 = (1.0 + rho) / (1.0 + rho_reference);
  shift.vsat = (1.0 + kvsat * rho) / (1.0 + kvsat * rho_reference);
  shift.vth0 = c.kvth0 / scale_vth * offset;
  shift.k2 = c.stk2 / pow(scale_vth, c.lodk2) * offset;
  shift.eta0 = c.steta0 / pow(scale_vth, c.lodeta0) * offset;
  return shift;
}

/// Effective distance to the well edges: sca + web scb + wec scc, the three integrals given or computed from
/// the distance sc to a single edge. Source: BSIM4 manual, chapter 14.
template <class P>
P well_proximity(const Card<P>& c, const Size<P>& size) {
  P a = given_or(c.sca, P(0.0)), b = given_or(c.scb, P(0.0)), d = given_or(c.scc, P(0.0));
  const bool given_any = given(c.sca) || given(c.scb) || given(c.scc);
  if (!given_any && given(c.sc) && value(c.sc) > 0) {
    const P far = c.sc + size.drawn_w, scale = 1.0 / c.scref;
    const auto weighted = [&](double share, double decay) {
      const P reach = share * decay * c.scref;
      const auto at = [&](const P& x) { return P((share * x + reach) * exp(P(-x * scale / decay))); };
      return P((at(c.sc) - at(far)) / size.drawn_w);
    };
    a = c.scref * c.scref / (c.sc * far);
    b = weighted(0.1, 0.1);
    d = weighted(0.05, 0.05);
  }
  return a + c.web * b + c.wec * d;
}

}  // namespace nullor::bsim4
