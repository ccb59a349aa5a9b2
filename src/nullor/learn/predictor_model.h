#pragma once
/// A trained predictor: everything that is needed to predict, and the file that keeps it.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/learn/feature_scale.h"
#include "nullor/learn/metric_scale.h"
#include "nullor/learn/predictor_config.h"
#include "nullor/learn/predictor_network.h"

namespace nullor::learn {

/// Legal W and L of one kind of transistor [m], as far as the rows learned from tell.
struct LegalBox {
  double w_low = 0, w_high = 0, l_low = 0, l_high = 0;
};

/// What rows that were not learned from tell of a predictor's errors.
struct PredictionErrors {
  std::vector<double> margins;  ///< (metrics) by which conformal prediction widens intervals, on their scales
  double validity_slope = 1, validity_shift = 0;  ///< P(valid) = sigmoid(slope logit + shift)
};

struct PredictorModel {
  PredictorConfig config;
  FeatureScale features;
  std::vector<MetricScale> metrics;
  std::vector<std::string> classes;  ///< of failure, "ok" first
  std::vector<float> weights;        ///< by PredictorNetwork::layout()

  PredictionErrors errors;                        ///< on circuits that were learned from
  std::optional<PredictionErrors> unseen_errors;  ///< on others, as far as somebody has looked
  double level = 0.9;                             ///< of the intervals
  std::vector<double> mean,
      precision;        ///< of the summaries of legal rows learned from: (width), (width, width)
  double distance = 1;  ///< the Mahalanobis distance that 99 % of them stay below
  std::map<graph::SizedKind, LegalBox> legal;
  std::vector<std::uint64_t> circuits;  ///< fingerprints of those learned from
  std::map<std::string, std::string> notes;

  PredictorShape shape() const;
};

/// In the layout of safetensors (io/safetensors.h). Throws InputError(input_output): cut short, another
/// format, arrays whose shapes do not fit the configuration.
void write_predictor(const PredictorModel& model, const std::string& path);
PredictorModel read_predictor(const std::string& path);
/// The same of the bytes of a file; `path` names it in messages.
PredictorModel parse_predictor(std::string_view bytes, const std::string& path);

}  // namespace nullor::learn
