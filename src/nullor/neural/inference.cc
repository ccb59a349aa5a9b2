#include "nullor/neural/inference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "nullor/base/error.h"
#include "nullor/math/simd_exp.h"

namespace nullor {
namespace {

using Double = Simd<4>::Double;

constexpr std::size_t kMost = 64;   // features
constexpr std::size_t kGroups = 8;  // of four points: how far exponentials are carried
constexpr double kFurthest = 8;     // s up to which a product of four exponentials surely is a number
constexpr double kSaturated = 150;  // tanh is +-1 long before

/// The distance of evenly spaced times, or 0.
double even_step(std::span<const double> times) {
  if (times.size() < 3) return 0;
  const double first = times.front(), step = (times.back() - first) / static_cast<double>(times.size() - 1);
  Double off{}, index{0, 1, 2, 3};
  for (std::size_t j = 0; j + 4 <= times.size(); j += 4, index += 4.0) {
    Double t;
    std::memcpy(&t, times.data() + j, sizeof t);
    t -= first + index * step;
    t = t < 0 ? -t : t;
    off = t > off ? t : off;
  }
  for (std::size_t j = times.size() / 4 * 4; j < times.size(); ++j)
    off[0] = std::max(off[0], std::fabs(times[j] - (first + static_cast<double>(j) * step)));
  const double rounding = 1e-15 * (std::fabs(first) + std::fabs(times.back()));
  return std::max(std::max(off[0], off[1]), std::max(off[2], off[3])) <= rounding ? step : 0;
}

/// x[k][l] becomes x[l][k].
void transpose(Double (&x)[4]) {
  const Double a = __builtin_shufflevector(x[0], x[1], 0, 4, 2, 6),
               b = __builtin_shufflevector(x[0], x[1], 1, 5, 3, 7);
  const Double c = __builtin_shufflevector(x[2], x[3], 0, 4, 2, 6),
               d = __builtin_shufflevector(x[2], x[3], 1, 5, 3, 7);
  x[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  x[1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  x[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  x[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

/// sum_l amplitude[l] / (1 + e[l])
inline Double quotients(const Double& amplitude, const Double (&e)[4]) {
  const Double a = 1.0 + e[0], b = 1.0 + e[1], c = 1.0 + e[2], d = 1.0 + e[3], ab = a * b, cd = c * d;
  return ((amplitude[0] * b + amplitude[1] * a) * cd + (amplitude[2] * d + amplitude[3] * c) * ab) /
         (ab * cd);
}

}  // namespace

FeatureReader::FeatureReader(const Features& features, std::span<const double> times)
    : skip_(features.skip), step_(even_step(times)) {
  const std::size_t count = features.slope.size();
  if (count > kMost) throw InputError(ErrorKind::usage, "a waveform network has at most 64 features");
  quads_.resize((count + 3) / 4, Quad{});
  for (std::size_t k = 0; k < count; ++k) {
    Quad& quad = quads_[k / 4];
    quad.rate[k % 4] = 2 * features.slope[k];
    quad.shift[k % 4] = 2 * features.offset[k];
    quad.twice_scale[k % 4] = 2 * features.scale[k];
    quad.lift[k % 4] = features.scale[k] * (1 - features.tanh_offset[k]);
  }
}

void FeatureReader::read(std::span<const double> weights, double start, std::span<const double> times,
                         double begin, double length, double* out) const {
  // out = constant + linear s - sum_k amplitude_k / (1 + e^(rate_k s + shift_k))
  const std::size_t quads = quads_.size();
  std::array<Double, kMost / 4> amplitude, growth, growth_of_four;
  if (quads > 0) amplitude[quads - 1] = Double{};
  std::memcpy(amplitude.data(), weights.data() + 1, (weights.size() - 1) * sizeof(double));
  Double lifted{};
  for (std::size_t q = 0; q < quads; ++q) {
    lifted += amplitude[q] * quads_[q].lift;
    amplitude[q] *= quads_[q].twice_scale;
  }
  const double constant = start + ((lifted[0] + lifted[1]) + (lifted[2] + lifted[3]));
  const double linear = weights[0] * skip_, scale = 1 / length, step = step_ * scale;
  const double s_first = (times.front() - begin) * scale, s_last = (times.back() - begin) * scale;
  const bool even = step_ > 0 && s_first > -kFurthest && s_last < kFurthest && times.size() > 1;
  for (std::size_t q = 0; even && q < quads; ++q) {
    growth[q] = simd_exp(quads_[q].rate * step);
    if (times.size() > 4) growth_of_four[q] = simd_exp(quads_[q].rate * (4 * step));
  }
  for (std::size_t j = 0; j < times.size(); j += 4 * kGroups) {
    const std::size_t groups = std::min(kGroups, (times.size() - j + 3) / 4);
    std::array<Double, kGroups> s, sum;
    for (std::size_t g = 0; g < groups; ++g) {
      if (even) {
        s[g] = (times[j] - begin) * scale + (4 * static_cast<double>(g) + Double{0, 1, 2, 3}) * step;
      } else {
        for (std::size_t l = 0; l < 4; ++l)
          s[g][l] = (times[std::min(j + 4 * g + l, times.size() - 1)] - begin) * scale;
      }
      sum[g] = constant + linear * s[g];
    }
    for (std::size_t q = 0; q < quads; ++q) {
      const Quad& quad = quads_[q];
      Double e[4];  // of a feature at four points
      if (even) {
        e[0] = simd_exp(quad.rate * s[0][0] + quad.shift);
        e[1] = e[0] * growth[q];
        e[2] = e[1] * growth[q];
        e[3] = e[2] * growth[q];
        transpose(e);
        sum[0] -= quotients(amplitude[q], e);
        for (std::size_t g = 1; g < groups; ++g) {
          e[0] *= growth_of_four[q][0];
          e[1] *= growth_of_four[q][1];
          e[2] *= growth_of_four[q][2];
          e[3] *= growth_of_four[q][3];
          sum[g] -= quotients(amplitude[q], e);
        }
        continue;
      }
      for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t l = 0; l < 4; ++l) {
          Double u = quad.rate[l] * s[g] + quad.shift[l];
          u = u > kSaturated ? Double{} + kSaturated : u;
          e[l] = simd_exp(u < -kSaturated ? Double{} - kSaturated : u);
        }
        sum[g] -= quotients(amplitude[q], e);
      }
    }
    std::memcpy(out + j, sum.data(), std::min(4 * groups, times.size() - j) * sizeof(double));
  }
}

}  // namespace nullor
