#pragma once
/// What the training of a predictor needs to go on: a file in the layout of safetensors.

#include <string>
#include <vector>

#include "nullor/learn/predictor_training.h"

namespace nullor::learn {

/// `task`: in words, all that must be the same when it is read.
void write_predictor_checkpoint(const std::string& path, const std::string& task, const OptimizerState& state,
                                const std::vector<PredictorEpoch>& curve);
/// Throws InputError when the file is none, is of another task, or has not `size` weights.
void read_predictor_checkpoint(const std::string& path, const std::string& task, std::size_t size,
                               OptimizerState& state, std::vector<PredictorEpoch>& curve);

}  // namespace nullor::learn
