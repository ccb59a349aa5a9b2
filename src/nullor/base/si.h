#pragma once
/// Numbers as SPICE writes them: "4.7k", "10meg", "2.5uF", "1mil".

#include <optional>
#include <string>
#include <string_view>

namespace nullor {

struct SiNumber {
  double value = 0;
  std::size_t length = 0;  ///< characters consumed, scale factor and unit letters included
};

/// Reads a number at the start of `text`: digits, an optional exponent, an optional scale factor
/// (t g meg k mil m u n p f a, case ignored) and trailing unit letters, which carry no meaning.
/// Nothing when `text` does not start with a number.
std::optional<SiNumber> parse_si_prefix(std::string_view text);

/// As parse_si_prefix, but the whole of `text` must be one number.
std::optional<double> parse_si(std::string_view text);

/// Three to `digits` significant digits with a scale factor letter: 1.8e-9 -> "1.8n", 2e6 -> "2Meg".
std::string format_si(double value, int digits = 4);

}  // namespace nullor
