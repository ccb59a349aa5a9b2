// Any bytes as a raw file; what reads must write, and the copy must read to the same tables and write the
// same bytes.
#include <cstdlib>

#include "fuzz.h"
#include "nullor/io/raw_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view bytes) {
    const auto tables = nullor::read_raw(bytes, "fuzz");
    const std::string copy = nullor::write_raw(tables);
    const auto again = nullor::read_raw(copy, "copy");
    if (again.size() != tables.size()) std::abort();
    for (std::size_t k = 0; k < tables.size(); ++k) {
      if (again[k].rows() != tables[k].rows() || again[k].columns.size() != tables[k].columns.size())
        std::abort();
    }
    if (nullor::write_raw(again) != copy) std::abort();
  });
}
