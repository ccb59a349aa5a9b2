#pragma once
/// One signal of a waveform network at many points of one window.

#include <span>

#include "nullor/neural/feature_basis.h"

namespace nullor {

/// out[j] = start + sum_k weights[k] psi_k((times[j] - begin) / length).
///
/// Four points at a time, with tanh u = 1 - 2 / (1 + e^2u), two features to a division; at evenly spaced
/// times the exponentials follow by multiplication, 32 points at a stretch.
void evaluate_features(const Features& features, std::span<const double> weights, double start,
                       std::span<const double> times, double begin, double length, double* out);

}  // namespace nullor
