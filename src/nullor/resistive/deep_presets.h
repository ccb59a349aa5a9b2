#pragma once
/// The networks that were published on MNIST, by name.

#include <string>
#include <vector>

#include "nullor/resistive/deep_trainer.h"

namespace nullor {

struct DeepPreset {
  std::string name;         ///< "xs", "1h", "2h", "3h", "xl"
  std::string description;  ///< for help
  std::vector<int> hidden;  ///< widths between inputs and outputs
  double input_gain = 1;    ///< [V]
  DeepTraining training;

  /// Inputs and outputs as the pictures have pixels and classes.
  std::vector<int> widths(const ImageSet& pictures) const;
};

/// Source: B. Scellier, A fast algorithm to simulate nonlinear resistive networks (2024), section 4, and the
/// author's published program, where the rates stand.
const std::vector<DeepPreset>& deep_presets();
/// By name. Throws InputError(usage) that lists the names.
const DeepPreset& deep_preset(const std::string& name);

}  // namespace nullor
