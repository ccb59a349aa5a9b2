#pragma once
/// What a predictor is trained to make small, and how it hangs on the outputs.
///
///   L = sum_present l(z, t) / N_present + validity_weight BCE / N + class_weight CE / N        (1)
///
/// l: the pinball losses of three quantiles, max(q (t - z), (q - 1) (t - z)), q = 0.05, 0.5, 0.95; or (z -
/// t)^2 / 2. t is on the metric's scale; metrics that are missing count nowhere. Source of the pinball loss:
/// R. Koenker, G. Bassett, Regression quantiles (1978), (3).

#include <array>
#include <span>

#include "nullor/learn/predictor_config.h"

namespace nullor::learn {

inline constexpr std::array<double, 3> kQuantiles = {0.05, 0.5, 0.95};

/// Of some rows; to be added up, and divided as (1) has it.
struct PredictorLoss {
  double metrics = 0, validity = 0, classes = 0;  ///< sums
  double present = 0, rows = 0;                   ///< how many metrics, how many rows

  PredictorLoss& operator+=(const PredictorLoss& other);
  double total(const PredictorConfig& config) const;
};

/// What is true of the rows of a batch.
struct PredictorTargets {
  std::span<const float> metrics;  ///< (B, m) on their scales; NaN: missing, or not to be learned from
  std::span<const int> classes;    ///< (B) 0 is "ok"; -1: not known
};

/// Sums over the rows. Gradients of (1), with the counts of the whole step in `whole`, are written where they
/// are not null, in the shapes of PredictorOutputs.
template <class Real>
PredictorLoss predictor_loss(const PredictorConfig& config, const PredictorTargets& targets, int class_count,
                             const Real* metrics, const Real* valid, const Real* classes,
                             const PredictorLoss& whole, Real* d_metrics, Real* d_valid, Real* d_classes);

}  // namespace nullor::learn
