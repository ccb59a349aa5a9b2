#pragma once
/// The step of stochastic gradient descent, and what the devices make of it.

#include <memory>

#include "nullor/resistive/deep_rules.h"
#include "nullor/resistive/packed_pictures.h"

namespace nullor {

/// Learning rates of one step.
struct DeepRates {
  std::vector<double> conductances, biases;
};

/// Takes g' = clamp(g - rate dL/dg), b' = b - rate dL/db for the mean over a batch. On perfect devices the
/// parameters themselves change. Otherwise the numbers are kept apart and written to the devices after each
/// step, where they become levels, miss by each device's own factor, and changes arrive with noise.
class DeepUpdate {
 public:
  DeepUpdate(const DeepNetwork& network, const DeepTraining& options, DeepParameters& parameters);

  /// Noise of writing is drawn from the seed, the epoch and the step in it.
  void begin_epoch(int epoch) { steps_ = static_cast<std::uint64_t>(epoch) << 32; }
  /// (team) What the step needs of this member's nodes; moves the biases. The others must not read `rule` or
  /// the biases meanwhile.
  void prepare(DeepParameters& parameters, ThreadTeam& team, int member, const DeepRule& rule,
               const DeepRates& rates, int count);
  /// (team, after a barrier) The step, and the next pictures' drive. Ends with sums and totals up to date.
  void apply(DeepParameters& parameters, ThreadTeam& team, int member, const DeepRule& rule,
             const PackedPictures& old_pictures, const PackedPictures& new_pictures,
             const PixelClasses& classes, NodeArray& drive);

  /// The numbers: those of the parameters when devices are perfect.
  const DeepParameters& numbers(const DeepParameters& parameters) const {
    return numbers_ ? *numbers_ : parameters;
  }
  DeepParameters& numbers(DeepParameters& parameters) const { return numbers_ ? *numbers_ : parameters; }

 private:
  void write_tiles(DeepParameters& devices, int begin, int end) const;
  void write_rows(DeepParameters& devices, int plane, int begin, int end) const;
  void disturb(float* values, const float* before, std::size_t count, std::uint64_t place) const;

  Hardware hardware_;
  std::uint64_t seed_;
  std::unique_ptr<DeepParameters> numbers_, factors_;
  FloatArray u_, c_;
  std::vector<FloatArray> constants_below_, constants_above_;  ///< of each plane
  std::vector<float> scales_;
  std::uint64_t steps_ = 0;
};

}  // namespace nullor
