// Specification files: TOML into Specification.
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "nullor/base/file.h"
#include "nullor/base/si.h"
#include "nullor/design/specification.h"

namespace nullor {
namespace {

/// A node of the file and the way to its place.
class Reader {
 public:
  Reader(const std::string& text, const std::string& path)
      : file_(std::make_shared<SourceFile>(SourceFile{path, text})) {}

  const std::shared_ptr<const SourceFile>& file() const { return file_; }

  Location at(const toml::source_region& region) const {
    return {file_, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
  }
  Location at(const toml::node& node) const { return at(node.source()); }

  [[noreturn]] void refuse(const toml::node& node, const std::string& what,
                           const std::string& hint = {}) const {
    throw InputError(ErrorKind::usage, what, at(node), hint);
  }

  /// A number, or a text such as "0.5u" or, where `percent` is allowed, "1%".
  double number(const toml::node& node, bool percent = false) const {
    std::optional<double> out;
    if (const auto plain = node.value<double>(); plain && node.is_number()) out = plain;
    if (auto text = node.value<std::string>(); text && node.is_string()) {
      const bool hundredth = percent && text->ends_with('%');
      if (hundredth) text->pop_back();
      out = parse_si(*text);
      if (out && hundredth) *out *= 0.01;
    }
    if (!out || !std::isfinite(*out)) refuse(node, "this is not a number", "for example 1e-6 or \"1u\"");
    return *out;
  }
  bool flag(const toml::node& node) const {
    if (!node.is_boolean()) refuse(node, "this is neither true nor false");
    return *node.value<bool>();
  }
  std::string text(const toml::node& node) const {
    if (!node.is_string()) refuse(node, "this is not a text in quotes");
    return *node.value<std::string>();
  }
  const toml::table& table(const toml::node& node, const std::string& like) const {
    if (!node.is_table()) refuse(node, "this is not a table", "for example " + like);
    return *node.as_table();
  }
  [[noreturn]] void unknown(const toml::node& node, std::string_view name,
                            std::span<const std::string> known) const {
    refuse(node, fmt::format("'{}' is not known here", name),
           did_you_mean(name, known, fmt::format("known are {}", fmt::join(known, ", "))));
  }

 private:
  std::shared_ptr<const SourceFile> file_;
};

Variable variable(const Reader& read, std::string_view name, const toml::node& node) {
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
  out.logarithmic = scale.empty() ? *min > 0 && *max > 10 * *min : scale == "log";
  return out;
}

Goal goal(const Reader& read, std::string_view name, const toml::node& node) {
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

WaveformGoal waveform(const Reader& read, const toml::node& node, const std::string& folder) {
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
  const Reader read(text, path);
  toml::table root;
  try {
    root = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError(ErrorKind::usage, std::string(error.description()), read.at(error.source()));
  }
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  Specification out;
  for (const auto& [key, value] : root) {
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
