#include "nullor/design/dataset_export.h"

#include <fmt/format.h>

#include <cmath>

#include "nullor/io/npy_file.h"
#include "nullor/io/npz_file.h"

namespace nullor {
namespace {

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

template <class T>
std::span<const T> row_of(const std::vector<T>& values, std::size_t row, std::size_t columns) {
  return std::span(values).subspan(row * columns, columns);
}

}  // namespace

std::string samples_csv(const SampleTable& t) {
  const SampleColumns& c = t.columns;
  std::string out = "sample";
  for (const auto* names : {&c.axes, &c.parameters, &c.conditions, &c.metrics}) {
    for (const std::string& name : *names) out += "," + csv_text(name);
  }
  out += ",class,sim_success,reason\n";
  const auto numbers = [&](std::span<const double> values) {
    for (const double v : values) out += std::isnan(v) ? std::string(",") : fmt::format(",{}", v);
  };
  for (std::size_t r = 0; r < t.rows(); ++r) {
    out += fmt::format("{}", t.sample[r]);
    for (std::size_t k = 0; k < c.axes.size(); ++k)
      out += "," + csv_text(c.axis_values[k][static_cast<std::size_t>(t.axis[r * c.axes.size() + k])]);
    numbers(row_of(t.parameters, r, c.parameters.size()));
    numbers(row_of(t.conditions, r, c.conditions.size()));
    numbers(row_of(t.metrics, r, c.metrics.size()));
    out += fmt::format(",{},{},{}\n", c.classes[static_cast<std::size_t>(t.failure[r])], t.sim_success[r],
                       csv_text(t.reason(r)));
  }
  return out;
}

std::string samples_npy(const SampleTable& t) {
  Table out{"", "samples", "dataset", {}};
  const auto add = [&](const std::string& name, const auto& values, std::size_t columns, std::size_t k) {
    Column column{name, Quantity::none, {}, {}};
    for (std::size_t r = 0; r < t.rows(); ++r)
      column.real.push_back(static_cast<double>(values[r * columns + k]));
    out.columns.push_back(std::move(column));
  };
  const SampleColumns& c = t.columns;
  add("sample", t.sample, 1, 0);
  for (std::size_t k = 0; k < c.axes.size(); ++k) add("axis " + c.axes[k], t.axis, c.axes.size(), k);
  for (std::size_t k = 0; k < c.parameters.size(); ++k)
    add(c.parameters[k], t.parameters, c.parameters.size(), k);
  for (std::size_t k = 0; k < c.conditions.size(); ++k)
    add(c.conditions[k], t.conditions, c.conditions.size(), k);
  for (std::size_t k = 0; k < c.metrics.size(); ++k) add(c.metrics[k], t.metrics, c.metrics.size(), k);
  add("class", t.failure, 1, 0);
  add("sim_success", t.sim_success, 1, 0);
  return write_npy(out);
}

std::string samples_npz(const SampleTable& t) {
  const SampleColumns& c = t.columns;
  NpzWriter out;
  const std::size_t n = t.rows();
  out.add("sample", t.sample, {n});
  out.add("axis", t.axis, {n, c.axes.size()});
  out.add("parameters", t.parameters, {n, c.parameters.size()});
  out.add("conditions", t.conditions, {n, c.conditions.size()});
  out.add("metrics", t.metrics, {n, c.metrics.size()});
  out.add("failure", t.failure, {n});
  out.add("sim_success", t.sim_success, {n});
  out.add("sample_reason", t.sample_reason, {n});
  out.add("metric_reason", t.metric_reason, {n, c.metrics.size()});
  out.add("reasons", t.reasons);
  out.add("parameter_names", c.parameters);
  out.add("condition_names", c.conditions);
  out.add("metric_names", c.metrics);
  out.add("metric_units", c.metric_units);
  out.add("class_names", c.classes);
  out.add("axis_names", c.axes);
  for (std::size_t k = 0; k < c.axes.size(); ++k) out.add(fmt::format("axis_values_{}", k), c.axis_values[k]);
  return out.bytes();
}

}  // namespace nullor
