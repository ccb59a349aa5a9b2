#include "nullor/neural/inference.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/math/simd_exp.h"

namespace nullor {

namespace {

/// The distance of evenly spaced times, or 0.
double even_step(std::span<const double> times) {
  if (times.size() < 3) return 0;
  const double step = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
  double off = 0;
  for (std::size_t j = 0; j < times.size(); ++j) {
    off = std::max(off, std::fabs(times[j] - (times.front() + static_cast<double>(j) * step)));
  }
  return off < 1e-14 * (times.back() - times.front()) * static_cast<double>(times.size()) ? step : 0;
}

}  // namespace

void evaluate_features(const Features& features, std::span<const double> weights, double start,
                       std::span<const double> times, double begin, double length, double* out) {
  using Double = Simd<4>::Double;
  constexpr std::size_t kMost = 64;
  const std::size_t count = features.slope.size(), pairs = (count + 1) / 2;
  if (count > kMost) throw InputError(ErrorKind::usage, "a waveform network has at most 64 features");
  // out = constant + linear s - sum_k amplitude_k / (1 + e^(rate_k s + shift_k)); an odd one out is paired
  // with amplitude 0.
  std::array<double, kMost> rate{}, shift{}, amplitude{};
  double constant = start;
  for (std::size_t k = 0; k < count; ++k) {
    const double w = weights[k + 1] * features.scale[k];
    constant += w * (1 - features.tanh_offset[k]);
    rate[k] = 2 * features.slope[k];
    shift[k] = 2 * features.offset[k];
    amplitude[k] = 2 * w;
  }
  const double linear = weights[0] * features.skip, scale = 1 / length;
  const double step = even_step(times) * scale;
  std::array<double, kMost> growth{};  // of e^(rate s) over four points
  if (step > 0) {
    for (std::size_t k = 0; k < 2 * pairs; k += 4) {
      const Double four = simd_exp(Double{rate[k], rate[k + 1], rate[k + 2], rate[k + 3]} * (4 * step));
      for (std::size_t l = 0; l < 4; ++l) growth[k + l] = four[l];
    }
  }
  constexpr std::size_t kGroups =
      8;  // of four points: how far the exponentials are carried by multiplication
  for (std::size_t j = 0; j < times.size(); j += 4 * kGroups) {
    const std::size_t groups = std::min(kGroups, (times.size() - j + 3) / 4);
    std::array<Double, kGroups> s, sum;
    for (std::size_t g = 0; g < groups; ++g) {
      for (std::size_t l = 0; l < 4; ++l) {
        s[g][l] = (times[std::min(j + 4 * g + l, times.size() - 1)] - begin) * scale;
      }
      sum[g] = constant + linear * s[g];
    }
    for (std::size_t k = 0; k < 2 * pairs; k += 2) {
      Double a = simd_exp(rate[k] * s[0] + shift[k]), b = simd_exp(rate[k + 1] * s[0] + shift[k + 1]);
      for (std::size_t g = 0; g < groups; ++g) {
        if (step == 0 && g > 0) {
          a = simd_exp(rate[k] * s[g] + shift[k]);
          b = simd_exp(rate[k + 1] * s[g] + shift[k + 1]);
        }
        const Double at_a = 1.0 + a, at_b = 1.0 + b;
        sum[g] -= (amplitude[k] * at_b + amplitude[k + 1] * at_a) / (at_a * at_b);
        a *= growth[k];
        b *= growth[k + 1];
      }
    }
    for (std::size_t i = 0; i < 4 * groups && j + i < times.size(); ++i) out[j + i] = sum[i / 4][i % 4];
  }
}

}  // namespace nullor
