#pragma once

#include "nullor/devices/mos_common.h"

namespace nullor {

/// What levels 1 to 3 share beyond MosCommon: the electrical parameters, and those of the process that they
/// follow from.
///
///   phi = 2 Vt ln(nsub / ni),  gamma = sqrt(2 eps_si q nsub) / Cox,  kp = u0 Cox          (1)
///
/// kp falls with T^1.5. Source: A. Vladimirescu, S. Liu, UCB/ERL M80/7 (1980).
template <class P>
struct MosElectrical : MosCommon<P> {
  using Base = MosCommon<P>;
  using Base::sign;

  P vto = kNotGiven, kp = kNotGiven, gamma = kNotGiven, phi = kNotGiven, tox = kNotGiven, u0 = 600;
  P nsub = kNotGiven, nss = 0;
  int tpg = 1;

  template <class Self, class V>
  static void describe_electrical(Self& d, V&& v) {
    v.model("vto", d.vto, "V", "threshold voltage at zero bulk bias");
    v.alias("vt0", "vto");
    v.model("kp", d.kp, "A/V2", "transconductance parameter");
    v.model("gamma", d.gamma, "V^0.5", "bulk threshold parameter");
    v.model("phi", d.phi, "V", "surface potential");
    v.model("tox", d.tox, "m", "oxide thickness");
    v.model("u0", d.u0, "cm2/Vs", "surface mobility");
    v.alias("uo", "u0");
    v.model("nsub", d.nsub, "1/cm3", "substrate doping");
    v.model("nss", d.nss, "1/cm2", "surface state density");
    v.model_switch("tpg", d.tpg, "gate type: 1 opposite to the substrate, -1 same, 0 aluminium");
  }

  P beta, t_phi, root_phi, vbi, t_gamma;  // derived
  bool doped = false;

  /// `ni` is the intrinsic density at the nominal temperature [1/m3].
  void setup_electrical(const Environment<P>& environment, const P& ni) {
    this->setup_common(environment);
    this->cox_area = given(tox) ? P(Base::kOxide / tox) : P(0.0);
    P vt0 = given(vto) ? vto : P(0.0), phi0 = given(phi) ? phi : P(0.6);
    t_gamma = given(gamma) ? gamma : P(0.0);
    const P kp0 = given(kp) ? kp : given(tox) ? P(u0 * 1e-4 * this->cox_area) : P(2e-5);
    doped = given(nsub) && given(tox) && value(nsub) * 1e6 > value(ni);
    if (doped) {  // (1)
      if (!given(phi)) phi0 = max(P(2.0 * thermal_voltage(this->nominal) * log(P(nsub * 1e6 / ni))), P(0.1));
      if (!given(gamma)) t_gamma = sqrt(P(2e6 * Base::kSilicon * kElementaryCharge * nsub)) / this->cox_area;
      if (!given(vto)) vt0 = threshold_of(t_gamma, phi0);
    }
    const P reference = (phi0 - this->shift.shift_nominal) / this->shift.f_nominal;
    t_phi = max(P(this->shift.f * reference + this->shift.shift), P(Base::kLeastPhi));
    root_phi = sqrt(t_phi);
    const P gaps = 0.5 * (silicon_bandgap(this->nominal) - silicon_bandgap(this->temperature));
    vbi = sign * (vt0 - sign * t_gamma * sqrt(phi0) + gaps) + 0.5 * (t_phi - phi0);
    beta = kp0 / mobility_fall() * this->m * this->width / this->length;
    this->threshold = vbi + t_gamma * root_phi;
  }

  /// (T / tnom)^1.5
  P mobility_fall() const {
    const P ratio = this->temperature / this->nominal;
    return ratio * sqrt(ratio);
  }

  P threshold_of(const P& gamma0, const P& phi0) const {
    const P gap = silicon_bandgap(this->nominal);
    const P gate = tpg == 0 ? P(3.2) : P(3.25 + 0.5 * gap - sign * tpg * 0.5 * gap);
    const P flat =
        gate - (3.25 + 0.5 * gap + sign * 0.5 * phi0) - nss * (1e4 * kElementaryCharge) / this->cox_area;
    return flat + sign * (gamma0 * sqrt(phi0) + phi0);
  }

  std::string check_electrical() const {
    if (!(value(t_phi) > Base::kLeastPhi))
      return "has a surface potential phi that is not positive at this temperature";
    return this->check_common();
  }

