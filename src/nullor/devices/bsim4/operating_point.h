#pragma once

#include "nullor/devices/bsim4/noise.h"

namespace nullor::bsim4 {

/// Channel of a device at one bias in plain numbers, drain and source in the roles that their voltages give
/// them, with the slopes of its current.
template <class P>
struct SmallSignal {
  bool forward = true;
  double vgs, vds, vbs;  ///< in their roles, n-channel [V]
  Bias<P> bias;
  ChannelCurrent<P> channel;
  double id, gm, gds, gmbs;  ///< all fingers [A], [S]
};

template <class Device, class P = std::remove_cvref_t<decltype(std::declval<Device>().vtm)>>
SmallSignal<P> small_signal(const Device& device, double vgs, double vds, double vbs) {
  using Three = Dual<3, P>;
  SmallSignal<P> y;
  y.forward = vds >= 0;
  y.vgs = y.forward ? vgs : vgs - vds;
  y.vbs = y.forward ? vbs : vbs - vds;
  y.vds = std::fabs(vds);
  y.bias = device.threshold(P(y.vgs), P(y.vds), P(y.vbs));
  y.channel = device.channel_current(y.bias);
  const auto slopes = device.channel_current(device.threshold(
      Three::variable(P(y.vgs), 0), Three::variable(P(y.vds), 1), Three::variable(P(y.vbs), 2)));
  const double fingers = value(device.fingers);
  y.id = value(slopes.ids) * fingers;
  y.gm = value(slopes.ids.d[0]) * fingers;
  y.gds = value(slopes.ids.d[1]) * fingers;
  y.gmbs = value(slopes.ids.d[2]) * fingers;
  return y;
}

/// Names and signs as ngspice's @m[...]: currents and conductances of the n-channel device, capacitances
/// dQi/dVj of the channel without its overlaps; all of the m devices together.
template <class Device>
void add_operating_point(const Device& device, const double* x, OperatingPointInfo& out) {
  using P = std::remove_cvref_t<decltype(device.vtm)>;
  const double sign = device.sign, m = value(device.devices);
  const double vgs = sign * (x[Device::gi] - x[Device::si]), vds = sign * (x[Device::di] - x[Device::si]),
               vbs = sign * (x[Device::bp] - x[Device::si]);
  const auto y = small_signal(device, vgs, vds, vbs);
  out.add("id", m * y.id, "A");
  out.add("gm", m * y.gm, "S");
  out.add("gds", m * y.gds, "S");
  out.add("gmbs", m * y.gmbs, "S");
  out.add("vgs", vgs, "V");
  out.add("vds", vds, "V");
  out.add("vbs", vbs, "V");
  out.add("vth", value(y.bias.vth), "V");
  out.add("vdsat", value(y.channel.vdsat), "V");
  const bool off = value(y.bias.vgs_eff) < value(y.bias.vth), open = y.vds < value(y.channel.vdsat);
  out.add("region", off ? 0 : open ? 1 : 2, "");
  out.add("isub", m * value(y.channel.isub) * value(device.fingers), "A");
  const auto leak = [&](const auto& edge, double v, double vg, double vb) {
    return edge.present ? m * value(edge(P(v), device.threshold.poly_depleted(P(vg)), P(vb))) : 0.0;
  };
  out.add("igidl", leak(device.leak_d, vds, vgs, vbs - vds), "A");
  out.add("igisl", leak(device.leak_s, -vds, vgs - vds, vbs), "A");
  const auto gate = device.tunnelling(y.bias, y.channel.vdseff, P(vgs), P(vgs - vds));
  out.add("igs", m * value(gate.source), "A");
  out.add("igd", m * value(gate.drain), "A");
  out.add("igb", m * value(gate.body), "A");
  out.add("igcs", m * value(gate.channel_source), "A");
  out.add("igcd", m * value(gate.channel_drain), "A");
  const auto add_junction = [&](const auto& junction, double v, const char* current, const char* conductance,
                                const char* capacitance) {
    const auto at = Dual<1, P>::variable(P(v), 0);
    const auto i = junction.current(at, device.gmin);
    out.add(current, m * value(i.v), "A");
    out.add(conductance, m * value(i.d[0]), "S");
    out.add(capacitance, m * value(junction.charge(at).d[0]), "F");
  };
  add_junction(device.junction_d, sign * (x[Device::db] - x[Device::di]), "ibd", "gbd", "capbd");
  add_junction(device.junction_s, sign * (x[Device::sb] - x[Device::si]), "ibs", "gbs", "capbs");
  add_charges(device, y, out);
}

template <class Device, class P>
void add_charges(const Device& device, const SmallSignal<P>& y, OperatingPointInfo& out) {
  using Three = Dual<3, P>;
  const double m = value(device.devices);
  const auto bias = device.threshold(Three::variable(P(y.vgs), 0), Three::variable(P(y.vds), 1),
                                     Three::variable(P(y.vbs), 2));
  const auto q = device.channel_charge(bias, device.channel_current(bias).abulk0);
  const Three source = -(q.gate + q.body + q.drain);
  const Three charges[] = {q.gate, q.drain, source, q.body};
  const char* const charge_names[] = {"qg", "qd", "qs", "qb"};
  const char* const names[4][4] = {{"cgg", "cgd", "cgs", "cgb"},
                                   {"cdg", "cdd", "cds", "cdb"},
                                   {"csg", "csd", "css", "csb"},
                                   {"cbg", "cbd", "cbs", "cbb"}};
  for (int row = 0; row < 4; ++row) {
    const double by_g = value(charges[row].d[0]), by_d = value(charges[row].d[1]),
                 by_b = value(charges[row].d[2]);
    const double slopes[] = {by_g, by_d, -(by_g + by_d + by_b), by_b};
    out.add(charge_names[row], m * value(charges[row].v), "C");
    for (int column = 0; column < 4; ++column) out.add(names[row][column], m * slopes[column], "F");
  }
  out.add("qinv", m * device.channel_noise.inversion_charge(y.bias, y.channel), "C");
}

/// Noise of the channel, the wires around it and the gate's tunnelling.
template <class Device>
void add_noise(const Device& device, const double* x, NoiseSources& out) {
  using P = std::remove_cvref_t<decltype(device.vtm)>;
  const double sign = device.sign, m = value(device.devices), t = value(device.temperature);
  const double vgs = sign * (x[Device::gi] - x[Device::si]), vds = sign * (x[Device::di] - x[Device::si]),
               vbs = sign * (x[Device::bp] - x[Device::si]);
  const auto y = small_signal(device, vgs, vds, vbs);
  const auto& around = device.around;
  const auto wire = [&](const auto& r, double vg, double vb) {
    if (!r.present) return 0.0;
    return value(device.series_by_bias ? r(P(vg), P(vb)) : r.conductance) / m;
  };
  const double wire_d = wire(around.drain, vgs - vds, vbs - vds), wire_s = wire(around.source, vgs, vbs);
  const auto thermal = device.channel_noise.thermal(y.bias, y.channel, {y.gm, y.gds, y.gmbs},
                                                    y.forward ? wire_d : wire_s, y.forward ? wire_s : wire_d);
  if (around.drain.present)
    out.thermal("rd", Device::d, Device::di, m * (y.forward ? thermal.drain_wire : thermal.source_wire), t);
  if (around.source.present)
    out.thermal("rs", Device::s, Device::si, m * (y.forward ? thermal.source_wire : thermal.drain_wire), t);
  const double electrode = value(around.gate);
  if (around.rgatemod == 1) out.thermal("rg", Device::g, Device::gi, electrode, t);
  if (around.rgatemod == 2) {
    const double channel = m * value(device.gate_conductance(y.channel));
    const double share = channel / (channel + electrode);
    out.thermal("rg", Device::g, Device::gi, electrode * (device.channel_noise.modern ? share * share : 1.0),
                t);
  }
  if (around.rgatemod == 3) out.thermal("rg", Device::g, Device::gm, electrode, t);
  if (around.rbodymod != 0) {
    out.thermal("rbpb", Device::bp, Device::b, value(around.bp_b), t);
    if (around.inner_wires) {
      out.thermal("rbps", Device::bp, Device::sb, value(around.bp_sb), t);
      out.thermal("rbpd", Device::bp, Device::db, value(around.bp_db), t);
    }
    if (around.outer_wires) {
      out.thermal("rbsb", Device::b, Device::sb, value(around.sb_b), t);
      out.thermal("rbdb", Device::b, Device::db, value(around.db_b), t);
    }
  }
  out.thermal("id", Device::di, Device::si, m * thermal.channel, t);
  out.flicker("1overf", Device::di, Device::si, m * device.channel_noise.flicker(y.bias, y.channel, y.id),
              value(device.channel_noise.ef));
  if (device.tunnelling.igcmod == 0 && device.tunnelling.igbmod == 0) return;
  const auto gate = device.tunnelling(y.bias, y.channel.vdseff, P(vgs), P(vgs - vds));
  const P to_s = y.forward ? gate.channel_source : gate.channel_drain;
  const P to_d = y.forward ? gate.channel_drain : gate.channel_source;
  out.shot("igs", Device::gi, Device::si, m * value(gate.source + to_s));
  out.shot("igd", Device::gi, Device::di, m * value(gate.drain + to_d));
  out.shot("igb", Device::gi, Device::bp, m * value(gate.body));
}

}  // namespace nullor::bsim4
