#include "nullor/base/error.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <limits>

namespace nullor {

std::string_view SourceFile::line(int number) const {
  std::string_view rest = text;
  for (int k = 1; k < number; ++k) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

std::string Location::str() const {
  if (!file) return {};
  std::string out = file->path;
  if (line > 0) out += ":" + std::to_string(line);
  if (line > 0 && column > 0) out += ":" + std::to_string(column);
  return out;
}

InputError::InputError(ErrorKind kind, const std::string& what, Location where, std::string hint)
    : std::runtime_error(what), kind_(kind), where_(std::move(where)), hint_(std::move(hint)) {}

std::string InputError::render() const {
  std::string out = where_.str();
  if (!out.empty()) out += ": ";
  out += "error: ";
  out += what();
  if (where_.file && where_.line > 0) {
    // Very long lines (whole model cards) are cut to a window around the column.
    constexpr int kWindow = 100;
    const std::string_view whole = where_.file->line(where_.line);
    const int column = std::clamp(where_.column, 0, static_cast<int>(whole.size()) + 1);
    const int begin = std::max(0, column - kWindow);
    const std::string number = std::to_string(where_.line);
    std::string shown;
    for (const char c : whole.substr(static_cast<std::size_t>(begin), 2 * kWindow)) {
      shown += std::isprint(static_cast<unsigned char>(c)) ? c : ' ';
    }
    out += "\n  " + number + " | " + shown;
    if (column > 0) {
      out += "\n  " + std::string(number.size(), ' ') + " | " +
             std::string(static_cast<std::size_t>(column - 1 - begin), ' ') + "^";
    }
  }
  if (!hint_.empty()) out += "\n  hint: " + hint_;
  return out;
}

namespace {

// Optimal string alignment distance with unit costs.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  };
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool equal = same(a[i - 1], b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (equal ? 0U : 1U)});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  constexpr std::size_t kLongest = 64;  // an untrusted name may be megabytes long
  if (name.empty() || name.size() > kLongest) return {};
  const std::size_t allowed = std::max<std::size_t>(1, name.size() / 3);
  std::size_t best = std::numeric_limits<std::size_t>::max();
  std::string found;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > name.size() + allowed || name.size() > candidate.size() + allowed) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return best <= allowed ? found : std::string{};
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates,
                         std::string otherwise) {
  const std::string found = nearest_name(name, candidates);
  return found.empty() ? otherwise : "did you mean '" + found + "'?";
}

}  // namespace nullor
