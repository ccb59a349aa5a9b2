#include "nullor/simulate/step_control.h"

#include <limits>

namespace nullor {

StepSchedule<std::vector<double>> schedule_of(const StepSpan& span, const SimulationOptions& options) {
  StepSchedule<std::vector<double>> out;
  const double stop = span.stop;
  out.largest = span.max_step > 0                      ? span.max_step
                : span.step < (stop - span.start) / 50 ? span.step
                                                       : (stop - span.start) / 50;
  out.largest = std::min(out.largest, span.largest_step);
  out.smallest = std::max(1e-11 * out.largest, 4 * std::numeric_limits<double>::epsilon() * stop);
  // Corners that differ by rounding are one.
  out.corners = span.corners;
  std::erase_if(out.corners, [&](double t) { return t <= out.smallest || t >= stop - out.smallest; });
  out.corners.push_back(stop);
  out.corners.erase(std::unique(out.corners.begin(), out.corners.end(),
                                [&](double a, double b) { return b - a <= out.smallest; }),
                    out.corners.end());
  out.first = options.fixed_step
                  ? out.largest
                  : std::min({stop / 100, span.step > 0 ? span.step : stop / 50, out.largest}) / 100;
  if (!options.fixed_step) out.first = std::min(out.first, 0.1 * out.corners[0]);
  out.first = std::max(out.first, 2 * out.smallest);
  return out;
}

}  // namespace nullor
