#pragma once
/// Sizing of a circuit under test: the metrics of a testbench, at every combination of axes such as corners
/// and temperatures, against a specification. A goal holds where its worst value does.

#include <memory>

#include "nullor/design/dataset.h"
#include "nullor/design/metric_gradients.h"
#include "nullor/design/sizing_problem.h"

namespace nullor {

class TestbenchSizing : public SizingProblem {
 public:
  /// `circuit` as for data sets (samples, sampling and shards do not count). What its bounds draw is what
  /// varies, from the values of the netlist's files on; integers stay integers. Goals name metrics. Its
  /// engine is "native": points side by side in lanes, slopes by adjoints; or "ngspice": both by runs of
  /// ngspice, slopes as differences. `jobs`: threads, 0 is one a core. Throws InputError.
  TestbenchSizing(const DatasetOptions& circuit, Specification specification, int jobs);
  ~TestbenchSizing() override;

  Trial evaluate(const std::vector<double>& u, bool with_slopes) override;
  std::vector<Trial> evaluate_many(std::span<const std::vector<double>> points) override;
  std::size_t side_by_side() const override { return ngspice_ ? 1 : 4; }
  /// By the scalar native engine at every combination and with every set-up, whatever the search was driven
  /// by and needed: a circuit that fails anywhere, by the rules of the testbench, has no values.
  Trial verify(const std::vector<double>& u) override;
  long measured() const override { return measured_; }

  /// All parameters at u by name, also the tied and the fixed ones.
  std::vector<std::pair<std::string, double>> all_parameters(const std::vector<double>& u) const;

 private:
  /// One combination of the axes.
  struct Place {
    CircuitSetting setting;
    std::vector<double> conditions;
    std::unique_ptr<TestbenchEvaluator> alone;
    std::unique_ptr<SampleEvaluator> many;
    std::unique_ptr<MetricGradients> gradients;
  };

  TestbenchSizing(const Dataset& dataset, Specification specification, int jobs);
  std::vector<double> drawn_at(const std::vector<double>& u) const;
  std::vector<Trial> judged(std::span<const std::vector<double>> points,
                            const std::vector<std::vector<SampleOutcome>>& outcomes) const;
  std::string missing(std::size_t goal, std::size_t place, const std::string& why) const;
  Trial with_adjoints(const std::vector<double>& u);
  std::vector<double> by_place(const std::vector<double>& u, const std::vector<double>& by_parameter,
                               const std::vector<std::vector<double>>& by_drawn) const;
  Trial with_differences(const std::vector<double>& u);

  static constexpr std::size_t kFixed = static_cast<std::size_t>(-1);

  Bounds bounds_;
  Testbench whole_;
  Testbench bench_;                             ///< reduced to the goals
  std::vector<std::size_t> metric_of_goal_;     ///< of bench_
  std::vector<std::size_t> variable_of_drawn_;  ///< kFixed where min = max
  std::vector<std::size_t> moving_;             ///< parameters that continuous variables move
  std::vector<Place> places_;
  bool ngspice_;
  int jobs_;
  long measured_ = 0;
};

}  // namespace nullor
