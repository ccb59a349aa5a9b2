#pragma once
/// Elementary functions under one spelling for double, dual numbers and lanes, so that a device formula
/// written once compiles for all of them. Doubles come from <cmath>; Dual and Pack add their overloads beside
/// their types.

#include <cmath>

#ifdef __CUDA__
#include "nullor/math/plain_functions.h"
#endif

namespace nullor {

#ifdef __CUDA__
// For graphics devices (simulate/cuda_program.cu): what hot devices need.
using plain::abs;
using plain::atan;
using plain::exp;
using plain::log;
using plain::log1p;
using plain::pow;
using plain::sqrt;
using plain::tanh;
#else
using std::abs;
using std::acos;
using std::acosh;
using std::asin;
using std::asinh;
using std::atan;
using std::atan2;
using std::atanh;
using std::ceil;
using std::cos;
using std::cosh;
using std::exp;
using std::expm1;
using std::floor;
using std::log;
using std::log10;
using std::log1p;
using std::pow;
using std::round;
using std::sin;
using std::sinh;
using std::sqrt;
using std::tan;
using std::tanh;
using std::trunc;
#endif

/// The plain number inside a scalar of any kind: value(Dual) is its value part.
inline double value(double x) { return x; }

/// condition ? a : b, evaluating both; with lanes, per lane.
inline double select(bool condition, double a, double b) { return condition ? a : b; }

inline double min(double a, double b) { return b < a ? b : a; }
inline double max(double a, double b) { return a < b ? b : a; }

/// Evaluates one of two functions, or with lanes both when the lanes disagree. Use it where one side is
/// costly or has no finite value under the other side's condition.
template <class Then, class Else>
inline auto branch(bool condition, Then&& then, Else&& otherwise) -> decltype(then()) {
  if (condition) return then();
  return otherwise();
}

}  // namespace nullor
