#include "nullor/resistive/hardware.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"

namespace nullor {

void Hardware::check() const {
  const auto refuse = [](const char* what, const char* hint) {
    throw InputError(ErrorKind::usage, what, {}, hint);
  };
  if (!(minimum >= 0) || !std::isfinite(minimum))
    refuse("the least conductance is not a number from 0", "for example 1e-3");
  if (!std::isfinite(maximum) || (maximum != 0 && !(maximum > minimum)))
    refuse("the greatest conductance is not above the least one", "0 means no limit");
  if (levels != 0 && levels < 2) refuse("a conductance needs two levels at least", "0 means any value");
  if (levels != 0 && maximum == 0) refuse("levels need a greatest conductance", "add --g-max");
  if (!(variation >= 0) || !std::isfinite(variation))
    refuse("the variation is not a number from 0", "0.05 is a standard deviation of 5 %");
  if (!(write_noise >= 0) || !std::isfinite(write_noise))
    refuse("the write noise is not a number from 0", "0.1 is a standard deviation of 10 % of a change");
}

float Hardware::held(float number) const {
  const float low = static_cast<float>(minimum), high = static_cast<float>(maximum);
  float g = std::max(number, low);
  if (high > 0) g = std::min(g, high);
  if (levels > 1) {
    const float step = static_cast<float>((maximum - minimum) / (levels - 1));
    g = low + step * std::nearbyint((g - low) / step);
  }
  return g;
}

DeepNetwork on_hardware(const DeepNetwork& network, const Hardware& hardware, const Rng& rng) {
  DeepNetwork out = network;
  for (std::size_t l = 0; l < out.conductances.size(); ++l) {
    const Rng layer = rng.split(l);
    for (std::size_t k = 0; k < out.conductances[l].size(); ++k) {
      float& g = out.conductances[l][k];
      g = hardware.held(g);
      if (hardware.variation > 0)
        g *= static_cast<float>(std::max(0.0, 1 + hardware.variation * layer.split(k).normal()));
    }
  }
  return out;
}

}  // namespace nullor
