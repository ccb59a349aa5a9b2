#pragma once
/// Lanes: W doubles side by side, one parameter sample each, with per-lane comparison and selection.
/// Elementary functions come from glibc's vector library (libmvec) where it has them for W, else lane by
/// lane.

#include <type_traits>

#include "nullor/math/dual.h"
#include "nullor/math/functions.h"
#include "nullor/math/simd.h"

#ifdef __AVX__
#include <immintrin.h>
#endif

// The names that the vector ABI of x86-64 gives them: d and N4 for AVX2, e and N8 for AVX-512.
#if defined(__AVX2__) && defined(__GLIBC__)
#define NULLOR_LIBMVEC 1
#if __GLIBC_PREREQ(2, 35)
#define NULLOR_LIBMVEC_LOG1P 1
#endif
#define NULLOR_OF_LIBMVEC(function)                                                \
  extern "C" nullor::Simd<4>::Double _ZGVdN4v_##function(nullor::Simd<4>::Double); \
  extern "C" nullor::Simd<8>::Double _ZGVeN8v_##function(nullor::Simd<8>::Double);
NULLOR_OF_LIBMVEC(exp)
NULLOR_OF_LIBMVEC(log)
NULLOR_OF_LIBMVEC(sin)
NULLOR_OF_LIBMVEC(cos)
NULLOR_OF_LIBMVEC(tanh)
NULLOR_OF_LIBMVEC(atan)
#ifdef NULLOR_LIBMVEC_LOG1P
NULLOR_OF_LIBMVEC(expm1)
NULLOR_OF_LIBMVEC(log1p)
#endif
#undef NULLOR_OF_LIBMVEC
extern "C" nullor::Simd<4>::Double _ZGVdN4vv_pow(nullor::Simd<4>::Double, nullor::Simd<4>::Double);
extern "C" nullor::Simd<8>::Double _ZGVeN8vv_pow(nullor::Simd<8>::Double, nullor::Simd<8>::Double);
#endif

namespace nullor {

template <int W>
struct Pack {
  using Vector = typename Simd<W>::Double;
  using Lanes = typename Simd<W>::Truth;

  /// One truth value a lane.
  struct Mask {
    Lanes lanes;
    bool operator[](int k) const { return lanes[k] != 0; }
    /// Bit k: lane k.
    unsigned bits() const {
#ifdef __AVX2__
      if constexpr (W == 4) return static_cast<unsigned>(_mm256_movemask_pd(__m256d(lanes)));
#endif
#ifdef __AVX512DQ__
      if constexpr (W == 8) return _mm512_movepi64_mask(__m512i(lanes));
#endif
      unsigned out = 0;
      for (int k = 0; k < W; ++k) out |= (lanes[k] ? 1u : 0u) << k;
      return out;
    }
    bool all() const { return bits() == (1u << W) - 1; }
    bool none() const { return bits() == 0; }
    friend Mask operator&&(Mask a, Mask b) { return {a.lanes & b.lanes}; }
    friend Mask operator||(Mask a, Mask b) { return {a.lanes | b.lanes}; }
    friend Mask operator!(Mask a) { return {~a.lanes}; }
    friend Mask operator&&(Mask a, bool b) { return b ? a : Mask{Lanes{}}; }
    friend Mask operator&&(bool a, Mask b) { return b && a; }
    friend Mask operator||(Mask a, bool b) { return b ? !Mask{Lanes{}} : a; }
    friend Mask operator||(bool a, Mask b) { return b || a; }
  };

  Vector v{};

  Pack() = default;
  Pack(double x) : v(x - Vector{}) {}
  explicit Pack(Vector x) : v(x) {}

  double operator[](int k) const { return v[k]; }
  void set(int k, double x) { v[k] = x; }

