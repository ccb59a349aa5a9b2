#include "nullor/netlist/assignments.h"

#include "nullor/netlist/cursor.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

/// Positions of the '=' that assign: outside quotes and parentheses, and no part of ==, <=, >= or !=.
std::vector<std::size_t> find_equal_signs(const SourceText& source, std::size_t begin) {
  const std::string_view text = source.text;
  std::vector<std::size_t> out;
  int depth = 0;
  for (std::size_t k = begin; k < text.size(); ++k) {
    const char c = text[k];
    if (c == '\'' || c == '"') {
      const std::size_t close = text.find(c, k + 1);
      if (close == std::string_view::npos)
        fail(std::string("this ") + c + " has no partner", source.at(text.data() + k));
      k = close;
    } else if (c == '(' || c == '{') {
      ++depth;
    } else if (c == ')' || c == '}') {
      --depth;
    } else if (c == '=' && depth <= 0) {
      if (k + 1 < text.size() && text[k + 1] == '=') {
        ++k;
        continue;
      }
      const char before = k > begin ? text[k - 1] : ' ';
      if (before != '<' && before != '>' && before != '!') out.push_back(k);
    }
  }
  return out;
}

/// Where the name that ends at `end` (exclusive) starts.
std::size_t start_of_name(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t k = end;
  if (k > begin && text[k - 1] == ')') {
    while (k > begin && text[k - 1] != '(') --k;
    if (k > begin) --k;
    while (k > begin && is_blank(text[k - 1])) --k;
  }
  while (k > begin && !is_blank(text[k - 1]) && text[k - 1] != ',' && text[k - 1] != '\'' &&
         text[k - 1] != '"' && text[k - 1] != '}') {
    --k;
  }
  return k;
}

void split_arguments(const SourceText& source, Assignment& out) {
  const std::size_t open = out.name.find('(');
  if (open == std::string_view::npos) return;
  out.is_function = true;
  std::string_view rest = out.name.substr(open + 1, out.name.size() - open - 2);
  out.name = trim(out.name.substr(0, open));
  while (!trim(rest).empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view argument = trim(rest.substr(0, comma));
    if (argument.empty() || !(is_letter(argument[0]) || argument[0] == '_')) {
      fail("expected the name of a function argument", source.at(rest.data()));
    }
    out.arguments.push_back(argument);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
}

}  // namespace

std::vector<Assignment> split_assignments(const SourceText& source, std::size_t begin) {
  const std::string_view text = source.text;
  std::vector<Assignment> out;
  const auto equals = find_equal_signs(source, begin);
  const auto place = [&](std::size_t k) {
    while (k < text.size() && (is_blank(text[k]) || text[k] == ',')) ++k;
    return source.at(text.data() + k);
  };
  std::size_t previous_end = begin;
  for (std::size_t k = 0; k < equals.size(); ++k) {
    std::size_t end = equals[k];
    while (end > previous_end && is_blank(text[end - 1])) --end;
    const std::size_t start = start_of_name(text, previous_end, end);
    if (start == end) fail("expected a name before '='", source.at(text.data() + equals[k]));
    const auto gap = trim(text.substr(previous_end, start - previous_end));
    if (k == 0) {
      if (!gap.empty() && gap != ",") fail("expected name=value, got " + in_quotes(gap), place(previous_end));
    } else {
      std::string_view value = gap;
      while (!value.empty() && (value.back() == ',' || is_blank(value.back()))) value.remove_suffix(1);
      if (value.empty()) fail("expected a value after '='", source.at(text.data() + equals[k - 1]));
      out.back().value = value;
    }
    Assignment next;
    next.name = text.substr(start, end - start);
    split_arguments(source, next);
    if (next.name.empty()) fail("expected a name before '('", source.at(text.data() + start));
    out.push_back(next);
    previous_end = equals[k] + 1;
  }
  const std::string_view last = trim(text.substr(previous_end));
  if (equals.empty()) {
    if (!last.empty()) fail("expected name=value, got " + in_quotes(last), place(previous_end));
    return out;
  }
  if (last.empty()) fail("expected a value after '='", source.at(text.data() + equals.back()));
  out.back().value = last;
  return out;
}

}  // namespace nullor::netlist
