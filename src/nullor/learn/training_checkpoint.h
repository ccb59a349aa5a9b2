#pragma once
/// What a training needs to go on: a file in the layout of safetensors.

#include <string>
#include <vector>

#include "nullor/learn/decoder_training.h"

namespace nullor::learn {

struct TrainingCheckpoint {
  OptimizerState state;
  std::vector<EpochRecord> curve;
  int best_epoch = 0;
  double best_nats = 0;

  /// `task`: in words, all that must be the same when it is read.
  void write(const std::string& path, const std::string& task) const;
  /// Throws InputError when the file is none, is of another task, or has not `size` weights.
  static TrainingCheckpoint read(const std::string& path, const std::string& task, std::size_t size);
};

}  // namespace nullor::learn
