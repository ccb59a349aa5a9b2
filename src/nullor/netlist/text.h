#pragma once
/// Small helpers for characters and names. Decks are ASCII with arbitrary bytes in comments; every control
/// character counts as a blank.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/error.h"

namespace nullor::netlist {

inline bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
inline bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

inline std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

/// Equal when case is ignored; `name` is already lower case.
inline bool same_name(std::string_view text, std::string_view name) {
  return text.size() == name.size() &&
         std::equal(text.begin(), text.end(), name.begin(), [](char a, char b) { return to_lower(a) == b; });
}

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// A name for messages: quoted, cut when an untrusted file makes it absurdly long.
inline std::string in_quotes(std::string_view name, std::size_t longest = 80) {
  if (name.size() > longest) return "'" + std::string(name.substr(0, longest)) + "...'";
  return "'" + std::string(name) + "'";
}

/// A file name for messages: its end matters most, and paths are long.
inline std::string path_in_quotes(std::string_view path) { return in_quotes(path, 4096); }

[[noreturn]] inline void fail(const std::string& what, Location where, std::string hint = {}) {
  throw InputError(ErrorKind::netlist, what, std::move(where), std::move(hint));
}

}  // namespace nullor::netlist
