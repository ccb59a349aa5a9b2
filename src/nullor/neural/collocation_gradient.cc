#include "nullor/neural/collocation_gradient.h"

#include <algorithm>

#include "nullor/neural/collocation.h"
#include "nullor/neural/collocation_sensitivity.h"
#include "nullor/neural/neural_session.h"
#include "nullor/neural/window_system.h"
#include "nullor/simulate/adjoint.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

void CollocationGradient::run(Engine& engine, const TranCard& card, const Location& where,
                              const Observer& observer) {
  windows_.clear();
  TrainingOptions how = how_;
  how.record = &windows_;
  Waveform waveform;
  const TrainingReport report = train_checked(engine, card, where, how, waveform);
  start_ = report.start.x;
  times_ = sampling_times(waveform, card);
  std::vector<double> x(u(engine.dae().size()) + 1, 0.0);
  for (const double time : times_) {
    waveform.evaluate(time, x.data());
    observer(time, x);
  }
}

std::vector<double> CollocationGradient::pull(Engine& engine, const TranCard& card,
                                              const std::vector<std::vector<double>>& seeds,
                                              const std::vector<ParameterHandle>& wanted) {
  if (direction_ == Direction::forward) return pull_forward(engine, card, seeds, wanted);
  Dae& dae = engine.dae();
  const FeatureBasis basis = collocation_basis(how_);
  const int n = dae.size(), nodes = basis.nodes();
  const std::size_t stride = u(n) + 1;
  dae.prepare_gradient(wanted);
  std::vector<double> out(wanted.size(), 0.0);
  const Dae::HeldStates held(dae);
  WindowSystem system(dae, basis, engine.options().gmin, start_);
  std::vector<double> carry_x(stride, 0.0), carry_q(stride, 0.0), rhs(u(n) * u(nodes)),
      by_node(u(nodes) * stride), by_start(stride), lambda(stride), kappa(stride);
  std::size_t row = times_.size();
  for (std::size_t w = windows_.size(); w-- > 0;) {
    const WindowRecord& window = windows_[w];
    if (!window.discrete_states.empty()) dae.write_states(window.discrete_states);
    if (!system.linearize({window.start, window.length}, window.nodal)) {
      throw InputError(
          ErrorKind::singular,
          "the linearized equations of a window have no unique solution, so there is no gradient");
    }
    std::fill(by_node.begin(), by_node.end(), 0.0);
    std::fill(by_start.begin(), by_start.end(), 0.0);
    for (; row > 0 && (times_[row - 1] >= window.start || w == 0); --row) {
      const std::vector<double>& seed = seeds[row - 1];
      if (seed.empty()) continue;
      const Cardinal cardinal(basis, (times_[row - 1] - window.start) / window.length);
      for (int i = 0; i < n; ++i) {
        if (seed[u(i)] == 0) continue;
        const bool free = system.algebraic()[u(i)];
        const std::vector<double>& along = free ? cardinal.free : cardinal.fixed;
        for (int m = 0; m < nodes; ++m) by_node[u(m) * stride + u(i)] += seed[u(i)] * along[u(m)];
        if (!free) by_start[u(i)] += seed[u(i)] * cardinal.start;
      }
    }
    double* last = by_node.data() + u(nodes - 1) * stride;
    for (int i = 0; i < n; ++i) last[i] += carry_x[u(i)];
    system.add_transposed_capacitance(nodes - 1, carry_q.data(), last);
    for (int i = 0; i < n; ++i) {
      for (int m = 0; m < nodes; ++m) rhs[u(i) * u(nodes) + u(m)] = -by_node[u(m) * stride + u(i)];
    }
    system.solve_transposed(rhs.data());
    std::vector<double> before(stride, 0.0);
    for (int m = 0; m < nodes; ++m) {
      for (int i = 0; i < n; ++i) {
        const double* of_unknown = rhs.data() + u(i) * u(nodes);
        lambda[u(i)] = of_unknown[m];
        double sum = 0;
        for (int j = 0; j < nodes; ++j) sum += basis.slope(j, m) * of_unknown[j];
        kappa[u(i)] = sum / window.length;
        before[u(i)] -= kappa[u(i)];
        if (m == nodes - 1) kappa[u(i)] += carry_q[u(i)];
      }
      Assembly point;
      point.x = window.nodal.data() + u(m) * stride;
      point.time = window.start + window.length * differentiated_at(basis, m);
      point.gmin = engine.options().gmin;
      dae.gradient(point, lambda.data(), kappa.data(), out.data());
    }
    carry_q = before;
    carry_x = by_start;
  }
  start_gradient(dae, engine.newton(), engine.options(), card, start_, carry_x, carry_q, wanted, out);
  return out;
}

std::vector<double> CollocationGradient::pull_forward(Engine& engine, const TranCard& card,
                                                      const std::vector<std::vector<double>>& seeds,
                                                      const std::vector<ParameterHandle>& wanted) {
  const FeatureBasis basis = collocation_basis(how_);
  const ForwardSensitivity by = forward_sensitivity(engine, card, basis, windows_, start_, wanted);
  const int n = engine.dae().size(), nodes = basis.nodes();
  const std::size_t stride = u(n) + 1;
  // As training saw them: unknowns in whose column dq/dx is zero.
  const WindowSystem system(engine.dae(), basis, engine.options().gmin, start_);
  std::vector<double> out(wanted.size(), 0.0);
  std::size_t w = 0;
  for (std::size_t row = 0; row < times_.size(); ++row) {
    if (seeds[row].empty()) continue;
    while (w + 1 < windows_.size() && windows_[w + 1].start <= times_[row]) ++w;
    const Cardinal cardinal(basis, (times_[row] - windows_[w].start) / windows_[w].length);
    for (std::size_t t = 0; t < wanted.size(); ++t) {
      const double* at = by.nodal[w].data() + t * u(nodes) * stride;
      const double* before = w == 0 ? by.start.data() + t * stride
                                    : by.nodal[w - 1].data() + (t * u(nodes) + u(nodes - 1)) * stride;
      for (int i = 0; i < n; ++i) {
        if (seeds[row][u(i)] == 0) continue;
        const bool free = system.algebraic()[u(i)];
        double sum = free ? 0 : cardinal.start * before[i];
        for (int m = 0; m < nodes; ++m) {
          sum += (free ? cardinal.free : cardinal.fixed)[u(m)] * at[u(m) * stride + u(i)];
        }
        out[t] += seeds[row][u(i)] * sum;
      }
    }
  }
  return out;
}

}  // namespace nullor
