#pragma once
/// How large the signals of a circuit are: what errors are relative to.

#include <algorithm>
#include <cmath>
#include <vector>

#include "nullor/dae/dae.h"
#include "nullor/simulate/options.h"

namespace nullor {

/// How large each signal has been, so that errors can be judged relative to it.
class SignalSizes {
 public:
  SignalSizes(const Dae& dae, const SimulationOptions& options)
      : dae_(dae), options_(options), largest_(static_cast<std::size_t>(dae.size()), 0.0) {}

  void see(const double* x) {
    for (std::size_t i = 0; i < largest_.size(); ++i) largest_[i] = std::max(largest_[i], std::fabs(x[i]));
  }

  /// The size of every signal, not less than a thousandth of the largest of its nature nor than what SPICE's
  /// absolute tolerances call small.
  const std::vector<double>& scale() {
    double voltage = 0, current = 0;
    for (std::size_t i = 0; i < largest_.size(); ++i) {
      const Nature nature = dae_.unknowns()[i].nature;
      if (nature == Nature::voltage) voltage = std::max(voltage, largest_[i]);
      if (nature == Nature::current) current = std::max(current, largest_[i]);
    }
    scale_.resize(largest_.size());
    for (std::size_t i = 0; i < largest_.size(); ++i) {
      const UnknownInfo& info = dae_.unknowns()[i];
      const double absolute = info.nature == Nature::current                       ? options_.abstol
                              : info.nature == Nature::other && info.tolerance > 0 ? info.tolerance
                                                                                   : options_.vntol;
      const double floor = std::max(absolute / kReltol, info.nature == Nature::voltage   ? 1e-3 * voltage
                                                        : info.nature == Nature::current ? 1e-3 * current
                                                                                         : 0.0);
      scale_[i] = std::max(largest_[i], floor);
    }
    return scale_;
  }

 private:
  static constexpr double kReltol = 1e-3;  // SPICE's absolute tolerances are meant beside this one

  const Dae& dae_;
  const SimulationOptions& options_;
  std::vector<double> largest_, scale_;
};

}  // namespace nullor
