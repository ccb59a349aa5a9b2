#include "nullor/neural/collocation_sensitivity.h"

#include <algorithm>

#include "nullor/neural/window_system.h"
#include "nullor/simulate/adjoint.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

[[noreturn]] void throw_singular() {
  throw InputError(ErrorKind::singular,
                   "the linearized equations of a window have no unique solution, so there is no derivative");
}

class ForwardPass {
 public:
  ForwardPass(Engine& engine, const TranCard& card, const FeatureBasis& basis,
              const std::vector<ParameterHandle>& wanted)
      : engine_(engine),
        dae_(engine.dae()),
        card_(card),
        basis_(basis),
        wanted_(wanted),
        n_(dae_.size()),
        stride_(u(n_) + 1),
        count_(wanted.size()),
        unit_(stride_, 0.0),
        zero_(stride_, 0.0),
        row_(count_) {}

  ForwardSensitivity run(const std::vector<WindowRecord>& windows, const std::vector<double>& start) {
    ForwardSensitivity out;
    dae_.prepare_gradient(wanted_);
    std::vector<double> charges(count_ * stride_, 0.0);
    out.start.assign(count_ * stride_, 0.0);
    card_.use_initial_conditions ? given_start(start, out.start, charges)
                                 : operating_point(start, out.start, charges);
    const Dae::HeldStates held(dae_);
    WindowSystem system(dae_, basis_, engine_.options().gmin, start);
    for (const WindowRecord& window : windows) {
      if (!window.discrete_states.empty()) dae_.write_states(window.discrete_states);
      if (!system.linearize({window.start, window.length}, window.nodal)) throw_singular();
      carry(system, window, charges, out.nodal.emplace_back());
    }
    return out;
  }

 private:
  // d(f + b)/dp and dq/dp at a point, (P x (n + 1)) each. The devices give them contracted with a vector:
  // one row at a time.
  void by_parameters(const Assembly& point, double* f, double* q) {
    for (int i = 0; i < n_; ++i) {
      unit_[u(i)] = 1;
      const auto read = [&](const double* lambda_f, const double* lambda_q, double* into) {
        std::fill(row_.begin(), row_.end(), 0.0);
        dae_.gradient(point, lambda_f, lambda_q, row_.data());
        for (std::size_t t = 0; t < count_; ++t) into[t * stride_ + u(i)] = row_[t];
      };
      read(unit_.data(), zero_.data(), f);
      read(zero_.data(), unit_.data(), q);
      unit_[u(i)] = 0;
    }
  }

  Assembly point_at(const double* x, double time) const {
    Assembly a;
    a.x = x;
    a.time = time;
    a.gmin = engine_.options().gmin;
    return a;
  }

