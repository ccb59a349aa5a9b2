#pragma once
/// The sizing of a testbench as a predictor sees it: thousands of points a second instead of a simulation
/// each. What is promising is simulated, and what the predictor was wrong about there is learned.

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "nullor/design/testbench_sizing.h"
#include "nullor/learn/predictor.h"

namespace nullor::learn {

/// Which points are proposed to be simulated.
struct Screening {
  std::size_t together = 16;      ///< in a round
  std::size_t candidates = 2000;  ///< predicted in a round
  int rounds = 4;                 ///< at most; one that finds nothing better is the last
  std::uint64_t seed = 1;
};

/// With r_i what simulation i said above the prediction, on the scale that is learned, for metrics and for
/// validity (0 or 1 less its probability), predictions in n variables are corrected by
///
///     sum w_i r_i / (1 + sum w_i),   w_i = exp(-|u - u_i|^2 / (2 n h^2)),   h = 0.2                    (1)
///
/// a kernel regression (E. Nadaraya, Theory Probab. Appl. 9, 141, 1964) with one observation of no error.
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

  /// Learns from trials of `sizing`, all of them in the order in which they were made.
  void learn(std::span<const Trial> simulated);
  /// For SizingOptions::propose: learns, and returns the most promising of points drawn from the box and
  /// around the best that was simulated, those first that are predicted to miss the goals by least, or to
  /// exceed them by most. None when the rounds are over.
  std::vector<std::vector<double>> propose(std::span<const Trial> simulated, const Screening& how);

 private:
  /// r of (1), or what (1) comes to at a point.
  struct Lesson {
    std::vector<double> u;
    double valid = 0;
    std::vector<double> values;  ///< (goals); none for a trial that had none
  };

  Lesson correction(const std::vector<double>& u) const;
  const MetricScale& scale(std::size_t goal) const {
    return predictor_.model().metrics[metric_of_goal_[goal]];
  }
  /// Rows of these points, one a combination of the axes each.
  Predictions predict(std::span<const std::vector<double>> points) const;

  const TestbenchSizing& sizing_;
  const NetworkPredictor& predictor_;
  PredictionRows rows_;                      ///< one row a combination of the axes
  std::vector<std::size_t> metric_of_goal_;  ///< of the model
  std::vector<Lesson> lessons_;
  int round_ = 0;
  double best_ = std::numeric_limits<double>::infinity();  ///< shortfall of the best trial before this round
  long predicted_ = 0;
};

}  // namespace nullor::learn
