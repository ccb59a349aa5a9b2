#pragma once
/// One signal of a waveform network at many points.

#include <span>
#include <vector>

#include "nullor/math/simd.h"
#include "nullor/neural/feature_basis.h"

namespace nullor {

/// Reads windows of frozen features, with tanh u = 1 - 2 / (1 + e^2u): four points in a register, four
/// features to a division. At evenly spaced times the exponentials of four features are computed side by side
/// at one point and carried by multiplication, 32 points at a stretch.
class FeatureReader {
 public:
  /// `times`: all points of the signal, ascending; the parts that read() receives lie among them.
  FeatureReader(const Features& features, std::span<const double> times);

  /// out[j] = start + sum_k weights[k] psi_k((times[j] - begin) / length), psi of feature_basis.h.
  void read(std::span<const double> weights, double start, std::span<const double> times, double begin,
            double length, double* out) const;

 private:
  using Double = Simd<4>::Double;

  /// Four features, those missing with weight zero.
  struct Quad {
    Double rate, shift;        ///< e^2u = e^(rate s + shift)
    Double twice_scale, lift;  ///< 2 scale, scale (1 - tanh(offset))
  };
  std::vector<Quad> quads_;
  double skip_ = 0;
  double step_ = 0;  ///< [s] between the times, 0: they are not evenly spaced
};

}  // namespace nullor
