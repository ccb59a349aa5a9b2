#include "nullor/simulate/vector_functions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "nullor/base/error.h"
#include "nullor/simulate/complex_pair.h"

namespace nullor {
namespace {

constexpr double kDegree = 180 / std::numbers::pi;

template <class T, class Function>
Samples<T> map_real(const Samples<T>& x, Function&& f, Quantity quantity = Quantity::none) {
  Samples<T> out;
  out.quantity = quantity;
  for (std::size_t k = 0; k < x.size(); ++k) out.re.push_back(f(pair_at(x, k)));
  return out;
}

template <class T, class Function>
Samples<T> map_pair(const Samples<T>& x, Function&& f) {
  Samples<T> out;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const Pair<T> z = f(pair_at(x, k));
    out.re.push_back(z.re);
    out.im.push_back(z.im);
  }
  return out;
}

[[noreturn]] void fail(const std::string& what) { throw InputError(ErrorKind::netlist, what); }

template <class T>
using One = Samples<T> (*)(const Samples<T>& x, std::span<const double> scale, bool degrees);

template <class T>
T magnitude_of(const Pair<T>& z, bool is_complex) {
  return is_complex ? magnitude(z) : abs(z.re);
}

template <class T>
Samples<T> absolute(const Samples<T>& x, std::span<const double>, bool) {
  return map_real(
      x, [&](const Pair<T>& z) { return magnitude_of(z, x.is_complex()); }, x.quantity);
}

template <class T>
Samples<T> decibels_of(const Samples<T>& x, std::span<const double>, bool) {
  return map_real(
      x, [&](const Pair<T>& z) { return T(20) * log10(magnitude_of(z, x.is_complex())); }, Quantity::decibel);
}

// As in ngspice the phase of a real quantity is 0, also of a negative one.
template <class T>
Samples<T> phase(const Samples<T>& x, std::span<const double>, bool degrees) {
  return map_real(
      x, [&](const Pair<T>& z) { return x.is_complex() ? argument(z) * T(degrees ? kDegree : 1.0) : T(0); },
      Quantity::phase);
}

template <class T>
Samples<T> continuous_phase(const Samples<T>& x, std::span<const double> scale, bool degrees) {
  Samples<T> out = phase(x, scale, degrees);
  const double turn = degrees ? 360 : 2 * std::numbers::pi;
  for (std::size_t k = 1; k < out.size(); ++k) {
    out.re[k] = out.re[k] - T(turn * std::round((value(out.re[k]) - value(out.re[k - 1])) / turn));
  }
  return out;
}

template <class T, auto real, auto pair>
Samples<T> elementary(const Samples<T>& x, std::span<const double>, bool) {
  return x.is_complex() ? map_pair(x, pair) : map_real(x, [](const Pair<T>& z) { return real(z.re); });
}

template <class T, auto real>
Samples<T> real_only(const Samples<T>& x, std::span<const double>, bool) {
  if (x.is_complex()) fail("this function takes real values, not complex ones");
  return map_real(x, [](const Pair<T>& z) { return real(z.re); });
}

template <class T, auto real>
Samples<T> angle(const Samples<T>& x, std::span<const double>, bool degrees) {
  if (x.is_complex()) fail("this function takes real values, not complex ones");
  return map_real(x, [degrees](const Pair<T>& z) { return real(z.re * T(degrees ? 1 / kDegree : 1.0)); });
}

template <class T>
Samples<T> mean(const Samples<T>& x, std::span<const double>, bool) {
  Samples<T> out{{T(0)}, {}, x.quantity};
  if (x.is_complex()) out.im = {T(0)};
  const T n(static_cast<double>(x.size()));
  for (const T& v : x.re) out.re[0] += v / n;
  for (const T& v : x.im) out.im[0] += v / n;
  return out;
}

template <class T>
Samples<T> running_average(const Samples<T>& x, std::span<const double>, bool) {
  Samples<T> out{{}, {}, x.quantity};
  T sum(0);
  for (std::size_t k = 0; k < x.size(); ++k) {
    sum += x.re[k];
    out.re.push_back(sum / T(static_cast<double>(k + 1)));
  }
  return out;
}

template <class T>
Samples<T> standard_deviation(const Samples<T>& x, std::span<const double> scale, bool degrees) {
  const T average = mean(x, scale, degrees).re[0];
  T sum(0);
  for (const T& v : x.re) sum += (v - average) * (v - average);
  return Samples<T>::constant(sqrt(sum / T(std::max(1.0, static_cast<double>(x.size()) - 1))));
}

template <class T>
Samples<T> lowest(const Samples<T>& x, std::span<const double>, bool) {
  return {{*std::min_element(x.re.begin(), x.re.end())}, {}, x.quantity};
}

template <class T>
Samples<T> highest(const Samples<T>& x, std::span<const double>, bool) {
  return {{*std::max_element(x.re.begin(), x.re.end())}, {}, x.quantity};
}

template <class T>
Samples<T> normalized(const Samples<T>& x, std::span<const double> scale, bool degrees) {
  const T largest = highest(absolute(x, scale, degrees), scale, degrees).re[0];
  Samples<T> out = x;
  for (T& v : out.re) v /= largest;
  for (T& v : out.im) v /= largest;
  return out;
}

std::vector<double> fitting_scale(std::span<const double> scale, std::size_t n) {
  if (scale.size() == n) return {scale.begin(), scale.end()};
  std::vector<double> out(n);
  for (std::size_t k = 0; k < n; ++k) out[k] = static_cast<double>(k);
  return out;
}

// Slope of the parabola through each sample and its neighbours; at the ends, of the parabola of the first or
// last three.
template <class T>
std::vector<T> derivative(const std::vector<T>& y, const std::vector<double>& x) {
  const std::size_t n = y.size();
  if (n < 2) return std::vector<T>(n, T(0));
  if (n == 2) return std::vector<T>(2, (y[1] - y[0]) / T(x[1] - x[0]));
  std::vector<T> out;
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t a = std::clamp<std::size_t>(k, 1, n - 2) - 1, b = a + 1, c = a + 2;
    const T left = (y[b] - y[a]) / T(x[b] - x[a]), right = (y[c] - y[b]) / T(x[c] - x[b]);
    const T curvature = (right - left) / T(x[c] - x[a]);
    out.push_back(left + curvature * T((x[k] - x[a]) + (x[k] - x[b])));
  }
  return out;
}

