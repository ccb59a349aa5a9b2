#pragma once

#include "nullor/devices/bsim4/threshold.h"

namespace nullor::bsim4 {

/// Tunnelling between bands below the gate edge, from drain (or source) to body, per finger.
///
///   F = (Vds - r Vgs - E) / 3 toxe,  I = A W F e^(-B / F) Vdb^3 / (C + Vdb^3)              gidlmod 0 (1)
///   with the last factor e^(K / (Vbd - F)) instead                                          gidlmod 1 (2)
///
/// Source: BSIM4 manual, chapter 6.2.
template <class P>
struct EdgeLeakage {
  P scale, decay, cube, bending, gate_weight, body, body_offset, clamp, inverse_length;
  bool present = false, decoupled = false;

  void setup(const Card<P>& c, const Process<P>& p, bool drain) {
    const bool own = p.modern && !drain;  // 4.5 has one set for both sides
    const auto pick = [&](const Binned<P>& source_side, const Binned<P>& drain_side) {
      return own && given(source_side.value) ? p.bin(source_side) : p.bin(drain_side);
    };
    decoupled = p.modern && c.gidlmod != 0;
    const P a = pick(c.agisl, c.agidl), b = pick(c.bgisl, c.bgidl);
    cube = pick(c.cgisl, c.cgidl);
    bending = pick(c.egisl, c.egidl);
    gate_weight = decoupled ? pick(c.rgisl, c.rgidl) : P(1.0);
    body = pick(c.kgisl, c.kgidl);
    body_offset = pick(c.fgisl, c.fgidl);
    clamp = c.gidlclamp;
    if (p.modern && c.mtrlmod != 0) bending = bending - p.vfbsd;
    const P permittivity = p.modern && c.mtrlmod != 0 ? P(c.epsrsub / p.epsrox) : P(3.0);
    inverse_length = 1.0 / (permittivity * p.toxe);
    scale = a * p.size.weff_cj * p.size.nf;
    decay = b;
    present = value(a) > 0 && value(b) > 0 && (decoupled ? value(cube) >= 0 : value(cube) > 0);
  }

  /// `vds`, `vg_eff`, `vb`: from the other end of the channel, gate and body seen from the edge's own
  /// terminal.
  template <class Real>
  Real operator()(const Real& vds, const Real& vg_from_source, const Real& vb) const {
    const Real raw = (vds - gate_weight * vg_from_source - bending) * inverse_length;
    const auto on = decoupled ? raw > Real(0.0) : raw > Real(0.0) && vb <= Real(0.0);
    return branch(
        on,
        [&] {
          const Real field = max(raw, Real(1e-3));
          const Real tunnel = scale * field * exp(Real(-1.0 * min(Real(decay / field), Real(100.0))));
          if (decoupled) {
            const Real apart = min(Real(vb - body_offset), Real(clamp));
            return Real(tunnel * exp(Real(min(Real(body / apart), Real(100.0)))));
          }
          const Real back = min(vb, Real(0.0)), cubed = -(back * back * back);
          return Real(tunnel * cubed / (cube + cubed));
        },
        [&] { return Real(0.0); });
  }
};

}  // namespace nullor::bsim4
