#pragma once
/// "a=1 b = 'x+y' c = 2 * a  f(u,v)=u*v": how `.param`, `.func` and subcircuit lines name values.

#include <string>
#include <string_view>
#include <vector>

#include "nullor/netlist/source_lines.h"

namespace nullor::netlist {

struct Assignment {
  std::string_view name;                    ///< as written
  std::vector<std::string_view> arguments;  ///< of f(u,v)=...
  bool is_function = false;
  std::string_view value;  ///< up to the next name; may hold blanks
};

/// Splits the text of `source` from `begin` on. Throws InputError for words that belong to no assignment.
std::vector<Assignment> split_assignments(const SourceText& source, std::size_t begin);

}  // namespace nullor::netlist
