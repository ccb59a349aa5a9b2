#pragma once
/// Tables and measured values as JSON.

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "nullor/io/table.h"

namespace nullor {

/// {"title", "plot", "kind", "rows", "columns": [{"name", "quantity", "unit", "values": [...]}]}; a complex
/// column has "real" and "imag" instead of "values". Numbers that JSON cannot hold (nan, inf) become null.
nlohmann::ordered_json to_json(const Table& table);

/// {name: value}; a failed measurement is {"failure": reason}.
nlohmann::ordered_json to_json(std::span<const Reading> readings);

}  // namespace nullor
