// Files of bounds: YAML and TOML into Bounds, both through the same list of entries.
#include <fmt/format.h>
#include <toml++/toml.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "nullor/base/file.h"
#include "nullor/base/si.h"
#include "nullor/design/bounds.h"
#include "nullor/design/toml_reader.h"

namespace nullor {
namespace {

struct Field {
  std::string key, text;
  Location where;
};

struct Entry {
  std::string name;
  Location where;
  std::vector<Field> fields;
};

[[noreturn]] void refuse(const Location& where, const std::string& what, const std::string& hint = {}) {
  throw InputError(ErrorKind::usage, what, where, hint);
}

constexpr const char* kLike = "for example {min: 0.42, max: 10, type: float}";

std::vector<Entry> entries_of_yaml(const std::shared_ptr<const SourceFile>& file) {
  const auto at = [&](const YAML::Mark& mark) {
    return mark.is_null() ? Location{file} : Location{file, mark.line + 1, mark.column + 1};
  };
  std::vector<Entry> out;
  try {
    const YAML::Node root = YAML::Load(file->text);
    if (!root.IsMap()) refuse(at(root.Mark()), "these are no bounds", kLike);
    for (const auto& item : root) {
      Entry entry{item.first.as<std::string>(), at(item.first.Mark()), {}};
      if (!item.second.IsMap()) refuse(at(item.second.Mark()), "this is no bound", kLike);
      for (const auto& field : item.second) {
        if (!field.second.IsScalar()) refuse(at(field.second.Mark()), "this is neither number nor text");
        entry.fields.push_back(
            {field.first.as<std::string>(), field.second.Scalar(), at(field.second.Mark())});
      }
      out.push_back(std::move(entry));
    }
  } catch (const YAML::Exception& e) {
    refuse(at(e.mark), e.msg);
  }
  return out;
}

std::vector<Entry> entries_of_toml(const std::string& text, const std::string& path) {
  const TomlReader read(text, path);
  std::vector<Entry> out;
  for (const auto& [name, node] : read.root()) {
    Entry entry{std::string(name.str()), read.at(node), {}};
    for (const auto& [key, value] : read.table(node, "{ min = 0.42, max = 10 }")) {
      const auto number = value.value<double>();
      const auto words = value.value<std::string>();
      if (!number && !words) read.refuse(value, "this is neither number nor text");
      entry.fields.push_back(
          {std::string(key.str()), value.is_number() ? fmt::format("{}", *number) : *words, read.at(value)});
    }
    out.push_back(std::move(entry));
  }
  const auto place = [](const Entry& e) { return std::pair(e.where.line, e.where.column); };
  std::sort(out.begin(), out.end(), [&](const Entry& a, const Entry& b) { return place(a) < place(b); });
  return out;
}

double number(const Field& field) {
  if (const auto value = parse_si(field.text)) return *value;
  std::string word;
  for (const char c : field.text) {
    if (c != '.' && c != '+' && c != '-')
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (word == "nan" || word == "inf" || word == "infinity")
    refuse(field.where, fmt::format("'{}' is no bound: it must be a finite number", field.text));
  refuse(field.where, fmt::format("'{}' is not a number", field.text), "for example 1e-6 or 1u");
}

Bound::Kind kind_of(const Field& field) {
  static const std::vector<std::pair<std::string, Bound::Kind>> kinds = {{"linear", Bound::Kind::linear},
                                                                         {"float", Bound::Kind::linear},
                                                                         {"log", Bound::Kind::logarithmic},
                                                                         {"integer", Bound::Kind::integer},
                                                                         {"int", Bound::Kind::integer}};
  std::vector<std::string> names;
  for (const auto& [name, kind] : kinds) {
    if (name == field.text) return kind;
    names.push_back(name);
  }
  refuse(field.where, fmt::format("there is no type '{}'", field.text),
         did_you_mean(field.text, names, fmt::format("types are {}", fmt::join(names, ", "))));
}

Bound bound_of(const Entry& entry) {
  static const std::vector<std::string> known = {"min", "max", "type", "value", "same_as", "expression"};
  Bound out;
  out.text = entry.name;
  out.name = lower_case(entry.name);
  out.where = entry.where;
  std::optional<double> min, max;
  const Field *type = nullptr, *value = nullptr, *tie = nullptr;
  for (const Field& field : entry.fields) {
    if (field.key == "min") {
      min = number(field);
    } else if (field.key == "max") {
      max = number(field);
    } else if (field.key == "type") {
      out.kind = kind_of(field);
      type = &field;
    } else if (field.key == "value") {
      value = &field;
    } else if (field.key == "same_as" || field.key == "expression") {
      if (tie) refuse(field.where, "same_as and expression exclude each other");
      tie = &field;
    } else {
      refuse(field.where, fmt::format("'{}' is not known here", field.key), did_you_mean(field.key, known));
    }
  }
  const bool drawn = min || max || type;
  if (drawn + (value != nullptr) + (tie != nullptr) != 1)
    refuse(entry.where,
           fmt::format("'{}' needs either min and max, or value, or same_as, or expression", entry.name));
  if (value) {
    out.kind = Bound::Kind::fixed;
    out.value = number(*value);
  } else if (tie) {
    out.kind = Bound::Kind::tied;
    out.expression = parse_expression(tie->text, tie->where);
  } else {
    if (!min || !max) refuse(entry.where, fmt::format("'{}' has no {}", entry.name, min ? "max" : "min"));
    out.min = *min;
    out.max = *max;
  }
  return out;
}

}  // namespace

Bounds parse_bounds(const std::string& text, const std::string& path) {
  const std::vector<Entry> entries =
      extension_of(path) == "toml" ? entries_of_toml(text, path)
                                   : entries_of_yaml(std::make_shared<SourceFile>(SourceFile{path, text}));
  std::vector<Bound> list;
  for (const Entry& entry : entries) list.push_back(bound_of(entry));
  if (list.empty()) throw InputError(ErrorKind::usage, "'" + path + "' has no bounds", {}, kLike);
  return Bounds(std::move(list));
}

Bounds read_bounds(const std::string& path) { return parse_bounds(read_file(path), path); }

}  // namespace nullor
