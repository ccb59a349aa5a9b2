#include "nullor/design/toml_reader.h"

#include <cctype>

namespace nullor {
namespace {

/// Where a row of words and dots, "a.b . c", has more than this many parts: offset in the text, or npos.
std::size_t long_key(std::string_view text, int most) {
  int parts = 0;
  std::size_t begin = 0;
  enum class Last { other, word, gap, dot } last = Last::other;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const auto c = static_cast<unsigned char>(text[k]);
    if (c == '.') {
      last = last == Last::word || last == Last::gap ? Last::dot : Last::other;
    } else if (c == ' ' || c == '\t') {
      if (last == Last::word) last = Last::gap;
    } else if (std::isalnum(c) || c == '_' || c == '-' || c == '"' || c == '\'' || c >= 128) {
      if (last == Last::dot) {
        if (++parts > most) return begin;
      } else if (last != Last::word) {
        parts = 1;
        begin = k;
      }
      last = Last::word;
    } else {
      last = Last::other;
    }
  }
  return std::string_view::npos;
}

}  // namespace

TomlReader::TomlReader(const std::string& text, const std::string& path)
    : file_(std::make_shared<SourceFile>(SourceFile{path, text})) {
  constexpr int kParts = 32;
  if (const auto at = long_key(text, kParts); at != std::string::npos) {
    const auto line_begin = text.rfind('\n', at) + 1;
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw InputError(ErrorKind::usage, fmt::format("a key of more than {} parts", kParts),
                     {file_, static_cast<int>(line), static_cast<int>(at - line_begin) + 1});
  }
  try {
    root_ = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError(ErrorKind::usage, std::string(error.description()), at(error.source()));
  }
}

}  // namespace nullor
