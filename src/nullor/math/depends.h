#pragma once
/// A scalar that computes nothing but remembers which inputs it was made from: run a device with it and every output
/// tells its structural dependence. Selections depend on both sides and on what was compared.

#include <cstdint>

#include "nullor/math/functions.h"

namespace nullor {

struct Depends {
  std::uint64_t on = 0;  ///< bit k: input k

  Depends() = default;
  Depends(double) {}
  static Depends input(int k) {
    Depends x;
    x.on = std::uint64_t{1} << k;
    return x;
  }

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

  static Depends both(const Depends& a, const Depends& b) {
    Depends x;
    x.on = a.on | b.on;
    return x;
  }
  friend Depends operator+(Depends a, Depends b) { return both(a, b); }
  friend Depends operator-(Depends a, Depends b) { return both(a, b); }
  friend Depends operator*(Depends a, Depends b) { return both(a, b); }
  friend Depends operator/(Depends a, Depends b) { return both(a, b); }
  friend Depends operator-(Depends a) { return a; }
  Depends& operator+=(Depends b) { return *this = both(*this, b); }
  Depends& operator-=(Depends b) { return *this = both(*this, b); }
  Depends& operator*=(Depends b) { return *this = both(*this, b); }
  Depends& operator/=(Depends b) { return *this = both(*this, b); }
  friend Truth operator<(Depends a, Depends b) { return {both(a, b).on}; }
  friend Truth operator<=(Depends a, Depends b) { return {both(a, b).on}; }
  friend Truth operator>(Depends a, Depends b) { return {both(a, b).on}; }
  friend Truth operator>=(Depends a, Depends b) { return {both(a, b).on}; }
  friend Truth operator==(Depends a, Depends b) { return {both(a, b).on}; }
  friend Truth operator!=(Depends a, Depends b) { return {both(a, b).on}; }
};

inline double value(const Depends&) { return 0; }

#define NULLOR_DEPENDS(function) \
  inline Depends function(Depends x) { return x; }
NULLOR_DEPENDS(exp) NULLOR_DEPENDS(expm1) NULLOR_DEPENDS(log) NULLOR_DEPENDS(log1p) NULLOR_DEPENDS(log10)
NULLOR_DEPENDS(sqrt) NULLOR_DEPENDS(sin) NULLOR_DEPENDS(cos) NULLOR_DEPENDS(tan) NULLOR_DEPENDS(asin)
NULLOR_DEPENDS(acos) NULLOR_DEPENDS(atan) NULLOR_DEPENDS(sinh) NULLOR_DEPENDS(cosh) NULLOR_DEPENDS(tanh)
NULLOR_DEPENDS(asinh) NULLOR_DEPENDS(acosh) NULLOR_DEPENDS(atanh) NULLOR_DEPENDS(floor) NULLOR_DEPENDS(ceil)
NULLOR_DEPENDS(round) NULLOR_DEPENDS(trunc) NULLOR_DEPENDS(abs)
#undef NULLOR_DEPENDS
inline Depends pow(Depends x, Depends y) { return Depends::both(x, y); }
inline Depends atan2(Depends x, Depends y) { return Depends::both(x, y); }
inline Depends min(Depends x, Depends y) { return Depends::both(x, y); }
inline Depends max(Depends x, Depends y) { return Depends::both(x, y); }
inline Depends select(Depends::Truth t, Depends a, Depends b) {
  Depends x;
  x.on = t.on | a.on | b.on;
  return x;
}
inline Depends select(bool, Depends a, Depends b) { return Depends::both(a, b); }

template <class Then, class Else>
Depends branch(Depends::Truth condition, Then&& then, Else&& otherwise) {
  return select(condition, Depends(then()), Depends(otherwise()));
}

}  // namespace nullor
