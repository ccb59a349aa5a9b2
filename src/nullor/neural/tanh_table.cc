#include "nullor/neural/tanh_table.h"

#include <cmath>

namespace nullor {

void evaluate_features(const Features& features, std::span<const double> weights, double start,
                       std::span<const double> times, double begin, double length, double* out) {
  // The constant parts -w scale tanh(offset) are summed once.
  double constant = start;
  for (std::size_t k = 0; k < features.slope.size(); ++k) {
    constant -= weights[k + 1] * features.scale[k] * std::tanh(features.offset[k]);
  }
  for (std::size_t j = 0; j < times.size(); ++j) {
    const double s = (times[j] - begin) / length;
    double sum = constant + weights[0] * features.skip * s;
    for (std::size_t k = 0; k < features.slope.size(); ++k) {
      sum += weights[k + 1] * features.scale[k] * std::tanh(features.slope[k] * s + features.offset[k]);
    }
    out[j] = sum;
  }
}

}  // namespace nullor
