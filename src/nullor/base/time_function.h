#pragma once
/// A quantity over time that somebody else knows how to compute: what a source may play.

#include <vector>

namespace nullor {

class TimeFunction {
 public:
  virtual ~TimeFunction() = default;
  virtual double value(double time) const = 0;
  /// Appends the times in (from, to] at which it is not smooth, ascending.
  virtual void corners(double from, double to, std::vector<double>& out) const = 0;
};

}  // namespace nullor
