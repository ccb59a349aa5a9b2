#pragma once
/// What turns parameters into metrics: our own engine, or another simulator.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/circuit_files.h"
#include "nullor/design/sample_outcome.h"

namespace nullor {

/// Which circuit, at which corner, with which names to set.
struct CircuitSetting {
  CircuitFiles files;                   ///< of one corner
  std::vector<std::string> parameters;  ///< names, lower case
  std::vector<double> start;            ///< (parameters) for those that no file sets
  std::vector<Location> where;          ///< (parameters) of their bounds, for messages; may be empty
  std::uint64_t draw = 1;               ///< seed of the netlist's random functions (Monte Carlo)
  double time_limit = 0;                ///< [s] a sample; 0: none
};

/// One at a time; every thread has its own.
class SampleEvaluator {
 public:
  virtual ~SampleEvaluator() = default;
  /// `parameters` as named in the setting, `conditions` those of the testbench, both in order. Throws
  /// InputError only for what is wrong with every sample.
  virtual SampleOutcome evaluate(std::span<const double> parameters, std::span<const double> conditions) = 0;
};

/// By the name of the engine, "native" or "ngspice". The testbench must outlive it.
std::unique_ptr<SampleEvaluator> make_evaluator(const std::string& engine, const Testbench& bench,
                                                const CircuitSetting& setting);

}  // namespace nullor
