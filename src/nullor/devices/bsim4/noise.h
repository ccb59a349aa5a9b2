#pragma once

#include <algorithm>

#include "nullor/devices/bsim4/charge.h"

namespace nullor::bsim4 {

/// Noise of the channel of one device (all fingers), as conductances g of 4 k T g [S] and a flicker
/// coefficient.
///
/// Flicker, fnoimod 1: fluctuation of carrier number and mobility by traps, in strong inversion Ssi and in
/// weak inversion Swi joined as Ssi Swi / (Ssi + Swi) [A^2 Hz^(ef-1)]; fnoimod 0: kf Id^af / (Cox Leff^2).
/// Thermal, tnoimod 0: ueff |Qinv| / (Leff^2 + ueff |Qinv| Rds); tnoimod 1: of the channel seen as one
/// resistor between drain and source, partly in series with the source ("partition noise"); tnoimod 2: gamma
/// gd0. The noise that tnoimod 2 induces in the gate is left out.
///
/// Source: BSIM4 manual, chapter 9.
template <class P>
struct Noise {
  P kf, af, ef, em, noia, noib, noic, noise_l2, area, leff, coxe, nstar_sub, cit, litl, two_vsat;
  P ntnoi, tnoia, tnoib, rnoia, rnoib, least, inversion_area, abulk_cv, temperature, vtm, fingers;
  int fnoimod = 1, tnoimod = 0;
  bool modern = true;

  void setup(const Card<P>& c, const Process<P>& p) {
    const auto& size = p.size;
    fnoimod = c.fnoimod;
    tnoimod = c.tnoimod;
    modern = p.modern;
    kf = c.kf;
    af = c.af;
    ef = c.ef;
    em = c.em;
    noia = given_or(c.noia, P(p.sign > 0 ? 6.25e41 : 6.188e40));
    noib = given_or(c.noib, P(p.sign > 0 ? 3.125e26 : 1.5e25));
    noic = c.noic;
    leff = size.leff;
    const P l = leff - 2.0 * c.lintnoi;
    noise_l2 = l * l;
    fingers = size.nf;
    area = size.weff * size.nf;
    coxe = p.coxe;
    nstar_sub = p.eps_sub;
    cit = p.bin(c.cit);
    litl = p.litl;
    two_vsat = 2.0 * p.vsat;
    ntnoi = c.ntnoi;
    tnoia = c.tnoia;
    tnoib = c.tnoib;
    rnoia = c.rnoia;
    rnoib = c.rnoib;
    least = modern ? c.idovvds : P(1e-9);
    inversion_area = size.weff_cv * size.leff_cv * size.nf;
    abulk_cv = 1.0 + pow(P(p.bin(c.clc) / size.leff_cv), p.bin(c.cle));
    temperature = p.temperature;
    vtm = p.vtm;
  }

  /// Small-signal slopes of the channel current of all fingers [S].
  struct Slopes {
    double gm, gds, gmbs;
  };
  struct Thermal {
    double channel = 0, drain_wire = 0, source_wire = 0;  ///< [S]
  };

  /// `wires`: conductances in series with drain and source, as for a drain above the source.
  Thermal thermal(const Bias<P>& b, const ChannelCurrent<P>& y, const Slopes& s, double wire_d,
                  double wire_s) const {
    const double conductance = std::max(value(y.conductance), value(least)) * value(fingers);
    const double ratio = value(b.vgsteff) / value(y.esat_l), square = ratio * ratio * value(leff);
    double beta = value(rnoia) * (1 + square * value(tnoia));
    double theta = value(rnoib) * (1 + square * value(tnoib));
    Thermal out{0, wire_d, wire_s};
    if (tnoimod == 0) {
      const double mobile = value(y.ueff) * std::fabs(inversion_charge(b, y));
      const double rds = value(y.rds) / (modern ? value(fingers) : 1.0);
      const double l = value(leff);
      out.channel = mobile / (mobile * rds + l * l) * value(ntnoi);
    } else if (tnoimod == 1) {
      if (modern) theta = std::min({theta, 0.9, 0.9 * beta});
      const double all = s.gm + s.gmbs + s.gds, partial = beta * (s.gm + s.gmbs) + s.gds;
      const double channel = partial * partial / conductance,
                   partition = theta * theta * all * all / conductance;
      // Partition noise is a voltage at the source; without a wire there it acts through the channel.
      out.channel = modern && wire_s == 0 ? channel : channel - partition;
      const double share = 1 + theta * theta * wire_s / conductance;
      out.source_wire = modern ? wire_s * share : wire_s / share;
    } else {
      out.channel = holistic(b, y, beta);
    }
    return out;
  }

