#include "nullor/learn/metric_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nullor/base/error.h"

namespace nullor::learn {
namespace {

double quantile(std::span<const double> sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], at - static_cast<double>(below));
}

/// Form and unit, by values in rising order.
void choose_form(std::span<const double> sorted, MetricScale& out) {
  if (sorted.front() > 0) {
    if (quantile(sorted, 0.95) > 10 * quantile(sorted, 0.05)) out.form = MetricScale::Form::logarithm;
    return;
  }
  if (sorted.front() == 0 || sorted.back() <= 0) return;
  std::vector<double> sizes(sorted.size());
  std::transform(sorted.begin(), sorted.end(), sizes.begin(), [](double y) { return std::fabs(y); });
  std::sort(sizes.begin(), sizes.end());
  const double small = quantile(sizes, 0.05);
  if (small <= 0 || quantile(sizes, 0.95) <= 100 * small) return;
  out.form = MetricScale::Form::signed_logarithm;
  out.unit = small;
}

/// `values` is used up.
void fit(std::vector<double> values, MetricScale& out) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  choose_form(values, out);
  // f rises, so that the order stays.
  for (double& y : values) y = out.scaled(y);
  out.centre = quantile(values, 0.5);
  const double half = 0.5 * (quantile(values, 0.84) - quantile(values, 0.16));
  if (half > 0) out.spread = half;
}

}  // namespace

double MetricScale::scaled(double y) const {
  double f = y;
  if (form == Form::logarithm) f = y > 0 ? std::log(y) : std::numeric_limits<double>::quiet_NaN();
  if (form == Form::signed_logarithm) f = std::asinh(y / unit);
  return (f - centre) / spread;
}

double MetricScale::value(double z) const {
  const double f = z * spread + centre;
  if (form == Form::logarithm) return std::exp(f);
  return form == Form::signed_logarithm ? unit * std::sinh(f) : f;
}

std::vector<MetricScale> fit_scales(std::span<const PredictionRows> rows) {
  std::vector<MetricScale> out;
  if (rows.empty()) return out;
  const PredictionRows& first = rows.front();
  for (const PredictionRows& one : rows) {
    if (one.metrics != first.metrics || one.units != first.units)
      throw InputError(ErrorKind::usage, first.name + " and " + one.name + " do not have the same metrics",
                       {}, "make their data sets with one testbench");
  }
  for (std::size_t metric = 0; metric < first.metrics.size(); ++metric) {
    MetricScale& scale = out.emplace_back();
    scale.name = first.metrics[metric];
    scale.unit_text = first.units[metric];
    std::vector<double> values;
    for (const PredictionRows& one : rows) {
      for (std::size_t k = metric; k < one.metric_values.size(); k += first.metrics.size()) {
        if (std::isfinite(one.metric_values[k])) values.push_back(one.metric_values[k]);
      }
    }
    fit(std::move(values), scale);
  }
  return out;
}

}  // namespace nullor::learn
