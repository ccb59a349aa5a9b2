#pragma once
/// An expression compiled to a short list of register instructions, evaluated with any scalar: double, a dual
/// number (exact derivatives) or a pack of lanes.

#include <span>
#include <string>
#include <vector>

#include "nullor/math/functions.h"

namespace nullor {

class Program {
 public:
  enum class Op : unsigned char {
    constant,  // k
    input,     // inputs[a]
    add,
    subtract,
    multiply,
    divide,
    power,
    modulo,
    negate,
    logical_not,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    logical_and,
    logical_or,
    choose,  // a ? b : c
    abs,
    sign,
    sqrt,
    exp,
    log,
    log10,
    sin,
    cos,
    tan,
    asin,
    acos,
    atan,
    sinh,
    cosh,
    tanh,
    asinh,
    acosh,
    atanh,
    floor,
    ceil,
    round,
    truncate,
    step,
    ramp,  // round: halves to even; step: u(x), u(0) = 0.5; ramp: uramp(x)
    minimum,
    maximum,
    atan2,
    power_signed,  // pwr(x, y) = sgn(x) |x|^y
    power_abs,     // |x|^y
    table,  // piecewise linear: x in register a, points in tables[b]; outside c ? end segments go on : held
  };
  struct Step {
    Op op = Op::constant;
    int a = 0, b = 0, c = 0;  ///< registers; step k writes register k
    double k = 0;
  };

  std::vector<Step> steps;                                     ///< the value is the last register
  std::vector<std::vector<std::pair<double, double>>> tables;  ///< ascending x

  static Program constant(double value);
  static Program input(int index);

  bool empty() const { return steps.empty(); }
  /// The value when no step reads an input.
  bool is_constant() const;
  /// Indices of the inputs read, ascending, each once.
  std::vector<int> inputs() const;
  /// Operands that an operation takes from registers, 0 to 3.
  static int operands(Op op);

  /// Value at `inputs`; `registers` is scratch that is grown as needed and never shrunk.
  template <class T>
  T run(std::span<const T> inputs, std::vector<T>& registers) const;
};

}  // namespace nullor

#include "nullor/netlist/program_run.h"
