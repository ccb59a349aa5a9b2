#pragma once

#include <optional>

#include "nullor/devices/bsim4/charge.h"
#include "nullor/devices/bsim4/gate_current.h"
#include "nullor/devices/bsim4/junction.h"
#include "nullor/devices/bsim4/leakage.h"
#include "nullor/devices/bsim4/operating_point.h"
#include "nullor/devices/bsim4/parasitics.h"
#include "nullor/devices/limiting.h"
#include "nullor/devices/parameters.h"

namespace nullor {

namespace bsim4 {

/// What the channel of one device does, seen from its inner drain, gate and body; the source balances.
template <class Real>
struct Intrinsic {
  Real i_d, i_g, i_b;  ///< currents into the device [A]
  Real q_d, q_g, q_b;  ///< charges that follow the voltages [C]
};

/// What only some cards ask for.
template <class Real>
struct Attachments {
  Real g_gate = 0.0;                        ///< channel part of the gate resistance [S]
  Real q_channel = 0.0, drain_share = 0.0;  ///< charge that arrives late, the drain's share of it (trnqsmod)
  Real g_drain = 0.0, g_source = 0.0;       ///< of the series resistances (rdsmod 1), all m devices [S]
};

}  // namespace bsim4

/// Transistor BSIM4, versions 4.5 and 4.8.
///
/// Terminals: d, g, s, b. Internals: di, si behind the resistances of drain and source; gi and gm, the gate
/// behind its electrode and between electrode and channel; bp, db, sb, the body below channel, drain and
/// source; q, the channel charge that has not yet arrived [nC] (trnqsmod). What a card does not switch on
/// collapses.
///
/// The parts, each with its equations: bsim4/threshold.h, current.h, output.h, charge.h, gate_current.h,
/// leakage.h, junction.h, parasitics.h. What does not depend on voltages is computed once, by setup(), into
/// process.h and from there into the parts. The channel knows three voltages and a junction one: three
/// derivatives and one are carried through their formulas and then to the unknowns. Everything is computed as
/// for an n-channel device and turned by `sign`; with vds < 0 drain and source change their roles.
///
/// Source: BSIM4.5.0 and BSIM4.8.0 MOSFET Model, User's Manual, University of California, Berkeley.
template <class P>
struct Bsim4 : bsim4::Card<P> {
  using Card = bsim4::Card<P>;
  static constexpr DeviceKind kind = {.name = "bsim4",
                                      .title = "MOSFET BSIM4, versions 4.5 and 4.8",
                                      .letter = 'm',
                                      .model_types = "nmos pmos",
                                      .levels = "14 54",
                                      .model_required = true};
  static constexpr Terminal terminals[] = {{"d"}, {"g"}, {"s"}, {"b"}};
  static constexpr Unknown internals[] = {
      {"drain"}, {"source"}, {"gate"},  {"midgate"},
      {"body"},  {"dbody"},  {"sbody"}, {"charge", Nature::other, "nC", 1e-9}};
  enum : int { d, g, s, b, di, si, gi, gm, bp, db, sb, q };
  static constexpr int nonlinear[] = {di, gi, si, bp, db, sb, gm, q};

  int type = 0;

  template <class Self, class V>
  static void describe(Self& device, V&& v) {
    using OfCard = std::conditional_t<std::is_const_v<Self>, const Card, Card>;
    Card::describe(static_cast<OfCard&>(device), v);
  }

  // Derived by setup().
  double sign = 1, gmin = 0;
  bool delayed = false, lags = false, series_by_bias = false, channel_gate = false;
  P fingers, devices, temperature, vtm, gate_step;
  P gate_scale, gate_diffusion;  ///< channel part of the gate resistance
  P cox_area, overlap_b;         ///< [F], all fingers of one device
  bsim4::Threshold<P> threshold;
  bsim4::Current<P> channel_current;
  bsim4::Charge<P> channel_charge;
  bsim4::Overlap<P> overlap_s, overlap_d;
  bsim4::Tunnelling<P> tunnelling;
  bsim4::EdgeLeakage<P> leak_d, leak_s;
  bsim4::Junction<P> junction_d, junction_s;
  bsim4::Parasitics<P> around;
  bsim4::Noise<P> channel_noise;

