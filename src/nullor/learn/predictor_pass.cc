#include "nullor/learn/predictor_pass.h"

#include <algorithm>
#include <cmath>

namespace nullor::learn {
namespace {

struct Truth {
  std::vector<float> metrics;
  std::vector<int> classes;

  PredictorTargets targets() const { return {metrics, classes}; }
};

Truth truth_of(const PredictionRows& set, std::span<const std::size_t> rows, const PredictorModel& model) {
  const std::size_t m = model.metrics.size();
  Truth out;
  for (const std::size_t r : rows) {
    out.classes.push_back(set.failure[r]);
    const bool counts = model.config.failed_rows || set.failure[r] == 0;
    for (std::size_t k = 0; k < m; ++k)
      out.metrics.push_back(counts ? static_cast<float>(model.metrics[k].scaled(set.metric_values[r * m + k]))
                                   : NAN);
  }
  // Without failed rows nothing is known of validity either.
  if (!model.config.failed_rows && !model.config.validity)
    std::fill(out.classes.begin(), out.classes.end(), -1);
  return out;
}

template <class Real>
std::vector<float> copy(const Tape<Real>& tape, Var x) {
  if (x.node < 0) return {};
  const Real* from = tape.value(x);
  return {from, from + static_cast<std::ptrdiff_t>(x.rows) * x.columns};
}

}  // namespace

PredictorLoss count_targets(const PredictionRows& set, std::span<const std::size_t> rows,
                            const PredictorModel& model) {
  const Truth truth = truth_of(set, rows, model);
  PredictorLoss out;
  for (const float t : truth.metrics) out.present += std::isnan(t) ? 0 : 1;
  for (const int c : truth.classes) out.rows += c >= 0 ? 1 : 0;
  return out;
}

PredictorOutputs PredictorPass::forward(const PredictorNetwork& network, const PredictorModel& model,
                                        const PredictionRows& set, const CircuitTokens& tokens,
                                        std::span<const std::size_t> rows, const float* weights,
                                        bool training, const Rng& dropout) {
  if (!tape_ || weights_ != weights || network_ != &network) {
    tape_ = std::make_unique<Tape<float>>(network.layout(), weights);
    weights_ = weights, network_ = &network;
  }
  tape_->clear(training);
  tape_->set_dropout(training ? model.config.dropout : 0, dropout);
  const ScaledFeatures features = features_of(set, rows, model.features, tokens.currents);
  return network.forward(*tape_, PredictorBatch<float>{&tokens, static_cast<int>(rows.size()),
                                                       features.devices.data(), features.circuit.data()});
}

PredictorLoss PredictorPass::train(const PredictorNetwork& network, const PredictorModel& model,
                                   const float* weights, const PredictionRows& set,
                                   const CircuitTokens& tokens, std::span<const std::size_t> rows,
                                   const PredictorLoss& whole, const Rng& dropout, float* gradient) {
  const PredictorOutputs out = forward(network, model, set, tokens, rows, weights, true, dropout);
  const bool validity = model.config.validity;
  const Truth truth = truth_of(set, rows, model);
  Tape<float>& t = *tape_;
  const PredictorLoss loss = predictor_loss<float>(
      model.config, truth.targets(), network.shape().classes, t.value(out.metrics),
      validity ? t.value(out.valid) : nullptr, validity ? t.value(out.classes) : nullptr, whole,
      t.seed(out.metrics), validity ? t.seed(out.valid) : nullptr, validity ? t.seed(out.classes) : nullptr);
  t.backward(gradient);
  return loss;
}

PredictorLoss PredictorPass::evaluate(const PredictorNetwork& network, const PredictorModel& model,
                                      const float* weights, const PredictionRows& set,
                                      const CircuitTokens& tokens, std::span<const std::size_t> rows) {
  const PredictorOutputs out = forward(network, model, set, tokens, rows, weights, false, Rng());
  const bool validity = model.config.validity;
  const Truth truth = truth_of(set, rows, model);
  const Tape<float>& t = *tape_;
  return predictor_loss<float>(model.config, truth.targets(), network.shape().classes, t.value(out.metrics),
                               validity ? t.value(out.valid) : nullptr,
                               validity ? t.value(out.classes) : nullptr, {}, nullptr, nullptr, nullptr);
}

PredictorPass::Outputs PredictorPass::run(const PredictorNetwork& network, const PredictorModel& model,
                                          const float* weights, const PredictionRows& set,
                                          const CircuitTokens& tokens, std::span<const std::size_t> rows) {
  const PredictorOutputs out = forward(network, model, set, tokens, rows, weights, false, Rng());
  return {copy(*tape_, out.metrics), copy(*tape_, out.valid), copy(*tape_, out.classes),
          copy(*tape_, out.summary)};
}

ScaledFeatures PredictorPass::input_gradient(const PredictorNetwork& network, const PredictorModel& model,
                                             const float* weights, const PredictionRows& set,
                                             const CircuitTokens& tokens, std::size_t row,
                                             std::size_t metric) {
  PredictorModel still = model;  // nothing is left out by chance
  still.config.dropout = 0;
  const PredictorOutputs out = forward(network, still, set, tokens, {&row, 1}, weights, true, Rng());
  const auto outputs = static_cast<std::size_t>(model.config.metric_outputs());
  tape_->seed(out.metrics)[metric * outputs + (outputs == 3 ? 1 : 0)] = 1;
  tape_->backward(nullptr);
  const auto by = [&](Var x) {
    const float* g = tape_->gradient(x);
    return std::vector<float>(g, g + static_cast<std::ptrdiff_t>(x.rows) * x.columns);
  };
  return {by(out.devices), by(out.circuit)};
}

}  // namespace nullor::learn
