#include "nullor/base/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "nullor/base/si.h"

namespace nullor {

std::string format_quantity(double value, std::string_view unit, int digits) {
  constexpr std::array<std::string_view, 11> kScaled = {"V", "A", "W", "Hz", "s",  "Ohm",
                                                        "F", "H", "S", "m",  "V/s"};
  if (std::find(kScaled.begin(), kScaled.end(), unit) == kScaled.end())
    return fmt::format("{:.{}g}{}{}", value, digits, unit.empty() ? "" : " ", unit);
  std::string number = format_si(value, digits), prefix;
  if (const std::size_t end = number.find_last_of("0123456789") + 1; end > 0) {
    prefix = number.substr(end);
    number.resize(end);
  }
  return fmt::format("{} {}{}", number, prefix == "Meg" ? "M" : prefix, unit);
}

}  // namespace nullor
