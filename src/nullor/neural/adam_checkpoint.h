#pragma once
/// What a training by Adam needs to go on: a file in the layout of safetensors.

#include <string>
#include <vector>

#include "nullor/neural/trainer.h"

namespace nullor {

/// Numbers of the network are kept as doubles, exact in either precision: a run that was interrupted ends in
/// the same bytes as one that was not.
struct AdamCheckpoint {
  std::vector<std::vector<double>> trained;            ///< parameters of the windows that are done
  std::vector<double> parameters, mean, square, best;  ///< of the present one
  long epoch = 0, steps = 0, reference_epoch = 0;      ///< of the present window
  double rate_factor = 1, best_loss = 0, reference_loss = 0, total_loss = 0;
  bool stalled = false;
  std::vector<double> curve;  ///< (rows x 6)

  /// Written under a temporary name, then renamed. `task`: what must be the same when it is read.
  void write(const std::string& path, const std::string& task) const;
  /// Throws InputError when the file is none, or is of another task.
  static AdamCheckpoint read(const std::string& path, const std::string& task);
};

/// Everything that the numbers of a training depend on, in words: options, seed, unknowns and the time.
std::string task_of(const Dae& dae, const TranCard& card, const TrainingOptions& how);

}  // namespace nullor
