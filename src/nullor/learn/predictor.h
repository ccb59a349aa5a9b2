#pragma once
/// A trained network as a predictor of rows.

#include <memory>
#include <string>
#include <vector>

#include "nullor/learn/predictor_model.h"
#include "nullor/learn/predictor_pass.h"
#include "nullor/learn/row_predictor.h"

namespace nullor::learn {

/// Strangeness is the Mahalanobis distance of a row's summary from those learned from, over the distance that
/// 99 % of them stay below, plus what its numbers and conditions lie outside of what was learned from
/// (FeatureScale::Entry::excess, the largest), plus one for a corner that was never learned from: above 1 a
/// prediction should not be trusted.
///
/// Rows outside of the legal box are not valid and of class "illegal_geometry", whatever the network says.
/// Source of the distance: K. Lee, K. Lee, H. Lee, J. Shin, A simple unified framework for detecting
/// out-of-distribution samples (2018), (1).
class NetworkPredictor final : public RowPredictor {
 public:
  explicit NetworkPredictor(PredictorModel model, std::string name = "network", int jobs = 0);
  ~NetworkPredictor() override;

  const PredictorModel& model() const { return model_; }
  std::string name() const override { return name_; }
  /// Throws InputError(usage) for circuits with more tokens than the limit.
  Predictions predict(const PredictionRows& rows) const override;

  /// Whether rows of this circuit were learned from.
  bool knows(const graph::SizedCircuit& circuit) const;
  /// d(median of a metric)/d(parameter), (parameters of the rows), in the metric's unit over the parameter's:
  /// through the network by its tape, through the numbers of the devices by central differences.
  std::vector<double> gradient(const PredictionRows& rows, std::size_t row, std::size_t metric) const;

 private:
  std::size_t width() const { return static_cast<std::size_t>(model_.config.width); }
  const PredictionErrors& errors_on(const graph::SizedCircuit& circuit) const;
  void read_metrics(const PredictorPass::Outputs& raw, std::size_t j, std::size_t r,
                    const PredictionErrors& errors, Predictions& out) const;
  void read_validity(const PredictorPass::Outputs& raw, std::size_t j, const PredictionRows& rows,
                     std::size_t r, const PredictionErrors& errors, Predictions& out) const;
  double outside(const PredictionRows& rows, std::size_t row) const;
  bool legal(const PredictionRows& rows, std::size_t row) const;

  PredictorModel model_;
  PredictorNetwork network_;
  std::string name_;
  int jobs_;
};

}  // namespace nullor::learn