  void setup(const Environment<P>& environment) {
    bsim4::Process<P> p;
    p.setup(*this, environment, type == 1);
    sign = p.sign;
    gmin = environment.gmin;
    fingers = this->nf;
    devices = this->m;
    temperature = p.temperature;
    vtm = p.vtm;
    around.setup(*this, p);
    threshold.setup(*this, p);
    channel_current.setup(*this, p);
    channel_charge.setup(*this, p);
    tunnelling.setup(*this, p);
    leak_d.setup(*this, p, true);
    leak_s.setup(*this, p, false);
    junction_d.setup(*this, p, around.at_drain, false);
    junction_s.setup(*this, p, around.at_source, true);
    channel_noise.setup(*this, p);
    setup_overlap(p);
    gate_step = p.sign * p.vth0;
    series_by_bias = this->rdsmod == 1;
    delayed = (this->line_trnqsmod == bsim4::kOfTheCard ? this->trnqsmod : this->line_trnqsmod) == 1;
    lags = !delayed && (this->line_acnqsmod == bsim4::kOfTheCard ? this->acnqsmod : this->line_acnqsmod) == 1;
    channel_gate = around.rgatemod >= 2 || delayed;
    gate_scale = p.bin(this->xrcrg1) * fingers;
    gate_diffusion = p.bin(this->xrcrg2) * vtm;
    cox_area = p.coxe * p.size.weff_cv * p.size.leff_cv * fingers;
  }

  int collapse(int k) const {
    if (k == di && !around.drain.present) return d;
    if (k == si && !around.source.present) return s;
    if (k == gi && around.rgatemod == 0) return g;
    if (k == gm && around.rgatemod != 3) return gi;
    if ((k == bp || k == db || k == sb) && around.rbodymod == 0) return b;
    if (k == q && !delayed) return b;
    return -1;
  }

  std::string check() const {
    bsim4::Size<P> size;
    size.setup(*this);
    const std::string why = size.check();
    if (!why.empty()) return why;
    if (!(value(threshold.phi) > 0.05))
      return "has a surface potential that is not positive at this temperature";
    if (!(value(this->m) > 0)) return "needs m > 0";
    return {};
  }

  /// The channel at voltages against the inner source. `more` is filled unless it is null.
  template <class Real>
  bsim4::Intrinsic<Real> intrinsic(const Real& vgs, const Real& vds, const Real& vbs,
                                   bsim4::Attachments<Real>* more) const {
    const auto forward = vds >= Real(0.0);
    const Real vgd = vgs - vds, vbd = vbs - vds;
    const auto bias = threshold(Real(select(forward, vgs, vgd)), Real(select(forward, vds, Real(-vds))),
                                Real(select(forward, vbs, vbd)));
    const auto channel = channel_current(bias);
    const Real ids = channel.ids * fingers, isub = channel.isub * fingers;
    Real i_d = select(forward, Real(ids + isub), Real(-ids)), i_b = -isub, i_g = Real(0.0);
    if (leak_d.present) {
      const Real leak = leak_d(vds, threshold.poly_depleted(vgs), vbd);
      i_d += leak;
      i_b -= leak;
    }
    if (leak_s.present) i_b -= leak_s(Real(-vds), threshold.poly_depleted(vgd), vbs);
    if (tunnelling.igcmod != 0 || tunnelling.igbmod != 0) {
      const auto t = tunnelling(bias, channel.vdseff, vgs, vgd);
      i_d -= t.drain + select(forward, t.channel_drain, t.channel_source);
      i_b -= t.body;
      i_g = t.channel_source + t.channel_drain + t.source + t.drain + t.body;
    }
    const auto charge = channel_charge(bias, channel.abulk0);
    const Real drain = select(forward, charge.drain, Real(-(charge.gate + charge.body + charge.drain)));
    Real q_g = delayed ? Real(-charge.body) : charge.gate;
    Real q_d = delayed ? Real(0.0) : drain;
    Real q_b = charge.body;
    if (around.rgatemod != 3) {
      const Real to_d = overlap_d(vgd), to_s = overlap_s(vgs), to_b = overlap_b * (vgs - vbs);
      q_g += to_d + to_s + to_b;
      q_d -= to_d;
      q_b -= to_b;
    }
    if (more) {
      if (channel_gate) more->g_gate = gate_conductance(channel);
      if (delayed) {
        // The body's charge follows at once, as its share of the small-signal capacitances does.
        more->q_channel = -(charge.gate + charge.body);
        more->drain_share = share_of_drain(more->q_channel, drain, forward);
      }
      if (series_by_bias) {
        more->g_drain = around.drain(vgd, vbd);
        more->g_source = around.source(vgs, vbs);
      }
    }
    return {i_d, i_g, i_b, q_d, q_g, q_b};
  }

