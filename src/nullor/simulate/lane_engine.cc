#include "nullor/simulate/lane_engine.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

LaneEngine::LaneEngine(const Circuit& circuit)
    : options_(SimulationOptions::of(circuit)),
      dae_(circuit),
      newton_(dae_, options_),
      ac_lu_(dae_.pattern()) {}

LaneEngine::OperatingPoints LaneEngine::operating_point(const Mask& wanted, const std::vector<Lanes>* start,
                                                        bool dc, double share) {
  OperatingPoints out;
  out.x = start ? *start : std::vector<Lanes>(u(dae_.size()) + 1, Lanes(0.0));
  out.x.back() = Lanes(0.0);
  LaneNewton::Problem problem;
  problem.dc = dc;
  problem.share = share;
  problem.max_iterations = options_.itl1;
  if (!start) {
    dae_.forget_limits();
    dae_.initial_guess(out.x.data());
    problem.start_from_guess = true;
  }
  // From a nearby solution the method ends soon or not at all.
  if (start) problem.max_iterations = std::min(problem.max_iterations, 30);
  out.converged = newton_.solve(out.x, problem, wanted);
  const Mask left = wanted && !out.converged;
  if (!left.none()) out.converged = out.converged || by_conductances(out.x, left, dc);
  for (int lane = 0; lane < kLanes; ++lane) {
    if (wanted[lane] && !out.converged[lane]) solve_alone(lane, dc, out);
  }
  return out;
}

// A conductance from every node to ground, lowered by decades; all lanes take the same steps.
LaneEngine::Mask LaneEngine::by_conductances(std::vector<Lanes>& x, const Mask& wanted, bool dc) {
  Mask left = wanted;
  std::vector<Lanes> guess(x.size(), Lanes(0.0));
  dae_.forget_limits();
  dae_.initial_guess(guess.data());
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = select(left, guess[k], x[k]);
  LaneNewton::Problem problem;
  problem.dc = dc;
  problem.max_iterations = std::max(options_.itl1 / 2, 20);
  problem.start_from_guess = true;
  for (double g = 1e-2; g > 0.5 * options_.gmin && !left.none(); g /= 10) {
    problem.node_conductance = g;
    left = newton_.solve(x, problem, left);
    problem.start_from_guess = false;
  }
  problem.node_conductance = 0;
  return newton_.solve(x, problem, left);
}

void LaneEngine::solve_alone(int lane, bool dc, OperatingPoints& out) {
  Dae& dae = dae_.whole(lane);
  if (!alone_[lane]) alone_[lane] = std::make_unique<NewtonSolver>(dae, options_);
  OperatingPointOptions how;
  how.max_iterations = options_.itl1;
  how.dc = dc;
  const OperatingPoint op = solve_operating_point(dae, *alone_[lane], options_, how);
  out.alone.lanes[lane] = -1;
  if (!op.converged) {
    out.why[lane] = op.failure.reason;
    for (const std::string& suspect : op.failure.suspects) out.why[lane] += "; " + suspect;
    return;
  }
  for (std::size_t k = 0; k < out.x.size(); ++k) out.x[k].set(lane, op.x[k]);
  out.converged.lanes[lane] = -1;
  // What holds its floating nodes holds those of the other lanes: the topology is the same.
  if (!alone_[lane]->floating().empty() && newton_.floating_places().empty())
    newton_.hold_floating(alone_[lane]->floating());
}

LaneEngine::Mask LaneEngine::agreeing(const Mask& wanted, const std::vector<Lanes>& x) {
  newton_.linearize(x, false);
  const std::size_t n = x.size(), slots = newton_.conductances().size();
  std::vector<double> at(n), f(n), q(n), g(slots), c(slots);
  const auto same = [](const std::vector<Lanes>& lanes, const std::vector<double>& scalar, int lane) {
    constexpr double kRelative = 1e-6, kOfLargest = 1e-10;
    double largest = 0;
    for (std::size_t k = 0; k + 1 < scalar.size(); ++k) largest = std::max(largest, std::fabs(scalar[k]));
    for (std::size_t k = 0; k + 1 < scalar.size(); ++k) {
      const double a = lanes[k][lane], b = scalar[k];
      if (!(std::fabs(a - b) <= kRelative * std::fabs(b) + kOfLargest * largest)) return false;
    }
    return true;
  };
  Mask out{};
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!wanted[lane]) continue;
    for (std::size_t k = 0; k < n; ++k) at[k] = x[k][lane];
    Assembly a;
    a.x = at.data();
    a.dc = true;
    a.steady = true;
    a.gmin = options_.gmin;
    a.f = f.data();
    a.q = q.data();
    a.jacobian = g.data();
    a.capacitance = c.data();
    dae_.whole(lane).evaluate(a);
    const bool agrees = same(newton_.flows_at(), f, lane) && same(newton_.charges_at(), q, lane) &&
                        same(newton_.conductances(), g, lane) && same(newton_.capacitances(), c, lane);
    out.lanes[lane] = agrees ? -1 : 0;
  }
  return out;
}

LaneEngine::Mask LaneEngine::factor(double frequency) {
  const std::vector<Lanes>&g = newton_.conductances(), &c = newton_.capacitances();
  const double omega = 2 * std::numbers::pi * frequency;
  system_.resize(u(dae_.pattern().nonzeros()));
  for (std::size_t e = 0; e < system_.size(); ++e) system_[e] = {g[e], omega * c[e]};
  for (const int place : newton_.floating_places()) system_[u(place)] += LaneNewton::kFloatingConductance;
  Mask good{};
  if (ac_lu_.ordered()) good = ac_lu_.factor(system_.data());
  if (good.all()) return good;
  int lane = 0;
  while (good[lane]) ++lane;
  std::vector<std::complex<double>> one(system_.size());
  for (std::size_t e = 0; e < system_.size(); ++e) one[e] = system_[e][lane];
  if (ac_lu_.order(one.data())) good = ac_lu_.factor(system_.data());
  return good;
}

void LaneEngine::ac(const std::vector<Lanes>& x, std::span<const double> frequencies,
                    const OnFrequency& receive) {
  newton_.linearize(x, true);
  std::vector<Complex> b(x.size()), solution(x.size());
  dae_.excitation_ac(b.data());
  for (std::size_t k = 0; k < frequencies.size(); ++k) {
    const Mask good = factor(frequencies[k]);
    for (std::size_t r = 0; r < b.size(); ++r) solution[r] = -b[r];
    ac_lu_.solve(solution.data());
    solution.back() = Complex(0.0);
    receive(k, solution, good);
  }
}

void LaneEngine::adjoint(const std::vector<Lanes>& x, std::span<const double> weights,
                         std::span<const double> frequencies, const OnFrequency& receive) {
  newton_.linearize(x, true);
  std::vector<Complex> solution(x.size());
  for (std::size_t k = 0; k < frequencies.size(); ++k) {
    const Mask good = factor(frequencies[k]);
    for (std::size_t r = 0; r < solution.size(); ++r) solution[r] = Complex(weights[r]);
    ac_lu_.solve_transposed(solution.data());
    solution.back() = Complex(0.0);
    receive(k, solution, good);
  }
}

}  // namespace nullor
