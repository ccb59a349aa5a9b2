#include "nullor/neural/audit.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "nullor/simulate/engine.h"

namespace nullor {

const Audit::Signal* Audit::worst_state() const {
  for (const Signal& s : signals) {
    if (s.nature != Nature::current) return &s;
  }
  return nullptr;
}

namespace {

double seconds_to_read(const Waveform& waveform) {
  constexpr std::size_t kPoints = 1000, kLeast = 15;
  std::vector<double> times(kPoints), values(kPoints), seconds;
  for (std::size_t k = 0; k < kPoints; ++k)
    times[k] = waveform.end() * static_cast<double>(k) / static_cast<double>(kPoints - 1);
  for (std::size_t k = 0; k < std::max(kLeast, static_cast<std::size_t>(waveform.size())); ++k) {
    const auto began = std::chrono::steady_clock::now();
    waveform.evaluate(static_cast<int>(k) % waveform.size(), times, values.data());
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2),
                   seconds.end());
  return seconds[seconds.size() / 2];
}

}  // namespace

Audit audit(Dae& dae, const SimulationOptions& options, const TranCard& card, const Waveform& waveform) {
  constexpr double kSteps = 200000;
  SimulationOptions tight = options;
  tight.reltol = std::min(options.reltol, 1e-7);
  tight.vntol = std::min(options.vntol, 1e-9);
  tight.chgtol = std::min(options.chgtol, 1e-20);
  TranCard fine = card;
  fine.start = 0;
  fine.max_step = card.stop / kSteps;
  NewtonSolver newton(dae, tight);
  Transient transient(dae, newton, tight);
  const auto n = static_cast<std::size_t>(dae.size());
  std::vector<double> x(n), difference(n, 0.0), size(n, 0.0);
  Audit out;
  double last = 0;
  const auto began = std::chrono::steady_clock::now();
  const TransientSummary summary =
      transient.run(fine, [&](double time, const std::vector<double>& exact, const StepFormula& formula) {
        if (formula.stage || time <= 0) return true;
        waveform.evaluate(time, x.data());
        const double weight = time - last;
        for (std::size_t i = 0; i < n; ++i) {
          difference[i] += weight * (x[i] - exact[i]) * (x[i] - exact[i]);
          size[i] += weight * exact[i] * exact[i];
        }
        last = time;
        ++out.points;
        return true;
      });
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (!summary.finished) throw analysis_failed("the numerical run of the check", summary.failure, {});
  if (waveform.size() > 0) out.read_seconds = seconds_to_read(waveform);
  // Signals below a thousandth of the largest of their nature are judged by that.
  const auto largest = [&](Nature nature) {
    double out_size = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (dae.unknowns()[i].nature == nature) out_size = std::max(out_size, size[i]);
    }
    return out_size;
  };
  const double voltage = largest(Nature::voltage), current = largest(Nature::current);
  for (std::size_t i = 0; i < n; ++i) {
    const Nature nature = dae.unknowns()[i].nature;
    const double floor = nature == Nature::voltage   ? 1e-6 * voltage
                         : nature == Nature::current ? 1e-6 * current
                                                     : 0;
    if (size[i] == 0 && floor == 0) continue;
    out.signals.push_back(
        {dae.unknowns()[i].name, nature, std::sqrt(difference[i] / std::max(size[i], floor))});
  }
  std::stable_sort(out.signals.begin(), out.signals.end(),
                   [](const Audit::Signal& a, const Audit::Signal& b) { return a.error > b.error; });
  return out;
}

}  // namespace nullor
