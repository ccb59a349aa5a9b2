#include "nullor/neural/window_march.h"

#include <cmath>

#include "nullor/neural/signal_sizes.h"
#include "nullor/neural/training_start.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

MarchResult march_windows(Engine& engine, const TranCard& card, const FeatureBasis& basis,
                          const std::vector<WindowSystem::Window>& windows, const NodalValues& guess,
                          const MarchOptions& how) {
  MarchResult out;
  Dae& dae = engine.dae();
  const int n = dae.size(), nodes = basis.nodes();
  const std::size_t stride = u(n) + 1;
  std::vector<double> charges;
  OperatingPoint start = start_of_windows(dae, engine.newton(), engine.options(), card, charges);
  if (!start.converged) {
    out.failure = start.failure;
    return out;
  }
  SignalSizes sizes(dae, engine.options());
  sizes.see(start.x.data());
  for (const std::vector<double>& window : guess.nodal) {
    for (int m = 0; m < nodes; ++m) sizes.see(window.data() + u(m) * stride);
  }
  const std::vector<double>& scale = sizes.scale();
  const Dae::HeldStates held(dae);
  WindowSystem system(dae, basis, engine.options().gmin, start.x);
  out.values.start = std::move(start.x);
  out.values.nodal = guess.nodal;
  std::vector<double> step(u(n) * u(nodes));
  for (std::size_t w = 0; w < windows.size(); ++w) {
    std::vector<double>& x = out.values.nodal[w];
    bool settled = false;
    for (int k = 0; k < how.steps && !settled; ++k) {
      if (!system.linearize(windows[w], x)) {
        out.failure.singular = true;
        out.failure.reason = "the equations of a time window have no unique solution";
        out.failed_at = windows[w].start;
        return out;
      }
      system.negative_residual(windows[w], charges, step.data());
      system.solve_linearized(step.data());
      double worst = 0;
      for (int i = 0; i < n; ++i) {
        for (int m = 0; m < nodes; ++m) {
          const double dx = step[u(i) * u(nodes) + u(m)];
          x[u(m) * stride + u(i)] += dx;
          const bool controlled = !system.algebraic()[u(i)] || dae.unknowns()[u(i)].nature != Nature::current;
          const double ratio = controlled ? std::fabs(dx) / scale[u(i)] : std::isfinite(dx) ? 0.0 : INFINITY;
          if (!(ratio <= worst)) worst = ratio;
        }
      }
      settled = worst <= how.tolerance;
      if (!std::isfinite(worst)) break;
    }
    if (!settled && how.steps > 1) {
      out.failure.reason = "Newton's method does not settle in a time window";
      out.failed_at = windows[w].start;
      return out;
    }
    // Charges at the end, to second order in the last step.
    std::vector<double> last(stride, 0.0);
    for (int i = 0; i < n; ++i) last[u(i)] = step[u(i) * u(nodes) + u(nodes - 1)];
    const double* q = system.charges().data() + u(nodes - 1) * stride;
    charges.assign(q, q + stride);
    system.add_capacitance(nodes - 1, last.data(), charges.data());
    charges.back() = 0;
  }
  out.algebraic = system.algebraic();
  out.solved = true;
  return out;
}

}  // namespace nullor
