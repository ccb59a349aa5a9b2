#pragma once
/// Tables as CSV and as aligned text for people.

#include <span>
#include <string>

#include "nullor/io/table.h"

namespace nullor {

/// One header line and one line per row, RFC 4180, shortest digits that read back exactly. A complex column
/// becomes two: "re(v(out))" and "im(v(out))".
std::string write_csv(const Table& table);

/// An operating point as name, value, unit; one line per column.
std::string render_operating_point(const Table& table);

/// Rows and columns aligned under their names, `digits` significant digits; complex values as "re,im".
std::string render_table(const Table& table, int digits = 7);

/// Measured values as name, value, place; failures with their reason.
std::string render_readings(std::span<const Reading> readings);

}  // namespace nullor
