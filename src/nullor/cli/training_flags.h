#pragma once
/// The options of the trainers of the neural engine on the command line.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nullor/neural/trainer.h"

namespace nullor {

class TrainingFlags {
 public:
  void add(CLI::App& verb);

  /// Throws InputError(usage) when an option was given that the chosen trainer, or engine, does not know.
  void check(bool neural) const;

  /// What was given; the rest is as the trainer has it.
  TrainingOptions options(std::uint64_t seed) const;

 private:
  CLI::Option* listed(CLI::Option* option);
  bool given(const std::string& name) const;

  std::string trainer_ = "collocation", precision_ = "float32", schedule_ = "constant";
  double tolerance_ = 1e-4, time_limit_ = 0, rate_ = 0, causal_ = 0, initial_weight_ = 1;
  long epochs_ = 0, patience_ = 0;
  int points_ = 0, windows_ = 1;
  std::vector<int> layers_;
  bool check_ = false, soft_start_ = false, hard_start_ = false, resume_ = false;
  std::string checkpoint_;
  std::vector<CLI::Option*> listed_;  ///< those that a trainer may not know
};

}  // namespace nullor
