#pragma once
/// The `.raw` files of SPICE, which ngspice, gaw, and most viewers read. A file holds any number of plots,
/// one after the other; each is a text header and then the values, as little-endian doubles ("Binary:") or as
/// text ("Values:").

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/io/table.h"

namespace nullor {

enum class RawFormat { binary, ascii };

/// The bytes of a `.raw` file with one plot per table. A table with any complex column is written as all
/// complex. Equal tables give equal bytes: the header has no date.
std::string write_raw(std::span<const Table> tables, RawFormat format = RawFormat::binary);

/// Reads a `.raw` file of ngspice or of write_raw. The independent variable of a complex plot comes back
/// real, and names come back as ngspice shows them in memory ("v(v-sweep)" -> "v-sweep", "v1#branch" ->
/// "i(v1)"). Throws InputError(input_output) naming `path` and what is wrong; any sequence of bytes is safe
/// to read.
std::vector<Table> read_raw(std::string_view bytes, const std::string& path = "raw file");

}  // namespace nullor
