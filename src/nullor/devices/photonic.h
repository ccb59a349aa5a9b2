#pragma once
/// Light: a laser diode and a photodiode. An optical node carries power; its "voltage" is in milliwatts, so
/// that typical values lie near one. Optical nodes are read without loading: a laser drives its node, a
/// photodiode only looks at it.

#include "nullor/devices/junction.h"
#include "nullor/devices/mos_charge.h"

namespace nullor {

/// Laser diode: single-mode rate equations for carriers N and photons S, both normalized.
///
///   dn/dt = i / (q vol n_tr) - n / tau_n - g (n - 1) s / (1 + eps s)                                   (1)
///   ds/dt = Gamma g' (n - 1) s / (1 + eps s) - s / tau_p + Gamma beta n / tau_n                          (2)
///   p_mW = eta_mw s at the optical node,   i = is (e^(v/n_e Vt) - 1) (3)
///
/// n = N / N_tr and s = S / S_0 with S_0 = 1e20 / m3, both near one. The unknown is
/// y = ln s, so light cannot become negative; (2) is divided by 1 + s, and its "charge" is then ln(1 + s); g
/// = gain0 S_0, g' = gain0 N_tr [1/s]. One laser may drive an optical node. Terminals: p, n, light (the
/// output power [mW]). Source: G. P. Agrawal, N. K. Dutta, Semiconductor Lasers, 2nd ed. (1993), chapter 6.
template <class P>
struct LaserDiode {
  static constexpr DeviceKind kind = {.name = "laser",
                                      .title = "laser diode, single-mode rate equations",
                                      .letter = 'n',
                                      .model_types = "laser",
                                      .model_required = true};
  static constexpr Terminal terminals[] = {{"p"}, {"n"}, {"light", Missing::internal, Nature::other, "mW"}};
  static constexpr Unknown internals[] = {
      {"internal"}, {"carriers", Nature::other, "", 1e-6}, {"photons", Nature::other, "", 1e-6}};

  P is = 1e-20, emission = 2, rs = 2, cj = 1e-12, tau_n = 2e-9, tau_p = 2e-12, n_tr = 1e24, gain0 = 1e-12,
    volume = 2e-16;
  P confinement = 0.4, spontaneous = 1e-4, compression = 1e-23, eta = 0.3, wavelength = 1.55e-6, m = 1;
  int type = 0;

  enum : int { p, n, light, pi, carriers, photons };
  static constexpr int nonlinear[] = {pi, n, carriers, photons, light};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("is", d.is, "A", "junction saturation current");
    v.model("n", d.emission, "", "emission coefficient");
    v.model("rs", d.rs, "Ohm", "series resistance");
    v.model("cj", d.cj, "F", "junction capacitance, constant");
    v.model("tau_n", d.tau_n, "s", "carrier lifetime");
    v.model("tau_p", d.tau_p, "s", "photon lifetime");
    v.model("n_tr", d.n_tr, "1/m3", "transparency carrier density");
    v.model("gain0", d.gain0, "m3/s", "differential gain times group velocity");
    v.model("volume", d.volume, "m3", "volume of the active layer");
    v.model("gamma", d.confinement, "", "confinement factor");
    v.model("beta", d.spontaneous, "", "fraction of spontaneous emission into the mode");
    v.model("epsilon", d.compression, "m3", "gain compression");
    v.model("eta", d.eta, "", "fraction of the photons lost that leave as output");
    v.model("wavelength", d.wavelength, "m", "wavelength");
    v.instance("m", d.m, "", "number of parallel devices");
  }

  P vt, vcrit, g_s, pump, s_0, g_n, g_s_rate, spontaneous_rate, epsilon_s, milliwatts;  // derived
  JunctionCurrent<P> junction;

  void setup(const Environment<P>& environment) {
    vt = thermal_voltage(environment.temperature);
    junction.setup(emission * vt);
    vcrit = critical_voltage(P(emission * vt), is);
    g_s = m / rs;
    pump = 1.0 / (kElementaryCharge * volume * n_tr * m);  // [1/(A s)]
    constexpr double planck = 6.62607015e-34, light_speed = 299792458;
    const P photon_milliwatts =
        1e3 * planck * light_speed / wavelength * eta * volume / (confinement * tau_p) * m;
    s_0 = P(1e20);
    milliwatts = photon_milliwatts * s_0;
    g_n = gain0 * s_0;
    g_s_rate = confinement * gain0 * n_tr;
    spontaneous_rate = confinement * spontaneous * n_tr / s_0 / tau_n;
    epsilon_s = compression * s_0;
  }
  std::string check() const {
    if (!(value(rs) > 0)) return "needs a series resistance rs > 0";
    if (!(value(is) > 0 && value(emission) > 0)) return "needs a junction with is > 0 and n > 0";
    if (!(value(tau_n) > 0 && value(tau_p) > 0)) return "needs lifetimes tau_n > 0 and tau_p > 0";
    if (!(value(n_tr) > 0 && value(volume) > 0)) return "needs n_tr > 0 and volume > 0";
    if (!(value(gain0) > 0 && value(confinement) > 0)) return "needs gain0 > 0 and gamma > 0";
    if (!(value(spontaneous) > 0)) return "needs some spontaneous emission, beta > 0: light starts from it";
    if (!(value(wavelength) > 0)) return "needs a wavelength > 0";
    if (!(value(compression) >= 0)) return "needs a gain compression epsilon >= 0";
    return {};
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real v = x[pi] - x[n], density = x[carriers], y = x[photons];
    const Real i = (is * m) * junction(v), s = limited_exp(y), gain = (density - 1.0) / (1.0 + epsilon_s * s);
    out.current(pi, n, i + out.gmin * v);
    out.charges(pi, n, cj * m * v);
    out.conductance(p, pi, g_s);
    out.flow(carriers, tau_n * (g_n * gain * s - pump * i) + density);  // (1), times tau_n
    out.charge(carriers, tau_n * density);
    const Real lit = s / (1.0 + s), spontaneous_part = spontaneous_rate * smooth_positive(density, 1e-6);
    out.flow(photons, lit * (1.0 - tau_p * g_s_rate * gain) -
                          tau_p * spontaneous_part * (1.0 - lit));  // (2), times tau_p / (1 + s)
    out.charge(photons, tau_p * soft_plus(y));
    out.flow(light, x[light] - milliwatts * s);  // (3): an unloaded node takes the power as its value
  }

