#pragma once
/// The settings that `.options` may name.

#include <string>
#include <string_view>
#include <vector>

namespace nullor::netlist {

/// All options of ngspice, lower case, and those of this program.
const std::vector<std::string>& option_names();

/// True for options whose value is a word, such as method=gear.
bool is_text_option(std::string_view name);

}  // namespace nullor::netlist
