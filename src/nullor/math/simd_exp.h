#pragma once
/// exp() of four doubles at once.

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

}  // namespace nullor
