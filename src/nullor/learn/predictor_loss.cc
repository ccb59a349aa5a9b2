#include "nullor/learn/predictor_loss.h"

#include <algorithm>
#include <cmath>

namespace nullor::learn {
namespace {

double pinball(double q, double off) { return std::max(q * off, (q - 1) * off); }

/// ln(1 + e^x) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

PredictorLoss& PredictorLoss::operator+=(const PredictorLoss& other) {
  metrics += other.metrics, validity += other.validity, classes += other.classes;
  present += other.present, rows += other.rows;
  return *this;
}

double PredictorLoss::total(const PredictorConfig& c) const {
  return metrics / std::max(present, 1.0) +
         (c.validity_weight * validity + c.class_weight * classes) / std::max(rows, 1.0);
}

template <class Real>
PredictorLoss predictor_loss(const PredictorConfig& config, const PredictorTargets& targets, int class_count,
                             const Real* metrics, const Real* valid, const Real* classes,
                             const PredictorLoss& whole, Real* d_metrics, Real* d_valid, Real* d_classes) {
  PredictorLoss out;
  const auto outputs = static_cast<std::size_t>(config.metric_outputs());
  const double each = 1 / std::max(whole.present, 1.0), row = 1 / std::max(whole.rows, 1.0);
  for (std::size_t k = 0; k < targets.metrics.size(); ++k) {
    const double t = targets.metrics[k];
    if (std::isnan(t)) continue;
    out.present += 1;
    for (std::size_t j = 0; j < outputs; ++j) {
      const double off = t - static_cast<double>(metrics[k * outputs + j]);
      const bool squared = config.loss == PredictorConfig::Loss::squared;
      out.metrics += squared ? off * off / 2 : pinball(kQuantiles[j], off);
      if (d_metrics)
        d_metrics[k * outputs + j] = static_cast<Real>(each * (squared   ? -off
                                                               : off > 0 ? -kQuantiles[j]
                                                                         : 1 - kQuantiles[j]));
    }
  }
  for (std::size_t r = 0; r < targets.classes.size(); ++r) {
    const int truth = targets.classes[r];
    if (truth < 0) continue;
    out.rows += 1;
    if (!config.validity) continue;
    const double logit = static_cast<double>(valid[r]), is = truth == 0 ? 1 : 0;
    out.validity += softplus(logit) - is * logit;
    if (d_valid)
      d_valid[r] = static_cast<Real>(config.validity_weight * row * (1 / (1 + std::exp(-logit)) - is));
    const Real* c = classes + r * static_cast<std::size_t>(class_count);
    const double largest = static_cast<double>(*std::max_element(c, c + class_count));
    double sum = 0;
    for (int k = 0; k < class_count; ++k) sum += std::exp(static_cast<double>(c[k]) - largest);
    out.classes += std::log(sum) + largest - static_cast<double>(c[truth]);
    for (int k = 0; d_classes && k < class_count; ++k) {
      const double p = std::exp(static_cast<double>(c[k]) - largest) / sum;
      d_classes[r * static_cast<std::size_t>(class_count) + static_cast<std::size_t>(k)] =
          static_cast<Real>(config.class_weight * row * (p - (k == truth ? 1 : 0)));
    }
  }
  return out;
}

template PredictorLoss predictor_loss(const PredictorConfig&, const PredictorTargets&, int, const float*,
                                      const float*, const float*, const PredictorLoss&, float*, float*,
                                      float*);
template PredictorLoss predictor_loss(const PredictorConfig&, const PredictorTargets&, int, const double*,
                                      const double*, const double*, const PredictorLoss&, double*, double*,
                                      double*);

}  // namespace nullor::learn
