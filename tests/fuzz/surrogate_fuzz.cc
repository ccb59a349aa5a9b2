// Any bytes as a surrogate; what loads must evaluate, whatever its numbers are.
#include <vector>

#include "fuzz.h"
#include "nullor/neural/surrogate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view bytes) {
    const auto network = nullor::Surrogate::from(nullor::parse_safetensors(bytes, "fuzz"), "fuzz");
    const auto n = static_cast<std::size_t>(network.size()), axes = network.parts().axes.size();
    std::vector<double> x(n), x_t(n), x_p(n * axes);
    const double stop = network.parts().stop;
    const std::vector<double> times = {0, 0.5 * stop, stop};
    std::vector<double> out(times.size());
    for (const double at : {-1.0, 0.3, 1.0}) {
      const std::vector<double> u(axes, at);
      network.evaluate(u, 0.3 * stop, x.data(), x_t.data(), x_p.data());
      for (int signal = 0; signal < network.size(); ++signal) network.evaluate(u, signal, times, out.data());
    }
  });
}
