#pragma once
/// What real devices do to conductances: limits, levels, variation, noisy writing.

#include <cstdint>

#include "nullor/base/rng.h"
#include "nullor/resistive/deep_network.h"

namespace nullor {

/// The default is a perfect device. All of it may be on in training, in testing, or in both.
struct Hardware {
  double minimum = 0;      ///< least conductance [S]
  double maximum = 0;      ///< greatest conductance [S]; 0: no limit
  int levels = 0;          ///< evenly spaced from minimum to maximum; 0: continuous
  double variation = 0;    ///< relative standard deviation of a device's conductance, fixed for each device
  double write_noise = 0;  ///< standard deviation of a written change, relative to the change

  bool perfect() const {
    return minimum == 0 && maximum == 0 && levels == 0 && variation == 0 && write_noise == 0;
  }
  /// What a device holds of a number: limited and rounded to its levels, in single precision.
  float held(float number) const;
  /// Throws InputError(usage) for values without meaning (levels without a maximum, ...).
  void check() const;
};

/// The network as the devices hold it: limited, rounded to levels, then each conductance multiplied by
/// max(0, 1 + variation * normal) of its own stream of `rng`.
DeepNetwork on_hardware(const DeepNetwork& network, const Hardware& hardware, const Rng& rng);

}  // namespace nullor
