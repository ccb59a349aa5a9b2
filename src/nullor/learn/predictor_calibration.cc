// What a trained predictor is told about its own errors.
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "nullor/base/parallel.h"
#include "nullor/design/testbench.h"
#include "nullor/learn/prediction_score.h"
#include "nullor/learn/predictor_pass.h"
#include "nullor/learn/predictor_training.h"

namespace nullor::learn {
namespace {

constexpr std::size_t kBatch = 64;
/// Summaries that the distance is measured from.
constexpr std::size_t kSummaries = 20000;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

/// Rows of a circuit that tell what to expect of unseen ones: all circuits count about alike.
constexpr std::size_t kRowsOfUnseen = 300;

/// What a model said of rows, beside what is true.
struct Findings {
  explicit Findings(std::size_t metrics) : low(metrics), high(metrics), truth(metrics) {}

  std::vector<std::vector<double>> low, high, truth;  ///< (metrics), of working rows, on their scales
  std::vector<double> logits, valid;                  ///< of legal rows
};

std::vector<std::size_t> rows_where(const PredictionRows& set, bool ok, std::size_t most) {
  std::vector<std::size_t> out;
  for (std::size_t r = 0; r < set.rows() && out.size() < most; ++r) {
    if (ok ? set.failure[r] == 0 : set.failure[r] != kIllegalGeometry) out.push_back(r);
  }
  return out;
}

/// Calls work(outputs, set, rows) for all rows of the kind, or the first ones of each set, batch by batch.
template <class Work>
void for_batches(const PredictorModel& model, std::span<const PredictionRows> sets, bool ok, std::size_t most,
                 const Work& work) {
  const PredictorNetwork network(model.config, model.shape());
  PredictorPass pass;
  for (const PredictionRows& set : sets) {
    const CircuitTokens tokens = circuit_tokens(*set.circuit, model.config.tokens);
    const std::vector<std::size_t> rows = rows_where(set, ok, most);
    for (std::size_t k = 0; k < rows.size(); k += kBatch) {
      const std::span<const std::size_t> batch(rows.data() + k, std::min(kBatch, rows.size() - k));
      work(pass.run(network, model, model.weights.data(), set, tokens, batch), set, batch);
    }
  }
}

/// What `model` says of the rows, metrics on the scales of another model.
void look(const PredictorModel& model, const std::vector<MetricScale>& scales,
          std::span<const PredictionRows> sets, std::size_t most, Findings& out) {
  const std::size_t m = scales.size(), outputs = static_cast<std::size_t>(model.config.metric_outputs());
  for_batches(model, sets, true, most,
              [&](const PredictorPass::Outputs& said, const PredictionRows& set, auto rows) {
                for (std::size_t j = 0; j < rows.size(); ++j) {
                  for (std::size_t c = 0; c < m; ++c) {
                    const double truth = scales[c].scaled(set.metric_values[rows[j] * m + c]);
                    if (std::isnan(truth)) continue;
                    const float* z = said.metrics.data() + (j * m + c) * outputs;
                    const auto moved = [&](double x) { return scales[c].scaled(model.metrics[c].value(x)); };
                    out.low[c].push_back(moved(z[0])), out.high[c].push_back(moved(z[outputs - 1]));
                    out.truth[c].push_back(truth);
                  }
                }
              });
  if (!model.config.validity) return;
  for_batches(model, sets, false, most,
              [&](const PredictorPass::Outputs& said, const PredictionRows& set, auto rows) {
                for (std::size_t j = 0; j < rows.size(); ++j) {
                  out.logits.push_back(said.valid[j]);
                  out.valid.push_back(set.failure[rows[j]] == 0 ? 1 : 0);
                }
              });
}

/// Logistic regression of the truth on the logit: by Newton's method, with a little pull towards slope 1 and
/// shift 0. Source: J. Platt, Probabilistic outputs for support vector machines (1999), section 2.
Eigen::Vector2d logistic_fit(const std::vector<double>& logits, const std::vector<double>& truth) {
  constexpr double kPull = 1;
  Eigen::Vector2d at(1, 0);
  for (int k = 0; k < 50; ++k) {
    Eigen::Vector2d gradient = kPull * (at - Eigen::Vector2d(1, 0));
    Eigen::Matrix2d curvature = kPull * Eigen::Matrix2d::Identity();
    for (std::size_t r = 0; r < logits.size(); ++r) {
      const Eigen::Vector2d x(logits[r], 1);
      const double p = 1 / (1 + std::exp(-at.dot(x)));
      gradient += (p - truth[r]) * x;
      curvature += p * (1 - p) * x * x.transpose();
    }
    const Eigen::Vector2d step = curvature.ldlt().solve(gradient);
    // Far from the minimum Newton's method may go too far.
    at -= step * std::min(1.0, 1 / step.norm());
    if (step.norm() < 1e-10) break;
  }
  return at;
}

PredictionErrors errors_of(const Findings& found, const PredictorModel& model) {
  PredictionErrors out;
  for (std::size_t c = 0; c < model.metrics.size(); ++c)
    out.margins.push_back(conformal_margin(found.low[c], found.high[c], found.truth[c], model.level));
  const Eigen::Vector2d line = logistic_fit(found.logits, found.valid);
  out.validity_slope = line[0], out.validity_shift = line[1];
  return out;
}

void set_summaries(PredictorModel& model, std::span<const PredictionRows> training) {
  const int width = model.config.width;
  std::size_t rows = 0;
  for (const PredictionRows& set : training) rows += set.rows();
  const std::size_t every = std::max<std::size_t>(1, rows / kSummaries);
  std::vector<std::vector<double>> summaries;
  std::size_t seen = 0;
  for_batches(model, training, false, kAll,
              [&](const PredictorPass::Outputs& out, const PredictionRows&, auto batch) {
                for (std::size_t j = 0; j < batch.size(); ++j) {
                  const float* s = out.summary.data() + static_cast<std::ptrdiff_t>(j) * width;
                  if (seen++ % every == 0) summaries.emplace_back(s, s + width);
                }
              });
  Eigen::MatrixXd all(static_cast<Eigen::Index>(summaries.size()), width);
  for (std::size_t r = 0; r < summaries.size(); ++r)
    all.row(static_cast<Eigen::Index>(r)) =
        Eigen::Map<const Eigen::VectorXd>(summaries[r].data(), width).transpose();
  const Eigen::RowVectorXd mean = all.colwise().mean();
  all.rowwise() -= mean;
  Eigen::MatrixXd covariance =
      all.transpose() * all / std::max<double>(1, static_cast<double>(summaries.size()) - 1);
  // Directions that summaries hardly take are not to decide alone.
  covariance.diagonal().array() += 1e-3 * covariance.trace() / width + 1e-12;
  const Eigen::MatrixXd precision = covariance.llt().solve(Eigen::MatrixXd::Identity(width, width));
  std::vector<double> distances;
  for (Eigen::Index r = 0; r < all.rows(); ++r)
    distances.push_back(std::sqrt(std::max(0.0, (all.row(r) * precision * all.row(r).transpose()).value())));
  std::sort(distances.begin(), distances.end());
  model.mean.assign(mean.data(), mean.data() + width);
  model.precision.assign(precision.data(), precision.data() + precision.size());
  model.distance = distances[static_cast<std::size_t>(0.99 * static_cast<double>(distances.size() - 1))];
}

}  // namespace

void calibrate(PredictorModel& model, std::span<const PredictionRows> training,
               std::span<const PredictionRows> calibration) {
  Findings found(model.metrics.size());
  look(model, model.metrics, calibration, kAll, found);
  model.errors = errors_of(found, model);
  set_summaries(model, training);
}

std::size_t calibrate_for_unseen(PredictorModel& model, std::span<const PredictorModel> others,
                                 std::span<const PredictionRows> sets) {
  Findings found(model.metrics.size());
  std::size_t circuits = 0;
  for (const PredictionRows& set : sets) {
    for (const PredictorModel& other : others) {
      const std::uint64_t circuit = set.circuit->fingerprint();
      if (std::find(other.circuits.begin(), other.circuits.end(), circuit) != other.circuits.end()) continue;
      look(other, model.metrics, {&set, 1}, kRowsOfUnseen, found);
      ++circuits;
    }
  }
  if (circuits > 0) model.unseen_errors = errors_of(found, model);
  return circuits;
}

}  // namespace nullor::learn
