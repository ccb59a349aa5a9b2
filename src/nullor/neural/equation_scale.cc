#include "nullor/neural/equation_scale.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/rng.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

double shortest_time(const Dae& dae, double stop) {
  double tau = 0.1 * stop, last = 0;
  for (const double t : dae.breakpoints(0, stop)) {
    if (t - last > 1e-12 * stop) tau = std::min(tau, t - last);
    last = t;
  }
  return std::max(tau, 0.01 * stop);
}

struct Range {
  double low = 0, high = 0;
  void see(double v) { low = std::min(low, v), high = std::max(high, v); }
};

/// Voltages of the start and of the sources: the constant part of an equation that is in volts.
Range voltages(const Dae& dae, const std::vector<double>& x, double stop) {
  constexpr int kTimes = 200;
  Range out;
  std::vector<double> b(u(dae.size()) + 1);
  for (int i = 0; i < dae.size(); ++i) {
    if (dae.unknowns()[u(i)].nature == Nature::voltage) out.see(x[u(i)]);
  }
  for (int k = 0; k <= kTimes; ++k) {
    dae.excitation(stop * k / kTimes, false, b.data());
    for (int i = 0; i < dae.size(); ++i) {
      if (dae.unknowns()[u(i)].nature == Nature::current) out.see(b[u(i)]), out.see(-b[u(i)]);
    }
  }
  if (out.high - out.low == 0) out.high = 1;
  return out;
}

struct Evaluation {
  explicit Evaluation(const Dae& dae)
      : f(u(dae.size()) + 1), q(f), g(u(dae.pattern().nonzeros()) + 1), c(g) {}
  void run(Dae& dae, double gmin, const std::vector<double>& x) {
    Assembly a;
    a.x = x.data();
    a.gmin = gmin;
    a.f = f.data();
    a.q = q.data();
    a.jacobian = g.data();
    a.capacitance = c.data();
    dae.evaluate(a);
  }
  std::vector<double> f, q, g, c;
};

}  // namespace

void EquationScale::focus(Dae& dae, double gmin, const std::vector<double>& x, double h) {
  const SparsePattern& p = dae.pattern();
  Evaluation at(dae);
  at.run(dae, gmin, x);
  std::fill(row.begin(), row.end(), 0.0);
  for (int j = 0; j < p.n; ++j) {
    for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e)
      row[u(p.row[u(e)])] += (std::fabs(at.g[u(e)]) + std::fabs(at.c[u(e)]) / h) * unknown[u(j)];
  }
  for (double& r : row) {
    if (!(r > 0)) r = 1;
  }
}

EquationScale EquationScale::find(Dae& dae, double gmin, const std::vector<double>& x, double stop) {
  constexpr int kStates = 15;
  const int n = dae.size();
  const SparsePattern& p = dae.pattern();
  const double tau = shortest_time(dae, stop);
  const Range range = voltages(dae, x, stop);
  EquationScale out;
  out.unknown.assign(u(n), 0.0);
  out.charged.assign(u(n), 0);
  for (int i = 0; i < n; ++i) {
    const Nature nature = dae.unknowns()[u(i)].nature;
    if (nature == Nature::voltage) out.unknown[u(i)] = std::max(-range.low, range.high);
    if (nature == Nature::other) out.unknown[u(i)] = std::fabs(x[u(i)]);
  }

  // Typical sizes of |G| + |C| / tau.
  Rng rng(1);
  std::vector<std::vector<double>> seen(u(p.nonzeros()));
  std::vector<double> state(x);
  Evaluation at(dae);
  for (int k = 0; k < kStates; ++k) {
    for (int i = 0; k > 0 && i < n; ++i) {
      const Nature nature = dae.unknowns()[u(i)].nature;
      const double size = out.unknown[u(i)];
      state[u(i)] = nature == Nature::voltage ? rng.uniform(std::max(range.low, -size), range.high)
                                              : rng.uniform(-size, size);
    }
    at.run(dae, gmin, state);
    for (int j = 0; j < n; ++j) {
      for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e) {
        if (at.c[u(e)] != 0) out.charged[u(j)] = 1;
        const double size = std::fabs(at.g[u(e)]) + std::fabs(at.c[u(e)]) / tau;
        seen[u(e)].push_back(std::isfinite(size) ? size : 0);
      }
    }
  }
  std::vector<double> typical;
  for (auto& sizes : seen) {
    std::nth_element(sizes.begin(), sizes.begin() + kStates / 2, sizes.end());
    typical.push_back(sizes[kStates / 2]);
  }

  const auto fill_rows = [&] {
    out.row.assign(u(n), 0.0);
    for (int j = 0; j < n; ++j) {
      for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e)
        out.row[u(p.row[u(e)])] += typical[u(e)] * out.unknown[u(j)];
    }
  };
  constexpr int kPasses = 3;  // a current may stand beside another one only
  for (int pass = 0; pass < kPasses; ++pass) {
    fill_rows();
    for (int j = 0; j < n; ++j) {
      if (out.unknown[u(j)] > 0) continue;
      for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e) {
        if (typical[u(e)] > 0)
          out.unknown[u(j)] = std::max(out.unknown[u(j)], out.row[u(p.row[u(e)])] / typical[u(e)]);
      }
    }
  }
  fill_rows();
  for (auto* sizes : {&out.unknown, &out.row}) {
    for (double& s : *sizes) {
      if (!(s > 0)) s = 1;
    }
  }
  return out;
}

}  // namespace nullor
