#include "nullor/cli/prediction_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "nullor/base/error.h"

namespace nullor {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kNote = "division";

bool is_set(const fs::path& folder) {
  std::error_code status;
  return fs::exists(manifest_path(folder.string()), status);
}

std::string name_of(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

/// The folders of data sets that a path stands for.
std::vector<fs::path> folders_of(const std::string& path) {
  std::error_code status;
  if (!fs::is_directory(path, status))
    throw InputError(ErrorKind::input_output, fmt::format("there is no folder '{}'", path), {},
                     "a data set is made by nullor dataset make");
  if (is_set(path)) return {path};
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    if (entry.is_directory() && is_set(entry.path())) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  if (out.empty())
    throw InputError(ErrorKind::input_output,
                     fmt::format("'{}' is no data set, and no folder in it is one", path), {},
                     "a data set is made by nullor dataset make");
  return out;
}

}  // namespace

std::vector<PredictionSet> read_prediction_sets(std::span<const std::string> paths, bool partial) {
  std::vector<PredictionSet> out;
  for (const std::string& path : paths) {
    for (const fs::path& folder : folders_of(path))
      out.push_back({name_of(folder), read_prediction_rows(folder.string(), partial)});
  }
  return out;
}

PredictionRows first_rows(const PredictionRows& rows, std::size_t most) {
  if (most == 0 || rows.rows() <= most) return rows;
  std::vector<std::size_t> first(most);
  std::iota(first.begin(), first.end(), std::size_t{0});
  return rows.picked(first);
}

std::vector<PredictionRows> rows_of(std::span<const PredictionSet> sets) {
  std::vector<PredictionRows> out;
  for (const PredictionSet& set : sets) out.push_back(set.rows);
  return out;
}

void note(const Division& d, learn::PredictorModel& model) {
  model.notes[kNote] = Json{
      {"validation", d.shares.validation},
      {"calibration", d.shares.calibration},
      {"test", d.shares.test},
      {"seed", d.seed},
      {"most_rows", d.most_rows},
      {"sets", d.sets}}.dump();
}

Division division_of(const learn::PredictorModel& model, const std::string& path) {
  const auto found = model.notes.find(kNote);
  if (found == model.notes.end())
    throw InputError(ErrorKind::input_output,
                     fmt::format("'{}' does not say how its rows were divided", path), {},
                     "give a model of nullor predict train");
  try {
    const Json in = Json::parse(found->second);
    Division out;
    in.at("validation").get_to(out.shares.validation);
    in.at("calibration").get_to(out.shares.calibration);
    in.at("test").get_to(out.shares.test);
    in.at("seed").get_to(out.seed);
    in.at("most_rows").get_to(out.most_rows);
    in.at("sets").get_to(out.sets);
    return out;
  } catch (const Json::exception& error) {
    throw InputError(ErrorKind::input_output,
                     fmt::format("'{}' says no division of rows: {}", path, error.what()));
  }
}

void check_like(const learn::PredictorModel& model, PredictionSet& set) {
  std::vector<std::string> names;
  for (const learn::MetricScale& scale : model.metrics) names.push_back(scale.name);
  for (const std::string& name : names) {
    if (std::find(set.rows.metrics.begin(), set.rows.metrics.end(), name) == set.rows.metrics.end())
      throw InputError(ErrorKind::usage,
                       fmt::format("'{}' was made with another testbench than the model's: it has no "
                                   "metric '{}'",
                                   set.name, name));
  }
  set.rows = set.rows.with_metrics(names);
  if (set.rows.classes != model.classes)
    throw InputError(ErrorKind::usage,
                     fmt::format("'{}' was made with another testbench than the model's: its classes of "
                                 "failure are others",
                                 set.name));
}

}  // namespace nullor
