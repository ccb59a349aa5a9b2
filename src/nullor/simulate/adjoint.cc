#include "nullor/simulate/adjoint.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "nullor/simulate/small_signal.h"

namespace nullor {
namespace {

using Complex = std::complex<double>;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

Assembly point_at(const std::vector<double>& x, double time, bool dc, bool steady, double gmin) {
  Assembly a;
  a.x = x.data();
  a.time = time;
  a.dc = dc;
  a.steady = steady;
  a.gmin = gmin;
  return a;
}

[[noreturn]] void throw_singular() {
  throw InputError(ErrorKind::singular,
                   "the linearized equations have no unique solution, so there is no gradient");
}

// y = -C^T k - ..., one product with the transposed capacitances.
void subtract_transposed(const SparsePattern& p, const double* values, const std::vector<double>& k,
                         std::vector<double>& y) {
  for (int j = 0; j < p.n; ++j) {
    double sum = 0;
    for (int e = p.column_start[u(j)]; e < p.column_start[u(j) + 1]; ++e)
      sum += values[e] * k[u(p.row[u(e)])];
    y[u(j)] -= sum;
  }
}

// Adds factor * sum over the nodes of .ic of weights[node] d(its voltage)/dp.
void add_initial_conditions(const Dae& dae, const std::vector<ParameterHandle>& wanted, double factor,
                            const std::vector<double>& weights, std::vector<double>& out) {
  const Circuit& circuit = dae.circuit();
  for (std::size_t t = 0; t < wanted.size(); ++t) {
    if (wanted[t].kind != ParameterHandle::Kind::table) continue;
    const std::vector<double> slopes = circuit.parameters.derivative(wanted[t].table);
    for (const auto& [node, v] : circuit.initial_conditions) {
      if (v.parameter == kNoParameter || node == 0) continue;
      out[t] += factor * weights[u(dae.unknown_of_node(node))] * slopes[u(v.parameter)];
    }
  }
}

}  // namespace

std::vector<double> op_gradient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                const std::vector<double>& x, const std::vector<double>& seed,
                                const std::vector<ParameterHandle>& wanted) {
  NewtonSolver::Problem problem;
  problem.dc = true;
  newton.linearize(x, problem);
  if (!newton.factor(0)) throw_singular();
  std::vector<double> lambda(u(dae.size()) + 1, 0.0);
  for (int k = 0; k < dae.size(); ++k) lambda[u(k)] = -seed[u(k)];
  newton.lu().solve_transposed(lambda.data());
  lambda.back() = 0;
  dae.prepare_gradient(wanted);
  std::vector<double> out(wanted.size(), 0.0);
  const std::vector<double> zero(lambda.size(), 0.0);
  dae.gradient(point_at(x, 0, true, true, options.gmin), lambda.data(), zero.data(), out.data());
  return out;
}

std::vector<double> ac_gradient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                const std::vector<double>& x, const std::vector<AcSeed>& seeds,
                                const std::vector<ParameterHandle>& wanted) {
  if (dae.lags())
    throw InputError(ErrorKind::usage, "the gradient of an .ac result does not know acnqsmod=1 of BSIM4", {},
                     "leave acnqsmod at 0, or use trnqsmod=1");
  const std::size_t n = u(dae.size()) + 1;
  std::vector<double> out(wanted.size(), 0.0), by_x(n, 0.0);
  dae.prepare_gradient(wanted);
  SmallSignal system(dae, newton, options, x);
  std::vector<Complex> b(n);
  dae.excitation_ac(b.data());
  for (const AcSeed& s : seeds) {
    if (!system.factor(s.frequency)) throw_singular();
    std::vector<Complex> solution(n), lambda(n);
    for (std::size_t k = 0; k < n; ++k) solution[k] = -b[k], lambda[k] = -s.seed[k];
    solution.back() = lambda.back() = 0;
    system.solve(solution);
    system.solve_transposed(lambda);
    dae.gradient_ac(x.data(), options.gmin, 2 * std::numbers::pi * s.frequency, solution.data(),
                    lambda.data(), out.data(), by_x.data());
  }
  by_x.back() = 0;
  // The operating point moves too: (1) with by_x as its seed.
  const std::vector<double> through = op_gradient(dae, newton, options, x, by_x, wanted);
  for (std::size_t k = 0; k < out.size(); ++k) out[k] += through[k];
  return out;
}

bool TransientRecord::observe(double time, const std::vector<double>& x, const StepFormula& formula) {
  times_.push_back(time);
  states_.push_back(x);
  formulas_.push_back(formula);
  // A point is observed after its states were accepted: they are those of the next one.
  discrete_states_.push_back(discrete_now_);
  dae_.read_states(discrete_now_);
  if (discrete_states_.size() == 1) discrete_states_.front() = discrete_now_;
  return true;
}