  /// Channel part of the gate resistance of one device [S].
  template <class Real>
  Real gate_conductance(const bsim4::ChannelCurrent<Real>& channel) const {
    return gate_scale * (gate_diffusion * channel.beta + channel.conductance);
  }

  /// With acnqsmod 1 the channel follows small signals with a lag: its current and its charge become
  /// 1 / (1 + j omega tau) of what they are, tau = Cox W L / channel conductance. `out` receives them; tau
  /// [s].
  template <class Real>
  double lagging(const Real* x, Stamp<Real>& out) const {
    using Three = Dual<3, typename Stamp<Real>::Scalar>;
    const auto variable = [&](int node, int k) { return Three::variable(sign * (x[node].v - x[si].v), k); };
    const Three vgs = variable(gi, 0), vds = variable(di, 1), vbs = variable(bp, 2);
    const bool forward = vds >= Three(0.0);
    const auto bias =
        forward ? threshold(vgs, vds, vbs) : threshold(Three(vgs - vds), Three(-vds), Three(vbs - vds));
    const auto channel = channel_current(bias);
    const auto charge = channel_charge(bias, channel.abulk0);
    const Three ids = channel.ids * fingers;
    const Three drain = forward ? charge.drain : Three(-(charge.gate + charge.body + charge.drain));
    // The body's charge follows at once, and the gate's share of it.
    const Three inverted = charge.gate + charge.body;
    const bsim4::Intrinsic<Three> part = {
        forward ? ids : Three(-ids), Three(0.0), Three(0.0), drain, inverted, Three(0.0)};
    stamp_intrinsic(part, out);
    return value(cox_area) / value(gate_conductance(channel));
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    if constexpr (kLifts<Real>) {
      using Three = Dual<3, typename Stamp<Real>::Scalar>;
      const auto variable = [&](int node, int k) { return Three::variable(sign * (x[node].v - x[si].v), k); };
      stamp_channel(variable(gi, 0), variable(di, 1), variable(bp, 2), x, out);
    } else {
      const auto across = [&](int node) { return Real(sign * (x[node] - x[si])); };
      stamp_channel(across(gi), across(di), across(bp), x, out);
    }
    stamp_junction(junction_d, db, di, x, out);
    stamp_junction(junction_s, sb, si, x, out);
    if (!series_by_bias) {
      if (around.drain.present) out.conductance(d, di, around.drain.conductance);
      if (around.source.present) out.conductance(s, si, around.source.conductance);
    }
    if (around.rgatemod == 1) out.conductance(g, gi, around.gate);
    if (around.rgatemod == 3) {
      out.conductance(g, gm, around.gate);
      stamp_mid_gate(x, out);
    }
    if (around.rbodymod == 0) return;
    out.conductance(b, bp, around.bp_b);
    out.conductance(b, db, around.db_b);
    out.conductance(b, sb, around.sb_b);
    out.conductance(bp, db, around.bp_db);
    out.conductance(bp, sb, around.bp_sb);
  }

  template <class T>
  auto limit(T* x, const T* last) const {
    const auto across = [&](const T* y, int p, int n) { return T(sign * (y[p] - y[n])); };
    const T vgs0 = across(x, gi, si), vds0 = across(x, di, si), vgs1 = across(last, gi, si),
            vds1 = across(last, di, si);
    const auto forward = vds1 >= T(0.0);
    const T vgd0 = vgs0 - vds0, vgd1 = vgs1 - vds1, vth = T(gate_step);
    // Corrections, exactly zero where nothing is held back. Reverse: the drain plays the source.
    const T forward_ds = limit_drain(vds0, vds1) - vds0;
    const T reverse_ds = T(-vds0) - limit_drain(T(-vds0), T(-vds1));
    const T more_ds = select(forward, forward_ds, reverse_ds);
    const T more_gs = select(forward, T(limit_gate(vgs0, vgs1, vth) - vgs0),
                             T((limit_gate(vgd0, vgd1, vth) - vgd0) + reverse_ds));
    x[gi] += sign * more_gs;
    x[di] += sign * more_ds;
    const T vbs = across(x, sb, si), vbd = across(x, db, di);
    const T more_bs = limit_junction(vbs, across(last, sb, si), T(junction_s.nvt), T(junction_s.vcrit)) - vbs;
    const T more_bd = limit_junction(vbd, across(last, db, di), T(junction_d.nvt), T(junction_d.vcrit)) - vbd;
    x[sb] += sign * more_bs;
    x[db] += sign * more_bd;
    return more_gs != T(0.0) || more_ds != T(0.0) || more_bs != T(0.0) || more_bd != T(0.0);
  }

