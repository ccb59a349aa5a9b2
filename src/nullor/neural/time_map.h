#pragma once
/// Reference time: what makes edges and periods that move with the parameters stand still.
///
/// Time t is a piecewise linear function of reference time tau, and its knots are what moves: corners of the
/// sources, and for an oscillator the instants at which one signal rises through one level,
///
///     t = t_k + (t_(k+1) - t_k) (tau - tau_k) / (tau_(k+1) - tau_k),   tau_k <= tau <= tau_(k+1)       (1)
///
/// Windows are laid out once in reference time and end on every knot.

#include <vector>

#include "nullor/neural/window_system.h"

namespace nullor {

struct TimeMap {
  std::vector<double> reference, time;  ///< knots [s], ascending, at least two

  std::size_t segment(double tau) const;
  /// t(tau); beyond the ends the first or last segment continues.
  double at(double tau) const { return interpolate(reference, time, tau); }
  double inverse(double t) const { return interpolate(time, reference, t); }
  /// Windows of reference time in time.
  std::vector<WindowSystem::Window> placed(const std::vector<WindowSystem::Window>& windows) const;

  /// The piecewise linear function through (x_k, y_k).
  static double interpolate(const std::vector<double>& x, const std::vector<double>& y, double at);
};

/// The longest windows that end on every knot and are nowhere longer than those of any list: no window of the
/// result spans more than `share` windows of a list, counted in fractions. Lists cover all knots.
std::vector<WindowSystem::Window> merge_windows(const std::vector<std::vector<WindowSystem::Window>>& lists,
                                                const std::vector<double>& knots, double share = 1);

}  // namespace nullor
