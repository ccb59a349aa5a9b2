#pragma once
/// The circuit of a deck with everything it names: included files, and networks that sources play.

#include <string>

#include "nullor/netlist/circuit.h"

namespace nullor {

/// Throws InputError.
Circuit read_deck(const std::string& path, const ReadOptions& options);

}  // namespace nullor
