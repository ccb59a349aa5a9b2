#include "nullor/simulate/small_signal.h"

#include <cmath>
#include <numbers>

namespace nullor {

std::vector<double> frequencies(const FrequencySweep& sweep) {
  std::vector<double> out;
  if (sweep.scale == FrequencySweep::Scale::linear) {
    const double step = sweep.points > 1 ? (sweep.stop - sweep.start) / (sweep.points - 1) : 0;
    for (int k = 0; k < sweep.points; ++k) out.push_back(sweep.start + step * k);
    return out;
  }
  const double span = sweep.scale == FrequencySweep::Scale::decade ? std::log(10.0) : std::log(2.0);
  const double step = span / sweep.points;
  const double intervals = std::log(sweep.stop / sweep.start) / step;
  for (int k = 0; k <= static_cast<int>(std::floor(intervals + 1e-3)); ++k)
    out.push_back(sweep.start * std::exp(step * k));
  return out;
}

SmallSignal::SmallSignal(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                         const std::vector<double>& x)
    : dae_(dae), newton_(newton), lu_(SparseLu<std::complex<double>>::create(dae.pattern())) {
  const std::size_t slots = static_cast<std::size_t>(dae.pattern().nonzeros()) + 1;
  const std::size_t n = static_cast<std::size_t>(dae.size()) + 1;
  g_.assign(slots, 0.0);
  c_.assign(slots, 0.0);
  a_.assign(slots, 0.0);
  std::vector<double> f(n), q(n);
  Assembly a;
  a.x = x.data();
  a.gmin = options.gmin;
  a.f = f.data();
  a.q = q.data();
  a.jacobian = g_.data();
  a.capacitance = c_.data();
  a.small_signal = true;
  dae.evaluate(a);
}

bool SmallSignal::factor(double frequency) {
  const double omega = 2 * std::numbers::pi * frequency;
  for (std::size_t k = 0; k < a_.size(); ++k) a_[k] = {g_[k], omega * c_[k]};
  dae_.evaluate_ac(omega, a_.data());
  newton_.add_floating(a_.data());
  return lu_->factor(a_.data());
}

void SmallSignal::solve(std::vector<std::complex<double>>& rhs) const {
  lu_->solve(rhs.data());
  rhs.back() = 0;
}

void SmallSignal::solve_transposed(std::vector<std::complex<double>>& rhs) const {
  lu_->solve_transposed(rhs.data());
  rhs.back() = 0;
}

}  // namespace nullor
