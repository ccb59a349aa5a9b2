#include "nullor/design/prediction_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "nullor/design/sized_dut.h"

namespace nullor {
namespace {

template <class T>
std::vector<T> picked(const std::vector<T>& all, std::size_t columns, const std::vector<std::size_t>& rows) {
  std::vector<T> out;
  if (all.empty()) return out;
  out.reserve(rows.size() * columns);
  for (const std::size_t row : rows) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(row * columns);
    out.insert(out.end(), begin, begin + static_cast<std::ptrdiff_t>(columns));
  }
  return out;
}

}  // namespace

PredictionRows PredictionRows::picked(const std::vector<std::size_t>& rows) const {
  PredictionRows out = *this;
  out.parameter_values = nullor::picked(parameter_values, parameters.size(), rows);
  out.numbers = nullor::picked(numbers, circuit->devices().size() * graph::kSizedNumbers, rows);
  out.condition_values = nullor::picked(condition_values, conditions.size(), rows);
  out.corner = nullor::picked(corner, 1, rows);
  out.sample = nullor::picked(sample, 1, rows);
  out.metric_values = nullor::picked(metric_values, metrics.size(), rows);
  out.failure = nullor::picked(failure, 1, rows);
  return out;
}

PredictionRows PredictionRows::with_metrics(const std::vector<std::string>& names) const {
  if (names == metrics) return *this;
  std::vector<std::size_t> places;
  for (const std::string& metric : names) {
    const auto found = std::find(metrics.begin(), metrics.end(), metric);
    if (found == metrics.end())
      throw InputError(ErrorKind::usage, fmt::format("'{}' has no metric '{}'", name, metric), {},
                       did_you_mean(metric, metrics, fmt::format("it has {}", fmt::join(metrics, ", "))));
    places.push_back(static_cast<std::size_t>(found - metrics.begin()));
  }
  PredictionRows out = *this;
  out.metrics.clear(), out.units.clear(), out.metric_values.clear();
  for (const std::size_t k : places) {
    out.metrics.push_back(metrics[k]);
    out.units.push_back(units[k]);
  }
  for (std::size_t at = 0; at < metric_values.size(); at += metrics.size()) {
    for (const std::size_t k : places) out.metric_values.push_back(metric_values[at + k]);
  }
  return out;
}

void PredictionRows::evaluate_numbers() {
  std::vector<std::string> names = parameters;
  for (const std::string& name : conditions) names.push_back(name == kTemperatureCondition ? "temper" : name);
  graph::SizedCircuit::Evaluator evaluator(*circuit, names);
  const std::size_t size = circuit->devices().size() * graph::kSizedNumbers;
  numbers.resize(rows() * size);
  std::vector<double> values(names.size());
  for (std::size_t row = 0; row < rows(); ++row) {
    const auto copy = [&](const std::vector<double>& from, std::size_t columns, std::size_t to) {
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(row * columns), columns,
                  values.begin() + static_cast<std::ptrdiff_t>(to));
    };
    copy(parameter_values, parameters.size(), 0);
    copy(condition_values, conditions.size(), parameters.size());
    evaluator.numbers(values, std::span(numbers).subspan(row * size, size));
  }
}

PredictionRows read_prediction_rows(const std::string& folder, bool partial) {
  const Dataset dataset = Dataset::open(folder);
  SampleTable table = merge_dataset(folder, partial);
  SizedDut dut = read_sized_dut(dataset.bench(), dataset.setting(dataset.axis_of(0)));
  const SampleColumns& columns = table.columns;
  PredictionRows out;
  out.name = dut.contents.subcircuit;
  out.circuit = std::move(dut.circuit);
  out.conditions = columns.conditions;
  out.metrics = columns.metrics;
  out.units = columns.metric_units;
  out.classes = columns.classes;
  out.parameters = columns.parameters;
  out.parameter_values = std::move(table.parameters);
  out.condition_values = std::move(table.conditions);
  out.metric_values = std::move(table.metrics);
  out.failure = std::move(table.failure);
  out.sample = table.sample;
  out.corners = {""};
  out.corner.resize(table.rows());
  const auto axis = std::find(columns.axes.begin(), columns.axes.end(), kCornerAxis);
  if (axis != columns.axes.end()) {
    const auto place = static_cast<std::size_t>(axis - columns.axes.begin());
    out.corners = columns.axis_values[place];
    for (std::size_t row = 0; row < table.rows(); ++row)
      out.corner[row] = table.axis[row * columns.axes.size() + place];
  }
  out.evaluate_numbers();
  return out;
}

}  // namespace nullor
