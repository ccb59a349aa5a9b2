#pragma once
/// Eight numbers at a time, in any instruction set that the compiler aims at.

#include <cstdint>
#include <cstring>

namespace nullor::learn {

using Float8 = float __attribute__((vector_size(32)));
using Int8 = std::int32_t __attribute__((vector_size(32)));

inline Float8 load8(const float* from) {
  Float8 out;
  std::memcpy(&out, from, sizeof out);
  return out;
}
inline void store8(float* to, Float8 v) { std::memcpy(to, &v, sizeof v); }
inline Float8 all8(float x) { return Float8{} + x; }
inline Float8 max8(Float8 a, Float8 b) { return a > b ? a : b; }

/// Always in the same order.
inline float sum8(Float8 v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }

/// e^x within 2e-7 of it; below -87 the value there, which is nothing beside 1.
inline Float8 exp8(Float8 x) {
  x = x < -87.0f ? all8(-87.0f) : x > 88.0f ? all8(88.0f) : x;
  // x = n ln 2 + r. Adding 1.5 * 2^23 rounds to a whole number.
  const Float8 rounding = all8(12582912.0f);
  const Float8 n = (x * 1.44269504f + rounding) - rounding;
  const Float8 r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Float8 p = all8(1.0f / 5040);
  for (const float c : {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f}) p = p * r + c;
  const Int8 power = (__builtin_convertvector(n, Int8) + 127) << 23;
  Float8 scale;
  std::memcpy(&scale, &power, sizeof scale);
  return p * scale;
}

/// tanh by 1 - 2 / (e^2x + 1)
inline Float8 tanh8(Float8 x) { return 1.0f - 2.0f / (exp8(2.0f * x) + 1.0f); }

inline constexpr float kGelu1 = 0.7978845608f;  ///< sqrt(2 / pi)
inline constexpr float kGelu3 = 0.044715f;

/// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
inline Float8 gelu8(Float8 x) { return 0.5f * x * (1.0f + tanh8(kGelu1 * (x + kGelu3 * x * x * x))); }

}  // namespace nullor::learn
