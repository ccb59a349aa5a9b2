#pragma once
/// Dual numbers: a value and its derivatives by N independent variables, carried exactly through any formula.
///
/// (a + a' e)(b + b' e) = a b + (a b' + a' b) e, e^2 = 0: forward-mode differentiation.
/// T is double, or a Pack of lanes: then every lane carries its own value and derivatives.

#include <array>
#include <cstring>
#include <type_traits>
#include <utility>

#include "nullor/math/functions.h"
#include "nullor/math/simd.h"

/// Formulas of compact models are long; the compiler's own budget for inlining ends in the middle of them.
#define NULLOR_INLINE [[gnu::always_inline]] inline
#define NULLOR_INLINE_LAMBDA __attribute__((always_inline))

namespace nullor {

/// N derivatives of scalar type T. For doubles they sit in 2- and 4-wide vector registers, padded with zeros.
template <int N, class T>
struct Gradient {
  std::array<T, N> part{};

  T operator[](int k) const { return part[static_cast<std::size_t>(k)]; }
  void set(int k, const T& x) { part[static_cast<std::size_t>(k)] = x; }
  /// Element k is of(k). Built in one go: filling with zeros first costs more than the arithmetic.
  template <class Of>
  NULLOR_INLINE static Gradient each(const Of& of) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) NULLOR_INLINE_LAMBDA {
      return Gradient{{of(k)...}};
    }
    (std::make_index_sequence<N>{});
  }
  NULLOR_INLINE friend Gradient operator+(const Gradient& a, const Gradient& b) {
    return each([&](std::size_t k) NULLOR_INLINE_LAMBDA { return a.part[k] + b.part[k]; });
  }
  NULLOR_INLINE friend Gradient operator-(const Gradient& a, const Gradient& b) {
    return each([&](std::size_t k) NULLOR_INLINE_LAMBDA { return a.part[k] - b.part[k]; });
  }
  NULLOR_INLINE friend Gradient operator*(const T& a, const Gradient& b) {
    return each([&](std::size_t k) NULLOR_INLINE_LAMBDA { return a * b.part[k]; });
  }
};

template <int N>
struct Gradient<N, double> {
  static constexpr int kWidth = N <= 2 ? 2 : 4;
  static constexpr int kParts = (N + kWidth - 1) / kWidth;
  static constexpr int kPadded = kParts * kWidth;
  using Vector = typename Simd<kWidth>::Double;
  Vector part[kParts] = {};

  double operator[](int k) const { return part[k / kWidth][k % kWidth]; }
  void set(int k, double x) { part[k / kWidth][k % kWidth] = x; }
  /// All derivatives and the padding as plain numbers (kPadded).
  void store(double* out) const { std::memcpy(out, part, sizeof part); }
  NULLOR_INLINE friend Gradient operator+(const Gradient& a, const Gradient& b) {
    Gradient out;
    for (int k = 0; k < kParts; ++k) out.part[k] = a.part[k] + b.part[k];
    return out;
  }
  NULLOR_INLINE friend Gradient operator-(const Gradient& a, const Gradient& b) {
    Gradient out;
    for (int k = 0; k < kParts; ++k) out.part[k] = a.part[k] - b.part[k];
    return out;
  }
  NULLOR_INLINE friend Gradient operator*(double a, const Gradient& b) {
    Gradient out;
    for (int k = 0; k < kParts; ++k) out.part[k] = a * b.part[k];
    return out;
  }
};

template <>
struct Gradient<1, double> {
  static constexpr int kPadded = 1;
  double part = 0;

  double operator[](int) const { return part; }
  void store(double* out) const { *out = part; }
  void set(int, double x) { part = x; }
  NULLOR_INLINE friend Gradient operator+(const Gradient& a, const Gradient& b) { return {a.part + b.part}; }
  NULLOR_INLINE friend Gradient operator-(const Gradient& a, const Gradient& b) { return {a.part - b.part}; }
  NULLOR_INLINE friend Gradient operator*(double a, const Gradient& b) { return {a * b.part}; }
};

