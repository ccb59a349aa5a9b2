#pragma once
/// Reading a surrogate: `nullor surrogate eval net.safetensors --at P=value,...`.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace nullor {

struct SurrogateEvalOptions {
  std::string network, output, format, polish;
  std::vector<std::string> at;
  int points = 1000;
  bool sensitivity = false, json = false;
};

/// Adds --at, --points, --sensitivity, --polish and --format.
void add_surrogate_eval_options(CLI::App& verb, SurrogateEvalOptions& options);

/// Throws InputError: no such file, a parameter that is missing, unknown or outside the box.
void evaluate_surrogate(const SurrogateEvalOptions& options);

}  // namespace nullor
