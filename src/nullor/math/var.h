#pragma once
/// Reverse-mode scalar: every operation is written on a tape, one backward sweep gives the derivatives of one
/// result by all inputs. Meant for reductions of long waveforms to one number (measurements), not for device
/// formulas.

#include <cstddef>
#include <vector>

#include "nullor/math/functions.h"

namespace nullor {

/// The record of operations. Node k depends on at most two earlier nodes with known partial derivatives.
class Tape {
 public:
  struct Node {
    int left = -1, right = -1;
    double by_left = 0, by_right = 0;
  };

  int record(Node node) {
    nodes_.push_back(node);
    return static_cast<int>(nodes_.size()) - 1;
  }
  std::size_t size() const { return nodes_.size(); }

  /// d(result)/d(node) for every node.
  std::vector<double> gradient(int result) const {
    std::vector<double> out(nodes_.size(), 0.0);
    if (result < 0) return out;
    out[static_cast<std::size_t>(result)] = 1;
    for (int k = result; k >= 0; --k) {
      const double weight = out[static_cast<std::size_t>(k)];
      if (weight == 0) continue;
      const Node& node = nodes_[static_cast<std::size_t>(k)];
      if (node.left >= 0) out[static_cast<std::size_t>(node.left)] += weight * node.by_left;
      if (node.right >= 0) out[static_cast<std::size_t>(node.right)] += weight * node.by_right;
    }
    return out;
  }

 private:
  std::vector<Node> nodes_;
};

/// A number on a tape, or a plain constant (no tape).
struct Var {
  double v = 0;
  int node = -1;
  Tape* tape = nullptr;

  Var() = default;
  Var(double constant) : v(constant) {}
  static Var input(Tape& tape, double value) { return {value, tape.record({}), &tape}; }
  static Var unary(const Var& x, double f, double slope) {
    if (!x.tape) return f;
    return {f, x.tape->record({x.node, -1, slope, 0}), x.tape};
  }
  static Var binary(const Var& a, const Var& b, double f, double by_a, double by_b) {
    Tape* tape = a.tape ? a.tape : b.tape;
    if (!tape) return f;
    return {f, tape->record({a.node, b.node, by_a, by_b}), tape};
  }

  friend Var operator+(const Var& a, const Var& b) { return binary(a, b, a.v + b.v, 1, 1); }
  friend Var operator-(const Var& a, const Var& b) { return binary(a, b, a.v - b.v, 1, -1); }
  friend Var operator*(const Var& a, const Var& b) { return binary(a, b, a.v * b.v, b.v, a.v); }
  friend Var operator/(const Var& a, const Var& b) {
    return binary(a, b, a.v / b.v, 1 / b.v, -a.v / (b.v * b.v));
  }
  friend Var operator-(const Var& a) { return unary(a, -a.v, -1); }
  Var& operator+=(const Var& b) { return *this = *this + b; }
  Var& operator-=(const Var& b) { return *this = *this - b; }
  Var& operator*=(const Var& b) { return *this = *this * b; }
  Var& operator/=(const Var& b) { return *this = *this / b; }
  friend bool operator<(const Var& a, const Var& b) { return a.v < b.v; }
  friend bool operator<=(const Var& a, const Var& b) { return a.v <= b.v; }
  friend bool operator>(const Var& a, const Var& b) { return a.v > b.v; }
  friend bool operator>=(const Var& a, const Var& b) { return a.v >= b.v; }
  friend bool operator==(const Var& a, const Var& b) { return a.v == b.v; }
  friend bool operator!=(const Var& a, const Var& b) { return a.v != b.v; }

 private:
  Var(double value, int index, Tape* on) : v(value), node(index), tape(on) {}
};

inline double value(const Var& x) { return x.v; }
inline Var exp(const Var& x) {
  const double e = std::exp(x.v);
  return Var::unary(x, e, e);
}
inline Var log(const Var& x) { return Var::unary(x, std::log(x.v), 1 / x.v); }
inline Var log10(const Var& x) { return Var::unary(x, std::log10(x.v), 0.43429448190325182765 / x.v); }
inline Var sqrt(const Var& x) {
  const double root = std::sqrt(x.v);
  return Var::unary(x, root, root > 0 ? 0.5 / root : 0);
}
inline Var sin(const Var& x) { return Var::unary(x, std::sin(x.v), std::cos(x.v)); }
inline Var cos(const Var& x) { return Var::unary(x, std::cos(x.v), -std::sin(x.v)); }
inline Var tan(const Var& x) {
  const double t = std::tan(x.v);
  return Var::unary(x, t, 1 + t * t);
}
inline Var asin(const Var& x) { return Var::unary(x, std::asin(x.v), 1 / std::sqrt(1 - x.v * x.v)); }
inline Var acos(const Var& x) { return Var::unary(x, std::acos(x.v), -1 / std::sqrt(1 - x.v * x.v)); }
inline Var atan(const Var& x) { return Var::unary(x, std::atan(x.v), 1 / (1 + x.v * x.v)); }
inline Var sinh(const Var& x) { return Var::unary(x, std::sinh(x.v), std::cosh(x.v)); }
inline Var cosh(const Var& x) { return Var::unary(x, std::cosh(x.v), std::sinh(x.v)); }
inline Var tanh(const Var& x) {
  const double t = std::tanh(x.v);
  return Var::unary(x, t, 1 - t * t);
}
inline Var asinh(const Var& x) { return Var::unary(x, std::asinh(x.v), 1 / std::sqrt(x.v * x.v + 1)); }
inline Var acosh(const Var& x) { return Var::unary(x, std::acosh(x.v), 1 / std::sqrt(x.v * x.v - 1)); }
inline Var atanh(const Var& x) { return Var::unary(x, std::atanh(x.v), 1 / (1 - x.v * x.v)); }
inline Var floor(const Var& x) { return std::floor(x.v); }
inline Var ceil(const Var& x) { return std::ceil(x.v); }
inline Var round(const Var& x) { return std::round(x.v); }
inline Var trunc(const Var& x) { return std::trunc(x.v); }
inline Var atan2(const Var& y, const Var& x) {
  const double r = x.v * x.v + y.v * y.v;
  return Var::binary(y, x, std::atan2(y.v, x.v), x.v / r, -y.v / r);
}
inline Var pow(const Var& x, const Var& y) {
  const double p = std::pow(x.v, y.v);
  return Var::binary(x, y, p, y.v * std::pow(x.v, y.v - 1), x.v > 0 ? p * std::log(x.v) : 0);
}
inline Var select(bool condition, const Var& a, const Var& b) { return condition ? a : b; }
inline Var abs(const Var& x) { return x.v < 0 ? -x : x; }
inline Var min(const Var& a, const Var& b) { return b.v < a.v ? b : a; }
inline Var max(const Var& a, const Var& b) { return a.v < b.v ? b : a; }

}  // namespace nullor
