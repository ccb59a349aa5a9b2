#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/io/safetensors.h"
#include "nullor/learn/predictor_model.h"

namespace nullor::learn {
namespace {

using Json = nlohmann::ordered_json;
using graph::kSizedKinds;
using graph::kSizedNumbers;

constexpr const char* kFormat = "nullor predictor 1";

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw InputError(ErrorKind::input_output, fmt::format("'{}' holds no usable predictor: {}", path, why));
}

Tensor doubles(std::vector<double> values, std::size_t columns) {
  Tensor out;
  out.shape = {values.size() / columns, columns};
  out.values = std::move(values);
  return out;
}

void put(std::vector<double>& out, const FeatureScale::Entry& e) {
  out.insert(out.end(), {e.logarithm ? 1.0 : 0.0, e.centre, e.spread, e.low, e.high});
}

FeatureScale::Entry entry_of(const double* from) {
  return {from[0] != 0, from[1], from[2], from[3], from[4]};
}

/// The table `name` of so many rows and columns, without numbers that are none.
std::vector<double> table(TensorFile& file, const std::string& name, std::size_t rows, std::size_t columns,
                          const std::string& path) {
  const Tensor& t = file.at(name, 2);
  if (t.shape != std::vector<std::size_t>{rows, columns})
    refuse(path, fmt::format("array '{}' is not of shape ({}, {})", name, rows, columns));
  for (const double x : t.values) {
    if (std::isnan(x)) refuse(path, fmt::format("array '{}' has numbers that are none", name));
  }
  return t.values;
}

std::vector<float> weights_of(TensorFile& file, const PredictorModel& model, const std::string& path) {
  const PredictorNetwork network(model.config, model.shape());
  std::vector<float> out;
  for (const WeightLayout::Array& array : network.layout().arrays()) {
    const auto found = file.tensors.find(array.name);
    if (found == file.tensors.end()) refuse(path, fmt::format("array '{}' is missing", array.name));
    const std::vector<std::size_t> shape = {static_cast<std::size_t>(array.rows),
                                            static_cast<std::size_t>(array.columns)};
    if (found->second.shape != shape || found->second.singles.size() != array.size())
      refuse(path,
             fmt::format("array '{}' is not of shape ({}) and type F32", array.name, fmt::join(shape, ", ")));
    for (const float x : found->second.singles) {
      if (!std::isfinite(x)) refuse(path, fmt::format("array '{}' has numbers that are none", array.name));
    }
    out.insert(out.end(), found->second.singles.begin(), found->second.singles.end());
  }
  return out;
}

void write_metrics(const PredictorModel& model, TensorFile& file) {
  std::vector<std::string> names, units;
  std::vector<double> values;
  for (std::size_t m = 0; m < model.metrics.size(); ++m) {
    const MetricScale& s = model.metrics[m];
    names.push_back(s.name), units.push_back(s.unit_text);
    values.insert(values.end(), {static_cast<double>(s.form), s.unit, s.centre, s.spread,
                                 m < model.errors.margins.size() ? model.errors.margins[m] : INFINITY});
  }
  file.metadata["metrics"] = TensorFile::lines(names);
  file.metadata["units"] = TensorFile::lines(units);
  file.tensors["metric_scales"] = doubles(std::move(values), 5);
}

void read_metrics(PredictorModel& model, TensorFile& file, const std::string& path) {
  const std::vector<std::string> names = file.list("metrics"), units = file.list("units");
  const std::vector<double> values = table(file, "metric_scales", names.size(), 5, path);
  if (units.size() != names.size()) refuse(path, "it has not one unit a metric");
  for (std::size_t m = 0; m < names.size(); ++m) {
    const double* from = values.data() + 5 * m;
    if (from[0] < 0 || from[0] > 2) refuse(path, "the scale of a metric has an unknown form");
    model.metrics.push_back({names[m], units[m], static_cast<MetricScale::Form>(static_cast<int>(from[0])),
                             from[1], from[2], from[3]});
    model.errors.margins.push_back(from[4]);
  }
}

void write_features(const PredictorModel& model, TensorFile& file) {
  std::vector<double> numbers, conditions;
  for (const auto& kind : model.features.number) {
    for (const FeatureScale::Entry& e : kind) put(numbers, e);
  }
  for (const FeatureScale::Entry& e : model.features.condition) put(conditions, e);
  file.metadata["conditions"] = TensorFile::lines(model.features.conditions);
  file.metadata["corners"] = TensorFile::lines(model.features.corners);
  file.tensors["number_scales"] = doubles(std::move(numbers), 5);
  file.tensors["condition_scales"] = doubles(std::move(conditions), 5);
}

void read_features(PredictorModel& model, TensorFile& file, const std::string& path) {
  FeatureScale& f = model.features;
  f.conditions = file.list("conditions");
  if (f.conditions == std::vector<std::string>{""}) f.conditions.clear();
  f.corners = file.list("corners");
  const std::vector<double> numbers = table(file, "number_scales", kSizedKinds * kSizedNumbers, 5, path);
  for (std::size_t k = 0; k < kSizedKinds * kSizedNumbers; ++k)
    f.number[k / kSizedNumbers][k % kSizedNumbers] = entry_of(numbers.data() + 5 * k);
  const std::vector<double> conditions = table(file, "condition_scales", f.conditions.size(), 5, path);
  for (std::size_t k = 0; k < f.conditions.size(); ++k)
    f.condition.push_back(entry_of(conditions.data() + 5 * k));
}

void write_box(const PredictorModel& model, TensorFile& file) {
  std::vector<double> box;
  for (const auto& [kind, b] : model.legal)
    box.insert(box.end(), {static_cast<double>(kind), b.w_low, b.w_high, b.l_low, b.l_high});
  file.tensors["legal"] = doubles(std::move(box), 5);
}

void read_box(PredictorModel& model, TensorFile& file, const std::string& path) {
  const std::size_t rows = file.at("legal", 2).shape[0];
  const std::vector<double> box = table(file, "legal", rows, 5, path);
  for (std::size_t k = 0; k < rows; ++k) {
    const double* from = box.data() + 5 * k;
    if (from[0] < 0 || from[0] >= kSizedKinds) refuse(path, "a legal box is of an unknown kind");
    model.legal[static_cast<graph::SizedKind>(static_cast<int>(from[0]))] = {from[1], from[2], from[3],
                                                                             from[4]};
  }
}

/// What a note says as a number.
double number(const TensorFile& file, const std::string& name, const std::string& path) {
  const Json json = Json::parse(file.note(name), nullptr, /*allow_exceptions=*/false);
  if (!json.is_number()) refuse(path, fmt::format("'{}' is no number", name));
  return json.get<double>();
}

void write_unseen_errors(const PredictorModel& model, TensorFile& file) {
  if (!model.unseen_errors) return;
  file.tensors["unseen_margins"] = doubles(model.unseen_errors->margins, model.metrics.size());
  file.metadata["unseen_validity_slope"] = fmt::format("{}", model.unseen_errors->validity_slope);
  file.metadata["unseen_validity_shift"] = fmt::format("{}", model.unseen_errors->validity_shift);
}

void read_unseen_errors(PredictorModel& model, TensorFile& file, const std::string& path) {
  if (!file.tensors.contains("unseen_margins")) return;
  model.unseen_errors.emplace();
  model.unseen_errors->margins = table(file, "unseen_margins", 1, model.metrics.size(), path);
  model.unseen_errors->validity_slope = number(file, "unseen_validity_slope", path);
  model.unseen_errors->validity_shift = number(file, "unseen_validity_shift", path);
}

PredictorModel model_of(TensorFile file, const std::string& path) {
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end() || format->second != kFormat)
    refuse(path, fmt::format("its metadata does not say '{}'", kFormat));
  PredictorModel out;
  out.config = predictor_config_of_json(file.note("config"), path);
  out.classes = file.list("classes");
  read_metrics(out, file, path);
  read_features(out, file, path);
  read_box(out, file, path);
  out.weights = weights_of(file, out, path);
  const auto width = static_cast<std::size_t>(out.config.width);
  out.mean = table(file, "summary_mean", 1, width, path);
  out.precision = table(file, "summary_precision", width, width, path);
  out.level = number(file, "level", path);
  out.distance = number(file, "distance", path);
  out.errors.validity_slope = number(file, "validity_slope", path);
  out.errors.validity_shift = number(file, "validity_shift", path);
  read_unseen_errors(out, file, path);
  for (const std::string& text : file.list("circuits")) {
    if (!text.empty()) out.circuits.push_back(std::strtoull(text.c_str(), nullptr, 16));
  }
  for (const char* taken :
       {"format", "config", "classes", "metrics", "units", "conditions", "corners", "level", "distance",
        "validity_slope", "validity_shift", "unseen_validity_slope", "unseen_validity_shift", "circuits"})
    file.metadata.erase(taken);
  out.notes = std::move(file.metadata);
  return out;
}

}  // namespace

