#pragma once
/// The parser behind parse_expression, for a piece of a logical line.

#include <string_view>

#include "nullor/netlist/expression.h"
#include "nullor/netlist/source_lines.h"

namespace nullor::netlist {

/// Parses `piece`, a part of `source.text`; one pair of quotes or braces around all of it is dropped.
Expression parse_piece(const SourceText& source, std::string_view piece);

}  // namespace nullor::netlist
