// Any bytes as a deep resistive network; what loads must be one that hardware can hold.
#include "fuzz.h"
#include "nullor/resistive/deep_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view bytes) {
    const nullor::DeepFile file = nullor::parse_deep_file(bytes, "fuzz");
    file.network.check("fuzz");
    nullor::Hardware hardware;
    hardware.maximum = 1;
    hardware.levels = 4;
    on_hardware(file.network, hardware, nullor::Rng(1)).check("rounded");
  });
}
