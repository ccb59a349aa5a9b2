#pragma once
/// Complex numbers in lanes: real and imaginary parts of W numbers side by side.

#include <complex>

#include "nullor/math/pack.h"

namespace nullor {

template <int W>
struct ComplexLanes {
  using Real = Pack<W>;
  Real re = Real(0.0), im = Real(0.0);

  ComplexLanes() = default;
  ComplexLanes(double real) : re(real) {}
  ComplexLanes(Real real, Real imaginary = Real(0.0)) : re(real), im(imaginary) {}

  std::complex<double> operator[](int k) const { return {re[k], im[k]}; }
  void set(int k, const std::complex<double>& z) {
    re.set(k, z.real());
    im.set(k, z.imag());
  }

  friend ComplexLanes operator+(const ComplexLanes& a, const ComplexLanes& b) {
    return {a.re + b.re, a.im + b.im};
  }
  friend ComplexLanes operator-(const ComplexLanes& a, const ComplexLanes& b) {
    return {a.re - b.re, a.im - b.im};
  }
  friend ComplexLanes operator-(const ComplexLanes& a) { return {-a.re, -a.im}; }
  friend ComplexLanes operator*(const ComplexLanes& a, const ComplexLanes& b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  friend ComplexLanes operator*(const Real& a, const ComplexLanes& b) { return {a * b.re, a * b.im}; }
  ComplexLanes& operator+=(const ComplexLanes& b) { return *this = *this + b; }
  ComplexLanes& operator-=(const ComplexLanes& b) { return *this = *this - b; }
  ComplexLanes& operator*=(const ComplexLanes& b) { return *this = *this * b; }

  /// 1 / z by Smith's division, which overflows only where the result does.
  friend ComplexLanes reciprocal(const ComplexLanes& z) {
    const auto real_is_larger = abs(z.re) >= abs(z.im);
    const Real large = select(real_is_larger, z.re, z.im), small = select(real_is_larger, z.im, z.re);
    const Real ratio = small / large, scale = Real(1.0) / (large + small * ratio);
    return {select(real_is_larger, scale, ratio * scale), select(real_is_larger, -(ratio * scale), -scale)};
  }
};

}  // namespace nullor
