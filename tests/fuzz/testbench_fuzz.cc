// Any bytes as a testbench.
#include "fuzz.h"
#include "nullor/design/testbench.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view bytes) {
    const nullor::Testbench bench = nullor::parse_testbench(std::string(bytes), "fuzz.toml");
    (void)bench.kept();
    (void)bench.classes();
  });
}