  template <class T>
  void initial_condition(T* x) const {
    if (given(this->icvds)) x[d] = x[di] = x[si] + sign * this->icvds;
    if (given(this->icvgs)) x[g] = x[gi] = x[gm] = x[si] + sign * this->icvgs;
    if (given(this->icvbs)) x[b] = x[bp] = x[db] = x[sb] = x[si] + sign * this->icvbs;
  }

  void noise(const double* x, NoiseSources& out) const { bsim4::add_noise(*this, x, out); }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    bsim4::add_operating_point(*this, x, out);
  }

 private:
  /// Derivatives by the voltages are wanted, and the parameters carry none.
  template <class Real>
  static constexpr bool kLifts = is_dual<Real>::value && !is_dual<P>::value;

  void setup_overlap(const bsim4::Process<P>& p) {
    const Card& c = *this;
    const P cf = p.size(c.cf, bsim4::given_or(c.cf.value, P(2.0 * p.epsrox * bsim4::kVacuum / bsim4::kPi *
                                                            log(P(1.0 + 0.4e-6 / p.toxe)))));
    const auto outer = [&](const P& by_card, const P& light) {
      if (given(by_card)) return by_card;
      const bool by_offset = given(c.dlc) && value(c.dlc) > 0;
      return by_offset ? P(c.dlc * p.coxe - light) : P(0.6 * c.xj.value * p.coxe);
    };
    const P width = p.size.weff_cv * fingers;
    const P kappa_d = p.size(c.ckappad, bsim4::given_or(c.ckappad.value, c.ckappas.value));
    const bool by_bias = c.capmod != 0;
    overlap_s.setup(P((outer(c.cgso, c.cgsl.value) + cf) * width), P(p.bin(c.cgsl) * width), p.bin(c.ckappas),
                    by_bias);
    overlap_d.setup(P((outer(c.cgdo, c.cgdl.value) + cf) * width), P(p.bin(c.cgdl) * width), kappa_d,
                    by_bias);
    const P dwc = bsim4::given_or(c.dwc, c.wint);
    overlap_b = bsim4::given_or(c.cgbo, P(2.0 * dwc * p.coxe)) * p.size.leff_cv * fingers;
  }

  /// Where the channel charge is too small to be divided, a fixed share.
  template <class Real, class Truth>
  Real share_of_drain(const Real& charge, const Real& drain, const Truth& forward) const {
    using bsim4::Partition;
    const double fixed = channel_charge.partition == Partition::forty_sixty    ? 0.4
                         : channel_charge.partition == Partition::zero_hundred ? 0.0
                                                                               : 0.5;
    const auto tiny = abs(charge) <= Real(1e-5 * cox_area);
    const Real safe = select(tiny, Real(1.0), charge);
    return select(tiny, Real(select(forward, Real(fixed), Real(1.0 - fixed))), Real(drain / safe));
  }

  /// The channel over the scalar Y: Real, or dual numbers over vgs, vds and vbs.
  template <class Y, class Real>
  void stamp_channel(const Y& vgs, const Y& vds, const Y& vbs, const Real* x, Stamp<Real>& out) const {
    std::optional<bsim4::Attachments<Y>> more;
    if (channel_gate || series_by_bias) more.emplace();
    stamp_intrinsic(intrinsic(vgs, vds, vbs, more ? &*more : nullptr), out);
    if (more) stamp_attachments(*more, x, out);
  }

