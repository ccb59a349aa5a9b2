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

  /// The parameters as the files have them; those that no file sets, and all where the files' own sizes have
  /// no model, as in CircuitSetting::start.
  const std::vector<double>& own_values() const { return own_values_; }

  // The parts of evaluate(), for those who do the simulation otherwise.

  /// The engine of a set-up, at a sample, and what the parameters are called in it.
  Engine& engine_at(std::size_t setup, std::span<const double> parameters,
                    std::span<const double> conditions);
  const std::vector<ParameterHandle>& handles(std::size_t setup) const { return runs_[setup].parameters; }
  /// The metric of `stop` at which the set-up's transient ends; empty where it does not. Without a `stop`
  /// nothing is simulated. Throws InputError as analyses do.
  std::string end_of_transient(std::size_t setup, std::span<const double> parameters,
                               std::span<const double> conditions);
  /// To be told where an analysis of engine_at() was left by an exception.
  void stopped(std::size_t setup) { runs_[setup].broken = true; }

  /// The circuit of a set-up, as last read, and whether regions of its transistors are wanted.
  const Circuit& circuit(std::size_t setup = 0) const { return runs_[setup].engine->circuit(); }
  bool wants_regions(std::size_t setup) const { return runs_[setup].count_regions; }
  /// False, with the reason, where a transistor is outside its models.
  bool is_legal(std::span<const double> parameters, std::span<const double> conditions, std::string& illegal);
  /// The sample as entries of a set-up's parameter table; nothing where a parameter is no `.param`.
  std::optional<std::vector<std::pair<ParameterId, double>>> pinned(std::size_t setup,
                                                                    std::span<const double> parameters,
                                                                    std::span<const double> conditions) const;
  /// Why a set-up whose transients end at CircuitSetting::point_limit is given up; nothing where it is not.
  std::optional<std::string> over_limit(std::size_t setup, const SetupResult& result) const;
  /// metric_reader.h
  std::optional<std::string> left_out(std::size_t setup, std::span<const double> parameters,
                                      std::span<const double> conditions,
                                      const std::vector<SetupResult>& results) const;
  /// The same of the sample's transient, as far as `table` goes.
  bool has_ended(std::size_t setup, std::span<const double> parameters, std::span<const double> conditions,
                 const Table& table) const;
  /// Metrics and class from the results of all set-ups.
  void measure(std::span<const double> parameters, std::span<const double> conditions,
               const std::vector<SetupResult>& results, SampleOutcome& out) const;

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
  SetupResult simulate(Run& run, const std::function<bool(const Table&)>& ends);
  Table operating_point(Run& run, const AnalysisCard& card, SetupResult& result);
  std::optional<double> known(std::string_view name, std::span<const double> parameters,
                              std::span<const double> conditions) const;
  void fail(SampleOutcome& out, int failure, std::string reason) const;

  const Testbench& bench_;
  CircuitSetting setting_;
  CircuitContents contents_;
  std::string includes_;
  std::vector<bool> is_param_;  ///< per parameter: a `.param`
  std::vector<Run> runs_;
  BinPlacer placer_;
  std::vector<double> own_values_;
  Clock::time_point deadline_;
  long reads_ = 0;
};

}  // namespace nullor
