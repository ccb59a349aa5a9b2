// Any text as a netlist, includes refused.
#include "fuzz.h"
#include "nullor/netlist/circuit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view text) {
    nullor::ReadOptions options;
    options.allow_includes = false;
    options.max_instances = 2000;
    nullor::read_circuit_text(text, "fuzz", options);
  });
}
