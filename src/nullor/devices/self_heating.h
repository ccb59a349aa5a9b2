#pragma once
/// Self-heating of any electrical device, by one wrapper: the device runs at its temperature plus that of a
/// thermal node.

#include "nullor/devices/diode.h"
#include "nullor/devices/ekv.h"
#include "nullor/devices/mos1.h"
#include "nullor/devices/parameters.h"
#include "nullor/devices/resistor.h"

namespace nullor {

/// The terminals of Inner and one more, tj: the temperature rise above the device's temperature [K].
///
///   i_k = Inner at T + x[tj]                                                      (1)
///   x[tj] / rth0 + cth0 d x[tj]/dt - P = 0,   P = sum over electrical rows of v i  (2)
///
/// tj is a terminal that may be left out (then internal): wired together, tj nodes model heat flow between
/// devices. Its flows are watts, its charges joules per kelvin times kelvin. The power of charging currents
/// counts as stored, not as heat. (1) runs Inner::setup() at a temperature that is a Real, so every
/// temperature dependence is in the Jacobian exactly. Electrothermal model as in: S. Lee, D. Allstot, IEEE J.
/// Solid-State Circuits 28, 1267 (1993).
template <template <class> class Device, class P>
struct SelfHeating {
  using Inner = Device<P>;
  static constexpr std::size_t kTerminals = std::size(Inner::terminals),
                               kInternals = std::size(Inner::internals);
  static constexpr int kRows = static_cast<int>(kTerminals + kInternals) + 1;

  static constexpr auto terminals = [] {
    std::array<Terminal, kTerminals + 1> list{};
    for (std::size_t k = 0; k < kTerminals; ++k) list[k] = Inner::terminals[k];
    list[kTerminals] = {"tj", Missing::internal, Nature::other, "K"};
    return list;
  }();
  static constexpr auto internals = [] {
    std::array<Unknown, kInternals> list{};
    for (std::size_t k = 0; k < kInternals; ++k) list[k] = Inner::internals[k];
    return list;
  }();
  static constexpr int tj = static_cast<int>(kTerminals);

  /// All unknowns: the wrapped device's linear terms become nonlinear through the temperature.
  static constexpr auto nonlinear = [] {
    std::array<int, kTerminals + kInternals + 1> list{};
    for (int k = 0; k < kRows; ++k) list[static_cast<std::size_t>(k)] = k;
    return list;
  }();

  Inner device;
  P rth0 = kNotGiven, cth0 = 1e-9;
  int type = 0;

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    Inner::describe(d.device, v);
    v.model("rth0", d.rth0, "K/W", "thermal resistance to ambient; its presence switches self-heating on");
    v.ignored("thermal");
    v.model("cth0", d.cth0, "J/K", "thermal capacitance");
  }

  Environment<double> surroundings;
  P ambient;

  void setup(const Environment<P>& environment) {
    device.type = type;
    device.setup(environment);
    ambient = device.temperature;
    surroundings = Environment<double>(environment, value(environment.temperature));
  }

  /// Number of the wrapped device's unknown k among ours, where tj stands between terminals and internals.
  static constexpr int outer(int k) { return k < tj ? k : k + 1; }

  int collapse(int k) const {
    if constexpr (requires(const Inner& d) { d.collapse(0); }) {
      if (k <= tj) return -1;
      const int same = device.collapse(k - 1);
      return same < 0 ? -1 : outer(same);
    }
    return -1;
  }

  std::string check() const {
    if (!(value(rth0) > 0)) return "needs a thermal resistance rth0 > 0";
    return device.check();
  }

  /// The wrapped device at a temperature rise; its temperature is kept above 50 K and below 2000 K.
  template <class Real>
  Device<Real> heated(const Real& rise) const {
    Device<Real> hot{};
    copy_parameters(device, hot);
    hot.temp = Real(kNotGiven);
    hot.dtemp = Real(0.0);
    hot.setup(Environment<Real>(surroundings, min(max(Real(ambient + rise), Real(50.0)), Real(2000.0))));
    return hot;
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    Real inner[kRows - 1];
    for (int k = 0; k < kRows - 1; ++k) inner[k] = x[outer(k)];
    Stamp<Real> electrical(inner, kRows - 1, out.gmin);
    heated(x[tj]).eval(inner, electrical);  // (1)
    Real power = Real(0.0);
    for (int k = 0; k < kRows - 1; ++k) {
      out.flow(outer(k), electrical.f(k));
      out.charge(outer(k), electrical.q(k));
      power += inner[k] * electrical.f(k);
    }
    out.flow(tj, x[tj] / rth0 - power);  // (2)
    out.charge(tj, cth0 * x[tj]);
  }

