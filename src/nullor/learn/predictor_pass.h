#pragma once
/// Rows of one circuit through a network: losses, gradients and outputs. One thread each.

#include <span>
#include <vector>

#include "nullor/learn/predictor_engine.h"
#include "nullor/learn/predictor_model.h"

namespace nullor::learn {

/// How many metrics and rows count in the loss; its other members are zero.
PredictorLoss count_targets(const PredictionRows& set, std::span<const std::size_t> rows,
                            const PredictorModel& model);

/// Rows of a set, with their truth. The tokens must outlive them.
PredictorExamples examples_of(const PredictionRows& set, const CircuitTokens& tokens,
                              std::span<const std::size_t> rows, const PredictorModel& model);

class PredictorPass {
 public:
  /// The loss of these rows; its gradient, divided by the counts in `whole`, is added to `gradient`.
  PredictorLoss train(const PredictorNetwork& network, const float* weights,
                      const PredictorExamples& examples, const PredictorLoss& whole, const Rng& dropout,
                      float* gradient);
  PredictorLoss evaluate(const PredictorNetwork& network, const float* weights,
                         const PredictorExamples& examples);

  struct Outputs {
    std::vector<float> metrics;  ///< (B m, metric_outputs())
    std::vector<float> valid;    ///< (B) logits; empty without validity
    std::vector<float> classes;  ///< (B, classes) logits; likewise
    std::vector<float> summary;  ///< (B, width)
  };
  Outputs run(const PredictorNetwork& network, const PredictorModel& model, const float* weights,
              const PredictionRows& set, const CircuitTokens& tokens, std::span<const std::size_t> rows);
  /// d(median of a metric, on its scale)/d(features), of one row.
  ScaledFeatures input_gradient(const PredictorNetwork& network, const PredictorModel& model,
                                const float* weights, const PredictionRows& set, const CircuitTokens& tokens,
                                std::size_t row, std::size_t metric);

 private:
  /// With the share of `dropout`, where it is above 0, left out by chance.
  PredictorOutputs forward(const PredictorNetwork& network, const PredictorBatch<float>& batch,
                           const float* weights, bool training, double dropout, const Rng& rng);

  std::unique_ptr<Tape<float>> tape_;
  const float* weights_ = nullptr;
  const PredictorNetwork* network_ = nullptr;
};

}  // namespace nullor::learn
