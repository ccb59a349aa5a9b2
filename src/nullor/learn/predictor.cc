#include "nullor/learn/predictor.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/parallel.h"
#include "nullor/design/testbench.h"
#include "nullor/learn/predictor_pass.h"

namespace nullor::learn {
namespace {

/// Rows that go through the network together.
constexpr std::size_t kBatch = 32;
/// Tasks that batches are spread over.
constexpr std::size_t kLanes = 8;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// Mahalanobis distance of one summary.
double distance(const PredictorModel& model, const float* summary) {
  const std::size_t width = model.mean.size();
  double square = 0;
  for (std::size_t i = 0; i < width; ++i) {
    double along = 0;
    for (std::size_t j = 0; j < width; ++j)
      along += model.precision[i * width + j] * (summary[j] - model.mean[j]);
    square += along * (summary[i] - model.mean[i]);
  }
  return std::sqrt(std::max(square, 0.0));
}

}  // namespace

NetworkPredictor::NetworkPredictor(PredictorModel model, std::string name, int jobs)
    : model_(std::move(model)),
      network_(model_.config, model_.shape()),
      name_(std::move(name)),
      jobs_(jobs) {}

NetworkPredictor::~NetworkPredictor() = default;

bool NetworkPredictor::knows(const graph::SizedCircuit& circuit) const {
  return std::find(model_.circuits.begin(), model_.circuits.end(), circuit.fingerprint()) !=
         model_.circuits.end();
}

const PredictionErrors& NetworkPredictor::errors_on(const graph::SizedCircuit& circuit) const {
  return model_.unseen_errors && !knows(circuit) ? *model_.unseen_errors : model_.errors;
}

bool NetworkPredictor::legal(const PredictionRows& rows, std::size_t row) const {
  const auto& devices = rows.circuit->devices();
  // Limits are known as well as rows tell, and lengths are rounded on their way through decks.
  constexpr double kRoom = 1e-3;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    const auto box = model_.legal.find(devices[d].kind);
    if (box == model_.legal.end()) continue;
    const double* x = rows.numbers.data() + (row * devices.size() + d) * graph::kSizedNumbers;
    const LegalBox& b = box->second;
    // Upper ends are those of what was drawn; below the lower ones the process has no device.
    if (x[0] < b.w_low * (1 - kRoom) || x[1] < b.l_low * (1 - kRoom)) return false;
  }
  return true;
}

double NetworkPredictor::outside(const PredictionRows& rows, std::size_t row) const {
  const auto& devices = rows.circuit->devices();
  double out = 0;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    const auto kind = static_cast<std::size_t>(devices[d].kind);
    for (std::size_t k = 0; k < info(devices[d].kind).numbers.size(); ++k)
      out = std::max(out, model_.features.number[kind][k].excess(
                              std::abs(rows.numbers[(row * devices.size() + d) * graph::kSizedNumbers + k])));
  }
  const std::vector<int> conditions = model_.features.condition_of(rows);
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    if (conditions[c] >= 0)
      out = std::max(out, model_.features.condition[static_cast<std::size_t>(conditions[c])].excess(
                              rows.condition_values[row * conditions.size() + c]));
  }
  const int corner = model_.features.corner_of(rows)[static_cast<std::size_t>(rows.corner[row])];
  return out + (corner < 0 ? 1 : 0);
}

Predictions NetworkPredictor::predict(const PredictionRows& rows) const {
  const CircuitTokens tokens = circuit_tokens(*rows.circuit, model_.config.tokens);
  const PredictionErrors& errors = errors_on(*rows.circuit);
  const std::size_t n = rows.rows(), m = model_.metrics.size();
  Predictions out;
  out.valid.assign(n, 1.0);
  if (model_.config.validity) out.classes.assign(n * model_.classes.size(), 0.0);
  out.metrics.resize(n * m), out.low.resize(n * m), out.high.resize(n * m);
  out.strangeness.resize(n);
  const std::size_t batches = (n + kBatch - 1) / kBatch, lanes = std::min<std::size_t>(batches, kLanes);
  parallel_for(lanes, jobs_, [&](std::size_t lane) {
    PredictorPass pass;
    for (std::size_t b = lane; b < batches; b += lanes) {
      std::vector<std::size_t> which;
      for (std::size_t r = b * kBatch; r < std::min(n, (b + 1) * kBatch); ++r) which.push_back(r);
      const PredictorPass::Outputs raw =
          pass.run(network_, model_, model_.weights.data(), rows, tokens, which);
      for (std::size_t j = 0; j < which.size(); ++j) {
        read_metrics(raw, j, which[j], errors, out);
        read_validity(raw, j, rows, which[j], errors, out);
        const double far =
            model_.mean.empty() ? 0 : distance(model_, raw.summary.data() + j * width()) / model_.distance;
        out.strangeness[which[j]] = far + outside(rows, which[j]);
      }
    }
  });
  return out;
}

