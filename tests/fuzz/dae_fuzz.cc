// Any text as a netlist, bound to devices and evaluated once at zero.
#include "fuzz.h"
#include "nullor/dae/dae.h"
#include "nullor/simulate/options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view text) {
    nullor::ReadOptions options;
    options.allow_includes = false;
    options.max_instances = 200;
    nullor::Circuit circuit = nullor::read_circuit_text(text, "fuzz", options);
    nullor::SimulationOptions::of(circuit);
    nullor::Dae dae(std::move(circuit));
    std::vector<double> b(static_cast<std::size_t>(dae.size()) + 1);
    dae.excitation(0, true, b.data());
    dae.excitation(1e-9, false, b.data());
    dae.breakpoints(0, 1e-9);
  });
}
