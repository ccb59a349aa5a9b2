#include "nullor/base/si.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace nullor {
namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t k = 0; k < prefix.size(); ++k) {
    if (std::tolower(static_cast<unsigned char>(text[k])) != prefix[k]) return false;
  }
  return true;
}

// Longer names first: "meg" and "mil" before "m".
constexpr std::array<std::pair<std::string_view, double>, 11> kScales = {{
    {"meg", 1e6},
    {"mil", 25.4e-6},
    {"t", 1e12},
    {"g", 1e9},
    {"k", 1e3},
    {"m", 1e-3},
    {"u", 1e-6},
    {"n", 1e-9},
    {"p", 1e-12},
    {"f", 1e-15},
    {"a", 1e-18},
}};

}  // namespace

std::optional<SiNumber> parse_si_prefix(std::string_view text) {
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  if (!digits.empty() && (digits.front() == '+' || (digits.front() == '-' && digits.size() != text.size()) ||
                          std::isalpha(static_cast<unsigned char>(digits.front())))) {
    return std::nullopt;  // from_chars would take "inf" and "nan"
  }
  if (digits.size() > 1 && digits.front() == '-' && std::isalpha(static_cast<unsigned char>(digits[1]))) {
    return std::nullopt;
  }
  double value = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status == std::errc::invalid_argument) return std::nullopt;
  std::size_t used = static_cast<std::size_t>(end - text.data());
  std::string_view rest = text.substr(used);
  for (const auto& [name, scale] : kScales) {
    if (starts_with_ignoring_case(rest, name)) {
      // Scale factors that are exact powers of ten divide or multiply once, so that "1u" is the double
      // nearest 1e-6.
      value = scale >= 1 || name == "mil" ? value * scale : value / std::round(1 / scale);
      break;
    }
  }
  while (used < text.size() && std::isalpha(static_cast<unsigned char>(text[used]))) ++used;
  return SiNumber{value, used};
}

std::optional<double> parse_si(std::string_view text) {
  const auto number = parse_si_prefix(text);
  if (!number || number->length != text.size()) return std::nullopt;
  return number->value;
}

std::string format_si(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) {
    return value == 0 ? "0" : std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }
  constexpr std::array<const char*, 11> kNames = {"a", "f", "p", "n", "u", "m", "", "k", "Meg", "G", "T"};
  const int exponent = static_cast<int>(std::floor(std::log10(std::fabs(value)) + 1e-12));
  const int group = static_cast<int>(std::floor(exponent / 3.0));
  char text[64];
  if (group < -6 || group > 4) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
  }
  std::snprintf(text, sizeof text, "%.*g%s", digits, value / std::pow(10.0, 3 * group),
                kNames[static_cast<std::size_t>(group + 6)]);
  return text;
}

}  // namespace nullor
