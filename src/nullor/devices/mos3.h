#pragma once

#include "nullor/devices/mos_process.h"

namespace nullor {

/// MOSFET level 3, semi-empirical.
///
///   vth = vbi - sigma vds + gamma Fs sqrt(phi - vbs) + Fn (phi - vbs),  sigma = 8.15e-22 eta / (Cox L^3) (1)
///   Fs = 1 - xj/L ((ld/xj + wc) sqrt(1 - (w / (1 + w))^2) - ld/xj),    w = xd sqrt(phi - vbs) / xj      (2)
///   Fb = gamma Fs / (4 sqrt(phi - vbs)) + Fn,   Fn = delta pi eps_si / (2 Cox W)                        (3)
///   id = beta (vgs - vth - (1 + Fb) v/2) v / ((1 + theta (vgs - vth)) (1 + v/vc)),   v = min(vds, vdsat) (4)
///   vdsat = a + vc - sqrt(a^2 + vc^2),  a = (vgs - vth) / (1 + Fb),  vc = L vmax / mobility             (5)
///   dl = sqrt((Ep xd^2 / 2)^2 + kappa xd^2 (vds - vdsat)) - Ep xd^2 / 2,   id *= 1 / (1 - dl / L)       (6)
///
/// Without vmax vc is infinite and dl = sqrt(kappa xd^2 (vds - 7/8 vdsat)), continued below saturation as the
/// fourth power of vds / vdsat. dl beyond L/2 becomes L - L^2 / (4 dl). With nfs the current below von = vth
/// + n Vt is that at von times exp((vgs - von) / n Vt).
///
/// Charges: mos_charge.h (they conserve charge, SPICE's Meyer capacitances do not). Source: A. Vladimirescu,
/// S. Liu, UCB/ERL M80/7 (1980), section 4; the fourth power below saturation as in ngspice.
template <class P>
struct Mos3 : MosProcess<P, Mos3<P>> {
  using Base = MosProcess<P, Mos3<P>>;
  static constexpr DeviceKind kind = {.name = "mosfet3",
                                      .title = "MOSFET level 3, semi-empirical",
                                      .letter = 'm',
                                      .model_types = "nmos pmos",
                                      .levels = "3",
                                      .model_required = true};

  P theta = 0, eta = 0, kappa = 0.2;

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("theta", d.theta, "1/V", "mobility modulation by the gate");
    v.model("eta", d.eta, "", "static feedback on the threshold");
    v.model("kappa", d.kappa, "", "saturation field factor");
    v.ignored("xqc xd alpha");
    Base::describe_process(d, v);
  }

  P sigma, narrow, clm, v_slope;  // derived: kappa xd^2 [m2/V], vc without gate modulation [V]
  bool shortens = false, modulates = false;

  void setup(const Environment<P>& environment) {
    const P nominal = nominal_temperature(environment, this->tnom), ratio = nominal / 300.0;
    const P ni = 1.45e16 * ratio * sqrt(ratio) *
                 exp(P(0.5 * silicon_bandgap(nominal) *
                       (1.0 / thermal_voltage(P(300.0)) - 1.0 / thermal_voltage(nominal))));
    this->setup_process(environment, ni);
    const P& l = this->length;
    sigma = 8.15e-22 * eta / (this->cox_area * l * l * l);
    narrow = this->delta * (0.5 * 3.14159265358979323846 * Base::kSilicon) / (this->cox_area * this->width);
    clm = kappa * this->xd * this->xd;
    v_slope = l * this->vmax / this->mobility;
    shortens = this->doped && value(this->xj) != 0;
    modulates = this->doped && value(kappa) > 0;
  }

  /// (2).
  template <class Real>
  Real short_channel(const Real& root) const {
    if (!shortens) return Real(1.0);
    const P &xj = this->xj, ld = this->ld / xj;
    const Real w = this->xd * root / xj, part = w / (1.0 + w);
    const Real wc = 0.0631353 + w * (0.8013292 - 0.01110777 * w);
    return 1.0 - xj / this->length * ((wc + ld) * sqrt(Real(1.0 - part * part)) - ld);
  }