void start_gradient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options, const TranCard& card,
                    const std::vector<double>& x, std::vector<double> by_x, const std::vector<double>& by_q,
                    const std::vector<ParameterHandle>& wanted, std::vector<double>& out) {
  if (card.use_initial_conditions) {
    dae.initial_gradient(x.data(), by_q.data(), by_x.data(), out.data());
    add_initial_conditions(dae, wanted, 1, by_x, out);
    return;
  }
  // An operating point with the sources at time 0; .ic voltages were held by stiff conductances.
  std::vector<std::pair<int, double>> clamps;
  for (const auto& [node, v] : dae.circuit().initial_conditions) {
    if (node != 0) clamps.emplace_back(dae.unknown_of_node(node), v.constant);
  }
  NewtonSolver::Problem problem;
  if (!clamps.empty()) problem.clamps = &clamps;
  newton.linearize(x, problem);
  if (!newton.factor(0, problem)) throw_singular();
  for (double& r : by_x) r = -r;
  subtract_transposed(dae.pattern(), newton.capacitances().data(), by_q, by_x);
  newton.lu().solve_transposed(by_x.data());
  by_x.back() = 0;
  dae.gradient(point_at(x, 0, false, true, options.gmin), by_x.data(), by_q.data(), out.data());
  add_initial_conditions(dae, wanted, -NewtonSolver::kClampConductance, by_x, out);
}

std::vector<double> tran_gradient(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                  const TranCard& card, const TransientRecord& record,
                                  const std::vector<std::vector<double>>& seeds,
                                  const std::vector<ParameterHandle>& wanted) {
  const std::size_t n = u(dae.size()) + 1, points = record.size();
  dae.prepare_gradient(wanted);
  const Dae::HeldStates held(dae);
  std::vector<double> out(wanted.size(), 0.0);
  std::vector<std::vector<double>> delayed(points);
  // Delays remember accepted points only; this maps them to recorded ones.
  std::vector<std::size_t> accepted;
  for (std::size_t k = 0; k < points; ++k) {
    if (!record.formula(k).stage) accepted.push_back(k);
  }

  // With mu(n) = -lambda(n) + beta(n+1) mu(n+1) the adjoint of  R(n) = dq/dt(n) + f(n) + b(n) = 0  and
  // transient.h (1):
  //   (G + a0 C)^T lambda(n) = -dJ/dx(n) - C^T kappa,   kappa = -(a0 beta(n+1) mu(n+1) + a1(n+1) mu(n+1) +
  //   a2(n+2) mu(n+2))
  // where kappa weighs q(n) without this step's own part a0 lambda(n).
  std::vector<double> mu1(n, 0.0), mu2(n, 0.0), kappa(n), rhs(n), lambda(n);
  for (std::size_t k = points; k-- > 1;) {
    const StepFormula& f = record.formula(k);
    const StepFormula next = k + 1 < points ? record.formula(k + 1) : StepFormula{};
    const StepFormula after = k + 2 < points ? record.formula(k + 2) : StepFormula{};
    for (std::size_t i = 0; i < n; ++i) kappa[i] = -(f.a0 * next.beta + next.a1) * mu1[i] - after.a2 * mu2[i];
    if (!record.discrete_states(k).empty()) dae.write_states(record.discrete_states(k));
    NewtonSolver::Problem problem;
    problem.time = record.time(k);
    problem.alpha = f.a0;
    newton.linearize(record.x(k), problem);
    if (!newton.factor(f.a0)) throw_singular();
    std::fill(rhs.begin(), rhs.end(), 0.0);
    if (!seeds[k].empty()) {
      for (std::size_t i = 0; i + 1 < n; ++i) rhs[i] -= seeds[k][i];
    }
    if (!delayed[k].empty()) {
      for (std::size_t i = 0; i + 1 < n; ++i) rhs[i] -= delayed[k][i];
    }
    subtract_transposed(dae.pattern(), newton.capacitances().data(), kappa, rhs);
    newton.lu().solve_transposed(rhs.data());
    rhs.back() = 0;
    lambda = rhs;
    if (dae.has_delays()) {
      dae.delayed_adjoint(record.time(k), lambda.data(), [&](std::size_t point) {
        auto& at = delayed[accepted[point]];
        at.resize(n, 0.0);
        return at.data();
      });
    }
    for (std::size_t i = 0; i < n; ++i) kappa[i] += f.a0 * lambda[i];
    kappa.back() = 0;
    dae.gradient(point_at(record.x(k), record.time(k), false, false, options.gmin), lambda.data(),
                 kappa.data(), out.data());
    mu2.swap(mu1);
    for (std::size_t i = 0; i < n; ++i) mu1[i] = -lambda[i] + next.beta * (k + 1 < points ? mu2[i] : 0);
  }

  if (!record.discrete_states(0).empty()) dae.write_states(record.discrete_states(0));
  const StepFormula next = points > 1 ? record.formula(1) : StepFormula{};
  const StepFormula after = points > 2 ? record.formula(2) : StepFormula{};
  for (std::size_t i = 0; i < n; ++i) kappa[i] = -next.a1 * mu1[i] - after.a2 * mu2[i];
  kappa.back() = 0;
  std::fill(rhs.begin(), rhs.end(), 0.0);
  for (std::size_t i = 0; i + 1 < n; ++i) {
    if (!seeds[0].empty()) rhs[i] += seeds[0][i];
    if (!delayed[0].empty()) rhs[i] += delayed[0][i];
  }
  start_gradient(dae, newton, options, card, record.x(0), rhs, kappa, wanted, out);
  return out;
}

}  // namespace nullor