PredictorShape PredictorModel::shape() const {
  return {FeatureScale::kDeviceFeatures, features.circuit_features(), static_cast<int>(metrics.size()),
          static_cast<int>(classes.size())};
}

void write_predictor(const PredictorModel& model, const std::string& path) {
  TensorFile file;
  file.metadata = model.notes;
  file.metadata["format"] = kFormat;
  file.metadata["config"] = to_json(model.config);
  file.metadata["classes"] = TensorFile::lines(model.classes);
  file.metadata["level"] = fmt::format("{}", model.level);
  file.metadata["distance"] = fmt::format("{}", model.distance);
  file.metadata["validity_slope"] = fmt::format("{}", model.errors.validity_slope);
  file.metadata["validity_shift"] = fmt::format("{}", model.errors.validity_shift);
  std::vector<std::string> circuits;
  for (const std::uint64_t c : model.circuits) circuits.push_back(fmt::format("{:016x}", c));
  file.metadata["circuits"] = TensorFile::lines(circuits);
  write_metrics(model, file);
  write_unseen_errors(model, file);
  write_features(model, file);
  write_box(model, file);
  const auto width = static_cast<std::size_t>(model.config.width);
  file.tensors["summary_mean"] = doubles(model.mean.empty() ? std::vector<double>(width) : model.mean, width);
  file.tensors["summary_precision"] =
      doubles(model.precision.empty() ? std::vector<double>(width * width) : model.precision, width);
  const PredictorNetwork network(model.config, model.shape());
  for (const WeightLayout::Array& array : network.layout().arrays()) {
    Tensor& tensor = file.tensors[array.name];
    tensor.shape = {static_cast<std::size_t>(array.rows), static_cast<std::size_t>(array.columns)};
    const float* first = model.weights.data() + array.place;
    tensor.singles.assign(first, first + array.size());
  }
  write_safetensors(file, path);
}

PredictorModel read_predictor(const std::string& path) { return model_of(read_safetensors(path), path); }

PredictorModel parse_predictor(std::string_view bytes, const std::string& path) {
  return model_of(parse_safetensors(bytes, path), path);
}

}  // namespace nullor::learn
