#include "nullor/io/plot_math.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace nullor {

std::vector<double> linear_ticks(double low, double high, int wanted) {
  if (!(high > low) || !std::isfinite(high - low)) return {};
  const double rough = (high - low) / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double m : {1.0, 2.0, 5.0}) {
    if (power * m >= rough) {
      step = power * m;
      break;
    }
  }
  std::vector<double> out;
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  for (double k = first; k <= last && out.size() < 100; ++k)
    out.push_back(k * step + 0.0);  // + 0.0: no negative zero
  return out;
}

std::vector<double> decade_ticks(double low, double high, int wanted) {
  if (!(low > 0) || !(high > low) || !std::isfinite(high)) return {};
  const int first = static_cast<int>(std::ceil(std::log10(low) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
  const int stride = std::max(1, (last - first + wanted) / std::max(1, wanted));
  std::vector<double> out;
  for (int k = first; k <= last; k += stride) out.push_back(std::pow(10.0, k));
  return out;
}

std::string tick_label(double value, const std::string& unit) {
  constexpr std::array<const char*, 13> kPrefixes = {"z", "a", "f", "p", "n", "\u00b5", "m",
                                                     "",  "k", "M", "G", "T", "P"};
  const bool scaled = unit != "dB" && unit != "\u00b0" && unit != "\u00b0C";
  char text[64];
  if (value == 0 || !std::isfinite(value) || !scaled) {
    std::snprintf(text, sizeof text, "%.6g", value);
    return unit.empty() ? text : std::string(text) + (unit == "\u00b0" ? "" : "\u00a0") + unit;
  }
  const int group = std::clamp(static_cast<int>(std::floor(std::log10(std::fabs(value)) / 3 + 1e-9)), -7, 5);
  std::snprintf(text, sizeof text, "%.6g", value / std::pow(10.0, 3 * group));
  const std::string suffix = kPrefixes[static_cast<std::size_t>(group + 7)] + unit;
  return suffix.empty() ? text : std::string(text) + "\u00a0" + suffix;
}

std::vector<double> decibels(std::span<const std::complex<double>> z) {
  std::vector<double> out;
  out.reserve(z.size());
  for (const auto& value : z) out.push_back(std::max(-400.0, 20 * std::log10(std::abs(value))));
  return out;
}

std::vector<double> unwrapped_phase_deg(std::span<const std::complex<double>> z) {
  std::vector<double> out;
  out.reserve(z.size());
  for (const auto& value : z) {
    double phase = std::arg(value) * 180 / std::numbers::pi;
    if (!out.empty()) phase -= 360 * std::round((phase - out.back()) / 360);
    out.push_back(phase);
  }
  return out;
}

std::vector<std::size_t> m4_indices(std::span<const double> pixel, std::span<const double> y) {
  std::vector<std::size_t> out;
  for (std::size_t begin = 0; begin < y.size();) {
    const double column = std::floor(pixel[begin]);
    std::size_t end = begin, low = begin, high = begin;
    for (; end < y.size() && std::floor(pixel[end]) == column; ++end) {
      if (y[end] < y[low]) low = end;
      if (y[end] > y[high]) high = end;
    }
    if (end == begin) end = begin + 1;  // a NaN position equals nothing
    std::array<std::size_t, 4> kept = {begin, std::min(low, high), std::max(low, high), end - 1};
    for (const std::size_t k : kept) {
      if (out.empty() || out.back() != k) out.push_back(k);
    }
    begin = end;
  }
  return out;
}

std::vector<std::size_t> straight_runs(std::span<const double> x, std::span<const double> y,
                                       std::span<const std::size_t> indices, double distance) {
  if (indices.size() < 3) return {indices.begin(), indices.end()};
  std::vector<char> kept(indices.size(), 0);
  kept.front() = kept.back() = 1;
  std::vector<std::pair<std::size_t, std::size_t>> open = {{0, indices.size() - 1}};
  while (!open.empty()) {
    const auto [first, last] = open.back();
    open.pop_back();
    const double x0 = x[indices[first]], y0 = y[indices[first]];
    const double dx = x[indices[last]] - x0, dy = y[indices[last]] - y0, length = std::hypot(dx, dy);
    std::size_t farthest = first;
    double largest = distance;
    for (std::size_t k = first + 1; k < last; ++k) {
      const double px = x[indices[k]] - x0, py = y[indices[k]] - y0;
      const double off = length > 0 ? std::fabs(px * dy - py * dx) / length : std::hypot(px, py);
      if (off > largest) largest = off, farthest = k;
    }
    if (farthest == first) continue;
    kept[farthest] = 1;
    open.emplace_back(first, farthest);
    open.emplace_back(farthest, last);
  }
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < indices.size(); ++k) {
    if (kept[k]) out.push_back(indices[k]);
  }
  return out;
}

}  // namespace nullor