/// Row j of the network's outputs is row r of the predictions.
void NetworkPredictor::read_metrics(const PredictorPass::Outputs& raw, std::size_t j, std::size_t r,
                                    const PredictionErrors& errors, Predictions& out) const {
  const std::size_t m = model_.metrics.size(),
                    outputs = static_cast<std::size_t>(model_.config.metric_outputs());
  for (std::size_t c = 0; c < m; ++c) {
    const MetricScale& scale = model_.metrics[c];
    const float* z = raw.metrics.data() + (j * m + c) * outputs;
    const double middle = z[outputs / 2], margin = c < errors.margins.size() ? errors.margins[c] : INFINITY;
    out.metrics[r * m + c] = scale.value(middle);
    out.low[r * m + c] = scale.value(std::min(middle, double{z[0]} - margin));
    out.high[r * m + c] = scale.value(std::max(middle, double{z[outputs - 1]} + margin));
  }
}

void NetworkPredictor::read_validity(const PredictorPass::Outputs& raw, std::size_t j,
                                     const PredictionRows& rows, std::size_t r,
                                     const PredictionErrors& errors, Predictions& out) const {
  const std::size_t k = model_.classes.size();
  const bool known = model_.config.validity;
  double* classes = known ? out.classes.data() + r * k : nullptr;
  if (!legal(rows, r)) {
    out.valid[r] = 0;
    if (known) classes[kIllegalGeometry] = 1;
    return;
  }
  if (!known) return;
  out.valid[r] = sigmoid(errors.validity_slope * raw.valid[j] + errors.validity_shift);
  const float* logits = raw.classes.data() + j * k;
  const double largest = *std::max_element(logits, logits + k);
  double sum = 0;
  for (std::size_t c = 0; c < k; ++c) sum += classes[c] = std::exp(logits[c] - largest);
  for (std::size_t c = 0; c < k; ++c) classes[c] /= sum;
}

std::vector<double> NetworkPredictor::gradient(const PredictionRows& rows, std::size_t row,
                                               std::size_t metric) const {
  const CircuitTokens tokens = circuit_tokens(*rows.circuit, model_.config.tokens);
  PredictorPass pass;
  const ScaledFeatures by =
      pass.input_gradient(network_, model_, model_.weights.data(), rows, tokens, row, metric);
  const Predictions at = predict(rows.picked({row}));
  const MetricScale& scale = model_.metrics[metric];
  const double z = scale.scaled(at.metrics[metric]), step = 1e-4;
  const double slope = (scale.value(z + step) - scale.value(z - step)) / (2 * step);
  // Features are logarithms of numbers: with this step differences are good to 1e-5, and float32 to 1e-4.
  constexpr double kStep = 3e-3;
  // Of features at both sides of a row, one after the other.
  const auto change = [](const std::vector<float>& gradient, const std::vector<float>& sides) {
    double sum = 0;
    for (std::size_t f = 0; f < gradient.size(); ++f)
      sum += double{gradient[f]} * (double{sides[f]} - double{sides[gradient.size() + f]});
    return sum;
  };
  const std::size_t p = rows.parameters.size();
  PredictionRows sides = rows.picked({row, row});
  std::vector<double> out(p);
  for (std::size_t k = 0; k < p; ++k) {
    const double middle = rows.parameter_values[row * p + k], off = std::max(std::abs(middle), 1e-18) * kStep;
    sides.parameter_values[k] = middle + off;
    sides.parameter_values[p + k] = middle - off;
    sides.evaluate_numbers();
    sides.parameter_values[k] = sides.parameter_values[p + k] = middle;
    const ScaledFeatures at_sides =
        features_of(sides, std::vector<std::size_t>{0, 1}, model_.features, tokens.currents);
    out[k] =
        slope * (change(by.devices, at_sides.devices) + change(by.circuit, at_sides.circuit)) / (2 * off);
  }
  return out;
}

}  // namespace nullor::learn
