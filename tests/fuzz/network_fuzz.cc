// Any bytes as a network file; what loads must evaluate, whatever its numbers are.
#include <vector>

#include "fuzz.h"
#include "nullor/neural/waveform.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view bytes) {
    const auto network = nullor::Waveform::from(nullor::parse_safetensors(bytes, "fuzz"), "fuzz");
    const auto n = static_cast<std::size_t>(network.size());
    std::vector<double> x(n), x_t(n);
    const double span = network.end() - network.begin();
    for (const double part : {-0.1, 0.0, 0.3, 1.0, 1.1}) {
      network.evaluate(network.begin() + part * span, x.data(), x_t.data());
    }
    const std::vector<double> times = {network.begin(), 0.5 * (network.begin() + network.end()),
                                       network.end()};
    std::vector<double> out(times.size());
    for (int signal = 0; signal < network.size(); ++signal) network.evaluate(signal, times, out.data());
  });
}