template <class T>
Samples<T> differentiate(const Samples<T>& x, std::span<const double> scale, bool) {
  const auto grid = fitting_scale(scale, x.size());
  Samples<T> out{derivative(x.re, grid), {}, Quantity::none};
  if (x.is_complex()) out.im = derivative(x.im, grid);
  return out;
}

template <class T>
std::vector<T> running_integral(const std::vector<T>& y, const std::vector<double>& x) {
  std::vector<T> out;
  T sum(0);
  for (std::size_t k = 0; k < y.size(); ++k) {
    if (k > 0) sum += (y[k] + y[k - 1]) * T(0.5 * (x[k] - x[k - 1]));
    out.push_back(sum);
  }
  return out;
}

template <class T>
Samples<T> integrate(const Samples<T>& x, std::span<const double> scale, bool) {
  const auto grid = fitting_scale(scale, x.size());
  Samples<T> out{running_integral(x.re, grid), {}, Quantity::none};
  if (x.is_complex()) out.im = running_integral(x.im, grid);
  return out;
}

// -d(phase)/d(omega) [s].
template <class T>
Samples<T> group_delay(const Samples<T>& x, std::span<const double> scale, bool) {
  Samples<T> out = differentiate(continuous_phase(x, scale, false), scale, false);
  for (T& v : out.re) v = v * T(-0.5 / std::numbers::pi);
  return out;
}

template <class T>
std::size_t count_of(const Samples<T>& x) {
  const double n = value(x.re.at(0));
  if (!(n >= 0) || n > 1e8) fail("a vector of this length cannot be made");
  return static_cast<std::size_t>(n);
}

template <class T>
Samples<T> counting(const Samples<T>& x, std::span<const double>, bool) {
  Samples<T> out;
  for (std::size_t k = 0; k < std::max<std::size_t>(1, count_of(x)); ++k)
    out.re.push_back(T(static_cast<double>(k)));
  return out;
}

template <class T>
Samples<T> ones(const Samples<T>& x, std::span<const double>, bool) {
  return {std::vector<T>(std::max<std::size_t>(1, count_of(x)), T(1)), {}, Quantity::none};
}

template <class T>
Samples<T> length(const Samples<T>& x, std::span<const double>, bool) {
  return Samples<T>::constant(T(static_cast<double>(x.size())));
}

template <class T>
Samples<T> real_part(const Samples<T>& x, std::span<const double>, bool) {
  return {x.re, {}, x.quantity};
}

template <class T>
Samples<T> imaginary_part(const Samples<T>& x, std::span<const double>, bool) {
  return {x.is_complex() ? x.im : std::vector<T>(x.size(), T(0)), {}, x.quantity};
}

template <class T>
Samples<T> conjugate(const Samples<T>& x, std::span<const double>, bool) {
  Samples<T> out = x;
  for (T& v : out.im) v = -v;
  return out;
}

