#pragma once

#include "nullor/devices/mos_common.h"

namespace nullor {

/// MOSFET level 1, Shichman-Hodges.
///
///   von = vbi + gamma sqrt(phi - vbs)                                                       (1)
///   id = beta (1 + lambda vds) (vgs - von)^2 / 2                  saturation                 (2)
///   id = beta (1 + lambda vds) vds (vgs - von - vds/2)            triode                     (3)
///
/// Charges: mos_charge.h (they conserve charge, SPICE's Meyer capacitances do not); none when tox is not
/// given. Source: H. Shichman, D. A. Hodges, IEEE J. Solid-State Circuits 3, 285 (1968); A. Vladimirescu, S.
/// Liu, UCB/ERL M80/7.
template <class P>
struct Mos1 : MosCommon<P> {
  using Base = MosCommon<P>;
  static constexpr DeviceKind kind = {.name = "mos1",
                                      .title = "MOSFET level 1, Shichman-Hodges",
                                      .letter = 'm',
                                      .model_types = "nmos pmos",
                                      .levels = "1",
                                      .model_required = true};
  using Base::b, Base::d, Base::di, Base::g, Base::s, Base::si, Base::sign, Base::vt;

  P vto = kNotGiven, kp = kNotGiven, gamma = kNotGiven, phi = kNotGiven, lambda = 0, tox = kNotGiven,
    u0 = kNotGiven;
  P nsub = kNotGiven, nss = 0;
  int tpg = 1;

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("vto", d.vto, "V", "threshold voltage at zero bulk bias");
    v.alias("vt0", "vto");
    v.model("kp", d.kp, "A/V2", "transconductance parameter");
    v.model("gamma", d.gamma, "V^0.5", "bulk threshold parameter");
    v.model("phi", d.phi, "V", "surface potential");
    v.model("lambda", d.lambda, "1/V", "channel-length modulation");
    v.model("tox", d.tox, "m", "oxide thickness");
    v.model("u0", d.u0, "cm2/Vs", "surface mobility");
    v.alias("uo", "u0");
    v.model("nsub", d.nsub, "1/cm3", "substrate doping");
    v.model("nss", d.nss, "1/cm2", "surface state density");
    v.model_switch("tpg", d.tpg, "gate type: 1 opposite to the substrate, -1 same, 0 aluminium");
    Base::describe_common(d, v);
  }

  P beta, t_phi, root_phi, vbi, t_gamma;  // derived

  void setup(const Environment<P>& environment) {
    this->setup_common(environment);
    P vt0, kp0, gamma0, phi0;
    process(vt0, kp0, gamma0, phi0);
    const P ratio = this->temperature / this->nominal;
    const P reference = (phi0 - this->shift.shift_nominal) / this->shift.f_nominal;
    t_phi = max(P(this->shift.f * reference + this->shift.shift), P(Base::kLeastPhi));
    t_gamma = gamma0;
    const P gaps = 0.5 * (silicon_bandgap(this->nominal) - silicon_bandgap(this->temperature));
    vbi = sign * (vt0 - sign * gamma0 * sqrt(phi0) + gaps) + 0.5 * (t_phi - phi0);
    root_phi = sqrt(t_phi);
    beta = kp0 / (ratio * sqrt(ratio)) * this->m * this->width / this->length;
    this->threshold = vbi + gamma0 * root_phi;
  }

  /// Electrical parameters, from the process parameters where not given.
  void process(P& vt0, P& kp0, P& gamma0, P& phi0) {
    vt0 = given(vto) ? vto : P(0.0);
    gamma0 = given(gamma) ? gamma : P(0.0);
    phi0 = given(phi) ? phi : P(0.6);
    this->cox_area = given(tox) ? P(Base::kOxide / tox) : P(0.0);
    kp0 = given(kp) ? kp : given(tox) ? P((given(u0) ? u0 : P(600.0)) * 1e-4 * this->cox_area) : P(2e-5);
    if (!given(nsub) || !given(tox) || !(value(nsub) * 1e6 > 1.45e16)) return;
    if (!given(phi))
      phi0 = max(P(2.0 * thermal_voltage(this->nominal) * log(P(nsub * (1e6 / 1.45e16)))), P(0.1));
    if (!given(gamma)) gamma0 = sqrt(P(2e6 * Base::kSilicon * kElementaryCharge * nsub)) / this->cox_area;
    if (given(vto)) return;
    const P gap = silicon_bandgap(this->nominal);
    const P gate = tpg == 0 ? P(3.2) : P(3.25 + 0.5 * gap - sign * tpg * 0.5 * gap);
    const P flat =
        gate - (3.25 + 0.5 * gap + sign * 0.5 * phi0) - nss * (1e4 * kElementaryCharge) / this->cox_area;
    vt0 = flat + sign * (gamma0 * sqrt(phi0) + phi0);
  }

  int collapse(int k) const { return Base::collapse(k); }
  std::string check() const {
    if (!(value(t_phi) > Base::kLeastPhi))
      return "has a surface potential phi that is not positive at this temperature";
    return this->check_common();
  }

  /// (1) for vds >= 0.
  template <class Real>
  Real turn_on(const Real& vbs) const {
    return vbi + t_gamma * branch(
                               vbs <= Real(0.0),
                               [&] { return Real(sqrt(Real(t_phi - min(vbs, Real(0.0))))); },
                               [&] { return Real(max(Real(root_phi - vbs / (2.0 * root_phi)), Real(0.0))); });
  }

  /// Drain current of the n-channel device, for either sign of vds.
  template <class Real>
  Real drain_current(const Real& vgs, const Real& vds, const Real& vbs) const {
    const auto forward = vds >= Real(0.0);
    const Real v = select(forward, vds, Real(-vds));
    const Real drive = select(forward, vgs, Real(vgs - vds)) - turn_on(select(forward, vbs, Real(vbs - vds)));
    const Real magnitude = branch(
        drive > Real(0.0),
        [&] {
          const Real effective = min(v, drive);
          return Real(beta * (1.0 + this->lambda * v) * effective * (drive - 0.5 * effective));  // (2), (3)
        },
        [&] { return Real(0.0); });
    return select(forward, magnitude, Real(-magnitude));
  }

  template <class Real>
  MosCharges<Real> channel_charges(const Real* x) const {
    return this->charges_from(x, P(vbi - t_phi), t_gamma, t_phi);
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real id =
        drain_current(Real(sign * (x[g] - x[si])), Real(sign * (x[di] - x[si])), Real(sign * (x[b] - x[si])));
    out.current(di, si, sign * id);
    if (given(tox)) this->stamp_charges(channel_charges(x), out);
    this->eval_common(x, out);
  }

  /// Threshold and saturation voltage.
  std::array<double, 2> thresholds(double vgs, double vds, double vbs) const {
    const double from = vds >= 0 ? 0 : vds;
    const double von = value(turn_on(P(vbs - from)));
    return {von, std::max(vgs - from - von, 0.0)};
  }
  void operating_point(const double* x, OperatingPointInfo& out) const { mos_operating_point(*this, x, out); }
  void noise(const double* x, NoiseSources& out) const {
    using Real = Dual<1, P>;
    const Real id = drain_current(Real::variable(P(sign * (x[g] - x[si])), 0),
                                  Real(P(sign * (x[di] - x[si]))), Real(P(sign * (x[b] - x[si]))));
    this->noise_common(value(id.d[0]), value(id.v), out);
  }
};

}  // namespace nullor
