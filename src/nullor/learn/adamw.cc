#include "nullor/learn/adamw.h"

#include <cmath>

namespace nullor::learn {

bool adamw_step(OptimizerState& state, std::span<const float> gradient, std::span<const DecayRange> ranges,
                const StepSettings& s) {
  double square = 0;
  for (const float g : gradient) square += double{g} * double{g};
  if (!std::isfinite(square)) return false;
  const double norm = std::sqrt(square), t = static_cast<double>(s.step);
  const float scale = static_cast<float>(s.clip > 0 && norm > s.clip ? s.clip / norm : 1);
  const float b1 = static_cast<float>(s.beta1), b2 = static_cast<float>(s.beta2);
  const float rate = static_cast<float>(s.rate / (1 - std::pow(s.beta1, t)));
  const float whole = static_cast<float>(1 / std::sqrt(1 - std::pow(s.beta2, t)));
  for (const DecayRange& range : ranges) {
    const float keep = range.is_matrix ? static_cast<float>(1 - s.rate * s.decay) : 1;
    for (std::size_t k = range.first; k < range.first + range.count; ++k) {
      const float g = gradient[k] * scale;
      const float m = state.mean[k] = b1 * state.mean[k] + (1 - b1) * g;
      const float v = state.square[k] = b2 * state.square[k] + (1 - b2) * g * g;
      state.weights[k] = state.weights[k] * keep - rate * m / (std::sqrt(v) * whole + 1e-8f);
    }
  }
  return true;
}

}  // namespace nullor::learn