  template <class Y, class Real>
  void stamp_intrinsic(const bsim4::Intrinsic<Y>& y, Stamp<Real>& out) const {
    const auto flow = [&](int row, const Y& i) {
      if constexpr (kLifts<Real>) {
        out.flow(row, of_devices(i), kChannel, si);
      } else {
        out.flow(row, i * P(sign * devices));
      }
    };
    flow(di, y.i_d);
    flow(gi, y.i_g);
    flow(bp, y.i_b);
    flow(si, -(y.i_d + y.i_g + y.i_b));
    const auto charge = [&](int row, const Y& q) {
      if constexpr (kLifts<Real>) {
        out.charge(row, of_devices(q), kChannel, si);
      } else {
        out.charge(row, q * P(sign * devices));
      }
    };
    charge(di, y.q_d);
    charge(gi, y.q_g);
    charge(bp, y.q_b);
    charge(si, -(y.q_d + y.q_g + y.q_b));
  }

  static constexpr int kChannel[] = {gi, di, bp};  ///< the voltages of the channel, against si

  /// Of all m devices, turned back: the derivatives by sign v are turned twice.
  template <int K, class T>
  Dual<K, T> of_devices(const Dual<K, T>& y) const {
    return {sign * devices * y.v, devices * y.d};
  }

  template <class Y, class Real>
  void stamp_attachments(const bsim4::Attachments<Y>& y, const Real* x, Stamp<Real>& out) const {
    const auto lift = [&](const Y& a) {
      if constexpr (kLifts<Real>) {
        const Real vgs = sign * (x[gi] - x[si]), vds = sign * (x[di] - x[si]), vbs = sign * (x[bp] - x[si]);
        return Real(a.v, a.d[0] * vgs.d + (a.d[1] * vds.d + a.d[2] * vbs.d));
      } else {
        return a;
      }
    };
    if (series_by_bias) {
      out.conductance(d, di, Real(lift(y.g_drain)));
      out.conductance(s, si, Real(lift(y.g_source)));
    }
    if (!channel_gate) return;
    const Real g_channel = lift(y.g_gate);
    if (around.rgatemod == 2) {
      const Real all = g_channel * devices;
      out.conductance(g, gi, Real(around.gate * all / (around.gate + all)));
    }
    if (around.rgatemod == 3) out.current(gm, gi, g_channel * devices * (x[gm] - x[gi]));
    if (!delayed) return;
    // d(1e-9 q - q_channel)/dt + g q / Cox = 0: the charge that the voltages ask for arrives with delay.
    const Real rate = g_channel * 1e-9 / cox_area;
    const Real arriving = rate * x[q], share = lift(y.drain_share);
    out.flow(q, arriving);
    out.charge(q, 1e-9 * x[q] - sign * lift(y.q_channel));
    out.flow(di, devices * share * arriving);
    out.flow(si, devices * (1.0 - share) * arriving);
    out.flow(gi, -(devices * arriving));
  }

  template <class Real>
  void stamp_junction(const bsim4::Junction<P>& junction, int body, int diffusion, const Real* x,
                      Stamp<Real>& out) const {
    if constexpr (kLifts<Real>) {
      using One = Dual<1, typename Stamp<Real>::Scalar>;
      const One at = One::variable(sign * (x[body].v - x[diffusion].v), 0);
      const One i = of_devices(junction.current(at, out.gmin)), charge = of_devices(junction.charge(at));
      const int plus[] = {body};
      out.flow(body, i, plus, diffusion);
      out.flow(diffusion, -i, plus, diffusion);
      out.charge(body, charge, plus, diffusion);
      out.charge(diffusion, -charge, plus, diffusion);
    } else {
      const Real v = sign * (x[body] - x[diffusion]);
      const P scale = sign * devices;
      out.current(body, diffusion, junction.current(v, out.gmin) * scale);
      out.charges(body, diffusion, junction.charge(v) * scale);
    }
  }

  /// Overlap charges of a gate whose resistance lies between them and the channel.
  template <class Real>
  void stamp_mid_gate(const Real* x, Stamp<Real>& out) const {
    const P scale = sign * devices;
    out.charges(gm, di, scale * overlap_d(Real(sign * (x[gm] - x[di]))));
    out.charges(gm, si, scale * overlap_s(Real(sign * (x[gm] - x[si]))));
    out.charges(gm, bp, devices * overlap_b * (x[gm] - x[bp]));
  }
};

}  // namespace nullor
