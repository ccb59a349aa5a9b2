#pragma once
/// Measures a circuit with ngspice, one process a set-up, for comparison.

#include <string>

#include "nullor/design/bin_placer.h"
#include "nullor/design/metric_reader.h"
#include "nullor/design/sample_evaluator.h"

namespace nullor {

/// The same decks and the same reading of metrics, another engine. Where transistors stand is not asked of
/// it: counts of devices out of their region are missing, and rules that read them do not hold.
class NgspiceEvaluator : public SampleEvaluator {
 public:
  /// Throws InputError(input_output) where there is no `ngspice` to start, and as TestbenchEvaluator.
  NgspiceEvaluator(const Testbench& bench, const CircuitSetting& setting);
  ~NgspiceEvaluator() override;

  SampleOutcome evaluate(std::span<const double> parameters, std::span<const double> conditions) override;

 private:
  SetupResult simulate(const TestSetup& setup, const std::string& deck, double seconds, bool& late) const;

  const Testbench& bench_;
  CircuitSetting setting_;
  CircuitContents contents_;
  std::string includes_;
  BinPlacer placer_;
  std::string folder_;  ///< its own, removed at the end
};

}  // namespace nullor
