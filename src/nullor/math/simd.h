#pragma once
/// Vector registers of W doubles, and of W 64-bit truth values, as the compiler's own vector types.

#include <cstdint>

namespace nullor {

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

}  // namespace nullor
