#pragma once
/// Finds where a network on a window passes a switching threshold.

#include <vector>

#include "nullor/dae/dae.h"

namespace nullor {

class SwitchWatch {
 public:
  explicit SwitchWatch(const Dae& dae) : dae_(dae) {}

  /// The state (n + 1) at which the coming windows begin.
  void begin(const double* x) { dae_.events(x, before_); }

  /// The place in (0, 1] just behind the first crossing of a threshold inside the window, or 0 when there is
  /// none, or none before its end. read(s, x) gives the state (n + 1) at s; looked at are ascending `nodes`,
  /// then bisection.
  template <class Read>
  double crossing(const std::vector<double>& nodes, Read&& read) {
    constexpr double kResolution = 1e-7;  // of the window
    if (before_.empty()) return 0;
    std::vector<double> x(static_cast<std::size_t>(dae_.size()) + 1, 0.0);
    double low = 0, high = 0;
    for (const double s : nodes) {
      read(s, x.data());
      if (past(x.data())) {
        high = s;
        break;
      }
      low = s;
    }
    if (high == 0) return 0;
    while (high - low > kResolution) {
      const double middle = 0.5 * (low + high);
      read(middle, x.data());
      (past(x.data()) ? high : low) = middle;
    }
    return high > 1 - 10 * kResolution ? 0 : high + kResolution;
  }

 private:
  bool past(const double* x) {
    dae_.events(x, now_);
    for (std::size_t k = 0; k < now_.size(); ++k) {
      if (before_[k] != 0 && (before_[k] > 0) != (now_[k] > 0)) return true;
    }
    return false;
  }

  const Dae& dae_;
  std::vector<double> before_, now_;
};

}  // namespace nullor
