#include "nullor/learn/prediction_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/learn/prediction_score.h"
#include "nullor/learn/row_features.h"

namespace nullor::learn {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// One metric of many rows; lists of what is not predicted stay empty.
struct MetricColumn {
  std::vector<double> truth, predicted, low, high;
  std::vector<double> scaled_truth, scaled;  ///< where the truth has a place on the scale
};

/// All that is compared, of the rows that count.
struct Columns {
  std::vector<char> valid;
  std::vector<double> probability;
  std::size_t class_rows = 0, class_hits = 0;
  std::vector<MetricColumn> metrics;
};

void check(const PredictionRows& truth, std::span<const MetricScale> scales) {
  const std::size_t rows = truth.rows(), metrics = truth.metrics.size();
  if (truth.failure.size() != rows || truth.metric_values.size() != rows * metrics)
    throw InputError(ErrorKind::usage,
                     "rows of " + truth.name + " have no metrics and classes to compare with");
  const bool same = std::equal(truth.metrics.begin(), truth.metrics.end(), scales.begin(), scales.end(),
                               [](const std::string& name, const MetricScale& s) { return name == s.name; });
  if (!same) throw InputError(ErrorKind::usage, truth.name + " has other metrics than were learned");
}

void append_metric(const Predictions& p, double truth, std::size_t at, const MetricScale& scale,
                   MetricColumn& out) {
  out.truth.push_back(truth);
  if (!p.low.empty()) {
    out.low.push_back(p.low[at]);
    out.high.push_back(p.high[at]);
  }
  if (p.metrics.empty()) return;
  out.predicted.push_back(p.metrics[at]);
  const double z = scale.scaled(truth);
  if (std::isnan(z)) return;
  out.scaled_truth.push_back(z);
  out.scaled.push_back(scale.scaled(p.metrics[at]));
}

void append_row(const Predictions& p, const PredictionRows& truth, std::size_t row,
                std::span<const MetricScale> scales, Columns& out) {
  const bool valid = truth.failure[row] == 0;
  out.valid.push_back(valid);
  if (!p.valid.empty()) out.probability.push_back(p.valid[row]);
  if (!p.classes.empty()) {
    const std::size_t classes = truth.classes.size();
    const auto first = p.classes.begin() + static_cast<std::ptrdiff_t>(row * classes);
    ++out.class_rows;
    out.class_hits +=
        std::max_element(first, first + static_cast<std::ptrdiff_t>(classes)) - first == truth.failure[row];
  }
  if (!valid) return;
  for (std::size_t m = 0; m < scales.size(); ++m) {
    const std::size_t at = row * scales.size() + m;
    const double value = truth.metric_values[at];
    if (!std::isnan(value)) append_metric(p, value, at, scales[m], out.metrics[m]);
  }
}

MetricFigures figures_of(const MetricColumn& c, const MetricScale& scale) {
  MetricFigures out{scale.name, scale.unit_text, c.truth.size(), kNone, kNone, kNone, kNone, kNone, kNone};
  if (c.predicted.size() == c.truth.size()) {
    out.relative_error = median_relative_error(c.predicted, c.truth);
    out.absolute_error = median_absolute_error(c.predicted, c.truth);
    out.r_squared = r_squared(c.predicted, c.truth);
    out.scaled_r_squared = r_squared(c.scaled, c.scaled_truth);
    out.spearman = spearman(c.predicted, c.truth);
  }
  if (c.low.size() == c.truth.size()) out.coverage = coverage(c.low, c.high, c.truth);
  return out;
}

/// As many digits as tell good from very good.
std::string number(double value, const char* suffix = "") {
  return std::isfinite(value) ? fmt::format("{:.4g}{}", value, suffix) : "-";
}

}  // namespace

