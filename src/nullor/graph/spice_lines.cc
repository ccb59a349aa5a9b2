#include "nullor/graph/spice_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace nullor::graph {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 24;

struct Joined {
  std::string text;
  int number;
};

/// Whole lines in lower case: what follows ; or a $ behind a blank is a comment, + continues a line.
std::vector<Joined> joined_lines(std::string_view text) {
  std::vector<Joined> out;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++number;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line(text.substr(begin, end - begin));
    begin = end + 1;
    for (char& c : line) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    line.resize(std::min({line.size(), line.find(';'), line.find(" $"), line.find("\t$")}));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos || line[first] == '*') {
      if (number == 1) out.push_back({"*", 1});
      continue;
    }
    if (line[first] == '+' && !out.empty()) {
      out.back().text += " " + line.substr(first + 1);
    } else {
      out.push_back({line.substr(first), number});
    }
  }
  return out;
}

/// Words; blanks inside '...' and {...}, and around =, do not separate.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> out;
  bool quoted = false, fresh = true;
  int depth = 0;
  for (const char c : line) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '(' || c == ')' || c == ',';
    if (c == '\'') quoted = !quoted;
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (blank && !quoted && depth <= 0) {
      fresh = true;
      continue;
    }
    const bool sticks = !out.empty() && (c == '=' || out.back().back() == '=');
    if (fresh && !sticks) out.emplace_back();
    fresh = false;
    out.back() += c;
  }
  return out;
}

/// Without the first NAME=VALUE, or `params:`, and all behind it.
void cut_parameters(std::vector<std::string>& words) {
  const auto first = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word.find('=') != std::string::npos || word == "params:";
  });
  words.erase(first, words.end());
}

}  // namespace

SpiceText read_spice_lines(std::string_view text, const std::string& path) {
  SpiceText out;
  out.file = std::make_shared<SourceFile>(SourceFile{path, std::string(text.substr(0, kMostBytes))});
  const auto fail = [&](const std::string& what, int number, const std::string& hint = {}) {
    throw InputError(ErrorKind::netlist, what, {out.file, number, 0}, hint);
  };
  if (text.size() > kMostBytes) fail("more than 16 MiB of netlist", 0);
  std::vector<SpiceBlock> open;
  bool in_control = false;
  for (const auto& [line, number] : joined_lines(text)) {
    SpiceLine one{words_of(line), number};
    if (one.words.empty()) continue;
    const std::string command = one.words[0];
    if (command == ".control") in_control = true;
    if (command == ".endc") in_control = false;
    if (in_control) continue;
    if (command == ".model" && one.words.size() > 2) out.models[one.words[1]] = one.words[2];
    cut_parameters(one.words);
    if (command == ".subckt") {
      if (one.words.size() < 2) fail(".subckt without a name", number);
      if (open.size() > 20) fail("subcircuits within subcircuits, twenty deep", number);
      open.push_back({one.words[1], {one.words.begin() + 2, one.words.end()}, {}, number});
    } else if (command == ".ends") {
      if (open.empty()) fail(".ends without .subckt", number);
      const std::string name = open.back().name;
      if (!out.subcircuits.emplace(name, std::move(open.back())).second)
        fail(fmt::format("subcircuit '{}' is there twice", name), number);
      open.pop_back();
    } else if (command[0] != '.' && !one.words.empty()) {
      if (!open.empty()) {
        open.back().elements.push_back(std::move(one));
      } else if (number > 1) {
        out.outside.elements.push_back(std::move(one));
      }
    }
  }
  if (!open.empty()) fail(fmt::format("subcircuit '{}' has no .ends", open.back().name), open.back().number);
  return out;
}

}  // namespace nullor::graph
