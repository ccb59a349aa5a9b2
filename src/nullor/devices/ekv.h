#pragma once

#include "nullor/devices/mos_common.h"

namespace nullor {

/// MOSFET of Enz, Krummenacher and Vittoz: one expression from weak to strong inversion, symmetric in source
/// and drain and infinitely differentiable. All voltages refer to the bulk.
///
///   qf = ln(1 + e^((VP - vs) / 2 Ut)),  qr with vd,   i_f = qf^2, i_r = qr^2                       (1)
///   id = 2 n beta Ut^2 (i_f - i_r) M / D                                                           (2)
///   beta = kp w/l / (1 + theta VP+),  n = 1 + gamma / 2 sqrt(VP + phi + 4 Ut)                      (3)
///   D = sqrt(1 + (u / (ucrit l))^2),  u = 2 Ut (qf - qr)          velocity saturation              (4)
///   M = 1 + lambda (sqrt(vds^2 + 16 Ut^2) - sqrt(u^2 + 16 Ut^2))  channel-length modulation        (5)
///
/// VP as in mos_charge.h, with the charges. Parameters after the published version 2.6, of which (4) and (5)
/// are simpler forms. Source: C. Enz, F. Krummenacher, E. Vittoz, Analog Integrated Circuits and Signal
/// Processing 8, 83 (1995).
template <class P>
struct Ekv : MosCommon<P> {
  using Base = MosCommon<P>;
  static constexpr DeviceKind kind = {
      .name = "ekv",
      .title = "MOSFET of Enz, Krummenacher and Vittoz, smooth in all regions",
      .letter = 'm',
      .model_types = "nmos pmos",
      .levels = "44",
      .model_required = true};
  static constexpr bool lanes = true;
  using Base::b, Base::d, Base::di, Base::g, Base::s, Base::si, Base::sign, Base::vt;

  P vto = 0.5, kp = 50e-6, gamma = 1, phi = 0.7, theta = 0, lambda = 0, ucrit = kNotGiven, cox = 0.7e-3,
    dw = 0;
  P tcv = 1e-3, bex = -1.5;

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("vto", d.vto, "V", "threshold voltage at zero bulk bias");
    v.alias("vt0", "vto");
    v.model("kp", d.kp, "A/V2", "transconductance parameter");
    v.model("gamma", d.gamma, "V^0.5", "body effect parameter");
    v.model("phi", d.phi, "V", "bulk Fermi potential, twice");
    v.model("theta", d.theta, "1/V", "mobility reduction");
    v.model("lambda", d.lambda, "1/V", "channel-length modulation");
    v.model("ucrit", d.ucrit, "V/m", "critical field of velocity saturation");
    v.model("cox", d.cox, "F/m2", "gate oxide capacitance; 0: no intrinsic charges");
    v.model("dw", d.dw, "m", "width correction, added");
    v.model("tcv", d.tcv, "V/K", "temperature coefficient of the threshold voltage");
    v.model("bex", d.bex, "", "mobility temperature exponent");
    Base::describe_common(d, v);
  }

  P beta, half, vfb, t_phi, four_vt, sixteen, inverse_critical, corner;  // derived
  bool has_charge = false, has_theta = false, has_critical = false, has_lambda = false;

  void setup(const Environment<P>& environment) {
    this->setup_common(environment);
    this->width = this->width + dw;
    const P ratio = this->temperature / this->nominal;
    const P gaps = silicon_bandgap(this->temperature) - silicon_bandgap(this->nominal) * ratio;
    t_phi = max(P(phi * ratio - 3.0 * vt * log(ratio) + gaps), P(Base::kLeastPhi));
    const P vt0 = sign * vto - tcv * (this->temperature - this->nominal);
    beta = 2.0 * vt * vt * kp * exp(P(bex * log(ratio))) * this->m * this->width / this->length;
    half = 0.5 / vt;
    vfb = vt0 - t_phi - gamma * sqrt(t_phi);
    four_vt = 4.0 * vt;
    sixteen = four_vt * four_vt;
    has_critical = given(ucrit);
    inverse_critical = has_critical ? P(1.0 / (ucrit * this->length)) : P(0.0);
    has_theta = value(theta) != 0;
    has_lambda = value(lambda) != 0;
    has_charge = value(cox) != 0;
    this->cox_area = cox;
    this->threshold = vt0;
  }

