#pragma once
/// Metrics of a testbench with their exact derivatives by parameters of the circuit.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/testbench_evaluator.h"

namespace nullor {

/// One metric y at a sample.
struct MetricGradient {
  double value = 0;
  std::vector<double> slopes;  ///< dy/dp of the wanted parameters; a count of devices has none that are not 0
  std::string missing;         ///< why there is no value; empty where there is one
};

/// Measured metrics come from the adjoint of their set-up's analyses (simulate/adjoint.h), computed ones from
/// those they read by the chain rule. A card of a binned model counts as it is at the sample: the derivative
/// is that of the bin at hand.
class MetricGradients {
 public:
  /// `wanted`: which parameters of the setting. Both must outlive it.
  MetricGradients(const Testbench& bench, TestbenchEvaluator& evaluator, std::vector<std::size_t> wanted)
      : bench_(bench), evaluator_(evaluator), wanted_(std::move(wanted)) {}

  /// Of the named metrics, in their order. `names` are those of the parameters. Throws InputError
  /// (no_convergence, singular, model) where a set-up does not get through, with it named.
  std::vector<MetricGradient> evaluate(const std::vector<std::string>& metrics,
                                       const std::vector<std::string>& names,
                                       std::span<const double> parameters,
                                       std::span<const double> conditions);

 private:
  const MetricGradient& metric(const std::string& name);
  MetricGradient computed(const Expression& expression);
  void measure(std::size_t setup);
  void differentiate(std::size_t setup, const std::vector<const MetricSpec*>& measured);
  std::string missing_in(const Expression& expression);
  bool holds(const Expression& expression);

  const Testbench& bench_;
  TestbenchEvaluator& evaluator_;
  std::vector<std::size_t> wanted_;
  // Of the sample at hand.
  const std::vector<std::string>* names_ = nullptr;
  std::span<const double> parameters_, conditions_;
  std::map<std::string, MetricGradient, std::less<>> known_;
};

}  // namespace nullor