template <class T>
Samples<T> sign(const Samples<T>& x, std::span<const double>, bool) {
  return map_real(x, [](const Pair<T>& z) {
    return T(value(z.re) > 0 ? 1.0 : value(z.re) < 0 ? -1.0 : 0.0);
  });
}

template <class T>
Samples<T> same(const Samples<T>& x, std::span<const double>, bool) {
  return x;
}

template <class T>
const std::map<std::string, One<T>, std::less<>>& functions() {
#define REAL(f) [](const T& x) -> T { return f(x); }
#define PAIR(f) [](const Pair<T>& x) -> Pair<T> { return f(x); }
  static const std::map<std::string, One<T>, std::less<>> table = {
      {"abs", absolute<T>},
      {"mag", absolute<T>},
      {"magnitude", absolute<T>},
      {"db", decibels_of<T>},
      {"ph", phase<T>},
      {"phase", phase<T>},
      {"cph", continuous_phase<T>},
      {"cphase", continuous_phase<T>},
      {"unwrap", continuous_phase<T>},
      {"re", real_part<T>},
      {"real", real_part<T>},
      {"im", imaginary_part<T>},
      {"imag", imaginary_part<T>},
      {"conj", conjugate<T>},
      {"ln", elementary<T, REAL(log), PAIR(log)>},
      {"log", elementary<T, REAL(log), PAIR(log)>},
      {"exp", elementary<T, REAL(exp), PAIR(exp)>},
      {"sqrt", elementary<T, REAL(sqrt), PAIR(sqrt)>},
      {"log10", real_only<T, REAL(log10)>},
      {"sin", angle<T, REAL(sin)>},
      {"cos", angle<T, REAL(cos)>},
      {"tan", angle<T, REAL(tan)>},
      {"asin", real_only<T, REAL(asin)>},
      {"acos", real_only<T, REAL(acos)>},
      {"atan", real_only<T, REAL(atan)>},
      {"sinh", real_only<T, REAL(sinh)>},
      {"cosh", real_only<T, REAL(cosh)>},
      {"tanh", real_only<T, REAL(tanh)>},
      {"floor", real_only<T, REAL(floor)>},
      {"ceil", real_only<T, REAL(ceil)>},
      {"round", real_only<T, REAL(round)>},
      {"nint", real_only<T, REAL(round)>},
      {"sgn", sign<T>},
      {"pos",
       [](const Samples<T>& x, std::span<const double>, bool) {
         return map_real(x, [](const Pair<T>& z) { return T(value(z.re) > 0 ? 1.0 : 0.0); });
       }},
      {"mean", mean<T>},
      {"avg", running_average<T>},
      {"stddev", standard_deviation<T>},
      {"minimum", lowest<T>},
      {"vecmin", lowest<T>},
      {"maximum", highest<T>},
      {"vecmax", highest<T>},
      {"length", length<T>},
      {"norm", normalized<T>},
      {"deriv", differentiate<T>},
      {"integ", integrate<T>},
      {"group_delay", group_delay<T>},
      {"vector", counting<T>},
      {"unitvec", ones<T>},
      {"interpolate", same<T>},
      {"par", same<T>},
  };
#undef REAL
#undef PAIR
  return table;
}

}  // namespace

template <class T>
std::optional<Samples<T>> call_vector_function(std::string_view name, std::span<const Samples<T>> arguments,
                                               std::span<const double> scale, bool degrees) {
  if (arguments.size() == 2) {
    if (name == "min" || name == "max" || name == "pow") {
      const Samples<T>&a = arguments[0], &b = arguments[1];
      if (name == "pow") return combine<T>("^", a, b);
      Samples<T> first = combine<T>(name == "min" ? "<" : ">", a, b), out = combine<T>("+", a, b);
      for (std::size_t k = 0; k < out.size(); ++k)
        out.re[k] = value(first.re[k]) != 0 ? pair_at(a, k).re : pair_at(b, k).re;
      return out;
    }
    return std::nullopt;
  }
  if (arguments.size() != 1 || arguments[0].size() == 0) return std::nullopt;
  const auto found = functions<T>().find(name);
  if (found == functions<T>().end()) return std::nullopt;
  return found->second(arguments[0], scale, degrees);
}

std::vector<std::string> vector_function_names() {
  std::vector<std::string> out;
  for (const auto& [name, function] : functions<double>()) out.push_back(name);
  return out;
}

template std::optional<Samples<double>> call_vector_function(std::string_view,
                                                             std::span<const Samples<double>>,
                                                             std::span<const double>, bool);
template std::optional<Samples<Var>> call_vector_function(std::string_view, std::span<const Samples<Var>>,
                                                          std::span<const double>, bool);

}  // namespace nullor
