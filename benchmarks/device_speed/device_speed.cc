// Evaluations of a deck's devices a second, with all derivatives: one circuit, and kLanes of it side by side.
//
// usage: device_speed DECK SECONDS
// Every evaluation is at other voltages, some millivolts from those before: nothing can be reused. Prints JSON.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/dae/lane_dae.h"

namespace {

using nullor::kLanes;
using nullor::Lanes;

/// Calls `evaluate` with fresh voltages for `seconds`; its calls a second.
template <class Evaluate>
double calls_per_second(double seconds, const Evaluate& evaluate) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  long calls = 0;
  double past = 0;
  while (past < seconds) {
    for (int k = 0; k < 100; ++k) evaluate();
    calls += 100;
    past = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return static_cast<double>(calls) / past;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return std::fputs("usage: device_speed DECK SECONDS\n", stderr), 2;
  const double seconds = std::atof(words[2]);
  const nullor::Circuit circuit = nullor::read_circuit(words[1]);
  const auto devices = static_cast<double>(circuit.instances.size());
  nullor::Rng rng(1);
  nullor::Dae dae(circuit);
  const std::size_t n = static_cast<std::size_t>(dae.size()) + 1;
  const std::size_t slots = static_cast<std::size_t>(dae.pattern().nonzeros()) + 1;

  std::vector<double> x(n), f(n), q(n), g(slots), c(slots);
  nullor::Assembly a;
  a.x = x.data();
  a.f = f.data();
  a.q = q.data();
  a.jacobian = g.data();
  a.capacitance = c.data();
  const double scalar = calls_per_second(seconds, [&] {
    for (std::size_t k = 0; k + 1 < n; ++k) x[k] = 1.8 * rng.uniform();
    dae.evaluate(a);
  });

  nullor::LaneDae lanes(circuit);
  std::vector<Lanes> lx(n), lf(n), lq(n), lg(slots), lc(slots);
  nullor::LaneAssembly la;
  la.x = lx.data();
  la.f = lf.data();
  la.q = lq.data();
  la.jacobian = lg.data();
  la.capacitance = lc.data();
  const double wide = calls_per_second(seconds, [&] {
    for (std::size_t k = 0; k + 1 < n; ++k) {
      const double v = 1.8 * rng.uniform();
      for (int lane = 0; lane < kLanes; ++lane) lx[k].set(lane, v + 0.01 * lane);
    }
    lanes.evaluate(la);
  });
  std::printf("{\"lanes\": %d, \"scalar\": %.6g, \"side_by_side\": %.6g}\n", kLanes, scalar * devices,
              wide * devices * kLanes);
  return 0;
}
