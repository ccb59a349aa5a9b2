#include <algorithm>
#include <cmath>

#include "nullor/resistive/coordinate.h"
#include "nullor/resistive/method.h"

namespace nullor::resistive {

void coordinate_descent(const Reduced& reduced, const SolverOptions& options, const Deadline& deadline,
                        Iterate& out) {
  const auto& e = reduced.edges;
  const Adjacency edges(reduced.count, e.a, e.b);
  const Coordinate coordinate(reduced);
  const int sweeps = options.max_iterations > 0 ? options.max_iterations : 1'000'000;
  // The residual of a cluster is its conductance times what it moves.
  const double enough = 0.1 * options.tolerance * reduced.voltage_scale;
  double moved = HUGE_VAL;
  for (out.iterations = 0; out.iterations < sweeps && moved > enough && !deadline.passed(out.iterations);
       ++out.iterations) {
    moved = 0;
    for (int c = 1; c < reduced.count; ++c) {
      double pull = reduced.injection[static_cast<std::size_t>(c)];
      for (const int k : edges.of(c)) {
        const auto j = static_cast<std::size_t>(k);
        pull += e.g[j] * out.x[static_cast<std::size_t>(e.a[j] == c ? e.b[j] : e.a[j])];
      }
      double& x = out.x[static_cast<std::size_t>(c)];
      const double next =
          coordinate.best(c, reduced.conductance[static_cast<std::size_t>(c)], pull, x, out.x);
      moved = std::max(moved, std::fabs(next - x));
      x = next;
    }
  }
  out.currents = diode_currents_at(reduced, out.x);
  out.converged = moved <= enough;
}

}  // namespace nullor::resistive
