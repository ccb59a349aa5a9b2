// Any text as a netlist, bound to devices; every device is evaluated at its initial guess, over time,
// frequency and with derivatives by some of its parameters.
#include <algorithm>
#include <complex>
#include <vector>

#include "fuzz.h"
#include "nullor/dae/dae.h"
#include "nullor/simulate/options.h"

namespace {

void exercise(nullor::Dae& dae) {
  const auto size = static_cast<std::size_t>(dae.size()) + 1;
  const auto slots = static_cast<std::size_t>(dae.pattern().nonzeros()) + 1;
  std::vector<double> x(size), f(size), q(size), b(size), jacobian(slots), capacitance(slots);
  std::vector<std::complex<double>> phasors(size, 1.0), matrix(slots);
  dae.initial_guess(x.data());
  dae.initial_charges(x.data(), q.data());
  x.back() = 0;

  nullor::Assembly a;
  a.x = x.data();
  a.f = f.data();
  a.q = q.data();
  a.jacobian = jacobian.data();
  a.gmin = 1e-12;
  a.dc = a.steady = a.at_guess = a.limiting = true;
  dae.evaluate(a);
  dae.excitation(0, true, b.data());

  constexpr double kStop = 1e-9;
  dae.set_transient(1e-11, kStop);
  dae.begin_transient(x.data(), 0);
  a.dc = a.steady = a.at_guess = false;
  a.alpha = 1e11;
  a.time = kStop / 2;
  dae.evaluate(a);
  dae.excitation(a.time, false, b.data());
  dae.accept(x.data(), a.time);
  dae.breakpoints(0, kStop);
  std::vector<double> distances;
  dae.events(x.data(), distances);

  a.limiting = false;
  a.capacitance = capacitance.data();
  a.small_signal = true;
  dae.evaluate(a);
  dae.excitation_ac(phasors.data());
  dae.evaluate_ac(1e9, matrix.data());

  auto wanted = dae.all_parameters();
  if (wanted.size() > 32) wanted.resize(32);
  std::vector<double> gradient(wanted.size());
  for (const auto& handle : wanted) dae.get(handle);
  dae.prepare_gradient(wanted);
  a.small_signal = false;
  dae.gradient(a, b.data(), f.data(), gradient.data());
  dae.gradient_ac(x.data(), 1e-12, 1e9, phasors.data(), phasors.data(), gradient.data(), b.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view text) {
    nullor::ReadOptions options;
    options.allow_includes = false;
    options.max_instances = 200;
    nullor::Circuit circuit = nullor::read_circuit_text(text, "fuzz", options);
    nullor::SimulationOptions::of(circuit);
    nullor::Dae dae(std::move(circuit));
    exercise(dae);
  });
}