  /// Everything at one bias of the n-channel device, vds >= 0.
  template <class Real>
  MosOperating<Real> operating(const Real& vgs, const Real& vds, const Real& vbs) const {
    const Real root = this->depletion_root(vbs), bulk = root * root;
    const Real gamma_s = this->t_gamma * short_channel(root);
    const Real body = max(Real(1.0 + 0.25 * gamma_s / root + narrow), Real(1e-3));  // 1 + Fb, (3)
    const Real charge = gamma_s * root + narrow * bulk;
    const Real vth = vbi() - sigma * vds + charge;  // (1)
    MosOperating<Real> at{Real(0.0), vth, Real(0.0)};
    Real n = Real(1.0);
    if (this->weak_inversion) {
      n = max(Real(1.0 + this->surface_states + 0.5 * charge / bulk), Real(0.1));
      at.von = vth + this->vt * n;
    }
    const Real drive = max(vgs, at.von) - vth;
    at.vdsat = branch(
        drive > Real(0.0), [&] { return saturation(drive, body); }, [&] { return Real(0.0); });
    at.current = branch(
        drive > Real(0.0), [&] { return channel(drive, vds, body, at.vdsat); }, [&] { return Real(0.0); });
    if (this->weak_inversion) at.current = at.current * this->weak_factor(vgs, at.von, n);
    return at;
  }

 private:
  const P& vbi() const { return Base::vbi; }

  /// (5), with the difference written as a quotient.
  template <class Real>
  Real saturation(const Real& drive, const Real& body) const {
    const Real a = drive / body;
    if (!this->saturates) return a;
    const Real vc = v_slope * (1.0 + theta * drive);
    return 2.0 * a * vc / (a + vc + sqrt(Real(a * a + vc * vc)));
  }

  /// (4) and (6).
  template <class Real>
  Real channel(const Real& drive, const Real& vds, const Real& body, const Real& vdsat) const {
    const Real v = min(vds, vdsat), gate = 1.0 + theta * drive;
    Real id = this->beta * (drive - 0.5 * body * v) * v / gate;
    const Real vc = v_slope * gate;
    if (this->saturates) id = id * vc / (vc + v);
    if (!modulates) return id;
    const auto beyond = vds > vdsat;
    const Real dl =
        this->saturates
            ? branch(
                  beyond, [&] { return velocity_limited(id, Real(vds - vdsat), vdsat, vc); },
                  [&] { return Real(0.0); })
            : branch(
                  beyond, [&] { return Real(sqrt(Real(clm * (max(vds, vdsat) - 0.875 * vdsat + 1e-30)))); },
                  [&] {
                    const Real q = v / vdsat, q2 = q * q;
                    return Real(sqrt(Real(clm * (0.125 * vdsat + 1e-30))) * q2 * q2);
                  });
    const P& l = this->length;
    const Real rest = branch(
        dl > Real(0.5 * l), [&] { return Real(l / (4.0 * max(dl, Real(0.5 * l)))); },
        [&] { return Real(1.0 - dl / l); });
    return id / rest;
  }

  /// (6): the field Ep = kappa id / (L gdsat), gdsat = id (1 - 1/(1 + vdsat/vc)) / vc, at least 1e-12 S.
  template <class Real>
  Real velocity_limited(const Real& id, const Real& over, const Real& vdsat, const Real& vc) const {
    const Real conductance = max(Real(id * vdsat / (vc * (vc + vdsat))), Real(1e-12));
    const Real half = 0.5 * clm * id / (this->length * conductance);
    const Real reach = clm * max(over, Real(0.0));
    return reach / (half + sqrt(Real(half * half + reach + 1e-60)));
  }
};

}  // namespace nullor
