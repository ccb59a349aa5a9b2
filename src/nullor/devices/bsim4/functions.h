#pragma once
/// Constants and clamps of BSIM4. They are the model's own: another value of the Boltzmann constant would be
/// another model.

#include "nullor/devices/device.h"

namespace nullor::bsim4 {

inline constexpr double kBoltzmannOverCharge = 8.617087e-5;  ///< [V/K]
inline constexpr double kCharge = 1.60219e-19;               ///< [C]
inline constexpr double kPolyCharge = 1.6021766208e-19;      ///< [C] of the poly depletion, CODATA 2014
inline constexpr double kVacuum = 8.85418e-12;               ///< [F/m]
inline constexpr double kSilicon = 1.03594e-10;              ///< [F/m]
inline constexpr double kPi = 3.141592654;
inline constexpr double kMaxArgument = 34;                                    ///< exponentials stop here
inline constexpr double kMinExp = 1.713908431e-15, kMaxExp = 5.834617425e14;  ///< e^-34, e^34

/// False for a number that is zero and has no derivative either, so that its term can be left out.
inline bool matters(double x) { return x != 0; }
template <class P>
bool matters(const P&) {
  return true;
}

/// e^x between e^-34 and e^34, constant outside.
template <class Real>
Real clamped_exp(const Real& x) {
  return exp(Real(min(Real(max(x, Real(-kMaxArgument))), Real(kMaxArgument))));
}

/// e^x, above e^34 continued by its tangent, below e^-34 constant.
template <class Real>
Real tangent_exp(const Real& x) {
  return clamped_exp(x) + kMaxExp * max(Real(x - kMaxArgument), Real(0.0));
}

/// ln(1 + e^x); x itself above 34, constant below -34.
template <class Real>
Real log_one_plus_exp(const Real& x) {
  const Real e = clamped_exp(x), u = 1.0 + e;
  const Real lost = (u - 1.0) - e;  // by rounding, which a small e feels
  return log(u) - lost + max(Real(x - kMaxArgument), Real(0.0));
}

/// e^x / ((e^x - 1)^2 + 2 e^x e^-34): how far source and drain reach into a channel of x decay lengths.
template <class Real>
Real reach(const Real& x) {
  const Real e = exp(Real(min(x, Real(kMaxArgument)))), less = e - 1.0;
  return e / (less * less + 2.0 * kMinExp * e);
}

// Functions that must stay positive are continued by a hyperbola below a knee, with equal value and slope.

/// 1 + x, knee at x = -1/2.
template <class Real>
Real positive_half(const Real& x) {
  return branch(
      x >= Real(-0.5), [&] { return Real(1.0 + x); },
      [&] {
        const Real y = min(x, Real(-0.5));
        return Real((1.0 + 3.0 * y) / (3.0 + 8.0 * y));
      });
}

/// 1 + x, knee at x = -0.8.
template <class Real>
Real positive_fifth(const Real& x) {
  return branch(
      x >= Real(-0.8), [&] { return Real(1.0 + x); },
      [&] {
        const Real y = min(x, Real(-0.8));
        return Real((0.6 + y) / (7.0 + 10.0 * y));
      });
}

/// 1 + x, knee at x = -0.9.
template <class Real>
Real positive_tenth(const Real& x) {
  return branch(
      x >= Real(-0.9), [&] { return Real(1.0 + x); },
      [&] {
        const Real y = min(x, Real(-0.9));
        return Real((0.8 + y) / (17.0 + 20.0 * y));
      });
}

/// 1 / (1 + x), knee at x = -0.9.
template <class Real>
Real bounded_inverse(const Real& x) {
  return branch(
      x >= Real(-0.9), [&] { return Real(1.0 / (1.0 + x)); },
      [&] {
        const Real y = min(x, Real(-0.9));
        return Real((17.0 + 20.0 * y) / (0.8 + y));
      });
}

/// x, knee at x = floor; tends to floor / 2.
template <class Real>
Real above(const Real& x, double floor) {
  return branch(
      x >= Real(floor), [&] { return x; },
      [&] {
        const Real y = min(x, Real(floor));
        return Real(floor * (2.0 * floor - y) / (3.0 * floor - 2.0 * y));
      });
}

/// The smaller of v and limit, rounded: the lower root y of (v - y)(limit - y) = delta y... for v >= 0
/// exactly 0 at v = 0.
template <class Real, class D>
Real smooth_min(const Real& limit, const Real& v, const D& delta) {
  const Real sum = limit + v + delta;
  return 2.0 * limit * v / (sum + sqrt(Real(sum * sum - 4.0 * limit * v)));
}

}  // namespace nullor::bsim4
