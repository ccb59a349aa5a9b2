#pragma once
/// What turns parameters into metrics: our own engine, or another simulator.

#include <cstdint>
#include <functional>
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
  std::uint64_t point_limit = 0;        ///< time points of a transient; 0: none
};

/// One sample: parameters as named in the setting, conditions those of the testbench, both in order.
struct Sample {
  std::vector<double> parameters, conditions;
};

/// Every thread has its own.
class SampleEvaluator {
 public:
  virtual ~SampleEvaluator() = default;
  /// `parameters` as named in the setting, `conditions` those of the testbench, both in order. Throws
  /// InputError only for what is wrong with every sample.
  virtual SampleOutcome evaluate(std::span<const double> parameters, std::span<const double> conditions) = 0;
  /// Many, as the engine finds it cheapest. `done(k)` hears of each that is finished, in any order; when it
  /// returns false, the rest is left out and nothing returned.
  virtual std::vector<SampleOutcome> evaluate_many(std::span<const Sample> samples,
                                                   const std::function<bool(std::size_t)>& done) {
    std::vector<SampleOutcome> out;
    for (std::size_t k = 0; k < samples.size(); ++k) {
      out.push_back(evaluate(samples[k].parameters, samples[k].conditions));
      if (!done(k)) return {};
    }
    return out;
  }
};

/// By the name of the engine: "lanes", "cuda", "native" or "ngspice". The testbench must outlive it.
std::unique_ptr<SampleEvaluator> make_evaluator(const std::string& engine, const Testbench& bench,
                                                const CircuitSetting& setting);

}  // namespace nullor
