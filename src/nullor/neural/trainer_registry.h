#pragma once
/// The trainers of the neural engine. Adding one: its file, a line in trainer_registry.cc, its test.

#include <span>
#include <string>
#include <string_view>

#include "nullor/neural/trainer.h"

namespace nullor {

struct Trainer {
  std::string_view name;
  std::string_view summary;  ///< for --help
  /// Options of the command line, separated by spaces, that mean something to it beside --seed, --time-limit,
  /// --check and --network.
  std::string_view options;
  TrainingReport (*train)(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                          const TranCard& card, const TrainingOptions& how, Waveform& out);

  bool accepts(std::string_view option) const;
};

std::span<const Trainer> trainers();

/// Throws InputError(usage) with the names there are.
const Trainer& trainer_named(std::string_view name);

}  // namespace nullor
