#include "nullor/neural/circuit_residual.h"

#include <algorithm>
#include <cmath>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

CircuitResidual::CircuitResidual(Dae& dae, double gmin, std::vector<double> scale)
    : dae_(dae), gmin_(gmin), moving_(!dae.linear()), scale_(std::move(scale)) {
  for (auto* v : {&r_, &f_, &q_, &beside_}) v->assign(u(dae.size()) + 1, 0.0);
  for (auto* v : {&c_, &by_x_, &other_g_, &other_c_}) v->assign(u(dae.pattern().nonzeros()) + 1, 0.0);
}

void CircuitResidual::evaluate(const double* x, const double* x_t, double time, const double* b,
                               bool derivatives) {
  constexpr double kBeside = 1e-8;
  const int n = dae_.size();
  const SparsePattern& p = dae_.pattern();
  Assembly a;
  a.time = time;
  a.gmin = gmin_;
  a.f = f_.data();
  a.q = q_.data();
  if (derivatives && moving_) {
    // First, so that f and q are those of x afterwards.
    double fastest = 0;
    for (int i = 0; i < n; ++i) fastest = std::max(fastest, std::fabs(x_t[i]) / scale_[u(i)]);
    const double step = fastest > 0 ? kBeside / fastest : 0;
    for (int i = 0; i < n; ++i) beside_[u(i)] = x[i] + step * x_t[i];
    a.x = beside_.data();
    a.jacobian = other_g_.data();
    a.capacitance = other_c_.data();
    dae_.evaluate(a);
    ++evaluations_;
    a.x = x;
    a.jacobian = by_x_.data();
    a.capacitance = c_.data();
    dae_.evaluate(a);
    const double rate = step > 0 ? 1 / step : 0;
    for (int e = 0; e < p.nonzeros(); ++e) by_x_[u(e)] += rate * (other_c_[u(e)] - c_[u(e)]);
  } else {
    a.x = x;
    a.jacobian = by_x_.data();
    a.capacitance = c_.data();
    dae_.evaluate(a);
  }
  ++evaluations_;
  for (int i = 0; i < n; ++i) r_[u(i)] = f_[u(i)] + b[i];
  p.multiply_add(c_.data(), x_t, r_.data());
}

void CircuitResidual::pull(const double* lambda, double* x_bar, double* x_t_bar) const {
  const SparsePattern& p = dae_.pattern();
  for (int j = 0; j < p.n; ++j) {
    double by_x = 0, by_slope = 0;
    for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e) {
      const double l = lambda[p.row[u(e)]];
      by_x += by_x_[u(e)] * l;
      by_slope += c_[u(e)] * l;
    }
    x_bar[j] = by_x;
    x_t_bar[j] = by_slope;
  }
}

}  // namespace nullor
