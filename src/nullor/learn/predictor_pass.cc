#include "nullor/learn/predictor_pass.h"

#include <algorithm>
#include <cmath>

namespace nullor::learn {
namespace {

/// Fills in what is true of the rows.
void tell(const PredictionRows& set, std::span<const std::size_t> rows, const PredictorModel& model,
          PredictorExamples& out) {
  const std::size_t m = model.metrics.size();
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
  PredictorExamples truth;
  tell(set, rows, model, truth);
  PredictorLoss out;
  for (const float t : truth.metrics) out.present += std::isnan(t) ? 0 : 1;
  for (const int c : truth.classes) out.rows += c >= 0 ? 1 : 0;
  return out;
}

PredictorExamples examples_of(const PredictionRows& set, const CircuitTokens& tokens,
                              std::span<const std::size_t> rows, const PredictorModel& model) {
  PredictorExamples out;
  out.tokens = &tokens;
  out.features = features_of(set, rows, model.features, tokens.currents);
  tell(set, rows, model, out);
  return out;
}

PredictorOutputs PredictorPass::forward(const PredictorNetwork& network, const PredictorBatch<float>& batch,
                                        const float* weights, bool training, double dropout, const Rng& rng) {
  if (!tape_ || weights_ != weights || network_ != &network) {
    tape_ = std::make_unique<Tape<float>>(network.layout(), weights);
    weights_ = weights, network_ = &network;
  }
  tape_->clear(training);
  tape_->set_dropout(dropout, rng);
  return network.forward(*tape_, batch);
}

PredictorLoss PredictorPass::train(const PredictorNetwork& network, const float* weights,
                                   const PredictorExamples& examples, const PredictorLoss& whole,
                                   const Rng& dropout, float* gradient) {
  const PredictorConfig& config = network.config();
  const PredictorOutputs out = forward(network, examples.batch(), weights, true, config.dropout, dropout);
  Tape<float>& t = *tape_;
  const auto value = [&](Var x) { return x.node < 0 ? nullptr : t.value(x); };
  const auto seed = [&](Var x) { return x.node < 0 ? nullptr : t.seed(x); };
  const PredictorLoss loss = predictor_loss<float>(
      config, examples.targets(), network.shape().classes, value(out.metrics), value(out.valid),
      value(out.classes), whole, seed(out.metrics), seed(out.valid), seed(out.classes));
  t.backward(gradient);
  return loss;
}

PredictorLoss PredictorPass::evaluate(const PredictorNetwork& network, const float* weights,
                                      const PredictorExamples& examples) {
  const PredictorOutputs out = forward(network, examples.batch(), weights, false, 0, Rng());
  const auto value = [&](Var x) { return x.node < 0 ? nullptr : tape_->value(x); };
  return predictor_loss<float>(network.config(), examples.targets(), network.shape().classes,
                               value(out.metrics), value(out.valid), value(out.classes), {}, nullptr, nullptr,
                               nullptr);
}

PredictorPass::Outputs PredictorPass::run(const PredictorNetwork& network, const PredictorModel& model,
                                          const float* weights, const PredictionRows& set,
                                          const CircuitTokens& tokens, std::span<const std::size_t> rows) {
  const ScaledFeatures features = features_of(set, rows, model.features, tokens.currents);
  const PredictorOutputs out = forward(
      network, {&tokens, static_cast<int>(rows.size()), features.devices.data(), features.circuit.data()},
      weights, false, 0, Rng());
  return {copy(*tape_, out.metrics), copy(*tape_, out.valid), copy(*tape_, out.classes),
          copy(*tape_, out.summary)};
}

ScaledFeatures PredictorPass::input_gradient(const PredictorNetwork& network, const PredictorModel& model,
                                             const float* weights, const PredictionRows& set,
                                             const CircuitTokens& tokens, std::size_t row,
                                             std::size_t metric) {
  const ScaledFeatures features = features_of(set, {&row, 1}, model.features, tokens.currents);
  const PredictorOutputs out = forward(
      network, {&tokens, 1, features.devices.data(), features.circuit.data()}, weights, true, 0, Rng());
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
