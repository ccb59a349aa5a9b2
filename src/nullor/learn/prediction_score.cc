#include "nullor/learn/prediction_score.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace nullor::learn {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

bool any_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

/// Indices by rising value.
std::vector<std::size_t> rising(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

/// Calls each(first, last) for every run order[first .. last) of equal values.
template <class Each>
void runs_of_equals(std::span<const double> values, std::span<const std::size_t> order, const Each& each) {
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    each(first, last);
  }
}

/// From 1 on.
std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<double> ranks(values.size());
  const auto order = rising(values);
  runs_of_equals(values, order, [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) ranks[order[k]] = 0.5 * static_cast<double>(first + last + 1);
  });
  return ranks;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::size_t count_true(std::span<const char> truth) {
  return static_cast<std::size_t>(std::count_if(truth.begin(), truth.end(), [](char t) { return t != 0; }));
}

}  // namespace

double auroc(std::span<const double> score, std::span<const char> truth) {
  assert(score.size() == truth.size());
  const auto yes = static_cast<double>(count_true(truth)), no = static_cast<double>(truth.size()) - yes;
  if (yes == 0 || no == 0 || any_nan(score)) return kNone;
  const auto ranks = mean_ranks(score);
  double sum = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) sum += truth[k] ? ranks[k] : 0;
  return (sum - yes * (yes + 1) / 2) / (yes * no);  // the statistic of Mann and Whitney, by its largest value
}

double average_precision(std::span<const double> score, std::span<const char> truth) {
  assert(score.size() == truth.size());
  const auto yes = static_cast<double>(count_true(truth));
  if (yes == 0 || any_nan(score)) return kNone;
  auto order = rising(score);
  std::reverse(order.begin(), order.end());
  double sum = 0, found = 0;
  runs_of_equals(score, order, [&](std::size_t first, std::size_t last) {
    double here = 0;
    for (std::size_t k = first; k < last; ++k) here += truth[order[k]] ? 1 : 0;
    found += here;
    sum += here * found / static_cast<double>(last);
  });
  return sum / yes;
}

double f1(std::span<const double> score, std::span<const char> truth, double threshold) {
  assert(score.size() == truth.size());
  if (any_nan(score)) return kNone;
  std::size_t right = 0, wrong = 0;  // TP, FP + FN
  for (std::size_t k = 0; k < truth.size(); ++k) {
    const bool said = score[k] >= threshold, is = truth[k] != 0;
    right += said && is;
    wrong += said != is;
  }
  if (right + wrong == 0) return kNone;
  return 2 * static_cast<double>(right) / static_cast<double>(2 * right + wrong);
}

double calibration_error(std::span<const double> probability, std::span<const char> truth, int bins) {
  assert(probability.size() == truth.size() && bins > 0);
  if (truth.empty() || any_nan(probability)) return kNone;
  // Of a bin: share of true ones less mean probability, times its rows.
  std::vector<double> gap(static_cast<std::size_t>(bins), 0);
  for (std::size_t k = 0; k < truth.size(); ++k) {
    const double p = probability[k];
    const double bin = std::clamp(std::floor(p * bins), 0.0, static_cast<double>(bins - 1));
    gap[static_cast<std::size_t>(bin)] += (truth[k] ? 1 : 0) - p;
  }
  double sum = 0;
  for (const double g : gap) sum += std::fabs(g);
  return sum / static_cast<double>(truth.size());
}

double median(std::vector<double> values) {
  if (values.empty() || any_nan(values)) return kNone;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * *middle + 0.5 * *std::max_element(values.begin(), middle);
}

double median_relative_error(std::span<const double> predicted, std::span<const double> truth) {
  assert(predicted.size() == truth.size());
  std::vector<double> errors(truth.size());
  for (std::size_t k = 0; k < truth.size(); ++k)
    errors[k] = predicted[k] == truth[k] ? 0 : std::fabs(predicted[k] - truth[k]) / std::fabs(truth[k]);
  return median(std::move(errors));
}

double median_absolute_error(std::span<const double> predicted, std::span<const double> truth) {
  assert(predicted.size() == truth.size());
  std::vector<double> errors(truth.size());
  for (std::size_t k = 0; k < truth.size(); ++k) errors[k] = std::fabs(predicted[k] - truth[k]);
  return median(std::move(errors));
}

double r_squared(std::span<const double> predicted, std::span<const double> truth) {
  assert(predicted.size() == truth.size());
  if (truth.empty()) return kNone;
  const double middle = mean(truth);
  double left = 0, all = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    left += (truth[k] - predicted[k]) * (truth[k] - predicted[k]);
    all += (truth[k] - middle) * (truth[k] - middle);
  }
  return all > 0 ? 1 - left / all : kNone;
}

double spearman(std::span<const double> predicted, std::span<const double> truth) {
  assert(predicted.size() == truth.size());
  if (any_nan(predicted) || any_nan(truth)) return kNone;
  const auto p = mean_ranks(predicted), t = mean_ranks(truth);
  const double middle = 0.5 * static_cast<double>(truth.size() + 1);
  double pp = 0, tt = 0, pt = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    pp += (p[k] - middle) * (p[k] - middle);
    tt += (t[k] - middle) * (t[k] - middle);
    pt += (p[k] - middle) * (t[k] - middle);
  }
  return pp > 0 && tt > 0 ? pt / std::sqrt(pp * tt) : kNone;
}

double coverage(std::span<const double> low, std::span<const double> high, std::span<const double> truth) {
  assert(low.size() == truth.size() && high.size() == truth.size());
  if (truth.empty()) return kNone;
  std::size_t inside = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) inside += low[k] <= truth[k] && truth[k] <= high[k];
  return static_cast<double>(inside) / static_cast<double>(truth.size());
}

double conformal_margin(std::span<const double> low, std::span<const double> high,
                        std::span<const double> truth, double level) {
  assert(low.size() == truth.size() && high.size() == truth.size());
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> needed(truth.size());  // q from which on the interval holds the truth
  for (std::size_t k = 0; k < truth.size(); ++k) {
    needed[k] = std::max(low[k] - truth[k], truth[k] - high[k]);
    if (std::isnan(low[k]) || std::isnan(high[k])) needed[k] = kInfinity;
  }
  // Products such as 10 x 0.9 may come out above the whole number that they are.
  const double rank = std::ceil(static_cast<double>(truth.size() + 1) * level - 1e-9);
  if (truth.empty() || rank > static_cast<double>(truth.size())) return kInfinity;
  const auto at = needed.begin() + static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(needed.begin(), at, needed.end());
  return *at;
}

}  // namespace nullor::learn
