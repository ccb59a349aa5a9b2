#pragma once
/// Metrics on the scale that is learned: z = (f(y) - centre) / spread, where f, the centre (median) and the
/// spread (half the distance of the 16 % and 84 % quantiles) come from training rows alone.

#include <span>
#include <string>
#include <vector>

#include "nullor/design/prediction_rows.h"

namespace nullor::learn {

struct MetricScale {
  enum class Form {
    linear,     ///< f = y: decibels, degrees
    logarithm,  ///< f = ln y: all values positive, over more than a decade from the 5 % to the 95 % quantile
    signed_logarithm,  ///< f = asinh(y / unit): both signs, and |y| over more than two decades from its 5 %
                       ///< to its 95 % quantile; `unit` is the former
  };
  std::string name, unit_text;
  Form form = Form::linear;
  double unit = 1;
  double centre = 0, spread = 1;

  double scaled(double y) const;  ///< NaN where y is NaN, or not positive and the form is a logarithm
  double value(double z) const;   ///< the inverse; monotonic, so that it may be used on quantiles
};

/// One scale a metric, from the values that are there (NaN: missing). A metric without values, or with one
/// alone, has centre 0 or that value, and spread 1. Quantiles lie between values, by linear interpolation.
/// Throws InputError(usage) where rows do not have the same metrics in the same units.
std::vector<MetricScale> fit_scales(std::span<const PredictionRows> rows);

}  // namespace nullor::learn