  friend Pack operator+(Pack a, Pack b) { return Pack(a.v + b.v); }
  friend Pack operator-(Pack a, Pack b) { return Pack(a.v - b.v); }
  friend Pack operator*(Pack a, Pack b) { return Pack(a.v * b.v); }
  friend Pack operator/(Pack a, Pack b) { return Pack(a.v / b.v); }
  friend Pack operator-(Pack a) { return Pack(-a.v); }
  Pack& operator+=(Pack b) { return *this = *this + b; }
  Pack& operator-=(Pack b) { return *this = *this - b; }
  Pack& operator*=(Pack b) { return *this = *this * b; }
  Pack& operator/=(Pack b) { return *this = *this / b; }
  friend Mask operator<(Pack a, Pack b) { return {a.v < b.v}; }
  friend Mask operator<=(Pack a, Pack b) { return {a.v <= b.v}; }
  friend Mask operator>(Pack a, Pack b) { return {a.v > b.v}; }
  friend Mask operator>=(Pack a, Pack b) { return {a.v >= b.v}; }
  friend Mask operator==(Pack a, Pack b) { return {a.v == b.v}; }
  friend Mask operator!=(Pack a, Pack b) { return {a.v != b.v}; }

  friend Pack select(const Mask& condition, Pack a, Pack b) { return Pack(condition.lanes ? a.v : b.v); }
  friend Pack select(bool condition, Pack a, Pack b) { return condition ? a : b; }
  friend Pack min(Pack a, Pack b) { return select(b < a, b, a); }
  friend Pack max(Pack a, Pack b) { return select(a < b, b, a); }
  friend Pack abs(Pack a) { return select(a < Pack(0.0), -a, a); }
};

/// Lane 0.
template <int W>
double value(const Pack<W>& x) {
  return x[0];
}

#define NULLOR_LANE_BY_LANE(function)                            \
  template <int W>                                               \
  Pack<W> function(Pack<W> x) {                                  \
    Pack<W> out;                                                 \
    for (int k = 0; k < W; ++k) out.set(k, std::function(x[k])); \
    return out;                                                  \
  }
#ifdef NULLOR_LIBMVEC
#define NULLOR_VECTOR_OR_LANES(function)                           \
  template <int W>                                                 \
  Pack<W> function(Pack<W> x) {                                    \
    if constexpr (W == 4) {                                        \
      return Pack<W>(_ZGVdN4v_##function(x.v));                    \
    } else if constexpr (W == 8 && kWidest == 8) {                 \
      return Pack<W>(_ZGVeN8v_##function(x.v));                    \
    } else {                                                       \
      Pack<W> out;                                                 \
      for (int k = 0; k < W; ++k) out.set(k, std::function(x[k])); \
      return out;                                                  \
    }                                                              \
  }
#else
#define NULLOR_VECTOR_OR_LANES NULLOR_LANE_BY_LANE
#endif
NULLOR_VECTOR_OR_LANES(exp)
NULLOR_VECTOR_OR_LANES(log)
NULLOR_VECTOR_OR_LANES(sin)
NULLOR_VECTOR_OR_LANES(cos)
NULLOR_VECTOR_OR_LANES(tanh)
NULLOR_VECTOR_OR_LANES(atan)
#ifdef NULLOR_LIBMVEC_LOG1P
NULLOR_VECTOR_OR_LANES(expm1)
NULLOR_VECTOR_OR_LANES(log1p)
#else
NULLOR_LANE_BY_LANE(expm1)
NULLOR_LANE_BY_LANE(log1p)
#endif
NULLOR_LANE_BY_LANE(log10)
NULLOR_LANE_BY_LANE(tan)
NULLOR_LANE_BY_LANE(asin)
NULLOR_LANE_BY_LANE(acos)
NULLOR_LANE_BY_LANE(sinh)
NULLOR_LANE_BY_LANE(cosh)
NULLOR_LANE_BY_LANE(asinh)
NULLOR_LANE_BY_LANE(acosh)
NULLOR_LANE_BY_LANE(atanh)
NULLOR_LANE_BY_LANE(floor)
NULLOR_LANE_BY_LANE(ceil)
NULLOR_LANE_BY_LANE(round)
NULLOR_LANE_BY_LANE(trunc)
#undef NULLOR_LANE_BY_LANE
#undef NULLOR_VECTOR_OR_LANES

template <int W>
Pack<W> sqrt(Pack<W> x) {
#ifdef __AVX__
  if constexpr (W == 4) return Pack<W>(typename Pack<W>::Vector(_mm256_sqrt_pd(__m256d(x.v))));
#endif
#ifdef __AVX512F__  // masked, by all lanes: GCC 12 finds an uninitialized number in the plain form
  if constexpr (W == 8) return Pack<W>(typename Pack<W>::Vector(_mm512_maskz_sqrt_pd(0xff, __m512d(x.v))));
#endif
  Pack<W> out;
  for (int k = 0; k < W; ++k) out.set(k, std::sqrt(x[k]));
  return out;
}
template <int W>
Pack<W> pow(Pack<W> x, Pack<W> y) {
#ifdef NULLOR_LIBMVEC
  if constexpr (W == 4) return Pack<W>(_ZGVdN4vv_pow(x.v, y.v));
  if constexpr (W == 8 && kWidest == 8) return Pack<W>(_ZGVeN8vv_pow(x.v, y.v));
#endif
  Pack<W> out;
  for (int k = 0; k < W; ++k) out.set(k, std::pow(x[k], y[k]));
  return out;
}
template <int W>
Pack<W> pow(Pack<W> x, double y) {
  return pow(x, Pack<W>(y));
}
template <int W>
Pack<W> atan2(Pack<W> y, Pack<W> x) {
  Pack<W> out;
  for (int k = 0; k < W; ++k) out.set(k, std::atan2(y[k], x[k]));
  return out;
}

/// branch() for lanes: one side only when all lanes agree, else both and a selection.
template <class Mask, class Then, class Else>
requires(!std::is_same_v<Mask, bool>) auto branch(const Mask& condition, Then&& then, Else&& otherwise)
    -> decltype(then()) {
  if (condition.all()) return then();
  if (condition.none()) return otherwise();
  return select(condition, then(), otherwise());
}

/// Derivatives in lanes, N registers. Copied and added register by register: a compiler that sees a large
/// struct clears and copies it with string instructions, which cost more than the arithmetic.
template <int N, int W>
struct Gradient<N, Pack<W>> {
  using Vector = typename Pack<W>::Vector;
  Vector part[N];

  NULLOR_INLINE Gradient() {
#pragma GCC unroll 16
    for (int k = 0; k < N; ++k) part[k] = Vector{};
  }
  NULLOR_INLINE Gradient(const Gradient& from) {
#pragma GCC unroll 16
    for (int k = 0; k < N; ++k) part[k] = from.part[k];
  }
  NULLOR_INLINE Gradient& operator=(const Gradient& from) {
#pragma GCC unroll 16
    for (int k = 0; k < N; ++k) part[k] = from.part[k];
    return *this;
  }

  NULLOR_INLINE Pack<W> operator[](int k) const { return Pack<W>(part[k]); }
  NULLOR_INLINE void set(int k, const Pack<W>& x) { part[k] = x.v; }
  NULLOR_INLINE friend Gradient operator+(const Gradient& a, const Gradient& b) {
    Gradient out(Unset{});
#pragma GCC unroll 16
    for (int k = 0; k < N; ++k) out.part[k] = a.part[k] + b.part[k];
    return out;
  }
  NULLOR_INLINE friend Gradient operator-(const Gradient& a, const Gradient& b) {
    Gradient out(Unset{});
#pragma GCC unroll 16
    for (int k = 0; k < N; ++k) out.part[k] = a.part[k] - b.part[k];
    return out;
  }
  NULLOR_INLINE friend Gradient operator*(const Pack<W>& a, const Gradient& b) {
    Gradient out(Unset{});
#pragma GCC unroll 16
    for (int k = 0; k < N; ++k) out.part[k] = a.v * b.part[k];
    return out;
  }

 private:
  struct Unset {};
  NULLOR_INLINE explicit Gradient(Unset) {}
};

}  // namespace nullor
