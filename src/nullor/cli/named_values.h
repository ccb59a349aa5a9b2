#pragma once
/// NAME=VALUE words of the command line.

#include <string>
#include <utility>
#include <vector>

namespace nullor {

/// "vdd=1.8" -> {"vdd", 1.8}; values as SPICE writes them. Throws InputError (usage), with `example` as hint.
std::vector<std::pair<std::string, double>> named_values(const std::vector<std::string>& words,
                                                         const std::string& example);

}  // namespace nullor
