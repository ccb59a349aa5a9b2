#pragma once
/// Gradients of the squared error as a learning rule reads them, beside the exact one.

#include <cstdint>
#include <string>
#include <vector>

#include "nullor/resistive/deep_trainer.h"

namespace nullor {

/// Shaped as the parameters of a network.
struct DeepGradient {
  std::vector<std::vector<double>> conductances;  ///< dL/dg [V2/S], mean over the pictures
  std::vector<std::vector<double>> biases;        ///< dL/db [V2/A]
};

/// The gradient that `options.rule` reads over all pictures of `set`, each relaxed freely from zero for
/// `free_sweeps` and nudged for `options.iterations` sweeps.
DeepGradient read_gradient(const DeepNetwork& network, const ImageSet& set, const DeepTraining& options,
                           int free_sweeps);

/// The exact gradient: the adjoint at states relaxed until float32 has nothing left to change.
DeepGradient exact_gradient(const DeepNetwork& network, const ImageSet& set, int jobs = 0);

struct GradientAgreement {
  double cosine = 0;
  double relative_error = 0;  ///< |g - exact| / |exact|
  double norm_ratio = 0;      ///< |g| / |exact|
};
/// Of the conductances of one layer.
GradientAgreement compare(const DeepGradient& gradient, const DeepGradient& exact, std::size_t layer);

}  // namespace nullor
