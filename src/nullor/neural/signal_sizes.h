#pragma once
/// How large each signal has been, so that errors can be judged relative to it.

#include <algorithm>
#include <cmath>
#include <vector>

#include "nullor/dae/dae.h"
#include "nullor/simulate/options.h"

namespace nullor {

class SignalSizes {
 public:
  SignalSizes(const Dae& dae, const SimulationOptions& options)
      : dae_(dae), options_(options), largest_(static_cast<std::size_t>(dae.size()), 0.0) {}

  void see(const double* x) {
    for (std::size_t i = 0; i < largest_.size(); ++i) largest_[i] = std::max(largest_[i], std::fabs(x[i]));
  }
  const std::vector<double>& largest() const { return largest_; }
  /// Back to what was seen before: values of a refused window were never there.
  void forget(const std::vector<double>& largest_before) { largest_ = largest_before; }

  /// The size of every signal, not less than a thousandth of the largest of its nature nor than what SPICE's
  /// absolute tolerances call small.
  const std::vector<double>& scale() {
    constexpr double kReltol = 1e-3;  // SPICE's absolute tolerances are meant beside this relative one
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
  const Dae& dae_;
  const SimulationOptions& options_;
  std::vector<double> largest_, scale_;
};

}  // namespace nullor
