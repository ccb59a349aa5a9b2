#pragma once
/// The training and the figures of a predictor as pages.

#include <span>
#include <string>
#include <vector>

#include "nullor/learn/prediction_table.h"
#include "nullor/learn/predictor_training.h"

namespace nullor {

/// Losses over the epochs, what was trained.
std::string predictor_training_page(const learn::PredictorModel& model,
                                    std::span<const learn::PredictorEpoch> curve);

/// Rows whose truth is known beside what was predicted of them.
struct JudgedRows {
  std::string heading;
  std::vector<PredictionRows> truth;
  std::vector<learn::Predictions> predicted;  ///< one each
  learn::PredictionFigures figures;           ///< of all together
};

/// Share of working rows over the predicted probability in 15 bins.
struct CalibrationBin {
  double probability = 0, share = 0;  ///< means
  std::size_t rows = 0;
};
/// Bins without rows are left out.
std::vector<CalibrationBin> calibration_bins(std::span<const double> probability, std::span<const char> truth,
                                             int bins = 15);

/// Of every group: calibration of validity, predictions over truths of every metric, coverage of intervals.
/// Rows of class "illegal_geometry" are left out with `legal_only`.
std::string evaluation_page(const learn::PredictorModel& model, std::span<const JudgedRows> groups,
                            bool legal_only);

}  // namespace nullor
