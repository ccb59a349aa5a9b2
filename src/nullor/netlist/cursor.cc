#include "nullor/netlist/cursor.h"

#include <algorithm>

namespace nullor::netlist {
namespace {

bool ends_word(char c) {
  return is_blank(c) || c == ',' || c == '(' || c == ')' || c == '=' || c == '\'' || c == '"' || c == '{' ||
         c == '}';
}

}  // namespace

bool Cursor::at_end() {
  while (position_ < source_.text.size() && is_blank(source_.text[position_])) ++position_;
  return position_ >= source_.text.size();
}

char Cursor::peek() { return at_end() ? '\0' : source_.text[position_]; }

bool Cursor::accept(char c) {
  if (peek() != c || c == '\0') return false;
  last_ = here();
  ++position_;
  return true;
}

void Cursor::skip_separators() {
  while (!at_end()) {
    const char c = source_.text[position_];
    if (c != ',' && c != '(' && c != ')') return;
    ++position_;
  }
}

std::string_view Cursor::word() {
  at_end();
  last_ = here();
  const std::size_t begin = position_;
  while (position_ < source_.text.size() && !ends_word(source_.text[position_])) ++position_;
  return source_.text.substr(begin, position_ - begin);
}

std::string_view Cursor::peek_word() {
  at_end();
  const std::size_t begin = position_;
  std::size_t end = begin;
  while (end < source_.text.size() && !ends_word(source_.text[end])) ++end;
  return source_.text.substr(begin, end - begin);
}

bool Cursor::at_assignment() {
  const std::string_view name = peek_word();
  if (name.empty()) return false;
  std::size_t k = position_ + name.size();
  const std::string_view text = source_.text;
  while (k < text.size() && is_blank(text[k])) ++k;
  return k < text.size() && text[k] == '=' && (k + 1 == text.size() || text[k + 1] != '=');
}

std::string_view Cursor::enclosed() {
  const char open = peek();
  last_ = here();
  const std::size_t begin = position_ + 1;
  const char close = open == '(' ? ')' : open == '{' ? '}' : open;
  int depth = 0;
  for (std::size_t k = position_; k < source_.text.size(); ++k) {
    const char c = source_.text[k];
    if (c == close && (open == close ? k > position_ : --depth == 0)) {
      position_ = k + 1;
      return source_.text.substr(begin, k - begin);
    }
    if (c == open && open != close) ++depth;
  }
  fail(std::string("this '") + open + "' has no closing '" + close + "'");
}

std::string_view Cursor::value(const char* what) {
  const char first = peek();
  const std::size_t begin = position_;
  last_ = here();
  if (first == '\'' || first == '"' || first == '{') {
    enclosed();
    last_ = source_.text.data() + begin;
    return source_.text.substr(begin, position_ - begin);
  }
  int depth = 0;
  std::size_t k = begin;
  for (; k < source_.text.size(); ++k) {
    const char c = source_.text[k];
    if (depth == 0 && (is_blank(c) || c == ',' || c == ')' || c == '=')) break;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == '\'' || c == '"' || c == '{') {
      position_ = k;
      enclosed();
      k = position_ - 1;
    }
  }
  position_ = begin;
  if (k == begin) fail(std::string("expected ") + what + (at_end() ? "" : " here"));
  if (depth > 0) fail("this value has an open '('");
  position_ = k;
  last_ = source_.text.data() + begin;
  return source_.text.substr(begin, k - begin);
}

std::string_view Cursor::rest() {
  at_end();
  last_ = here();
  const std::string_view out = trim(source_.text.substr(position_));
  position_ = source_.text.size();
  return out;
}

std::string_view Cursor::file_name() {
  const char first = peek();
  if (first == '"' || first == '\'') {
    const std::string_view out = enclosed();
    last_ = out.data();
    return out;
  }
  last_ = here();
  const std::size_t begin = position_;
  while (position_ < source_.text.size() && !is_blank(source_.text[position_])) ++position_;
  return source_.text.substr(begin, position_ - begin);
}

void Cursor::fail(const std::string& what, std::string hint) {
  netlist::fail(what, where(), std::move(hint));
}

std::string_view without_delimiters(std::string_view value) {
  if (value.size() < 2) return value;
  const char first = value.front(), last = value.back();
  if ((first == '\'' || first == '"') && value.find(first, 1) == value.size() - 1) {
    return value.substr(1, value.size() - 2);
  }
  if (first == '{' && last == '}') {
    int depth = 0;
    for (std::size_t k = 0; k < value.size(); ++k) {
      if (value[k] == '{') ++depth;
      if (value[k] == '}' && --depth == 0 && k + 1 < value.size()) return value;
    }
    return value.substr(1, value.size() - 2);
  }
  return value;
}

}  // namespace nullor::netlist
