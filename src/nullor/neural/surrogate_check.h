#pragma once
/// How far a surrogate is from waveforms trained anew, and how honest its certificate is.

#include <vector>

#include "nullor/neural/box_simulator.h"
#include "nullor/neural/surrogate.h"

namespace nullor {

struct SurrogateCheck {
  std::vector<double> error;        ///< (H): largest over the signals, relative, L2 over time
  std::vector<double> certificate;  ///< (H): what the surrogate says of the same points
  double worst = 0, median = 0;     ///< of error
  double rank_correlation = 0;      ///< Spearman's, of error and certificate
  double too_low = 0;               ///< share of points whose certificate is below the error
  double worst_ratio = 0;           ///< largest error / certificate
  double seconds = 0;               ///< of one signal at 1000 points at a new p, median
};

/// At the held-out points of the surrogate. The truth is training at `tolerance` on windows of its own;
/// signals are node voltages and device states, those below a thousandth of the largest of their nature
/// relative to that.
SurrogateCheck check_surrogate(const BoxSimulator& box, const Surrogate& surrogate, double tolerance,
                               int jobs);

/// Largest error over the signals of `got` against `want` on [0, stop].
double waveform_distance(const BoxSimulator& box, const Waveform& got, const Waveform& want);

}  // namespace nullor
