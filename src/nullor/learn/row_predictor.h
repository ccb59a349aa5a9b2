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
  int neighbours = 5;   ///< at least 1; fewer where there are not so many rows
  int perceptron_width = 128;
};

/// Asks whether W and L of every transistor lie in the box of the legal training rows of its kind.
/// Probabilities are the shares of the classes among the training rows with the same answer, metrics the
/// training medians; both of the circuit where it was seen. What a classifier has to beat: among legal
/// geometries it says the base rate, and outside of the box that nothing is valid.
std::unique_ptr<RowPredictor> fit_box_rule(std::span<const PredictionRows> training);
/// Linear in logarithms of the numbers and conditions and their squares, per circuit; metrics on their
/// scales, no further than one spread beyond their training rows (0, the median, without such rows); validity
/// by a linear probability clipped to [0, 1]. No probabilities of classes. Throws InputError(usage) for rows
/// that nothing can be learned from; so do the others.
std::unique_ptr<RowPredictor> fit_ridge(std::span<const PredictionRows> training,
                                        std::span<const MetricScale> scales,
                                        const BaselineOptions& options = {});
/// Mean of the nearest training rows of the same circuit, by standardized logarithms; a metric that none of
/// them has is the mean over all rows of the circuit. Classes are shares of the neighbours; strangeness is
/// the distance to the nearest.
std::unique_ptr<RowPredictor> fit_neighbours(std::span<const PredictionRows> training,
                                             std::span<const MetricScale> scales,
                                             const BaselineOptions& options = {});
/// Three hidden layers on the features of ridge, a network a circuit, with the losses of the graph network
/// (predictor_config.h) on the legal rows; of its epochs the one that is best on a tenth of them. With fewer
/// than ten rows the medians.
std::unique_ptr<RowPredictor> fit_perceptron(std::span<const PredictionRows> training,
                                             std::span<const MetricScale> scales,
                                             const BaselineOptions& options = {});

}  // namespace nullor::learn
