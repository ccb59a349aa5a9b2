#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/simulate/vector_functions.h"

namespace nullor {
namespace {

[[noreturn]] void fail(const std::string& what) { throw InputError(ErrorKind::netlist, what); }

template <class T>
T compare(std::string_view op, const T& x, const T& y) {
  const double a = value(x), b = value(y);
  const bool holds = op == "<"    ? a < b
                     : op == "<=" ? a <= b
                     : op == ">"  ? a > b
                     : op == ">=" ? a >= b
                     : op == "==" ? a == b
                     : op == "!=" ? a != b
                     : op == "&&" ? a != 0 && b != 0
                                  : a != 0 || b != 0;
  return T(holds ? 1.0 : 0.0);
}

template <class T>
Pair<T> combine_complex(char op, const Pair<T>& x, const Pair<T>& y) {
  switch (op) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '^':
      return pow(x, y);
    default:
      fail("% and comparisons take real values");
  }
}

template <class T>
T combine_real(std::string_view op, const T& x, const T& y) {
  switch (op == "**" ? '^' : op.size() == 1 ? op.front() : ' ') {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '^':
      return pow(x, y);
    case '%':
      return x - y * T(std::trunc(value(x) / value(y)));
    default:
      return compare(op, x, y);
  }
}

}  // namespace

template <class T>
Samples<T> combine(std::string_view op, const Samples<T>& a, const Samples<T>& b) {
  if (a.size() == 0 || b.size() == 0) fail("a vector has no samples");
  if (a.size() != b.size() && a.size() != 1 && b.size() != 1) {
    fail("vectors of " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
         " samples cannot be combined by '" + std::string(op) + "'");
  }
  const std::size_t n = std::max(a.size(), b.size());
  Samples<T> out;
  if (op == "," || a.is_complex() || b.is_complex()) {
    const char symbol = op == "**" ? '^' : op.size() == 1 ? op.front() : ' ';
    for (std::size_t k = 0; k < n; ++k) {
      const Pair<T> x = pair_at(a, k), y = pair_at(b, k);
      const Pair<T> z = op == "," ? Pair<T>{x.re, y.re} : combine_complex(symbol, x, y);
      out.re.push_back(z.re);
      out.im.push_back(z.im);
    }
  } else {
    for (std::size_t k = 0; k < n; ++k)
      out.re.push_back(combine_real(op, pair_at(a, k).re, pair_at(b, k).re));
  }
  if (op == "+" || op == "-") out.quantity = a.quantity == Quantity::none ? b.quantity : a.quantity;
  if (op == "*" && (a.size() == 1 || b.size() == 1)) out.quantity = a.size() == 1 ? b.quantity : a.quantity;
  if (op == "/" && b.size() == 1) out.quantity = a.quantity;
  return out;
}

template Samples<double> combine(std::string_view, const Samples<double>&, const Samples<double>&);
template Samples<Var> combine(std::string_view, const Samples<Var>&, const Samples<Var>&);

}  // namespace nullor
