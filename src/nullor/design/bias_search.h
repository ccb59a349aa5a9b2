#pragma once
/// Finds values for the port sources of a circuit without sizes at which its transistors conduct, by a small
/// deterministic search.
///
/// Every transistor that is to conduct scores between -1 (far below threshold) and 1.5 (conducts and is
/// saturated):
///
///   c + sigma(headroom / 0.1 V) / 2 where it carries current, c = 0 .. 1 from 1 nA to 1 uA, by decades,
///   less the decades above the ceiling;  max(drive, -1 V) where it does not                            (1)
///   less up to 1 for junctions forward by 0.4 V to 0.8 V that ought not conduct
///
/// and the score of a point is the mean. One source after another takes the best of a grid, then of steps
/// that are halved; the solution of the last point starts Newton's method at the next. Outputs at a rail are
/// then brought to the middle by bisection on an input or a bias, where one moves them from rail to rail.

#include <functional>
#include <vector>

#include "nullor/design/bias_probe.h"

namespace nullor {

/// What a transistor is for, as its wiring tells.
enum class Duty {
  conduct,  ///< carries current at the operating point
  toggle,   ///< a switch: its gate is on a clock or on the output of a logic cell
  none,     ///< its wiring keeps it from conducting: drain on source (a capacitor), gate on its own source
};
/// One entry a device; devices other than transistors have no duty.
std::vector<Duty> duties(const graph::Topology& topology, std::span<const PortSource> sources);

struct BiasLimits {
  double floor = 10e-9;   ///< below it a transistor does not conduct [A]
  double ceiling = 2e-3;  ///< above it, at default size, it is no bias but a fault [A]
};

struct BiasPoint {
  std::vector<double> values;  ///< of the sources
  std::vector<double> x;       ///< the solution
  std::vector<DeviceState> states;
  double score = 0;
};

struct BiasSearchOptions {
  BiasLimits limits;
  long most_solves = 400;
};

/// (1)
double bias_score(std::span<const DeviceState> states, std::span<const Duty> duties,
                  const BiasLimits& limits);

/// The best point found from `start` on. `enough`, asked at every improvement, ends the search. `outputs`:
/// nets that are to stay off the rails.
BiasPoint search_bias(BiasProbe& probe, std::span<const Duty> duties, std::span<const int> outputs,
                      BiasPoint start, const std::function<bool(const BiasPoint&)>& enough,
                      const BiasSearchOptions& options = {});

}  // namespace nullor