  template <class T>
  auto limit(T* x, const T* last) const {
    const T v = x[pi] - x[n], limited = limit_junction(v, T(last[pi] - last[n]), T(junction.vte), vcrit);
    // Well above threshold the light grows, whatever Newton's tangent of (2) says.
    const auto growing = last[carriers] > T(1.0 + 1.5 / (tau_p * g_s_rate)) && x[photons] < last[photons];
    const T step = select(growing, T(2.0), T(min(max(T(x[photons] - last[photons]), T(-2.0)), T(2.0))));
    const T y = last[photons] + step;
    const auto changed = limited != v || y != x[photons];
    x[pi] = x[n] + limited;
    x[photons] = y;
    return changed;
  }
  template <class T>
  void initial_guess(T* x) const {
    x[carriers] = T(2.0);
    x[photons] = T(0.0);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    out.add("id", value(is * m * junction(P(x[pi] - x[n]))), "A");
    out.add("carriers", x[carriers] * value(n_tr), "1/m3");
    out.add("photons", std::exp(x[photons]) * value(s_0), "1/m3");
    out.add("power", std::exp(x[photons]) * value(milliwatts), "mW");
  }
};

/// Photodiode: a junction with a photocurrent from cathode to anode.
///
///   i = is (e^(v/n Vt) - 1) - responsivity p     (1)
///
/// Terminals: a, c, light (the optical power [mW]). Source: S. M. Sze, Physics of Semiconductor Devices, 2nd
/// ed., chapter 13.
template <class P>
struct Photodiode {
  static constexpr DeviceKind kind = {.name = "photodiode",
                                      .title = "photodiode",
                                      .letter = 'n',
                                      .model_types = "photodiode",
                                      .model_required = true};
  static constexpr Terminal terminals[] = {
      {"a"}, {"c"}, {"light", Missing::not_allowed, Nature::other, "mW"}};
  static constexpr std::array<Unknown, 0> internals = {};

  P is = 1e-12, emission = 1, responsivity = 0.8, cjo = 1e-12, vj = 0.75, mj = 0.5, fc = 0.5, m = 1;
  int type = 0;

  enum : int { a, c, light };
  static constexpr int nonlinear[] = {a, c, light};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("is", d.is, "A", "saturation (dark) current");
    v.model("n", d.emission, "", "emission coefficient");
    v.model("responsivity", d.responsivity, "A/W", "photocurrent per optical power");
    v.model("cjo", d.cjo, "F", "zero-bias junction capacitance");
    v.model("vj", d.vj, "V", "junction potential");
    v.model("mj", d.mj, "", "grading coefficient");
    v.model("fc", d.fc, "", "forward-bias depletion capacitance coefficient");
    v.instance("m", d.m, "", "number of parallel devices");
  }

  P vt, vcrit, per_milliwatt;  // derived
  JunctionCurrent<P> junction;
  DepletionCharge<P> depletion;

  void setup(const Environment<P>& environment) {
    vt = thermal_voltage(environment.temperature);
    junction.setup(emission * vt);
    depletion.setup(cjo * m, vj, mj, fc);
    vcrit = critical_voltage(P(emission * vt), is);
    per_milliwatt = 1e-3 * responsivity * m;
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    const Real v = x[a] - x[c];
    const Real i = (is * m) * junction(v) + out.gmin * v;
    out.current(a, c, i);
    out.charges(a, c, depletion(v));
    out.flow(a, -per_milliwatt * x[light]);  // (1)
    out.flow(c, per_milliwatt * x[light]);
  }

  template <class T>
  auto limit(T* x, const T* last) const {
    const T v = x[a] - x[c], limited = limit_junction(v, T(last[a] - last[c]), T(junction.vte), vcrit);
    x[a] = x[c] + limited;
    return limited != v;
  }
  void noise(const double* x, NoiseSources& out) const {
    out.shot("id", a, c, value(is * m * junction(P(x[a] - x[c]))) - value(per_milliwatt) * x[light]);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    const double photo = value(per_milliwatt) * x[light];
    out.add("id", value(is * m * junction(P(x[a] - x[c]))) - photo, "A");
    out.add("iph", photo, "A");
  }
};

}  // namespace nullor
