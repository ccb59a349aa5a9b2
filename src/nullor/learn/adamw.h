#pragma once
/// AdamW, as StepSettings (training_backend.h) has it.

#include <cstddef>
#include <span>
#include <vector>

#include "nullor/learn/training_backend.h"

namespace nullor::learn {

/// Weights first .. first + count - 1 of an array; matrices decay.
struct DecayRange {
  std::size_t first = 0, count = 0;
  bool is_matrix = false;
};

/// One step with this gradient, made no longer than `clip`. False, and nothing done, when it is not finite.
bool adamw_step(OptimizerState& state, std::span<const float> gradient, std::span<const DecayRange> ranges,
                const StepSettings& settings);

}  // namespace nullor::learn
