#pragma once
/// The settings that `.options` may name, and the values each may have.

#include <string_view>

#include "nullor/netlist/circuit.h"

namespace nullor::netlist {

/// True for options whose value is a word, such as method=gear.
bool is_text_option(std::string_view name);

/// Throws InputError at `where` when there is no option called `name` (lower case); all of ngspice are known.
void check_option_name(std::string_view name, const Location& where);

/// Throws InputError at `where` when the option may not have this value, or needs one and has none.
void check_option(std::string_view name, const std::optional<OptionValue>& value, const Location& where);

}  // namespace nullor::netlist