  template <class Real>
  MosCharges<Real> channel_charges(const Real* x) const {
    return this->charges_from(x, P(vbi - t_phi), t_gamma, t_phi);
  }
};

/// What levels 2 and 3 share beyond that.
///
///   xd = sqrt(2 eps_si / (q nsub)),  u0 falls with T^1.5     (2)
///
/// `Device` is the model itself; it has operating(vgs, vds, vbs) of the n-channel device for vds >= 0, with
/// the fields current, von and vdsat.
template <class P, class Device>
struct MosProcess : MosElectrical<P> {
  using Base = MosElectrical<P>;
  using Base::b, Base::d, Base::di, Base::g, Base::s, Base::si, Base::sign, Base::vt;
  using Base::nsub, Base::t_phi, Base::root_phi, Base::tox, Base::u0, Base::vbi, Base::t_gamma, Base::beta,
      Base::doped;

  P nfs = 0, xj = 0, vmax = 0, delta = 0;

  MosProcess() {
    this->mjsw = 0.33;
    tox = 1e-7;
  }

  template <class Self, class V>
  static void describe_process(Self& d, V&& v) {
    Base::describe_electrical(d, v);
    v.model("nfs", d.nfs, "1/cm2", "fast surface state density; gives weak inversion when not 0");
    v.model("xj", d.xj, "m", "junction depth");
    v.model("vmax", d.vmax, "m/s", "maximum drift velocity");
    v.model("delta", d.delta, "", "width effect on threshold");
    Base::describe_common(d, v);
  }

  P mobility, xd, surface_states;  // derived; mobility in [m2/Vs]
  bool weak_inversion = false, saturates = false;

  /// `ni` is the intrinsic density at the nominal temperature [1/m3].
  void setup_process(const Environment<P>& environment, const P& ni) {
    this->setup_electrical(environment, ni);
    xd = doped ? P(sqrt(P(2e-6 * Base::kSilicon / kElementaryCharge / nsub))) : P(0.0);  // (2)
    mobility = u0 * 1e-4 / this->mobility_fall();
    surface_states = nfs * (1e4 * kElementaryCharge) / this->cox_area;
    weak_inversion = value(nfs) != 0;
    saturates = value(vmax) > 0;
  }

  std::string check() const {
    if (!(value(tox) > 0)) return "needs an oxide thickness tox > 0";
    if (given(nsub) && !doped) return "has a substrate doping nsub below the intrinsic density";
    return this->check_electrical();
  }

  /// sqrt(phi - v), continued into forward bias of the bulk with equal value and slope.
  template <class Real>
  Real depletion_root(const Real& v) const {
    return branch(
        v <= Real(0.0), [&] { return Real(sqrt(Real(t_phi - min(v, Real(0.0))))); },
        [&] { return Real(root_phi / (1.0 + max(v, Real(0.0)) / (2.0 * t_phi))); });
  }

  /// exp((vgs - von) / n Vt) below von, 1 above.
  template <class Real>
  Real weak_factor(const Real& vgs, const Real& von, const Real& n) const {
    return branch(
        vgs < von, [&] { return Real(exp(max(min(Real((vgs - von) / (vt * n)), Real(0.0)), Real(-700.0)))); },
        [&] { return Real(1.0); });
  }

  /// Drain current of the n-channel device, for either sign of vds: the drain plays the source when vds < 0.
  template <class Real>
  Real drain_current(const Real& vgs, const Real& vds, const Real& vbs) const {
    const auto forward = vds >= Real(0.0);
    const Real magnitude =
        self()
            .operating(select(forward, vgs, Real(vgs - vds)), select(forward, vds, Real(-vds)),
                       select(forward, vbs, Real(vbs - vds)))
            .current;
    return select(forward, magnitude, Real(-magnitude));
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real id =
        drain_current(Real(sign * (x[g] - x[si])), Real(sign * (x[di] - x[si])), Real(sign * (x[b] - x[si])));
    out.current(di, si, sign * id);
    this->stamp_charges(this->channel_charges(x), out);
    this->eval_common(x, out);
  }

  /// Threshold and saturation voltage.
  std::array<double, 2> thresholds(double vgs, double vds, double vbs) const {
    const double from = vds >= 0 ? 0 : vds;
    const auto at = self().operating(P(vgs - from), P(std::fabs(vds)), P(vbs - from));
    return {value(at.von), value(at.vdsat)};
  }
  void operating_point(const double* x, OperatingPointInfo& out) const { mos_operating_point(*this, x, out); }
  void noise(const double* x, NoiseSources& out) const { mos_noise(self(), x, out); }

 private:
  const Device& self() const { return static_cast<const Device&>(*this); }
};

/// What a level 2 or 3 channel does at one bias, vds >= 0.
template <class Real>
struct MosOperating {
  Real current, von, vdsat;  ///< [A], [V], [V]
};

}  // namespace nullor