  int collapse(int k) const { return Base::collapse(k); }
  std::string check() const {
    if (!(value(t_phi) > Base::kLeastPhi))
      return "has a surface potential phi that is not positive at this temperature";
    if (!(value(gamma) >= 0)) return "needs a body effect parameter gamma >= 0";
    return this->check_common();
  }

  template <class Real>
  struct Channel {
    PinchOff<Real> at;
    Real qf, qr;
  };

  template <class Real>
  Channel<Real> channel(const Real& vg, const Real& vd, const Real& vs) const {
    Channel<Real> y;
    y.at = pinch_off(vg, vfb, gamma, t_phi);
    y.qf = soft_plus(Real((y.at.vp - vs) * half));  // (1)
    y.qr = soft_plus(Real((y.at.vp - vd) * half));
    return y;
  }

  template <class Real>
  Real current(const Channel<Real>& y, const Real& vds) const {
    const Real n = 1.0 + 0.5 * gamma / sqrt(Real(y.at.s * y.at.s + four_vt));
    const Real difference = y.qf - y.qr;
    Real id = beta * n * difference * (y.qf + y.qr);                         // (2)
    if (has_theta) id = id / (1.0 + theta * smooth_positive(y.at.vp, 0.1));  // (3)
    if (!has_critical && !has_lambda) return id;
    const Real u = 2.0 * vt * difference;
    if (has_critical) {
      const Real field = u * inverse_critical;
      id = id / sqrt(Real(1.0 + field * field));  // (4)
    }
    if (has_lambda)
      id = id * (1.0 + lambda * (sqrt(Real(vds * vds + sixteen)) - sqrt(Real(u * u + sixteen))));  // (5)
    return id;
  }

  template <class Real>
  Real drain_current(const Real& vgs, const Real& vds, const Real& vbs) const {
    return current(channel(Real(vgs - vbs), Real(vds - vbs), Real(-vbs)), vds);
  }
  template <class Real>
  MosCharges<Real> channel_charges(const Real* x) const {
    const auto y =
        channel(Real(sign * (x[g] - x[b])), Real(sign * (x[di] - x[b])), Real(sign * (x[si] - x[b])));
    return charges(y);
  }
  template <class Real>
  MosCharges<Real> charges(const Channel<Real>& y) const {
    return mos_charges(y.at, y.qf, y.qr, P(cox * this->width * this->length * this->m), vt, gamma);
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real vd = sign * (x[di] - x[b]), vs = sign * (x[si] - x[b]);
    const auto y = channel(Real(sign * (x[g] - x[b])), vd, vs);
    out.current(di, si, sign * current(y, Real(vd - vs)));
    if (has_charge) this->stamp_charges(charges(y), out);
    this->eval_common(x, out);
  }

  /// Threshold and saturation voltage.
  std::array<double, 2> thresholds(double vgs, double, double vbs) const {
    const auto y = channel(P(vgs - vbs), P(-vbs), P(-vbs));
    const double von =
        value(vfb) + value(t_phi) + value(gamma) * std::sqrt(std::max(value(t_phi) - vbs, 0.0));
    return {von, value(vt) * (2 * value(y.qf) + 4)};
  }
  void operating_point(const double* x, OperatingPointInfo& out) const { mos_operating_point(*this, x, out); }
  void noise(const double* x, NoiseSources& out) const { mos_noise(*this, x, out); }
};

}  // namespace nullor
