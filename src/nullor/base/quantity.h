#pragma once
/// Numbers with their units, for people.

#include <string>
#include <string_view>

namespace nullor {

/// 1.8e-9 in "s" -> "1.8 ns", 2e6 in "Hz" -> "2 MHz"; units that take no prefix have none: "50 dB".
std::string format_quantity(double value, std::string_view unit, int digits = 4);

}  // namespace nullor
