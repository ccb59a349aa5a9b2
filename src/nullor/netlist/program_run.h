#pragma once
/// The interpreter of Program, for any scalar that has the functions of math/functions.h. Included by
/// program.h.

#include <cassert>

namespace nullor {
namespace program_detail {

/// Nearest whole number, halves to even, as ngspice's nint().
template <class T>
T nearest_even(const T& x) {
  const T up = floor(x + T(0.5));
  const T odd = up - T(2.0) * floor(up * T(0.5));
  const T tie = select(up - x == T(0.5), odd, T(0.0));
  return up - tie;
}

/// |x|^y, finite at x = 0 together with its derivative for y >= 1.
template <class T>
T power_of_magnitude(const T& x, const T& y) {
  return pow(abs(x), y);
}

/// Piecewise linear through `points` (ascending x). Outside: the end values, or with `extrapolate` the end
/// segments.
template <class T>
T interpolate(const T& x, const std::vector<std::pair<double, double>>& points, bool extrapolate) {
  if (points.empty()) return T(0.0);
  if (points.size() == 1) return T(points[0].second);
  const auto segment = [&](std::size_t k) {
    const auto [x0, y0] = points[k];
    const auto [x1, y1] = points[k + 1];
    const double slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0.0;
    return T(T(y0) + T(slope) * (x - T(x0)));
  };
  T out = extrapolate ? segment(0) : T(select(x < T(points[0].first), T(points[0].second), segment(0)));
  for (std::size_t k = 1; k + 1 < points.size(); ++k) out = select(x < T(points[k].first), out, segment(k));
  if (!extrapolate) out = select(x < T(points.back().first), out, T(points.back().second));
  return out;
}

/// One instruction on operands already fetched. `constant` and `input` are handled by the caller.
template <class T>
T apply(const Program::Step& step, const T& a, const T& b, const T& c,
        const std::vector<std::vector<std::pair<double, double>>>& tables) {
  const T zero(0.0), one(1.0);
  using Op = Program::Op;
  switch (step.op) {
    case Op::constant:
    case Op::input:
      return T(step.k);
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::divide:
      return a / b;
    case Op::power:
      return pow(a, b);
    case Op::modulo:
      return a - b * trunc(a / b);
    case Op::negate:
      return -a;
    case Op::logical_not:
      return select(a != zero, zero, one);
    case Op::less:
      return select(a < b, one, zero);
    case Op::less_equal:
      return select(a <= b, one, zero);
    case Op::greater:
      return select(a > b, one, zero);
    case Op::greater_equal:
      return select(a >= b, one, zero);
    case Op::equal:
      return select(a == b, one, zero);
    case Op::not_equal:
      return select(a != b, one, zero);
    case Op::logical_and:
      return select(a != zero, T(select(b != zero, one, zero)), zero);
    case Op::logical_or:
      return select(a != zero, one, T(select(b != zero, one, zero)));
    case Op::choose:
      return select(a != zero, b, c);
    case Op::abs:
      return abs(a);
    case Op::sign:
      return select(a > zero, one, T(select(a < zero, T(-1.0), zero)));
    case Op::sqrt:
      return sqrt(a);
    case Op::exp:
      return exp(a);
    case Op::log:
      return log(a);
    case Op::log10:
      return log10(a);
    case Op::sin:
      return sin(a);
    case Op::cos:
      return cos(a);
    case Op::tan:
      return tan(a);
    case Op::asin:
      return asin(a);
    case Op::acos:
      return acos(a);
    case Op::atan:
      return atan(a);
    case Op::sinh:
      return sinh(a);
    case Op::cosh:
      return cosh(a);
    case Op::tanh:
      return tanh(a);
    case Op::asinh:
      return asinh(a);
    case Op::acosh:
      return acosh(a);
    case Op::atanh:
      return atanh(a);
    case Op::floor:
      return floor(a);
    case Op::ceil:
      return ceil(a);
    case Op::round:
      return nearest_even(a);
    case Op::truncate:
      return trunc(a);
    case Op::step:
      return select(a > zero, one, T(select(a < zero, zero, T(0.5))));
    case Op::ramp:
      return select(a > zero, a, zero);
    case Op::minimum:
      return min(a, b);
    case Op::maximum:
      return max(a, b);
    case Op::atan2:
      return atan2(a, b);
    case Op::power_signed: {
      const T p = power_of_magnitude(a, b);
      return select(a < zero, T(-p), p);
    }
    case Op::power_abs:
      return power_of_magnitude(a, b);
    case Op::table:
      return interpolate(a, tables[static_cast<std::size_t>(step.b)], step.c != 0);
  }
  assert(false);
  return zero;
}

}  // namespace program_detail

template <class T>
T Program::run(std::span<const T> inputs, std::vector<T>& registers) const {
  assert(!steps.empty());
  if (registers.size() < steps.size()) registers.resize(steps.size());
  const auto at = [&](int k) -> const T& { return registers[static_cast<std::size_t>(k)]; };
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const Step& step = steps[k];
    if (step.op == Op::input) {
      registers[k] = inputs[static_cast<std::size_t>(step.a)];
    } else if (step.op == Op::constant) {
      registers[k] = T(step.k);
    } else {
      const int b = step.op == Op::table ? 0 : step.b, c = step.op == Op::table ? 0 : step.c;
      registers[k] = program_detail::apply<T>(step, at(step.a), at(b), at(c), tables);
    }
  }
  return registers[steps.size() - 1];
}

}  // namespace nullor
