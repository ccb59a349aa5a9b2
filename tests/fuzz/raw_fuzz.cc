// Any bytes as a raw file; what reads must write, and the copy must read to as many tables.
#include <cstdlib>

#include "fuzz.h"
#include "nullor/io/raw_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view bytes) {
    const auto tables = nullor::read_raw(bytes, "fuzz");
    const std::string copy = nullor::write_raw(tables);
    if (nullor::read_raw(copy, "copy").size() != tables.size()) std::abort();
  });
}
