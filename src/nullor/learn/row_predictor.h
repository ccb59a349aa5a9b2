#pragma once
/// What everything that predicts has in common: networks and the baselines beside them.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/prediction_rows.h"
#include "nullor/learn/metric_scale.h"

namespace nullor::learn {

/// Of n rows, K classes, m metrics, in structure-of-arrays order. Lists that a predictor does not fill are
/// empty.
struct Predictions {
  std::vector<double> valid;        ///< (n) probability that the class is "ok"
  std::vector<double> classes;      ///< (n, K) probabilities
  std::vector<double> metrics;      ///< (n, m) medians, in the metrics' units
  std::vector<double> low, high;    ///< (n, m) the interval
  std::vector<double> strangeness;  ///< (n) how unlike the rows learned from; see each predictor
};

class RowPredictor {
 public:
  virtual ~RowPredictor() = default;
  virtual std::string name() const = 0;
  /// Rows of any circuit, with metrics and classes in the order of those learned from. What the rows say of
  /// metrics and classes is not looked at.
  virtual Predictions predict(const PredictionRows& rows) const = 0;
};

/// Every circuit is seen when one of its rows was learned from (SizedCircuit::fingerprint); otherwise it is
/// predicted from features that all circuits share.
struct BaselineOptions {
  double ridge = 1e-3;  ///< penalty of a standardized feature's weight, times the number of rows
  int neighbours = 5;
};

/// Valid where W and L of every transistor lie in the box of the legal training rows of its kind; metrics are
/// the training medians (of the circuit where it was seen). What a classifier has to beat.
std::unique_ptr<RowPredictor> fit_box_rule(std::span<const PredictionRows> training);
/// Linear in logarithms of the numbers and conditions and their squares, per circuit; metrics on their
/// scales, validity by a linear probability clipped to [0, 1].
std::unique_ptr<RowPredictor> fit_ridge(std::span<const PredictionRows> training,
                                        std::span<const MetricScale> scales,
                                        const BaselineOptions& options = {});
/// Mean of the nearest training rows of the same circuit, by standardized logarithms.
std::unique_ptr<RowPredictor> fit_neighbours(std::span<const PredictionRows> training,
                                             std::span<const MetricScale> scales,
                                             const BaselineOptions& options = {});

}  // namespace nullor::learn
