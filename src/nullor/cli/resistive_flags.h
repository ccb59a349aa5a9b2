#pragma once
/// Options of deep resistive networks that several verbs share. What was not given changes nothing.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "nullor/io/image_set.h"
#include "nullor/resistive/deep_network.h"
#include "nullor/resistive/deep_trainer.h"

namespace nullor {

/// --forward-drop, --on-resistance, --leakage, --exponential, --emission-voltage, --amplifier-gain.
class NetworkFlags {
 public:
  void add(CLI::App& verb);
  /// Throws InputError(usage) when an exponential diode was given piecewise-linear values too.
  void apply(DeepNetwork& network) const;

 private:
  std::optional<double> forward_drop_, on_resistance_, leakage_, saturation_current_, emission_voltage_,
      amplifier_gain_;
};

/// --g-min, --g-max, --levels, --variation, and with `writing` --write-noise.
class HardwareFlags {
 public:
  void add(CLI::App& verb, bool writing);
  /// Throws InputError(usage) when the outcome has no meaning.
  void apply(Hardware& hardware) const;

 private:
  std::optional<double> minimum_, maximum_, variation_, write_noise_;
  std::optional<int> levels_;
};

/// --rule, --iterations, --beta, --batch, --epochs, --rates, --bias-rates, --decay, --plain-nudging.
class DeepTrainingFlags {
 public:
  void add(CLI::App& verb);
  /// Throws InputError(usage) for more rates than the network has layers.
  void apply(DeepTraining& training, int layers) const;

 private:
  std::optional<std::string> rule_;
  std::optional<int> iterations_, batch_, epochs_;
  std::optional<double> nudging_, decay_;
  std::vector<double> conductance_rates_, bias_rates_;
  bool plain_nudging_ = false;
};

/// A trained network and where its pictures are: WEIGHTS, --data, --part.
struct TrainedNetworkFlags {
  void add(CLI::App& verb);
  ImageSet pictures() const { return read_image_folder(data, part == "train"); }

  std::string weights, data, part = "test";
};

}  // namespace nullor
