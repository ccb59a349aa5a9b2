// Specification files: TOML into Specification.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "nullor/base/file.h"
#include "nullor/base/si.h"
#include "nullor/design/specification.h"
#include "nullor/design/toml_reader.h"

namespace nullor {
namespace {

Variable variable(const TomlReader& read, std::string_view name, const toml::node& node) {
  static const std::vector<std::string> known = {"min", "max", "start", "scale"};
  const toml::table& table = read.table(node, "{ min = \"0.5u\", max = \"20u\" }");
  Variable out;
  out.name = name;
  out.where = read.at(node);
  std::optional<double> min, max;
  std::string scale;
  for (const auto& [key, value] : table) {
    if (key == "min") {
      min = read.number(value);
    } else if (key == "max") {
      max = read.number(value);
    } else if (key == "start") {
      out.start = read.number(value);
    } else if (key == "scale") {
      scale = read.text(value);
      if (scale != "log" && scale != "linear") read.refuse(value, "the scale is \"log\" or \"linear\"");
    } else {
      read.unknown(value, key.str(), known);
    }
  }
  if (!min || !max) read.refuse(node, fmt::format("'{}' needs min and max", name));
  out.min = *min;
  out.max = *max;
  out.logarithmic = scale.empty() ? wants_logarithm(*min, *max) : scale == "log";
  return out;
}

Goal goal(const TomlReader& read, std::string_view name, const toml::node& node) {
  static const std::vector<std::string> known = {"at_least", "at_most",  "equal",
                                                 "within",   "minimize", "maximize"};
  const toml::table& table = read.table(node, "{ at_least = 20 }");
  Goal out;
  out.of = name;
  out.where = read.at(node);
  for (const auto& [key, value] : table) {
    if (key == "at_least") {
      out.at_least = read.number(value);
    } else if (key == "at_most") {
      out.at_most = read.number(value);
    } else if (key == "equal") {
      out.equal = read.number(value);
    } else if (key == "within") {
      out.within = read.number(value, true);
    } else if (key == "minimize") {
      out.minimize = read.flag(value);
    } else if (key == "maximize") {
      out.maximize = read.flag(value);
    } else {
      read.unknown(value, key.str(), known);
    }
  }
  return out;
}

/// Two columns of numbers, separated by commas or blanks; a first line without numbers is a heading.
ReferenceCurve curve(const std::string& path) {
  auto file = std::make_shared<SourceFile>(SourceFile{path, read_file(path)});
  ReferenceCurve out;
  const int lines = static_cast<int>(std::count(file->text.begin(), file->text.end(), '\n')) + 1;
  for (int line = 1; line <= lines; ++line) {
    std::string text(file->line(line));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == ',' || c == ';' || c == '\t' || c == '\r'; }, ' ');
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    const auto gap = text.find(' ', begin);
    const auto second = text.find_first_not_of(' ', gap);
    const auto x = parse_si(text.substr(begin, gap - begin));
    const auto y = gap == std::string::npos || second == std::string::npos
                       ? std::nullopt
                       : parse_si(text.substr(second, text.find(' ', second) - second));
    if (!x && line == 1) continue;
    if (!x || !y) throw InputError(ErrorKind::input_output, "this line has no two numbers", {file, line, 1});
    if (!out.x.empty() && !(*x > out.x.back())) {
      throw InputError(ErrorKind::input_output, "the first column does not ascend here", {file, line, 1});
    }
    out.x.push_back(*x);
    out.y.push_back(*y);
  }
  if (out.x.size() < 2) throw InputError(ErrorKind::input_output, "'" + path + "' holds no curve");
  return out;
}

WaveformGoal waveform(const TomlReader& read, const toml::node& node, const std::string& folder) {
  static const std::vector<std::string> known = {"signal", "file", "within"};
  const toml::table& table = read.table(node, "[[waveforms]]");
  WaveformGoal out;
  out.where = read.at(node);
  std::string file;
  for (const auto& [key, value] : table) {
    if (key == "signal") {
      out.signal = read.text(value);
    } else if (key == "file") {
      file = path_below(folder, read.text(value));
    } else if (key == "within") {
      out.within = read.number(value, true);
    } else {
      read.unknown(value, key.str(), known);
    }
  }
  if (out.signal.empty() || file.empty()) read.refuse(node, "a waveform needs signal and file");
  out.curve = curve(file);
  const auto [low, high] = std::minmax_element(out.curve.y.begin(), out.curve.y.end());
  out.swing = *high - *low;
  if (!(out.swing > 0)) read.refuse(node, "the curve in '" + file + "' does not move");
  return out;
}

}  // namespace

Specification parse_specification(const std::string& text, const std::string& path) {
  static const std::vector<std::string> known = {"vary", "goals", "waveforms"};
  const TomlReader read(text, path);
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  Specification out;
  for (const auto& [key, value] : read.root()) {
    if (key == "vary") {
      for (const auto& [name, node] : read.table(value, "[vary]"))
        out.variables.push_back(variable(read, name.str(), node));
    } else if (key == "goals") {
      for (const auto& [name, node] : read.table(value, "[goals]"))
        out.goals.push_back(goal(read, name.str(), node));
    } else if (key == "waveforms") {
      if (!value.is_array()) read.refuse(value, "waveforms are a list", "write [[waveforms]]");
      for (const toml::node& node : *value.as_array()) out.waveforms.push_back(waveform(read, node, folder));
    } else {
      read.unknown(value, key.str(), known);
    }
  }
  // The file's order, which TOML tables do not keep.
  const auto by_place = [](const auto& a, const auto& b) {
    return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
  };
  std::sort(out.variables.begin(), out.variables.end(), by_place);
  std::sort(out.goals.begin(), out.goals.end(), by_place);
  return out;
}

Specification read_specification(const std::string& path) {
  return parse_specification(read_file(path), path);
}

}  // namespace nullor