PredictionFigures score(std::span<const Predictions> predictions, std::span<const PredictionRows> truth,
                        std::span<const MetricScale> scales, bool legal_only) {
  Columns columns;
  columns.metrics.resize(scales.size());
  for (std::size_t set = 0; set < truth.size(); ++set) {
    check(truth[set], scales);
    for (std::size_t k = 0; k < truth[set].rows(); ++k) {
      if (!legal_only || is_legal(truth[set], k))
        append_row(predictions[set], truth[set], k, scales, columns);
    }
  }
  PredictionFigures out;
  out.rows = columns.valid.size();
  out.valid_rows = static_cast<std::size_t>(std::count(columns.valid.begin(), columns.valid.end(), 1));
  out.auroc = out.average_precision = out.f1 = out.calibration_error = out.class_accuracy = kNone;
  if (columns.probability.size() == out.rows) {
    out.auroc = auroc(columns.probability, columns.valid);
    out.average_precision = average_precision(columns.probability, columns.valid);
    out.f1 = f1(columns.probability, columns.valid);
    out.calibration_error = calibration_error(columns.probability, columns.valid);
  }
  if (columns.class_rows == out.rows && out.rows > 0)
    out.class_accuracy = static_cast<double>(columns.class_hits) / static_cast<double>(out.rows);
  for (std::size_t m = 0; m < scales.size(); ++m)
    out.metrics.push_back(figures_of(columns.metrics[m], scales[m]));
  return out;
}

PredictionFigures score(const Predictions& predictions, const PredictionRows& truth,
                        std::span<const MetricScale> scales, bool legal_only) {
  return score({&predictions, 1}, {&truth, 1}, scales, legal_only);
}

std::string to_text(const PredictionFigures& figures) {
  std::string out = fmt::format("{} rows, {} valid\n", figures.rows, figures.valid_rows);
  out += fmt::format("{:>9}{:>20}{:>9}{:>20}{:>17}\n", "AUROC", "average precision", "F1",
                     "calibration error", "class accuracy");
  out +=
      fmt::format("{:>9}{:>20}{:>9}{:>20}{:>17}\n", number(figures.auroc), number(figures.average_precision),
                  number(figures.f1), number(figures.calibration_error), number(figures.class_accuracy));
  std::size_t wide = 6;
  for (const MetricFigures& m : figures.metrics) wide = std::max(wide, m.name.size());
  out += fmt::format("\n{:<{}}{:>9}{:>17}{:>17}{:>10}{:>11}{:>10}{:>10}  {}\n", "metric", wide, "rows",
                     "relative error", "absolute error", "R2", "scaled R2", "Spearman", "coverage", "unit");
  for (const MetricFigures& m : figures.metrics)
    out +=
        fmt::format("{:<{}}{:>9}{:>17}{:>17}{:>10}{:>11}{:>10}{:>10}  {}\n", m.name, wide, m.rows,
                    number(100 * m.relative_error, " %"), number(m.absolute_error), number(m.r_squared),
                    number(m.scaled_r_squared), number(m.spearman), number(100 * m.coverage, " %"), m.unit);
  return out;
}

nlohmann::ordered_json to_json(const PredictionFigures& figures) {
  nlohmann::ordered_json metrics = nlohmann::ordered_json::array();
  for (const MetricFigures& m : figures.metrics)
    metrics.push_back({{"name", m.name},
                       {"unit", m.unit},
                       {"rows", m.rows},
                       {"median_relative_error", m.relative_error},
                       {"median_absolute_error", m.absolute_error},
                       {"r_squared", m.r_squared},
                       {"scaled_r_squared", m.scaled_r_squared},
                       {"spearman", m.spearman},
                       {"coverage", m.coverage}});
  return {{"rows", figures.rows},
          {"valid_rows", figures.valid_rows},
          {"auroc", figures.auroc},
          {"average_precision", figures.average_precision},
          {"f1", figures.f1},
          {"calibration_error", figures.calibration_error},
          {"class_accuracy", figures.class_accuracy},
          {"metrics", std::move(metrics)}};
}

}  // namespace nullor::learn
