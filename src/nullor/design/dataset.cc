#include "nullor/design/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "nullor/base/file.h"
#include "nullor/base/sha256.h"
#include "nullor/base/si.h"
#include "nullor/design/dataset_manifest.h"
#include "nullor/design/sample_evaluator.h"

namespace nullor {
namespace {

constexpr const char* kDraw = "draw";

double axis_number(const std::string& text, const std::string& axis) {
  const auto value = parse_si(text);
  if (!value || !std::isfinite(*value))
    throw InputError(ErrorKind::usage, "'" + text + "' of axis '" + axis + "' is not a number");
  return *value;
}

std::uint64_t draw_number(const std::string& text) {
  const double value = axis_number(text, kDraw);
  if (!(value >= 0) || value != std::floor(value) || value > 0x1p53)
    throw InputError(ErrorKind::usage, "'" + text + "' of axis 'draw' is no number of a draw");
  return static_cast<std::uint64_t>(value);
}

void check_axes(const DatasetOptions& options, const Testbench& bench) {
  std::vector<std::string> names;
  for (const Axis& axis : options.axes) {
    if (std::find(names.begin(), names.end(), axis.name) != names.end())
      throw InputError(ErrorKind::usage, "there are two axes '" + axis.name + "'");
    names.push_back(axis.name);
    if (axis.values.empty()) throw InputError(ErrorKind::usage, "axis '" + axis.name + "' has no values");
    if (axis.name == kCornerAxis) {
      if (!options.files.has_corners())
        throw InputError(ErrorKind::usage, "no model file has a {corner} in its name", {},
                         "for example --models 'sky130/{corner}.spice' or 'sky130.lib,{corner}'");
    } else if (axis.name == kDraw) {
      for (const std::string& value : axis.values) draw_number(value);
    } else {
      if (!bench.condition(axis.name)) {
        std::vector<std::string> known = {kCornerAxis, kDraw};
        for (const Condition& c : bench.conditions) known.push_back(c.name);
        throw InputError(ErrorKind::usage, "there is no axis '" + axis.name + "'", {},
                         did_you_mean(axis.name, known, fmt::format("one of {}", fmt::join(known, ", "))));
      }
      for (const std::string& value : axis.values) axis_number(value, axis.name);
    }
  }
  if (options.files.has_corners() && std::find(names.begin(), names.end(), kCornerAxis) == names.end())
    throw InputError(ErrorKind::usage, "the model files depend on a corner, and none is given", {},
                     "for example --axis corner=tt");
}

/// Of each bound: which condition it is of, if any.
std::vector<std::optional<std::size_t>> conditions_of(const Bounds& bounds, const Testbench& bench) {
  std::vector<std::optional<std::size_t>> out;
  for (const Bound& b : bounds.list()) {
    out.emplace_back();
    for (std::size_t k = 0; k < bench.conditions.size(); ++k) {
      if (bench.conditions[k].name == b.name) out.back() = k;
    }
  }
  return out;
}

/// A condition has one value a row, from bounds, from an axis or from --set.
void check_bounds(const DatasetOptions& options, const Bounds& bounds) {
  const auto refuse = [](const Bound& b, const char* other) {
    throw InputError(ErrorKind::usage, fmt::format("'{}' has bounds and {}", b.text, other), b.where,
                     "leave one of them out");
  };
  for (const Bound& b : bounds.list()) {
    for (const Axis& axis : options.axes) {
      if (axis.name == b.name) refuse(b, "is an axis");
    }
    for (const auto& [name, value] : options.set) {
      if (name == b.name) refuse(b, "a value by --set");
    }
  }
}

SampleColumns columns_of(const DatasetOptions& options, const Testbench& bench, const Bounds& bounds) {
  SampleColumns out;
  for (const Bound& b : bounds.list()) {
    if (!bench.condition(b.name)) out.parameters.push_back(b.name);
  }
  for (const Condition& c : bench.conditions) {
    out.conditions.push_back(c.name);
    out.condition_units.push_back(c.unit);
  }
  for (const std::size_t k : bench.kept()) {
    out.metrics.push_back(bench.metrics[k].name);
    out.metric_units.push_back(bench.metrics[k].unit);
  }
  out.classes = bench.classes();
  for (const Axis& axis : options.axes) {
    out.axes.push_back(axis.name);
    out.axis_values.push_back(axis.values);
  }
  return out;
}

DatasetLayout layout_of(const DatasetOptions& options) {
  constexpr std::uint64_t kMost = 1'000'000'000'000;  // far from where products overflow
  DatasetLayout out{options.samples, 1, options.shard_size};
  for (const Axis& axis : options.axes) {
    out.combinations *= axis.values.size();
    if (out.combinations > kMost) break;
  }
  if (out.samples == 0 || out.shard_size == 0 || out.combinations == 0)
    throw InputError(ErrorKind::usage, "a data set needs samples and rows in its shards");
  if (out.combinations > kMost / out.samples) throw InputError(ErrorKind::usage, "these are too many rows");
  return out;
}

Testbench bench_of(const DatasetOptions& options) {
  Testbench bench = read_testbench(options.testbench);
  bench.set(options.set);
  return bench;
}

}  // namespace

Axis parse_axis(const std::string& text) {
  const auto equal = text.find('=');
  if (equal == std::string::npos || equal == 0)
    throw InputError(ErrorKind::usage, "'" + text + "' is no axis", {}, "for example corner=tt,ss,ff");
  Axis out{text.substr(0, equal), {}};
  std::string rest = text.substr(equal + 1);
  const auto colon = rest.find(':');
  if (out.name == kDraw && colon != std::string::npos) {
    constexpr std::uint64_t kMost = 1'000'000;
    const std::uint64_t first = draw_number(rest.substr(0, colon)),
                        last = draw_number(rest.substr(colon + 1));
    if (last < first || last - first >= kMost)
      throw InputError(ErrorKind::usage, "'" + rest + "' is no range of draws");
    for (std::uint64_t k = first; k <= last; ++k) out.values.push_back(std::to_string(k));
    return out;
  }
  for (std::size_t begin = 0; begin <= rest.size();) {
    const auto comma = std::min(rest.find(',', begin), rest.size());
    if (comma > begin) out.values.push_back(rest.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return out;
}

Dataset::Dataset(DatasetOptions options)
    : options_(std::move(options)),
      bench_(bench_of(options_)),
      sampler_(read_bounds(options_.bounds), {options_.sampling, options_.seed, options_.samples}) {
  check_axes(options_, bench_);
  layout_ = layout_of(options_);
  columns_ = columns_of(options_, bench_, sampler_.bounds());
  check_bounds(options_, sampler_.bounds());
  condition_of_bound_ = conditions_of(sampler_.bounds(), bench_);
  bounds_digest_ = sha256(read_file(options_.bounds));
  std::vector<std::string> corners = {""};
  for (const Axis& axis : options_.axes) {
    if (axis.name == kCornerAxis) corners = axis.values;
  }
  for (const std::string& corner : corners) {
    for (FileDigest& file : read_contents(options_.files.at_corner(corner)).files) {
      const bool known =
          std::any_of(files_.begin(), files_.end(), [&](const FileDigest& f) { return f.path == file.path; });
      if (!known) files_.push_back(std::move(file));
    }
  }
}

std::string Dataset::manifest() const {
  return write_manifest(
      {options_, sha256(bench_.text), bounds_digest_, files_, columns_, layout_.rows(), layout_.shards()});
}

Dataset Dataset::open(const std::string& folder) {
  const std::string path = manifest_path(folder);
  const std::string text = read_file(path);
  Dataset out(read_manifest(text, path));
  if (out.manifest() == text) return out;
  throw InputError(ErrorKind::input_output,
                   "'" + path + "' does not fit its files: " + manifest_difference(text, out.manifest()), {},
                   "bring the files back, or make the data set in another folder");
}

std::vector<std::int32_t> Dataset::axis_of(std::uint64_t row) const {
  std::vector<std::int32_t> out(options_.axes.size());
  std::uint64_t rest = row % layout_.combinations;
  for (std::size_t k = out.size(); k-- > 0;) {
    out[k] = static_cast<std::int32_t>(rest % options_.axes[k].values.size());
    rest /= options_.axes[k].values.size();
  }
  return out;
}

std::vector<double> Dataset::conditions(std::span<const std::int32_t> at) const {
  std::vector<double> out;
  for (const Condition& c : bench_.conditions) {
    out.push_back(c.value);
    for (std::size_t k = 0; k < at.size(); ++k) {
      const Axis& axis = options_.axes[k];
      if (axis.name == c.name)
        out.back() = axis_number(axis.values[static_cast<std::size_t>(at[k])], axis.name);
    }
  }
  return out;
}

Sample Dataset::sample(std::uint64_t row) const {
  Sample out{{}, conditions(axis_of(row))};
  const std::vector<double> values = sampler_.at(row / layout_.combinations);
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (const auto condition = condition_of_bound_[k]) {
      out.conditions[*condition] = values[k];
    } else {
      out.parameters.push_back(values[k]);
    }
  }
  return out;
}

CircuitSetting Dataset::setting(std::span<const std::int32_t> at) const {
  CircuitSetting out;
  out.files = options_.files;
  for (std::size_t k = 0; k < at.size(); ++k) {
    const Axis& axis = options_.axes[k];
    const std::string& value = axis.values[static_cast<std::size_t>(at[k])];
    if (axis.name == kCornerAxis) out.files = options_.files.at_corner(value);
    if (axis.name == kDraw) out.draw = draw_number(value);
  }
  out.parameters = columns_.parameters;
  std::vector<double> middle;
  for (const Bound& b : sampler_.bounds().list()) {
    if (b.drawn()) middle.push_back(b.at(0.5));
  }
  const std::vector<double> start = sampler_.bounds().complete(middle);
  for (std::size_t k = 0; k < start.size(); ++k) {
    if (condition_of_bound_[k]) continue;
    out.where.push_back(sampler_.bounds().list()[k].where);
    out.start.push_back(start[k]);
  }
  out.time_limit = options_.time_limit;
  out.point_limit = options_.point_limit;
  return out;
}

DatasetLayout read_layout(const std::string& folder) {
  const std::string path = manifest_path(folder);
  return layout_of(read_manifest(read_file(path), path));
}

std::string manifest_path(const std::string& folder) { return folder + "/manifest.json"; }

std::string shard_path(const std::string& folder, std::uint64_t shard) {
  return fmt::format("{}/shard-{:05}.h5", folder, shard);
}

}  // namespace nullor
