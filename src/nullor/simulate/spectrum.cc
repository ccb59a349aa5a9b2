#include "nullor/simulate/spectrum.h"

#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "nullor/base/error.h"

namespace nullor {
namespace {

using Complex = std::complex<double>;
constexpr double kTurn = 2 * std::numbers::pi;

// Windows that are sums of cosines: their coefficients.
struct CosineWindow {
  std::string_view name;
  std::array<double, 5> c;
};
constexpr CosineWindow kCosineWindows[] = {
    {"none", {1}},
    {"rectangular", {1}},
    {"hann", {1, -1}},
    {"hanning", {1, -1}},
    {"cosine", {1, -1}},
    {"hamming", {1, -0.46 / 0.54}},
    {"blackman", {1, -0.5 / 0.42, 0.08 / 0.42}},
    {"flattop", {1, -1.93, 1.29, -0.388, 0.032}},
};

double cosine_sum(const std::array<double, 5>& c, double turns) {
  double sum = c[0];
  for (std::size_t k = 1; k < c.size(); ++k) sum += c[k] * std::cos(kTurn * static_cast<double>(k) * turns);
  return sum;
}

// In place, size a power of two. Source: J. W. Cooley, J. W. Tukey, Math. Comput. 19, 297 (1965).
void transform(std::vector<Complex>& y) {
  const std::size_t n = y.size();
  for (std::size_t k = 1, reversed = 0; k < n; ++k) {
    std::size_t bit = n / 2;
    for (; reversed & bit; bit /= 2) reversed ^= bit;
    reversed |= bit;
    if (k < reversed) std::swap(y[k], y[reversed]);
  }
  for (std::size_t half = 1; half < n; half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const Complex turn = std::polar(1.0, -kTurn * static_cast<double>(k) / static_cast<double>(2 * half));
      for (std::size_t first = k; first < n; first += 2 * half) {
        const Complex even = y[first], odd = turn * y[first + half];
        y[first] = even + odd;
        y[first + half] = even - odd;
      }
    }
  }
}

}  // namespace

std::vector<double> window(std::string_view name, std::span<const double> time, double span, int order) {
  const auto over = [&](auto&& shape) {
    std::vector<double> out;
    for (const double t : time) {
      const double turns = (t - time.back()) / span;  // -1 ... 0
      out.push_back(name != "none" && turns < -1 ? 0 : shape(turns));
    }
    return out;
  };
  if (name == "triangle" || name == "bartlett" || name == "bartlet") {
    return over([](double turns) { return 2 - std::fabs(2 + 4 * turns); });
  }
  if (name == "gaussian") {
    return over(
        [&](double turns) { return 0.83 * order * std::exp(-0.5 * std::pow((2 * turns + 1) * order, 2)); });
  }
  std::vector<std::string> known = {"triangle", "bartlett", "gaussian"};
  for (const CosineWindow& w : kCosineWindows) {
    if (w.name == name) return over([&](double turns) { return cosine_sum(w.c, turns); });
    known.emplace_back(w.name);
  }
  throw InputError(ErrorKind::netlist, "there is no window '" + std::string(name) + "'", {},
                   did_you_mean(name, known, "set specwindow=hanning"));
}

std::vector<Complex> fft(std::span<const double> y) {
  std::vector<Complex> out(y.begin(), y.end());
  out.resize(std::bit_ceil(y.size()));
  const double scale = 2 / static_cast<double>(out.size());
  transform(out);
  out.resize(out.size() / 2 + 1);
  for (Complex& line : out) line *= scale;
  return out;
}

std::vector<Complex> dft(std::span<const double> time, std::span<const double> y,
                         std::span<const double> window, std::span<const double> frequencies) {
  const double points = static_cast<double>(y.size() - 1);
  double mean = 0;
  for (std::size_t k = 1; k < y.size(); ++k) mean += y[k] * window[k] / points;
  std::vector<Complex> out;
  for (const double f : frequencies) {
    Complex line = 0;
    for (std::size_t k = 1; k < y.size(); ++k)
      line += std::polar(2 * window[k] / points * (y[k] - mean), kTurn * f * time[k]);
    out.push_back(f == 0 ? mean : line);
  }
  return out;
}

}  // namespace nullor