  void operating_point(const std::vector<double>& start, std::vector<double>& x,
                       std::vector<double>& charges) {
    // .ic voltages were held by stiff conductances.
    const Circuit& circuit = dae_.circuit();
    std::vector<std::pair<int, double>> clamps;
    for (const auto& [node, v] : circuit.initial_conditions) {
      if (node != 0) clamps.emplace_back(dae_.unknown_of_node(node), v.constant);
    }
    NewtonSolver& newton = engine_.newton();
    NewtonSolver::Problem problem;
    if (!clamps.empty()) problem.clamps = &clamps;
    newton.linearize(start, problem);
    if (!newton.factor(0, problem)) throw_singular();
    Assembly point = point_at(start.data(), 0);
    point.steady = true;
    std::vector<double> f(count_ * stride_, 0.0);
    by_parameters(point, f.data(), charges.data());
    for (std::size_t t = 0; t < count_; ++t) {
      double* by = x.data() + t * stride_;
      for (int i = 0; i < n_; ++i) by[i] = -f[t * stride_ + u(i)];
      if (wanted_[t].kind == ParameterHandle::Kind::table) {
        const std::vector<double> slopes = circuit.parameters.derivative(wanted_[t].table);
        for (const auto& [node, v] : circuit.initial_conditions) {
          if (node != 0 && v.parameter != kNoParameter)
            by[dae_.unknown_of_node(node)] += NewtonSolver::kClampConductance * slopes[u(v.parameter)];
        }
      }
      newton.lu().solve(by);
      by[n_] = 0;
      const SparsePattern& p = dae_.pattern();
      for (int j = 0; j < n_; ++j) {
        for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e)
          charges[t * stride_ + u(p.row[u(e)])] += newton.capacitances()[u(e)] * by[j];
      }
    }
  }

  // With uic: the initial conditions know their derivatives contracted with a vector.
  void given_start(const std::vector<double>& start, std::vector<double>& x, std::vector<double>& charges) {
    for (int i = 0; i < n_; ++i) {
      std::vector<double> unit = zero_;
      unit[u(i)] = 1;
      const auto read = [&](const std::vector<double>& by_x, const std::vector<double>& by_q, double* into) {
        std::fill(row_.begin(), row_.end(), 0.0);
        start_gradient(dae_, engine_.newton(), engine_.options(), card_, start, by_x, by_q, wanted_, row_);
        for (std::size_t t = 0; t < count_; ++t) into[t * stride_ + u(i)] = row_[t];
      };
      read(unit, zero_, x.data());
      read(zero_, unit, charges.data());
    }
  }

  // (1) and (2). `charges`: Q(0)' (P x (n + 1)), then that of the next window.
  void carry(WindowSystem& system, const WindowRecord& window, std::vector<double>& charges,
             std::vector<double>& nodal) {
    const int nodes = basis_.nodes();
    const std::size_t all = count_ * stride_;
    std::vector<double> f(u(nodes) * all), q(u(nodes) * all), rhs(u(n_) * u(nodes));
    for (int m = 0; m < nodes; ++m) {
      const double s = differentiated_at(basis_, m);
      by_parameters(point_at(window.nodal.data() + u(m) * stride_, window.start + window.length * s),
                    f.data() + u(m) * all, q.data() + u(m) * all);
    }
    nodal.assign(u(nodes) * all, 0.0);
    for (std::size_t t = 0; t < count_; ++t) {
      double* before = charges.data() + t * stride_;
      for (int i = 0; i < n_; ++i) {
        const std::size_t at = t * stride_ + u(i);
        for (int m = 0; m < nodes; ++m) {
          const double* d = basis_.slope.row(m);
          double sum = 0;
          for (int k = 0; k < nodes; ++k) sum += d[k] * (q[u(k) * all + at] - before[i]);
          rhs[u(i) * u(nodes) + u(m)] = -(sum / window.length + f[u(m) * all + at]);
        }
      }
      system.solve_linearized(rhs.data());
      double* of = nodal.data() + t * u(nodes) * stride_;
      for (int i = 0; i < n_; ++i) {
        for (int m = 0; m < nodes; ++m) of[u(m) * stride_ + u(i)] = rhs[u(i) * u(nodes) + u(m)];
      }
      std::copy_n(q.data() + u(nodes - 1) * all + t * stride_, stride_, before);
      system.add_capacitance(nodes - 1, of + u(nodes - 1) * stride_, before);
      before[n_] = 0;
    }
  }

  Engine& engine_;
  Dae& dae_;
  const TranCard& card_;
  const FeatureBasis& basis_;
  const std::vector<ParameterHandle>& wanted_;
  int n_;
  std::size_t stride_, count_;
  std::vector<double> unit_, zero_, row_;
};

}  // namespace

ForwardSensitivity forward_sensitivity(Engine& engine, const TranCard& card, const FeatureBasis& basis,
                                       const std::vector<WindowRecord>& windows,
                                       const std::vector<double>& start,
                                       const std::vector<ParameterHandle>& wanted) {
  return ForwardPass(engine, card, basis, wanted).run(windows, start);
}

double differentiated_at(const FeatureBasis& basis, int m) {
  constexpr double kAside = 1e-9;  // of the window; far beyond the rounding of its end
  return basis.node[u(m)] - (m + 1 == basis.nodes() ? kAside : 0.0);
}

}  // namespace nullor
