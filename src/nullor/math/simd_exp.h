#pragma once
/// exp() and tanh() of a register of numbers at once.

#include "nullor/math/simd.h"

namespace nullor {

/// e^x for |x| < 700, to within 2 units in the last place: x = n ln 2 + r, |r| <= ln 2 / 2, and a polynomial
/// of degree 12 in r, whose remainder r^13 / 13! is below 1.7e-16.
inline Simd<4>::Double simd_exp(Simd<4>::Double x) {
  using Double = Simd<4>::Double;
  using Bits = Simd<4>::Truth;
  constexpr double kRound = 0x1.8p52;  // added, it leaves the integer in the low bits
  constexpr double kLn2High = 0x1.62e42fefa39efp-1, kLn2Low = 0x1.abc9e3b39803fp-56;
  const Double shifted = x * 0x1.71547652b82fep0 + kRound;
  const Double n = shifted - kRound;
  const Double r = (x - n * kLn2High) - n * kLn2Low;
  const Double r2 = r * r, r4 = r2 * r2;
  const Double low = (1.0 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
  const Double mid = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
  const Double high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800)) +
                      r4 * (1.0 / 479001600);
  const Double p = low + r4 * (mid + r4 * high);
  return reinterpret_cast<Double>(reinterpret_cast<Bits>(p) + (reinterpret_cast<Bits>(shifted) << 52));
}

/// The same of floats, for |x| < 80: degree 7, remainder r^8 / 8! below 6e-9.
inline Register<float>::Type simd_exp(Register<float>::Type x) {
  using Float = Register<float>::Type;
  using Bits = Register<float>::Bits;
  constexpr float kRound = 0x1.8p23f;
  constexpr float kLn2High = 0x1.62e400p-1f, kLn2Low = 0x1.7f7d1cp-20f;
  const Float shifted = x * 0x1.715476p0f + kRound;
  const Float n = shifted - kRound;
  const Float r = (x - n * kLn2High) - n * kLn2Low;
  const Float r2 = r * r, r4 = r2 * r2;
  const Float low = (1.0f + r) + r2 * (1.0f / 2 + r * (1.0f / 6));
  const Float high = (1.0f / 24 + r * (1.0f / 120)) + r2 * (1.0f / 720 + r * (1.0f / 5040));
  const Float p = low + r4 * high;
  return reinterpret_cast<Float>(reinterpret_cast<Bits>(p) + (reinterpret_cast<Bits>(shifted) << 23));
}

/// tanh(x) = 1 - 2 / (1 + e^2x) for any x, to within 2 units in the last place of 1. Vector: a Register.
template <class Vector>
inline Vector simd_tanh(Vector x) {
  using Real = decltype(x[0] + x[0]);
  constexpr Real kSaturated = sizeof(Real) == sizeof(double) ? Real(20) : Real(10);  // tanh is +-1 beyond
  const Vector zero{};
  x = x > kSaturated ? zero + kSaturated : x;
  x = x < -kSaturated ? zero - kSaturated : x;
  return Real(1) - Real(2) / (Real(1) + simd_exp(x + x));
}

}  // namespace nullor