template <int N, class T = double>
struct Dual {
  using Scalar = T;
  static constexpr int size = N;

  T v{};               ///< value
  Gradient<N, T> d{};  ///< derivatives

  Dual() = default;
  NULLOR_INLINE Dual(const T& value) : v(value) {}
  NULLOR_INLINE Dual(const T& value, const Gradient<N, T>& derivatives) : v(value), d(derivatives) {}
  template <class U>
  requires(!std::is_same_v<T, double> && std::is_arithmetic_v<U>) Dual(U value)
      : v(static_cast<double>(value)) {}

  /// The k-th independent variable at `value`.
  NULLOR_INLINE static Dual variable(const T& value, int k) {
    Dual x(value);
    x.d.set(k, T(1.0));
    return x;
  }

  NULLOR_INLINE friend Dual operator+(const Dual& a, const Dual& b) { return {a.v + b.v, a.d + b.d}; }
  NULLOR_INLINE friend Dual operator+(const Dual& a, const T& b) { return {a.v + b, a.d}; }
  NULLOR_INLINE friend Dual operator+(const T& a, const Dual& b) { return {a + b.v, b.d}; }
  NULLOR_INLINE friend Dual operator-(const Dual& a, const Dual& b) { return {a.v - b.v, a.d - b.d}; }
  NULLOR_INLINE friend Dual operator-(const Dual& a, const T& b) { return {a.v - b, a.d}; }
  NULLOR_INLINE friend Dual operator-(const T& a, const Dual& b) { return {a - b.v, T(-1.0) * b.d}; }
  NULLOR_INLINE friend Dual operator-(const Dual& a) { return {-a.v, T(-1.0) * a.d}; }
  NULLOR_INLINE friend Dual operator+(const Dual& a) { return a; }
  NULLOR_INLINE friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.v * b.v, b.v * a.d + a.v * b.d};
  }
  NULLOR_INLINE friend Dual operator*(const Dual& a, const T& b) { return {a.v * b, b * a.d}; }
  NULLOR_INLINE friend Dual operator*(const T& a, const Dual& b) { return {a * b.v, a * b.d}; }
  NULLOR_INLINE friend Dual operator/(const Dual& a, const Dual& b) {
    const T inverse = 1.0 / b.v;
    const T quotient = a.v * inverse;
    return {quotient, inverse * (a.d - quotient * b.d)};
  }
  NULLOR_INLINE friend Dual operator/(const Dual& a, const T& b) {
    const T inverse = 1.0 / b;
    return {a.v * inverse, inverse * a.d};
  }
  NULLOR_INLINE friend Dual operator/(const T& a, const Dual& b) {
    const T inverse = 1.0 / b.v;
    const T quotient = a * inverse;
    return {quotient, (-(quotient * inverse)) * b.d};
  }
  Dual& operator+=(const Dual& b) { return *this = *this + b; }
  Dual& operator-=(const Dual& b) { return *this = *this - b; }
  Dual& operator*=(const Dual& b) { return *this = *this * b; }
  Dual& operator/=(const Dual& b) { return *this = *this / b; }

  // Comparisons look at values only.
  friend auto operator<(const Dual& a, const Dual& b) { return a.v < b.v; }
  friend auto operator<=(const Dual& a, const Dual& b) { return a.v <= b.v; }
  friend auto operator>(const Dual& a, const Dual& b) { return a.v > b.v; }
  friend auto operator>=(const Dual& a, const Dual& b) { return a.v >= b.v; }
  friend auto operator==(const Dual& a, const Dual& b) { return a.v == b.v; }
  friend auto operator!=(const Dual& a, const Dual& b) { return a.v != b.v; }
};

