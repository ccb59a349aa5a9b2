#pragma once
/// Elementary functions of one double from additions and multiplications alone: for programs that run where
/// there is no library of them, as on graphics devices. Within 2 units in the last place, atan within 4 and
/// tanh within 8; numbers below 2.2e-308 are taken for 0.

#include <cstdint>

namespace nullor::plain {

inline double from_bits(std::uint64_t bits) { return __builtin_bit_cast(double, bits); }
inline std::uint64_t bits_of(double x) { return __builtin_bit_cast(std::uint64_t, x); }

inline double sqrt(double x) { return __builtin_sqrt(x); }
inline double abs(double x) { return __builtin_fabs(x); }

inline constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
inline constexpr double kInfinite = __builtin_huge_val();

/// e^(x + rest): x = n ln 2 + r, |r| <= ln 2 / 2, and the series of e^r to r^13, whose remainder is below
/// 5e-18.
inline double exp(double x, double rest = 0) {
  if (!(x < 709.79)) return x != x ? x : kInfinite;
  if (x < -708.39) return 0;
  constexpr double kRound = 0x1.8p52;  // added, it leaves the integer
  const double n = (x * 0x1.71547652b82fep0 + kRound) - kRound;
  const double r = ((x - n * kLn2High) - n * kLn2Low) + rest;
  double p = 1.0 / 6227020800;
  constexpr double kInverseFactorial[] = {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
                                          1.0 / 40320,     1.0 / 5040,     1.0 / 720,     1.0 / 120,
                                          1.0 / 24,        1.0 / 6,        1.0 / 2};
  for (const double c : kInverseFactorial) p = p * r + c;
  const double e = 1.0 + (r + r * r * p);
  // Half of the power of two at a time: 2^1024 is no number.
  const auto whole = static_cast<std::int64_t>(n), half = whole / 2;
  return e * from_bits(static_cast<std::uint64_t>(half + 1023) << 52) *
         from_bits(static_cast<std::uint64_t>(whole - half + 1023) << 52);
}

/// ln x as high + low for normal x > 0. x = 2^n m, m about 1: ln m = 2 artanh s with s = (m - 1) / (m + 1),
/// whose series to s^25 leaves out less than 1e-21 of it.
struct Logarithm {
  double high, low;
};
inline Logarithm logarithm(double x) {
  std::uint64_t bits = bits_of(x);
  int n = static_cast<int>(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
  double m = from_bits(bits);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++n;
  }
  const double t = m - 1.0, b = m + 1.0;
  const double s = t / b;
  // What rounding left of s, and of b: t - s b in two parts.
  const double rest = (__builtin_fma(-s, b, t) - s * (m - (b - 1.0))) / b;
  const double z = s * s;
  double p = 1.0 / 25;
  for (int k = 23; k >= 3; k -= 2) p = p * z + 1.0 / k;
  // ln x = n ln 2 + 2 s + 2 (s^3 p + rest), the largest first, each sum with what its rounding loses.
  const double big = n * kLn2High, main = 2.0 * s;
  const double sum = big + main;
  const double lost = n ? main - (sum - big) : 0.0;
  const double small = 2.0 * (s * z * p + rest) + n * kLn2Low + lost;
  const double high = sum + small;
  return {high, small - (high - sum)};
}

inline double log(double x) {
  if (!(x > 0)) return x == 0 ? -kInfinite : __builtin_nan("");
  if (x == kInfinite) return x;
  if (x < 2.3e-308) return logarithm(x * 0x1p54).high - 54 * 0.693147180559945309;
  return logarithm(x).high;
}

/// ln(1 + x), with what rounding takes from the sum.
inline double log1p(double x) {
  const double u = 1.0 + x;
  if (u == 1.0) return x;
  if (!(u > 0) || u == kInfinite) return log(u);
  return log(u) + (x - (u - 1.0)) / u;
}

/// x^y = e^(y ln x), the product to twice the digits.
inline double pow(double x, double y) {
  if (y == 0) return 1;
  if (x != x || y != y) return x + y;
  double sign = 1;
  if (x < 0) {
    const double half = 0.5 * y;
    if (y != __builtin_trunc(y)) return __builtin_nan("");
    sign = half == __builtin_trunc(half) ? 1 : -1;
    x = -x;
  }
  if (x == 0) return y > 0 ? 0 : kInfinite;
  if (x == kInfinite) return y > 0 ? sign * x : 0;
  const double scale = x < 2.3e-308 ? 54 * 0.693147180559945309 : 0;
  const Logarithm l = logarithm(scale > 0 ? x * 0x1p54 : x);
  const double high = y * (l.high - scale);
  if (!(abs(high) < 800)) return sign * exp(high);
  const double low = __builtin_fma(y, l.high - scale, -high) + y * l.low;
  return sign * exp(high, low);
}

/// tanh x = 1 - 2 / (1 + e^2x); near 0 by e^2x - 1 from its series.
inline double tanh(double x) {
  const double a = abs(x);
  if (a > 20) return x < 0 ? -1 : 1;
  double t;
  if (a < 0.17) {
    // expm1(2a) by Taylor's series; 2a < ln 2 / 2.
    const double r = 2 * a;
    double p = 1.0 / 6227020800;
    double factorial = 6227020800;
    for (int k = 13; k > 1; --k) {
      factorial /= k;
      p = p * r + 1.0 / factorial;
    }
    const double m = r * p;
    t = m / (m + 2.0);
  } else {
    t = 1.0 - 2.0 / (1.0 + exp(2 * a));
  }
  return x < 0 ? -t : t;
}

/// arctan x: of 1/x above 1, of (x - 1/2) / (1 + x/2) above 1/4, then the series to x^31, |x| <= 1/3.
inline double atan(double x) {
  double a = abs(x), base = 0, turned = 1;
  if (x != x) return x;
  if (a > 1) {
    a = 1 / a;
    base = 1.5707963267948966;
    turned = -1;
  }
  if (a > 0.25) {
    base += turned * 0.46364760900080609;
    a = (a - 0.5) / (1 + 0.5 * a);
  }
  const double z = -a * a;
  double p = 1.0 / 33;
  for (int k = 31; k >= 1; k -= 2) p = p * z + 1.0 / k;
  const double out = base + turned * (a * p);
  return x < 0 ? -out : out;
}

}  // namespace nullor::plain