  /// Coefficient of 1 / f^ef [A^2 Hz^(ef-1)] at the drain current id of all fingers.
  double flicker(const Bias<P>& b, const ChannelCurrent<P>& y, double id) const {
    const double current = std::fabs(id), l = value(leff);
    if (fnoimod == 0) {
      return value(kf) * std::pow(std::max(current, 1e-38), value(af)) / (l * l * value(coxe));
    }
    const double kt = kBoltzmann * value(temperature), q = kElementaryCharge;
    const double vgsteff = value(b.vgsteff), ueff = value(y.ueff), cox = value(coxe);
    const double nstar = value(vtm) / kCharge * (cox + value(nstar_sub) / value(b.xdep) + value(cit));
    const double left = 1 - value(y.abulk) / (vgsteff + 2 * value(vtm)) * value(y.vdseff);
    const double n0 = cox * vgsteff / q, nl = n0 * left;
    double pinched = 0;
    if (value(em) > 0) {
      const double field = (value(b.vds) - value(y.vdseff)) / value(litl) + value(em);
      pinched = std::max(value(litl) * std::log(std::max(field * ueff / value(two_vsat), 1e-38)), 0.0);
    }
    const double a = value(noia), bb = value(noib), c = value(noic), l2 = value(noise_l2);
    const double traps = a * std::log(std::max((n0 + nstar) / (nl + nstar), 1e-38)) + bb * (n0 - nl) +
                         0.5 * c * (n0 * n0 - nl * nl);
    const double end = (a + bb * nl + c * nl * nl) / ((nl + nstar) * (nl + nstar));
    const double strong = q * q * kt * current * ueff / (1e10 * value(y.abulk) * cox * l2) * traps +
                          kt * current * current / (1e10 * l2 * value(area)) * pinched * end;
    const double weak = a * kt * current * current / (value(area) * l * 1e10 * nstar * nstar);
    return strong + weak > 0 ? strong * weak / (strong + weak) : 0.0;
  }

  double inversion_charge(const Bias<P>& b, const ChannelCurrent<P>& y) const {
    const double abulk = value(y.abulk0) * value(abulk_cv), vg = value(b.vgsteff);
    const double vdseff = smooth_min(vg / abulk, value(b.vds), 0.02), u = abulk * vdseff;
    return value(y.coxeff) * value(inversion_area) * (vg - 0.5 * u + u * u / (12 * (vg - 0.5 * u + 1e-20)));
  }

 private:
  /// gamma gd0 with the bias dependence of a channel under velocity saturation.
  double holistic(const Bias<P>& b, const ChannelCurrent<P>& y, double beta) const {
    const double vg = value(b.vgsteff), vt = value(vtm), abulk = value(y.abulk);
    const double eta = 1 - value(y.vdseff) * abulk / (vg + 2 * vt);
    const double wide = 1 + eta + 2 * abulk * vt / vg;
    const double shortening = 1 / (1 + value(y.vdseff) / value(y.esat_l));
    const double gamma = shortening * (0.5 * (1 + eta) + (1 - eta) * (1 - eta) / (6 * wide));
    const double gche = value(y.linear) / (1 - value(y.linear) * value(y.rds));
    const double gd0 = value(fingers) * value(y.beta) * vg / (1 + gche * value(y.rds));
    return 3 * beta * beta * gamma * gd0;
  }
};

}  // namespace nullor::bsim4
