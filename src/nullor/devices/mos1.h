#pragma once

#include "nullor/devices/mos_process.h"

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
struct Mos1 : MosElectrical<P> {
  using Base = MosElectrical<P>;
  static constexpr DeviceKind kind = {.name = "mos1",
                                      .title = "MOSFET level 1, Shichman-Hodges",
                                      .letter = 'm',
                                      .model_types = "nmos pmos",
                                      .levels = "1",
                                      .model_required = true};
  static constexpr bool lanes = true;
  using Base::b, Base::d, Base::di, Base::g, Base::s, Base::si, Base::sign, Base::vt;
  using Base::beta, Base::root_phi, Base::t_gamma, Base::t_phi, Base::tox, Base::vbi;

  P lambda = 0;

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    Base::describe_electrical(d, v);
    v.model("lambda", d.lambda, "1/V", "channel-length modulation");
    Base::describe_common(d, v);
  }

  void setup(const Environment<P>& environment) { this->setup_electrical(environment, P(1.45e16)); }

  int collapse(int k) const { return Base::collapse(k); }
  std::string check() const { return this->check_electrical(); }

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
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real id =
        drain_current(Real(sign * (x[g] - x[si])), Real(sign * (x[di] - x[si])), Real(sign * (x[b] - x[si])));
    out.current(di, si, sign * id);
    if (given(tox)) this->stamp_charges(this->channel_charges(x), out);
    this->eval_common(x, out);
  }

  /// Threshold and saturation voltage.
  std::array<double, 2> thresholds(double vgs, double vds, double vbs) const {
    const double from = vds >= 0 ? 0 : vds;
    const double von = value(turn_on(P(vbs - from)));
    return {von, std::max(vgs - from - von, 0.0)};
  }
  void operating_point(const double* x, OperatingPointInfo& out) const { mos_operating_point(*this, x, out); }
  void noise(const double* x, NoiseSources& out) const { mos_noise(*this, x, out); }
};

}  // namespace nullor
