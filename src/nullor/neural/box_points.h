#pragma once
/// Points of the box [-1, 1]^P.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <numbers>
#include <vector>

#include "nullor/base/rng.h"

namespace nullor {

/// Points that fill the box evenly: Halton's sequence, shifted at random.
/// Source: J. Halton, Numerische Mathematik 2, 84 (1960).
class BoxFilling {
 public:
  BoxFilling(std::size_t axes, std::uint64_t seed) : axes_(axes) {
    Rng rng(seed);
    for (std::size_t j = 0; j < axes; ++j) shift_.push_back(rng.uniform());
  }
  /// In [-1, 1]; `edges`: as dense near the faces as the roots of Chebyshev's polynomials.
  std::vector<double> next(bool edges) {
    static constexpr int kPrimes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53};
    ++index_;
    std::vector<double> out;
    for (std::size_t j = 0; j < axes_; ++j) {
      const int base = kPrimes[j % std::size(kPrimes)];
      double value = shift_[j], digit = 1.0 / base;
      for (long k = index_; k > 0; k /= base, digit /= base) value += digit * static_cast<double>(k % base);
      const double at = 2 * (value - std::floor(value)) - 1;
      out.push_back(edges ? std::sin(0.5 * std::numbers::pi * at) : at);
    }
    return out;
  }

 private:
  std::size_t axes_;
  long index_ = 0;
  std::vector<double> shift_;
};

/// Corners; of a box of more than four parameters, those where the fifth goes with the first, and so on.
inline std::vector<std::vector<double>> box_corners(std::size_t axes) {
  constexpr std::size_t kMost = 4;
  std::vector<std::vector<double>> out;
  for (std::size_t k = 0; k < (std::size_t{1} << std::min(axes, kMost)); ++k) {
    std::vector<double> p;
    for (std::size_t j = 0; j < axes; ++j) p.push_back((k >> (j % kMost)) & 1 ? 1 : -1);
    out.push_back(std::move(p));
  }
  return out;
}

}  // namespace nullor
