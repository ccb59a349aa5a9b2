#pragma once
/// Intrinsic charges of a MOS transistor, smooth from accumulation to strong inversion, conserved exactly.

#include "nullor/devices/temperature.h"

namespace nullor {

/// (v + sqrt(v^2 + e^2)) / 2 without cancellation: v for v >> e, 0 for v << -e, infinitely differentiable.
template <class Real>
Real smooth_positive(const Real& v, double e) {
  const Real r = sqrt(Real(v * v + e * e));
  return branch(
      v > Real(0.0), [&] { return Real(0.5 * (v + r)); }, [&] { return Real((0.5 * e * e) / (r - v)); });
}

/// ln(1 + e^u).
template <class Real>
Real soft_plus(const Real& u) {
  return branch(
      u > Real(0.0), [&] { return Real(u + log1p(Real(exp(min(Real(-u), Real(0.0)))))); },
      [&] { return Real(log1p(Real(exp(max(min(u, Real(0.0)), Real(-700.0)))))); });
}

/// The EKV normalization: pinch-off voltage from the gate voltage, and charges from forward and reverse
/// currents.
///
///   VG' = v_gb - vfb,   s = sqrt(VG'+ + gamma^2/4) - gamma/2,   VP = s^2 - phi                     (1)
///   q_D = -n (4/15 (3 xr^3 + 6 xr^2 xf + 4 xr xf^2 + 2 xf^3) / (xf + xr)^2 - 1/2)                 (2)
///   q_B = -(gamma s + VG' - VG'+) / Ut - (n-1)/n q_I,   q_G = -q_I - q_B                          (3)
///
/// with x = sqrt(1/4 + i), i the normalized currents, q_S as q_D with f and r exchanged, all in units of Cox
/// Ut. Source: C. Enz, F. Krummenacher, E. Vittoz, Analog Integrated Circuits and Signal Processing 8, 83
/// (1995); M. Bucher et al., The EPFL-EKV MOSFET model equations for simulation, version 2.6 (1998),
/// section 4.
template <class Real>
struct MosCharges {
  Real g, d, s;  ///< [C]; the bulk has the rest
};

template <class Real>
struct PinchOff {
  Real excess;  ///< VG' - VG'+, the accumulation part [V]
  Real s;       ///< sqrt(VP + phi)
  Real vp;      ///< pinch-off voltage [V]
};

template <class P, class Real>
PinchOff<Real> pinch_off(const Real& vgb, const P& vfb, const P& gamma, const P& phi) {
  const Real v = vgb - vfb, positive = smooth_positive(v, 0.05);
  PinchOff<Real> y;
  y.excess = v - positive;
  y.s = positive / (sqrt(Real(positive + 0.25 * gamma * gamma)) + 0.5 * gamma);
  y.vp = y.s * y.s - phi;  // (1)
  return y;
}

/// Charges for a gate capacitance `cox` [F] at thermal voltage `ut`, from the roots qf = sqrt(i_f), qr =
/// sqrt(i_r).
template <class P, class Real>
MosCharges<Real> mos_charges(const PinchOff<Real>& at, const Real& qf, const Real& qr, const P& cox,
                             const P& ut, const P& gamma) {
  const Real n = 1.0 + 0.5 * gamma / sqrt(Real(at.s * at.s + 1e-3));
  const Real xf = sqrt(Real(0.25 + qf * qf)), xr = sqrt(Real(0.25 + qr * qr));
  const Real ff = xf * xf, rr = xr * xr, fr = xf * xr, sum = xf + xr, inverse = (4.0 / 15) / (sum * sum);
  const Real qd = -n * (inverse * (xr * (3.0 * rr + 6.0 * fr + 4.0 * ff) + 2.0 * ff * xf) - 0.5);  // (2)
  const Real qs = -n * (inverse * (xf * (3.0 * ff + 6.0 * fr + 4.0 * rr) + 2.0 * rr * xr) - 0.5);
  const Real qi = qd + qs;
  const Real qb = -(gamma * at.s + at.excess) / ut - (n - 1.0) / n * qi;  // (3)
  const P unit = cox * ut;
  return {-unit * (qi + qb), unit * qd, unit * qs};
}

}  // namespace nullor
