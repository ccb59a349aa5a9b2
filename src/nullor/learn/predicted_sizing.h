#pragma once
/// The sizing of a testbench as a predictor sees it: thousands of points a second instead of a simulation
/// each. What is promising is then simulated (SizingOptions::starts).

#include <cstdint>
#include <memory>
#include <vector>

#include "nullor/design/testbench_sizing.h"
#include "nullor/learn/predictor.h"

namespace nullor::learn {

class PredictedSizing final : public SizingProblem {
 public:
  /// Of the same circuit, specification and axes as `sizing`; both must outlive it. Throws InputError(usage)
  /// where the model does not predict a goal.
  PredictedSizing(const TestbenchSizing& sizing, const DatasetOptions& circuit,
                  const NetworkPredictor& predictor);

  /// Medians of the goals at every combination of the axes; a point that is more likely to fail than to work
  /// at one of them has no values. No slopes.
  Trial evaluate(const std::vector<double>& u, bool with_slopes) override;
  std::vector<Trial> evaluate_many(std::span<const std::vector<double>> points) override;
  std::size_t side_by_side() const override { return 256; }
  Trial verify(const std::vector<double>& u) override { return evaluate(u, false); }
  long measured() const override { return predicted_; }

  /// The `count` most promising of `candidates` points drawn from the box and around the start, best first:
  /// those predicted to miss the goals by least.
  std::vector<std::vector<double>> promising(std::size_t count, std::size_t candidates, std::uint64_t seed);

 private:
  const TestbenchSizing& sizing_;
  const NetworkPredictor& predictor_;
  PredictionRows rows_;                      ///< one row a combination of the axes
  std::vector<std::size_t> metric_of_goal_;  ///< of the model
  long predicted_ = 0;
};

}  // namespace nullor::learn
