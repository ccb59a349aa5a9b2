// What a trained predictor is told about its own errors.
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

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

struct Intervals {
  std::vector<std::vector<double>> low, high, truth;  ///< (metrics), on their scales
};

std::vector<std::size_t> rows_where(const PredictionRows& set, bool ok) {
  std::vector<std::size_t> out;
  for (std::size_t r = 0; r < set.rows(); ++r) {
    if (ok ? set.failure[r] == 0 : set.failure[r] != kIllegalGeometry) out.push_back(r);
  }
  return out;
}

/// Calls work(outputs, set, rows) for all rows of the kind, batch by batch.
template <class Work>
void for_batches(const PredictorModel& model, std::span<const PredictionRows> sets, bool ok,
                 const Work& work) {
  const PredictorNetwork network(model.config, model.shape());
  PredictorPass pass;
  for (const PredictionRows& set : sets) {
    const CircuitTokens tokens = circuit_tokens(*set.circuit, model.config.tokens);
    const std::vector<std::size_t> rows = rows_where(set, ok);
    for (std::size_t k = 0; k < rows.size(); k += kBatch) {
      const std::span<const std::size_t> batch(rows.data() + k, std::min(kBatch, rows.size() - k));
      work(pass.run(network, model, model.weights.data(), set, tokens, batch), set, batch);
    }
  }
}

void set_margins(PredictorModel& model, std::span<const PredictionRows> calibration) {
  const std::size_t m = model.metrics.size(),
                    outputs = static_cast<std::size_t>(model.config.metric_outputs());
  Intervals all{std::vector<std::vector<double>>(m), std::vector<std::vector<double>>(m),
                std::vector<std::vector<double>>(m)};
  for_batches(
      model, calibration, true, [&](const PredictorPass::Outputs& out, const PredictionRows& set, auto rows) {
        for (std::size_t j = 0; j < rows.size(); ++j) {
          for (std::size_t c = 0; c < m; ++c) {
            const double truth = model.metrics[c].scaled(set.metric_values[rows[j] * m + c]);
            if (std::isnan(truth)) continue;
            const float* z = out.metrics.data() + (j * m + c) * outputs;
            all.low[c].push_back(z[0]), all.high[c].push_back(z[outputs - 1]), all.truth[c].push_back(truth);
          }
        }
      });
  model.margins.resize(m);
  for (std::size_t c = 0; c < m; ++c)
    model.margins[c] = conformal_margin(all.low[c], all.high[c], all.truth[c], model.level);
}

/// Logistic regression of the truth on the logit: by Newton's method, with a little pull towards slope 1 and
/// shift 0. Source: J. Platt, Probabilistic outputs for support vector machines (1999), section 2.
void set_probabilities(PredictorModel& model, std::span<const PredictionRows> calibration) {
  if (!model.config.validity) return;
  std::vector<double> logits, truth;
  for_batches(model, calibration, false,
              [&](const PredictorPass::Outputs& out, const PredictionRows& set, auto rows) {
                for (std::size_t j = 0; j < rows.size(); ++j) {
                  logits.push_back(out.valid[j]);
                  truth.push_back(set.failure[rows[j]] == 0 ? 1 : 0);
                }
              });
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
  model.validity_slope = at[0], model.validity_shift = at[1];
}

void set_summaries(PredictorModel& model, std::span<const PredictionRows> training) {
  const int width = model.config.width;
  std::size_t rows = 0;
  for (const PredictionRows& set : training) rows += set.rows();
  const std::size_t every = std::max<std::size_t>(1, rows / kSummaries);
  std::vector<std::vector<double>> summaries;
  std::size_t seen = 0;
  for_batches(model, training, false,
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
  set_margins(model, calibration);
  set_probabilities(model, calibration);
  set_summaries(model, training);
}

}  // namespace nullor::learn
