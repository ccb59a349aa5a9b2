#pragma once
/// `.four`: harmonics of the last period of a transient result.

#include <span>
#include <string>
#include <vector>

#include "nullor/io/table.h"

namespace nullor {

struct FourierOptions {
  int harmonics = 10;  ///< rows, the constant term included (ngspice: nfreqs)
  int grid = 200;      ///< points per period (ngspice: fourgridsize)
};

struct FourierSummary {
  struct Harmonic {
    double frequency = 0;  ///< [Hz]
    double magnitude = 0;  ///< of the sine; of row 0 the mean
    double phase_deg = 0;  ///< of the sine
    double relative = 0;   ///< magnitude over that of the fundamental
    double relative_phase_deg = 0;
  };
  std::vector<Harmonic> harmonics;
  double distortion_percent = 0;  ///< total harmonic distortion
  std::string failure;            ///< why there is no result; empty when there is one

  bool ok() const { return failure.empty(); }
};

/// Interpolates the last period linearly on an even grid and projects it on sines and cosines, as ngspice
/// does:
///   y = sum_k magnitude_k sin(2 pi k f t + phase_k), t counted from the start of that period.
FourierSummary fourier(std::span<const double> time, std::span<const double> y, double frequency,
                       const FourierOptions& options = {});

/// The text that ngspice prints, and the same as a table (kind "four").
std::string render_fourier(const FourierSummary& summary, const std::string& name,
                           const FourierOptions& options = {});
Table fourier_table(const FourierSummary& summary, const std::string& title, const std::string& name);

}  // namespace nullor
