#include "nullor/simulate/control_text.h"

#include <array>
#include <cctype>
#include <utility>

namespace nullor {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool joins(char c) { return std::string_view("+-*/^%<>=&|!?:").find(c) != std::string_view::npos; }

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::vector<std::string> control_words(std::string_view text, bool split_parentheses) {
  std::vector<std::string> out;
  std::string word;
  bool open = false;
  const auto finish = [&] {
    if (open) out.push_back(std::move(word));
    word.clear();
    open = false;
  };
  for (std::size_t k = 0; k < text.size(); ++k) {
    const char c = text[k];
    if (c == '"' || c == '\'') {
      const auto end = text.find(c, k + 1);
      if (end != std::string_view::npos) {
        word += text.substr(k + 1, end - k - 1);
        open = true;
        k = end;
        continue;
      }
    }
    if (is_blank(c)) {
      finish();
    } else if (split_parentheses && (c == '(' || c == ')')) {
      finish();
      out.emplace_back(1, c);
    } else {
      word += c;
      open = true;
    }
  }
  finish();
  return out;
}

std::vector<std::pair<std::string, std::vector<std::string>>> control_settings(std::string_view text) {
  std::string spaced;
  for (const char c : text) spaced += c == '=' ? std::string(" = ") : std::string(1, c);
  const std::vector<std::string> words = control_words(spaced, true);
  std::vector<std::pair<std::string, std::vector<std::string>>> out;
  for (std::size_t k = 0; k < words.size();) {
    auto& [name, values] = out.emplace_back(words[k++], std::vector<std::string>{});
    if (k >= words.size() || words[k] != "=") continue;
    if (++k >= words.size()) break;
    if (words[k] == "(") {
      for (++k; k < words.size() && words[k] != ")"; ++k) values.push_back(words[k]);
      if (k < words.size()) ++k;
    } else {
      values.push_back(words[k++]);
    }
  }
  return out;
}

std::vector<std::string> split_expressions(std::string_view text) {
  std::vector<std::string> out;
  std::string part;
  int depth = 0;
  const auto finish = [&] {
    const std::string_view kept = trimmed(part);
    if (!kept.empty()) out.emplace_back(kept);
    part.clear();
  };
  for (std::size_t k = 0; k < text.size(); ++k) {
    const char c = text[k];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (depth > 0 || (!is_blank(c) && c != ',')) {
      part += c;
      continue;
    }
    if (c == ',') {
      finish();
      continue;
    }
    const std::string_view rest = trimmed(text.substr(k)), before = trimmed(part);
    if (rest.empty() || before.empty()) continue;
    if (joins(before.back()) || joins(rest.front()))
      part += ' ';
    else
      finish();
  }
  finish();
  return out;
}

std::string substitute(std::string_view text, const std::function<std::string(const std::string&)>& variable,
                       const std::function<std::string(const std::string&)>& vector) {
  std::string out;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const bool braced = text[k] == '{' && k + 1 < text.size() && text[k + 1] == '$';
    const std::size_t dollar = k + (braced ? 1 : 0);
    if (text[dollar] != '$' || dollar + 1 >= text.size()) {
      out += text[k];
      continue;
    }
    if (text[dollar + 1] == '$') {
      out += '$';
      k = dollar + 1;
      continue;
    }
    const bool is_vector = text[dollar + 1] == '&';
    std::size_t end = dollar + 1 + (is_vector ? 1 : 0);
    const std::size_t begin = end;
    while (end < text.size() && (is_name(text[end]) || (is_vector && (text[end] == '.' || text[end] == '#'))))
      ++end;
    // $&v(out) and $&x[3]
    if (is_vector && end < text.size() && (text[end] == '(' || text[end] == '[')) {
      const auto close = text.find(text[end] == '(' ? ')' : ']', end);
      if (close != std::string_view::npos) end = close + 1;
    }
    if (end == begin) {
      out += text[k];
      continue;
    }
    const std::string name(text.substr(begin, end - begin));
    out += is_vector ? vector(name) : variable(name);
    if (braced && end < text.size() && text[end] == '}') ++end;
    k = end - 1;
  }
  return out;
}

std::string normalize_condition(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kWords = {{{"eq", "=="},
                                                                                    {"ne", "!="},
                                                                                    {"gt", ">"},
                                                                                    {"lt", "<"},
                                                                                    {"ge", ">="},
                                                                                    {"le", "<="},
                                                                                    {"and", "&&"},
                                                                                    {"or", "||"},
                                                                                    {"not", "!"}}};
  std::string out;
  for (std::size_t k = 0; k < text.size();) {
    const char c = text[k], next = k + 1 < text.size() ? text[k + 1] : '\0';
    if (is_name(c) && (k == 0 || is_blank(text[k - 1]) || text[k - 1] == '(')) {
      std::size_t end = k;
      while (end < text.size() && is_name(text[end])) ++end;
      const std::string word = lowered(text.substr(k, end - k));
      std::string replaced(text.substr(k, end - k));
      for (const auto& [name, symbol] : kWords) {
        if (word == name && (end == text.size() || is_blank(text[end]))) replaced = symbol;
      }
      out += replaced;
      k = end;
    } else if (c == '<' && next == '>') {
      out += "!=";
      k += 2;
    } else if ((c == '<' || c == '>' || c == '=' || c == '!') && next == '=') {
      out += {c, next};
      k += 2;
    } else if ((c == '&' || c == '|') && next == c) {
      out += {c, c};
      k += 2;
    } else {
      if (c == '=')
        out += "==";
      else if (c == '&')
        out += "&&";
      else if (c == '|')
        out += "||";
      else if (c == '~')
        out += '!';
      else
        out += c;
      ++k;
    }
  }
  return out;
}

}  // namespace nullor
