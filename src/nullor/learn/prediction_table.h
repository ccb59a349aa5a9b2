#pragma once
/// All figures of a predictor on rows whose metrics and classes are known.

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/prediction_rows.h"
#include "nullor/learn/metric_scale.h"
#include "nullor/learn/row_predictor.h"

namespace nullor::learn {

/// Of the rows of class "ok" that have the metric. NaN: no meaning, or not predicted.
struct MetricFigures {
  std::string name, unit;
  std::size_t rows = 0;
  double relative_error = 0;    ///< median [1]
  double absolute_error = 0;    ///< median, in `unit`
  double r_squared = 0;         ///< of values
  double scaled_r_squared = 0;  ///< on the MetricScale, of the rows whose truth has a place there
  double spearman = 0;
  double coverage = 0;  ///< of [low, high]
};

/// See prediction_score.h for each.
struct PredictionFigures {
  std::size_t rows = 0;
  std::size_t valid_rows = 0;                                              ///< of class "ok"
  double auroc = 0, average_precision = 0, f1 = 0, calibration_error = 0;  ///< of validity
  double class_accuracy = 0;  ///< share of rows whose class has the largest probability
  std::vector<MetricFigures> metrics;
};

/// Figures of all rows of several circuits together; scales[m] is that of metric m. With `legal_only` rows of
/// class "illegal_geometry" are left out. Throws InputError(usage) where rows do not say what is true, or not
/// of the same metrics.
PredictionFigures score(std::span<const Predictions> predictions, std::span<const PredictionRows> truth,
                        std::span<const MetricScale> scales, bool legal_only);
PredictionFigures score(const Predictions& predictions, const PredictionRows& truth,
                        std::span<const MetricScale> scales, bool legal_only);

/// Lines to print; "-" for NaN.
std::string to_text(const PredictionFigures& figures);
/// NaN becomes null.
nlohmann::ordered_json to_json(const PredictionFigures& figures);

}  // namespace nullor::learn