  template <class T>
  auto limit(T* x, const T* last) const {
    T inner[kRows - 1], before[kRows - 1];
    for (int k = 0; k < kRows - 1; ++k) inner[k] = x[outer(k)], before[k] = last[outer(k)];
    const T step = min(max(T(x[tj] - last[tj]), T(-50.0)), T(50.0));
    const auto slowed = T(last[tj] + step) != x[tj];
    x[tj] = select(slowed, T(last[tj] + step), x[tj]);
    if constexpr (requires(const Inner& d) { d.limit(inner, before); }) {
      const auto changed = device.limit(inner, before) || slowed;
      for (int k = 0; k < kRows - 1; ++k) x[outer(k)] = inner[k];
      return changed;
    } else {
      return slowed;
    }
  }

  template <class T>
  void initial_guess(T* x) const {
    T inner[kRows - 1];
    for (int k = 0; k < kRows - 1; ++k) inner[k] = x[outer(k)];
    if constexpr (requires(const Inner& d) { d.initial_guess(inner); }) device.initial_guess(inner);
    for (int k = 0; k < kRows - 1; ++k) x[outer(k)] = inner[k];
    x[tj] = T(0.0);
  }
  template <class T>
  void initial_condition(T* x) const {
    T inner[kRows - 1];
    for (int k = 0; k < kRows - 1; ++k) inner[k] = x[outer(k)];
    if constexpr (requires(const Inner& d) { d.initial_condition(inner); }) device.initial_condition(inner);
    for (int k = 0; k < kRows - 1; ++k) x[outer(k)] = inner[k];
  }

  void noise(const double* x, NoiseSources& out) const {
    double inner[kRows - 1];
    for (int k = 0; k < kRows - 1; ++k) inner[k] = x[outer(k)];
    Renumbered renumbered(out);
    heated(P(x[tj])).noise(inner, renumbered);
  }
  void operating_point(const double* x, OperatingPointInfo& out) const {
    double inner[kRows - 1];
    for (int k = 0; k < kRows - 1; ++k) inner[k] = x[outer(k)];
    heated(P(x[tj])).operating_point(inner, out);
    out.add("tj", value(ambient) + x[tj], "K");
  }

 private:
  /// Passes noise sources on under our numbers of the rows.
  struct Renumbered final : NoiseSources {
    explicit Renumbered(NoiseSources& target) : to(target) {}
    void thermal(const char* name, int p, int n, double g, double t) override {
      to.thermal(name, outer(p), outer(n), g, t);
    }
    void shot(const char* name, int p, int n, double i) override { to.shot(name, outer(p), outer(n), i); }
    void flicker(const char* name, int p, int n, double c, double e) override {
      to.flicker(name, outer(p), outer(n), c, e);
    }
    NoiseSources& to;
  };
};

/// The kind of a self-heating variant: that of the device, chosen when rth0 is given.
constexpr DeviceKind self_heating_kind(DeviceKind kind, std::string_view name, std::string_view title) {
  kind.name = name;
  kind.title = title;
  kind.when_given = "rth0";
  return kind;
}

#define NULLOR_SELF_HEATING(Name, Device, name, title)                                  \
  template <class P>                                                                    \
  struct Name : SelfHeating<Device, P> {                                                \
    static constexpr DeviceKind kind = self_heating_kind(Device<P>::kind, name, title); \
  };
NULLOR_SELF_HEATING(SelfHeatingResistor, Resistor, "resistor_heated", "resistor with self-heating")
NULLOR_SELF_HEATING(SelfHeatingDiode, Diode, "diode_heated", "junction diode with self-heating")
NULLOR_SELF_HEATING(SelfHeatingMos1, Mos1, "mos1_heated", "MOSFET level 1 with self-heating")
NULLOR_SELF_HEATING(SelfHeatingEkv, Ekv, "ekv_heated", "EKV MOSFET with self-heating")
#undef NULLOR_SELF_HEATING

}  // namespace nullor
