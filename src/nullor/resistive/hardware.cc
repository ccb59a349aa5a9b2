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

// In single precision, as the trainer writes its devices: both hold the same numbers to the last bit.
DeepNetwork on_hardware(const DeepNetwork& network, const Hardware& hardware, const Rng& rng) {
  DeepNetwork out = network;
  const float low = static_cast<float>(hardware.minimum), high = static_cast<float>(hardware.maximum);
  const float step = hardware.levels > 1
                         ? static_cast<float>((hardware.maximum - hardware.minimum) / (hardware.levels - 1))
                         : 0;
  for (std::size_t l = 0; l < out.conductances.size(); ++l) {
    const Rng layer = rng.split(l);
    for (std::size_t k = 0; k < out.conductances[l].size(); ++k) {
      float g = std::max(out.conductances[l][k], low);
      if (high > 0) g = std::min(g, high);
      if (step > 0) g = low + step * std::nearbyint((g - low) / step);
      if (hardware.variation > 0)
        g *= static_cast<float>(std::max(0.0, 1 + hardware.variation * layer.split(k).normal()));
      out.conductances[l][k] = g;
    }
  }
  return out;
}

}  // namespace nullor
