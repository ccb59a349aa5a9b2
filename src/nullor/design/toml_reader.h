#pragma once
/// TOML with messages that name the place.

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/base/si.h"

namespace nullor {

/// The text in lower case (ASCII).
inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// A parsed file; every reader of a node refuses with file:line:column, ErrorKind::usage.
class TomlReader {
 public:
  /// A key of more than 32 parts is refused before it is parsed: the parser follows nested tables by
  /// recursion, and limits the depth of brackets but not of dots.
  TomlReader(const std::string& text, const std::string& path);

  const toml::table& root() const { return root_; }
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
  const toml::array& array(const toml::node& node, const std::string& like) const {
    if (!node.is_array()) refuse(node, "this is not a list", "for example " + like);
    return *node.as_array();
  }
  std::vector<std::string> texts(const toml::node& node) const {
    std::vector<std::string> out;
    for (const toml::node& item : array(node, "[\"a\", \"b\"]")) out.push_back(text(item));
    return out;
  }
  /// The entries of a table in the order of the file, which TOML tables do not keep.
  std::vector<std::pair<std::string, const toml::node*>> ordered(const toml::table& table) const {
    std::vector<std::pair<std::string, const toml::node*>> out;
    for (const auto& [key, node] : table) out.emplace_back(key.str(), &node);
    const auto place = [](const auto& entry) {
      const auto& begin = entry.second->source().begin;
      return std::pair(begin.line, begin.column);
    };
    std::stable_sort(out.begin(), out.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
    return out;
  }
  [[noreturn]] void unknown(const toml::node& node, std::string_view name,
                            std::span<const std::string> known) const {
    refuse(node, fmt::format("'{}' is not known here", name),
           did_you_mean(name, known, fmt::format("known are {}", fmt::join(known, ", "))));
  }

 private:
  std::shared_ptr<const SourceFile> file_;
  toml::table root_;
};

}  // namespace nullor
