#pragma once
/// Expressions over result columns, with the meaning they have in ngspice's measurements and `.control`
/// blocks.

#include <functional>
#include <optional>
#include <string_view>

#include "nullor/netlist/expression.h"
#include "nullor/simulate/samples.h"

namespace nullor {

/// What names mean inside an expression.
template <class T>
struct VectorScope {
  const Waveforms<T>* waveforms = nullptr;  ///< may be null: constants only
  /// Names beyond the columns: parameters, earlier measurements, vectors of other plots ("tran1.v(out)").
  std::function<std::optional<Samples<T>>(std::string_view)> other;
  bool degrees =
      false;  ///< ngspice's `set units=degrees`: phases and the arguments of sin, cos, tan are degrees
};

/// Evaluates a tree over all samples at once. Columns come first, then `other`, then the constants pi, e, c,
/// i, kelvin, echarge, boltz, planck, true, false, yes, no.
///
/// Probes: v(a), v(a, b), i(vx), @dev[par], and with a suffix r, i, m, p, db for the real part, imaginary
/// part, magnitude, phase [rad] and decibels. Functions work on each sample, also on complex ones; these look
/// at the vector as a whole: mean, stddev, avg (running), minimum, maximum (also vecmin, vecmax), length,
/// deriv and integ (by the independent variable), norm, vector(n), unitvec(n), cph (continuous phase),
/// group_delay, interpolate, x[k]. A single sample is combined with every sample of a longer vector.
///
/// Throws InputError(netlist) at the offending place for unknown names (with the nearest one) and unequal
/// lengths.
template <class T>
Samples<T> evaluate_vector(const Expression& expression, const VectorScope<T>& scope);

/// The value of an expression that must be one real number (a complex one gives its real part).
template <class T>
T evaluate_scalar(const Expression& expression, const VectorScope<T>& scope);

/// The quantity that an expression measures, as far as its outermost probe or function tells.
Quantity quantity_of(const Expression& expression);

}  // namespace nullor
