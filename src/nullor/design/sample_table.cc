#include "nullor/design/sample_table.h"

#include <algorithm>
#include <cassert>

#include "nullor/io/hdf5_file.h"

namespace nullor {
namespace {

constexpr std::size_t kLongestReason = 300;

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

template <class T>
Hdf5Array<T> array(const std::vector<T>& values, std::size_t rows) {
  return {rows, rows == 0 ? 0 : values.size() / rows, values};
}

}  // namespace

std::int32_t SampleTable::reason_index(const std::string& text) {
  if (text.empty()) return 0;
  const auto [place, is_new] =
      known_.emplace(text.substr(0, kLongestReason), static_cast<std::int32_t>(reasons.size()));
  if (is_new) reasons.push_back(place->first);
  return place->second;
}

void SampleTable::add(std::int64_t number, std::span<const std::int32_t> at,
                      std::span<const double> parameter_values, std::span<const double> condition_values,
                      const SampleOutcome& outcome, std::span<const std::size_t> kept) {
  sample.push_back(number);
  axis.insert(axis.end(), at.begin(), at.end());
  parameters.insert(parameters.end(), parameter_values.begin(), parameter_values.end());
  conditions.insert(conditions.end(), condition_values.begin(), condition_values.end());
  for (const std::size_t k : kept) {
    metrics.push_back(outcome.values[k]);
    metric_reason.push_back(reason_index(outcome.missing[k]));
  }
  failure.push_back(outcome.failure);
  sim_success.push_back(outcome.simulated);
  sample_reason.push_back(reason_index(outcome.reason));
}

void SampleTable::add(const SampleTable& other) {
  assert(columns == other.columns);
  append(sample, other.sample);
  append(axis, other.axis);
  append(parameters, other.parameters);
  append(conditions, other.conditions);
  append(metrics, other.metrics);
  append(failure, other.failure);
  append(sim_success, other.sim_success);
  std::vector<std::int32_t> moved;
  for (const std::string& text : other.reasons) moved.push_back(reason_index(text));
  for (const std::int32_t k : other.sample_reason)
    sample_reason.push_back(moved[static_cast<std::size_t>(k)]);
  for (const std::int32_t k : other.metric_reason)
    metric_reason.push_back(moved[static_cast<std::size_t>(k)]);
}

std::string write_samples(const SampleTable& t) {
  const std::size_t n = t.rows();
  Hdf5Writer out;
  out.add("parameter_names", t.columns.parameters);
  out.add("condition_names", t.columns.conditions);
  out.add("condition_units", t.columns.condition_units);
  out.add("metric_names", t.columns.metrics);
  out.add("metric_units", t.columns.metric_units);
  out.add("class_names", t.columns.classes);
  out.add("axis_names", t.columns.axes);
  for (std::size_t k = 0; k < t.columns.axes.size(); ++k)
    out.add("axis_values_" + std::to_string(k), t.columns.axis_values[k]);
  out.add("sample", t.sample);
  out.add("axis", array(t.axis, n));
  out.add("parameters", array(t.parameters, n));
  out.add("conditions", array(t.conditions, n));
  out.add("metrics", array(t.metrics, n));
  out.add("failure", array(t.failure, n));
  out.add("sim_success", array(t.sim_success, n));
  out.add("sample_reason", array(t.sample_reason, n));
  out.add("metric_reason", array(t.metric_reason, n));
  out.add("reasons", t.reasons);
  return out.bytes();
}

namespace {

class SampleReader {
 public:
  SampleReader(std::string_view bytes, const std::string& path) : in_(bytes, path), path_(path) {}

  SampleTable run() {
    SampleTable t;
    SampleColumns& c = t.columns;
    c.parameters = in_.texts("parameter_names");
    c.conditions = in_.texts("condition_names");
    c.condition_units = in_.texts("condition_units");
    c.metrics = in_.texts("metric_names");
    c.metric_units = in_.texts("metric_units");
    c.classes = in_.texts("class_names");
    c.axes = in_.texts("axis_names");
    for (std::size_t k = 0; k < c.axes.size(); ++k)
      c.axis_values.push_back(in_.texts("axis_values_" + std::to_string(k)));
    require(c.condition_units.size() == c.conditions.size() && c.metric_units.size() == c.metrics.size());
    t.sample = in_.long_integers("sample");
    rows_ = t.sample.size();
    take(in_.integers("axis"), c.axes.size(), t.axis);
    take(in_.doubles("parameters"), c.parameters.size(), t.parameters);
    take(in_.doubles("conditions"), c.conditions.size(), t.conditions);
    take(in_.doubles("metrics"), c.metrics.size(), t.metrics);
    take(in_.integers("failure"), 1, t.failure);
    take(in_.integers("sim_success"), 1, t.sim_success);
    take(in_.integers("sample_reason"), 1, t.sample_reason);
    take(in_.integers("metric_reason"), c.metrics.size(), t.metric_reason);
    t.reasons = in_.texts("reasons");
    below(t.failure, c.classes.size());
    below(t.sample_reason, t.reasons.size());
    below(t.metric_reason, t.reasons.size());
    for (std::size_t k = 0; k < t.axis.size(); ++k)
      require(t.axis[k] >= 0 &&
              static_cast<std::size_t>(t.axis[k]) < c.axis_values[k % c.axes.size()].size());
    return t;
  }

 private:
  void require(bool holds) const {
    if (!holds)
      throw InputError(ErrorKind::input_output,
                       "'" + path_ + "' cannot be used: its arrays do not fit together");
  }
  template <class T>
  void take(Hdf5Array<T> array, std::size_t columns, std::vector<T>& out) const {
    require(array.values.size() == rows_ * columns);
    out = std::move(array.values);
  }
  void below(const std::vector<std::int32_t>& values, std::size_t limit) const {
    for (const std::int32_t v : values) require(v >= 0 && static_cast<std::size_t>(v) < limit);
  }

  Hdf5Reader in_;
  std::string path_;
  std::size_t rows_ = 0;
};

}  // namespace

SampleTable read_samples(std::string_view bytes, const std::string& path) {
  return SampleReader(bytes, path).run();
}

}  // namespace nullor
