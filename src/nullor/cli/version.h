#pragma once
#include <string_view>

namespace nullor {

/// The version of the program; the same as in CMakeLists.txt.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace nullor
