#pragma once
/// A scalar that remembers which inputs it was made from: run a device with it and every output tells its
/// structural dependence. Selections depend on both sides and on what was compared. It also carries a number,
/// at inputs of zero, so that switches set from parameters ("has a series resistor") come out as they are.

#include <cmath>
#include <cstdint>

#include "nullor/math/functions.h"

namespace nullor {

struct Depends {
  std::uint64_t on = 0;  ///< bit k: input k
  double v = 0;

  Depends() = default;
  Depends(double x) : v(x) {}
  Depends(std::uint64_t inputs, double x) : on(inputs), v(x) {}
  static Depends input(int k) { return {std::uint64_t{1} << k, 0.0}; }

  /// The outcome of a comparison; selecting by it depends on what was compared.
  struct Truth {
    std::uint64_t on = 0;
    friend Truth operator&&(Truth a, Truth b) { return {a.on | b.on}; }
    friend Truth operator||(Truth a, Truth b) { return {a.on | b.on}; }
    friend Truth operator&&(Truth a, bool) { return a; }
    friend Truth operator&&(bool, Truth a) { return a; }
    friend Truth operator||(Truth a, bool) { return a; }
    friend Truth operator||(bool, Truth a) { return a; }
    friend Truth operator!(Truth a) { return a; }
  };

  friend Depends operator+(Depends a, Depends b) { return {a.on | b.on, a.v + b.v}; }
  friend Depends operator-(Depends a, Depends b) { return {a.on | b.on, a.v - b.v}; }
  friend Depends operator*(Depends a, Depends b) { return {a.on | b.on, a.v * b.v}; }
  friend Depends operator/(Depends a, Depends b) { return {a.on | b.on, a.v / b.v}; }
  friend Depends operator-(Depends a) { return {a.on, -a.v}; }
  Depends& operator+=(Depends b) { return *this = *this + b; }
  Depends& operator-=(Depends b) { return *this = *this - b; }
  Depends& operator*=(Depends b) { return *this = *this * b; }
  Depends& operator/=(Depends b) { return *this = *this / b; }
  friend Truth operator<(Depends a, Depends b) { return {a.on | b.on}; }
  friend Truth operator<=(Depends a, Depends b) { return {a.on | b.on}; }
  friend Truth operator>(Depends a, Depends b) { return {a.on | b.on}; }
  friend Truth operator>=(Depends a, Depends b) { return {a.on | b.on}; }
  friend Truth operator==(Depends a, Depends b) { return {a.on | b.on}; }
  friend Truth operator!=(Depends a, Depends b) { return {a.on | b.on}; }
};

inline double value(const Depends& x) { return x.v; }

#define NULLOR_DEPENDS(function) \
  inline Depends function(Depends x) { return {x.on, std::function(x.v)}; }
NULLOR_DEPENDS(exp)
NULLOR_DEPENDS(expm1)
NULLOR_DEPENDS(log)
NULLOR_DEPENDS(log1p)
NULLOR_DEPENDS(log10)
NULLOR_DEPENDS(sqrt)
NULLOR_DEPENDS(sin)
NULLOR_DEPENDS(cos)
NULLOR_DEPENDS(tan)
NULLOR_DEPENDS(asin)
NULLOR_DEPENDS(acos)
NULLOR_DEPENDS(atan)
NULLOR_DEPENDS(sinh)
NULLOR_DEPENDS(cosh)
NULLOR_DEPENDS(tanh)
NULLOR_DEPENDS(asinh)
NULLOR_DEPENDS(acosh)
NULLOR_DEPENDS(atanh)
NULLOR_DEPENDS(floor)
NULLOR_DEPENDS(ceil)
NULLOR_DEPENDS(round)
NULLOR_DEPENDS(trunc)
NULLOR_DEPENDS(abs)
#undef NULLOR_DEPENDS
inline Depends pow(Depends x, Depends y) { return {x.on | y.on, std::pow(x.v, y.v)}; }
inline Depends atan2(Depends x, Depends y) { return {x.on | y.on, std::atan2(x.v, y.v)}; }
inline Depends min(Depends x, Depends y) { return {x.on | y.on, std::fmin(x.v, y.v)}; }
inline Depends max(Depends x, Depends y) { return {x.on | y.on, std::fmax(x.v, y.v)}; }
inline Depends select(Depends::Truth t, Depends a, Depends b) { return {t.on | a.on | b.on, a.v}; }
inline Depends select(bool choice, Depends a, Depends b) { return {a.on | b.on, choice ? a.v : b.v}; }

template <class Then, class Else>
Depends branch(Depends::Truth condition, Then&& then, Else&& otherwise) {
  return select(condition, Depends(then()), Depends(otherwise()));
}

}  // namespace nullor