// Mixed operations with plain doubles when the scalar is a pack of lanes.
#define NULLOR_DUAL_WITH_DOUBLE(op)                                \
  template <int N, class T>                                        \
  requires(!std::is_same_v<T, double>) Dual<N, T>                  \
  operator op(const Dual<N, T>& a, double b) { return a op T(b); } \
  template <int N, class T>                                        \
  requires(!std::is_same_v<T, double>) Dual<N, T>                  \
  operator op(double a, const Dual<N, T>& b) { return T(a) op b; }
NULLOR_DUAL_WITH_DOUBLE(+)
NULLOR_DUAL_WITH_DOUBLE(-)
NULLOR_DUAL_WITH_DOUBLE(*)
NULLOR_DUAL_WITH_DOUBLE(/)
#undef NULLOR_DUAL_WITH_DOUBLE

template <int N, class T>
double value(const Dual<N, T>& x) {
  return value(x.v);
}

/// f(x) with derivative slope = f'(x).
template <int N, class T>
NULLOR_INLINE Dual<N, T> chain(const Dual<N, T>& x, const T& f, const T& slope) {
  return {f, slope * x.d};
}

template <int N, class T>
NULLOR_INLINE Dual<N, T> exp(const Dual<N, T>& x) {
  const T e = exp(x.v);
  return chain(x, e, e);
}
template <int N, class T>
Dual<N, T> expm1(const Dual<N, T>& x) {
  const T e = expm1(x.v);
  return chain(x, e, T(e + 1.0));
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> log(const Dual<N, T>& x) {
  return chain(x, T(log(x.v)), T(1.0 / x.v));
}
template <int N, class T>
Dual<N, T> log1p(const Dual<N, T>& x) {
  return chain(x, T(log1p(x.v)), T(1.0 / (1.0 + x.v)));
}
template <int N, class T>
Dual<N, T> log10(const Dual<N, T>& x) {
  return chain(x, T(log10(x.v)), T(0.43429448190325182765 / x.v));
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> sqrt(const Dual<N, T>& x) {
  const T root = sqrt(x.v);
  return chain(x, root, T(0.5 / root));
}
template <int N, class T>
Dual<N, T> sin(const Dual<N, T>& x) {
  return chain(x, T(sin(x.v)), T(cos(x.v)));
}
template <int N, class T>
Dual<N, T> cos(const Dual<N, T>& x) {
  return chain(x, T(cos(x.v)), T(-sin(x.v)));
}
template <int N, class T>
Dual<N, T> tan(const Dual<N, T>& x) {
  const T t = tan(x.v);
  return chain(x, t, T(1.0 + t * t));
}
template <int N, class T>
Dual<N, T> asin(const Dual<N, T>& x) {
  return chain(x, T(asin(x.v)), T(1.0 / sqrt(T(1.0 - x.v * x.v))));
}
template <int N, class T>
Dual<N, T> acos(const Dual<N, T>& x) {
  return chain(x, T(acos(x.v)), T(-1.0 / sqrt(T(1.0 - x.v * x.v))));
}
template <int N, class T>
Dual<N, T> atan(const Dual<N, T>& x) {
  return chain(x, T(atan(x.v)), T(1.0 / (1.0 + x.v * x.v)));
}
template <int N, class T>
Dual<N, T> sinh(const Dual<N, T>& x) {
  return chain(x, T(sinh(x.v)), T(cosh(x.v)));
}
template <int N, class T>
Dual<N, T> cosh(const Dual<N, T>& x) {
  return chain(x, T(cosh(x.v)), T(sinh(x.v)));
}
template <int N, class T>
Dual<N, T> tanh(const Dual<N, T>& x) {
  const T t = tanh(x.v);
  return chain(x, t, T(1.0 - t * t));
}
template <int N, class T>
Dual<N, T> asinh(const Dual<N, T>& x) {
  return chain(x, T(asinh(x.v)), T(1.0 / sqrt(T(x.v * x.v + 1.0))));
}
template <int N, class T>
Dual<N, T> acosh(const Dual<N, T>& x) {
  return chain(x, T(acosh(x.v)), T(1.0 / sqrt(T(x.v * x.v - 1.0))));
}
template <int N, class T>
Dual<N, T> atanh(const Dual<N, T>& x) {
  return chain(x, T(atanh(x.v)), T(1.0 / (1.0 - x.v * x.v)));
}
// Steps are flat almost everywhere.
template <int N, class T>
Dual<N, T> floor(const Dual<N, T>& x) {
  return Dual<N, T>(T(floor(x.v)));
}
template <int N, class T>
Dual<N, T> ceil(const Dual<N, T>& x) {
  return Dual<N, T>(T(ceil(x.v)));
}
template <int N, class T>
Dual<N, T> round(const Dual<N, T>& x) {
  return Dual<N, T>(T(round(x.v)));
}
template <int N, class T>
Dual<N, T> trunc(const Dual<N, T>& x) {
  return Dual<N, T>(T(trunc(x.v)));
}
template <int N, class T>
Dual<N, T> atan2(const Dual<N, T>& y, const Dual<N, T>& x) {
  const T scale = 1.0 / (x.v * x.v + y.v * y.v);
  return {T(atan2(y.v, x.v)), (x.v * scale) * y.d - (y.v * scale) * x.d};
}
/// x^y; where x <= 0 the derivative by y is taken as zero (there the power is real for whole y only).
template <int N, class T>
NULLOR_INLINE Dual<N, T> pow(const Dual<N, T>& x, const Dual<N, T>& y) {
  const T p = pow(x.v, y.v);
  const T by_y = select(x.v > 0.0, p * log(select(x.v > 0.0, x.v, T(1.0))), T(0.0));
  return {p, (y.v * T(pow(x.v, T(y.v - 1.0)))) * x.d + by_y * y.d};
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> pow(const Dual<N, T>& x, const T& y) {
  return chain(x, T(pow(x.v, y)), T(y * pow(x.v, T(y - 1.0))));
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> pow(const T& x, const Dual<N, T>& y) {
  return pow(Dual<N, T>(x), y);
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> pow(const Dual<N, T>& x, double y) requires(!std::is_same_v<T, double>) {
  return pow(x, T(y));
}

template <int N, class T, class Mask>
NULLOR_INLINE Dual<N, T> select(const Mask& condition, const Dual<N, T>& a, const Dual<N, T>& b) {
  if constexpr (std::is_same_v<Mask, bool>) {
    return condition ? a : b;
  } else {
    return {T(select(condition, a.v, b.v)), Gradient<N, T>::each([&](std::size_t k) NULLOR_INLINE_LAMBDA {
              return select(condition, a.d.part[k], b.d.part[k]);
            })};
  }
}
template <int N, class T, class Mask>
NULLOR_INLINE Dual<N, T> select(const Mask& condition, const Dual<N, T>& a, double b) {
  return select(condition, a, Dual<N, T>(T(b)));
}
template <int N, class T, class Mask>
NULLOR_INLINE Dual<N, T> select(const Mask& condition, double a, const Dual<N, T>& b) {
  return select(condition, Dual<N, T>(T(a)), b);
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> abs(const Dual<N, T>& x) {
  return select(x.v < 0.0, -x, x);
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> min(const Dual<N, T>& a, const Dual<N, T>& b) {
  return select(b.v < a.v, b, a);
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> max(const Dual<N, T>& a, const Dual<N, T>& b) {
  return select(a.v < b.v, b, a);
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> min(const Dual<N, T>& a, double b) {
  return min(a, Dual<N, T>(T(b)));
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> min(double a, const Dual<N, T>& b) {
  return min(Dual<N, T>(T(a)), b);
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> max(const Dual<N, T>& a, double b) {
  return max(a, Dual<N, T>(T(b)));
}
template <int N, class T>
NULLOR_INLINE Dual<N, T> max(double a, const Dual<N, T>& b) {
  return max(Dual<N, T>(T(a)), b);
}

}  // namespace nullor
