#pragma once
/// Complex arithmetic over any real scalar (std::complex is specified for built-in floats only).

#include "nullor/math/functions.h"
#include "nullor/math/var.h"

namespace nullor {

template <class T>
struct Pair {
  T re{}, im{};

  friend Pair operator+(const Pair& a, const Pair& b) { return {a.re + b.re, a.im + b.im}; }
  friend Pair operator-(const Pair& a, const Pair& b) { return {a.re - b.re, a.im - b.im}; }
  friend Pair operator*(const Pair& a, const Pair& b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  friend Pair operator/(const Pair& a, const Pair& b) {
    const T d = b.re * b.re + b.im * b.im;
    return {(a.re * b.re + a.im * b.im) / d, (a.im * b.re - a.re * b.im) / d};
  }
};

template <class T>
T magnitude(const Pair<T>& z) {
  return sqrt(z.re * z.re + z.im * z.im);
}
template <class T>
T argument(const Pair<T>& z) {
  return atan2(z.im, z.re);
}
template <class T>
Pair<T> exp(const Pair<T>& z) {
  const T r = exp(z.re);
  return {r * cos(z.im), r * sin(z.im)};
}
template <class T>
Pair<T> log(const Pair<T>& z) {
  return {log(magnitude(z)), argument(z)};
}
template <class T>
Pair<T> sqrt(const Pair<T>& z) {
  const T r = sqrt(magnitude(z)), half = argument(z) * T(0.5);
  return {r * cos(half), r * sin(half)};
}
template <class T>
Pair<T> pow(const Pair<T>& z, const Pair<T>& w) {
  if (value(z.re) == 0 && value(z.im) == 0) return {T(0), T(0)};
  return exp(w * log(z));
}

}  // namespace nullor
