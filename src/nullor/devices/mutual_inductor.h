#pragma once

#include "nullor/devices/device.h"

namespace nullor {

/// Coupling of two inductors: adds the flux of the other's current to each.
///
///   flux1 += M i2,  flux2 += M i1,  M = k sqrt(l1 l2)     (1)
///
/// References: the branch currents of both inductors, whose rows are v - d flux/dt = 0. l1 and l2 are theirs,
/// set by the binder. Source: T. Quarles et al., SPICE3 Version 3f5 User's Manual, section 3.1.
template <class P>
struct MutualInductor {
  static constexpr DeviceKind kind = {
      .name = "mutual_inductor", .title = "coupling of two inductors", .letter = 'k'};
  static constexpr std::array<Terminal, 0> terminals = {};
  static constexpr int references = 2;
  static constexpr std::array<Unknown, 0> internals = {};
  static constexpr bool linear = true;

  P k = 1;
  P l1 = 0, l2 = 0;

  enum : int { i1, i2 };
  static constexpr int nonlinear[] = {i1, i2};

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.instance("k", d.k, "", "coupling coefficient");
    v.alias("coefficient", "k");
    v.instance("l1", d.l1, "H", "inductance of the first inductor");
    v.instance("l2", d.l2, "H", "inductance of the second inductor");
  }

  P mutual;  // derived [H]

  void setup(const Environment<P>&) { mutual = k * sqrt(max(P(l1 * l2), P(1e-60))); }

  std::string check() const {
    if (!(std::fabs(value(k)) <= 1)) return "has a coupling coefficient beyond 1";
    return {};
  }

  template <class Real>
  void eval(const Real* x, Stamp<Real>& out) const {
    out.charge(i1, -mutual * x[i2]);  // (1)
    out.charge(i2, -mutual * x[i1]);
  }
};

}  // namespace nullor
