#pragma once
/// Result tables to files, the format chosen by name.

#include <span>
#include <string>
#include <vector>

#include "nullor/io/table.h"

namespace nullor {

/// The formats that `write_tables` knows: raw, ascii, csv, npy, json.
const std::vector<std::string>& table_formats();

/// Writes `tables` to `path`. An empty `format` is taken from the extension (raw when there is none). raw,
/// ascii and json hold all tables; csv and npy hold one, so that several become "out.tran1.csv",
/// "out.ac1.csv", .... Returns the names written. Throws InputError (usage for an unknown format).
std::vector<std::string> write_tables(std::span<const Table> tables, const std::string& path,
                                      std::string format = {});

}  // namespace nullor
