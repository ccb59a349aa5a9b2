#pragma once
/// For tests: small decoders of the toy language, and what their backends hold.

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "nullor/learn/toy_language.h"
#include "nullor/learn/training_backend.h"

namespace nullor::learn {

/// Weights large enough that attention is not nearly even and logits differ by ones.
inline DecoderModel lively_model(const DecoderConfig& config, std::uint64_t seed = 1) {
  DecoderModel model = DecoderModel::random(config, Rng(seed));
  Rng rng(seed + 1);
  for (float& w : model.weights) w += static_cast<float>(0.15 * rng.normal());
  model.language = "toy";
  model.vocabulary_hash = vocabulary_hash(ToyLanguage());
  return model;
}

/// The backend with the weights of the model, before any step.
inline std::unique_ptr<TrainingBackend> with(std::unique_ptr<TrainingBackend> backend,
                                             const DecoderModel& model) {
  const std::vector<float> zeros(model.weights.size(), 0.0f);
  backend->set_state({model.weights, zeros, zeros});
  return backend;
}

/// |a - b| / |a|; infinite when they are not of one size.
inline double distance(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double out = 0, size = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    out += std::pow(double{a[k]} - double{b[k]}, 2);
    size += std::pow(double{a[k]}, 2);
  }
  return std::sqrt(out / size);
}

}  // namespace nullor::learn
