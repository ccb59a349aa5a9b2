#include "nullor/cli/predict_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "nullor/base/si.h"
#include "nullor/io/npy_file.h"
#include "nullor/io/text_tables.h"
#include "nullor/learn/strangeness.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

std::size_t metric_count(const Answers& a) { return a.predictor.model().metrics.size(); }
bool has_validity(const Answers& a) { return a.predictor.model().config.validity; }

/// Class numbers of a row, the most likely first.
std::vector<std::size_t> likely_classes(const Answers& a, std::size_t row) {
  const std::size_t k = a.predictor.model().classes.size();
  std::vector<std::size_t> out(k);
  std::iota(out.begin(), out.end(), std::size_t{0});
  const double* p = a.predictions.classes.data() + row * k;
  std::stable_sort(out.begin(), out.end(), [&](std::size_t x, std::size_t y) { return p[x] > p[y]; });
  return out;
}

std::string class_words(const Answers& a, std::size_t row) {
  const std::vector<std::string>& names = a.predictor.model().classes;
  std::string out;
  for (const std::size_t k : likely_classes(a, row)) {
    const double p = a.predictions.classes[row * names.size() + k];
    if (!out.empty() && p < 0.05) break;
    out += fmt::format("{}{} ({:.3g})", out.empty() ? "" : ", ", names[k], p);
  }
  return out;
}

/// Why a prediction should not be trusted.
std::string warning(const Answers& a, std::size_t row) {
  std::vector<std::string> parts = learn::strange_parts(a.predictor.model(), a.rows, row);
  constexpr std::size_t kMost = 3;
  const std::size_t more = parts.size() > kMost ? parts.size() - kMost : 0;
  parts.resize(parts.size() - more);
  if (more > 0) parts.push_back(fmt::format("and {} more", more));
  if (parts.empty())
    parts.push_back(a.predictor.knows(*a.rows.circuit) ? "its numbers go together in another way"
                                                       : "the circuit is another one");
  return fmt::format("unlike what was learned from: {}", fmt::join(parts, "; "));
}

std::string shown(double value) {
  return std::isfinite(value) ? format_si(value) : value > 0 ? "inf" : value < 0 ? "-inf" : "-";
}

/// The columns of to_csv and to_npy behind those that were given.
Table table_of(const Answers& a) {
  Table out{"", "Predictions", "predictions", {}};
  const std::size_t rows = a.rows.rows(), m = metric_count(a);
  const auto add = [&](const std::string& name, const auto& value) {
    Column column{name, Quantity::none, {}, {}};
    for (std::size_t r = 0; r < rows; ++r) column.real.push_back(value(r));
    out.columns.push_back(std::move(column));
  };
  for (std::size_t g = 0; g < a.given.size(); ++g)
    add(a.given[g], [&](std::size_t r) { return a.given_values[r * a.given.size() + g]; });
  if (has_validity(a)) {
    add("valid", [&](std::size_t r) { return a.predictions.valid[r]; });
    add("class", [&](std::size_t r) { return static_cast<double>(likely_classes(a, r).front()); });
  }
  for (std::size_t k = 0; k < m; ++k) {
    const std::string& name = a.predictor.model().metrics[k].name;
    add(name, [&](std::size_t r) { return a.predictions.metrics[r * m + k]; });
    add(name + "_low", [&](std::size_t r) { return a.predictions.low[r * m + k]; });
    add(name + "_high", [&](std::size_t r) { return a.predictions.high[r * m + k]; });
  }
  add("strangeness", [&](std::size_t r) { return a.predictions.strangeness[r]; });
  return out;
}

}  // namespace

std::string Answers::class_of(std::size_t row) const {
  if (!has_validity(*this)) return {};
  return predictor.model().classes[likely_classes(*this, row).front()];
}

std::string to_text(const Answers& a, std::size_t row) {
  const std::vector<learn::MetricScale>& scales = a.predictor.model().metrics;
  std::string out = fmt::format(
      "{:<14}{}, {}\n", "circuit", a.rows.name,
      a.predictor.knows(*a.rows.circuit) ? "one that was learned from" : "not one that was learned from");
  if (has_validity(a)) {
    out += fmt::format("{:<14}{:.3g}\n", "valid", a.predictions.valid[row]);
    out += fmt::format("{:<14}{}\n", "class", class_words(a, row));
  }
  const double strange = a.predictions.strangeness[row];
  out += fmt::format("{:<14}{:.3g}{}\n\n", "strangeness", strange,
                     strange > 1 ? ", " + warning(a, row) : std::string());
  std::size_t wide = 6;
  for (const learn::MetricScale& scale : scales) wide = std::max(wide, scale.name.size());
  out += fmt::format("{:<{}}{:>12}{:>26}  {}\n", "metric", wide, "median",
                     fmt::format("{:.0f} % interval", 100 * a.predictor.model().level), "unit");
  for (std::size_t k = 0; k < scales.size(); ++k) {
    const std::size_t at = row * scales.size() + k;
    out += fmt::format("{:<{}}{:>12}{:>26}  {}\n", scales[k].name, wide, shown(a.predictions.metrics[at]),
                       fmt::format("{} .. {}", shown(a.predictions.low[at]), shown(a.predictions.high[at])),
                       scales[k].unit_text);
  }
  return out;
}

Json to_json(const Answers& a) {
  const learn::PredictorModel& model = a.predictor.model();
  const std::size_t m = model.metrics.size();
  const bool known = a.predictor.knows(*a.rows.circuit);
  Json out = Json::array();
  for (std::size_t r = 0; r < a.rows.rows(); ++r) {
    Json given = Json::object(), metrics = Json::object();
    for (std::size_t g = 0; g < a.given.size(); ++g)
      given[a.given[g]] = a.given_values[r * a.given.size() + g];
    for (std::size_t k = 0; k < m; ++k)
      metrics[model.metrics[k].name] = {{"median", a.predictions.metrics[r * m + k]},
                                        {"low", a.predictions.low[r * m + k]},
                                        {"high", a.predictions.high[r * m + k]},
                                        {"unit", model.metrics[k].unit_text}};
    Json row = {{"circuit", a.rows.name}, {"learned_from", known}, {"given", std::move(given)}};
    if (has_validity(a)) {
      row["valid"] = a.predictions.valid[r];
      row["class"] = a.class_of(r);
      Json classes = Json::object();
      for (std::size_t k = 0; k < model.classes.size(); ++k)
        classes[model.classes[k]] = a.predictions.classes[r * model.classes.size() + k];
      row["classes"] = std::move(classes);
    }
    row["metrics"] = std::move(metrics);
    row["strangeness"] = a.predictions.strangeness[r];
    if (a.predictions.strangeness[r] > 1) row["warning"] = warning(a, r);
    out.push_back(std::move(row));
  }
  return out;
}

std::string to_csv(const Answers& a) {
  const Table table = table_of(a);
  // Numbers of classes are for programs; here their names stand.
  const std::size_t place = has_validity(a) ? a.given.size() + 1 : std::numeric_limits<std::size_t>::max();
  Table head = table;
  for (Column& column : head.columns) column.real.clear();
  std::string out = write_csv(head);
  for (std::size_t r = 0; r < table.rows(); ++r) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      if (c > 0) out += ',';
      out += c == place ? a.class_of(r) : fmt::format("{}", table.columns[c].real[r]);
    }
    out += '\n';
  }
  return out;
}

std::string to_npy(const Answers& a) { return write_npy(table_of(a)); }

}  // namespace nullor
