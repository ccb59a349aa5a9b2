#pragma once
/// Vector registers of W doubles, and of W 64-bit truth values, as the compiler's own vector types.

#include <cstdint>

namespace nullor {

/// Doubles that go through arithmetic at once: AVX-512 where the program is built for it, else AVX2.
#ifdef __AVX512F__
inline constexpr int kWidest = 8;
#else
inline constexpr int kWidest = 4;
#endif

template <int W>
struct Simd;
template <>
struct Simd<2> {
  typedef double Double __attribute__((vector_size(16)));
  typedef std::int64_t Truth __attribute__((vector_size(16)));
};
template <>
struct Simd<4> {
  typedef double Double __attribute__((vector_size(32)));
  typedef std::int64_t Truth __attribute__((vector_size(32)));
};
template <>
struct Simd<8> {
  typedef double Double __attribute__((vector_size(64)));
  typedef std::int64_t Truth __attribute__((vector_size(64)));
};

/// The register of 32 bytes of a number type.
template <class Real>
struct Register;
template <>
struct Register<double> {
  static constexpr int kLanes = 4;
  typedef double Type __attribute__((vector_size(32)));
};
template <>
struct Register<float> {
  static constexpr int kLanes = 8;
  typedef float Type __attribute__((vector_size(32)));
  typedef std::int32_t Bits __attribute__((vector_size(32)));
};

}  // namespace nullor
