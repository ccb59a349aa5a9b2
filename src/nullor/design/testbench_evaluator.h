#pragma once
/// Measures one circuit again and again, at other parameters and conditions, with the numerical engine.

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/bin_placer.h"
#include "nullor/design/circuit_files.h"
#include "nullor/design/metric_reader.h"
#include "nullor/design/sample_evaluator.h"
#include "nullor/simulate/engine.h"

namespace nullor {

/// The decks are read once; parameters change in place between samples. What a sample gives depends on the
/// sample alone: every analysis starts from fresh solver state.
class TestbenchEvaluator : public SampleEvaluator {
 public:
  /// Throws InputError for files, ports and parameters that do not fit together.
  TestbenchEvaluator(const Testbench& bench, const CircuitSetting& setting);

  SampleOutcome evaluate(std::span<const double> parameters, std::span<const double> conditions) override;

  /// How often decks were read since the start.
  long reads() const { return reads_; }
  /// The circuit of the first set-up, as last read.
  const Circuit& circuit() const { return runs_.front().engine->circuit(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct TimeIsUp {};

  /// One set-up under simulation.
  struct Run {
    const TestSetup* setup = nullptr;
    std::unique_ptr<Engine> engine;
    std::vector<ParameterHandle> parameters, conditions;
    std::vector<double> states;  ///< of switches, as read
    bool count_regions = false;
    bool broken = false;  ///< stopped in the middle of an analysis: read again before use
  };

  void read(Run& run, std::span<const double> parameters, std::span<const double> conditions);
  void bring_to(Run& run, std::span<const double> parameters, std::span<const double> conditions);
  ParameterHandle handle_of(Run& run, const std::string& name) const;
  void check_read(const Circuit& circuit) const;
  bool place_bins(std::span<const double> parameters, std::span<const double> conditions,
                  std::string& illegal);
  SetupResult simulate(Run& run);
  Table operating_point(Run& run, const AnalysisCard& card, SetupResult& result);
  void fail(SampleOutcome& out, int failure, std::string reason) const;

  const Testbench& bench_;
  CircuitSetting setting_;
  CircuitContents contents_;
  std::string includes_;
  std::vector<bool> is_param_;  ///< per parameter: a `.param`
  std::vector<Run> runs_;
  BinPlacer placer_;
  Clock::time_point deadline_;
  long reads_ = 0;
};

}  // namespace nullor
