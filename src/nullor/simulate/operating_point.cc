#include "nullor/simulate/operating_point.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nullor/base/si.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

class Ladder {
 public:
  Ladder(Dae& dae, NewtonSolver& newton, const SimulationOptions& options, const OperatingPointOptions& how)
      : dae_(dae), newton_(newton), options_(options), how_(how) {
    base_.time = how.time;
    base_.dc = how.dc;
    base_.max_iterations = how.max_iterations;
    if (!how.clamps.empty()) base_.clamps = &how.clamps;
  }

  OperatingPoint climb() {
    OperatingPoint out;
    out.x.assign(u(dae_.size()) + 1, 0.0);
    if (how_.start) out.x = *how_.start;
    const std::vector<double> begin = out.x;
    const auto attempt = [&](const char* name, auto method) {
      if (out.converged) return;
      std::vector<double> x = begin;
      if ((this->*method)(x)) {
        out.converged = true;
        out.method = name;
      }
      if (out.converged || out.method.empty()) out.x = x;
    };
    attempt("newton", &Ladder::plain);
    attempt("gmin stepping", &Ladder::gmin_stepping);
    attempt("source stepping", &Ladder::source_stepping);
    attempt("pseudo-transient", &Ladder::pseudo_transient);
    if (out.converged && how_.polish) polish(out.x);
    out.iterations = iterations_;
    for (const int k : newton_.floating()) out.floating_nodes.push_back(dae_.unknowns()[u(k)].name);
    if (!out.converged) out.failure = explain(dae_, newton_, out.x, base_, last_);
    return out;
  }

 private:
  bool run(std::vector<double>& x, const NewtonSolver::Problem& problem) {
    last_ = newton_.solve(x, problem);
    iterations_ += last_.iterations;
    return last_.converged;
  }

  void polish(std::vector<double>& x) {
    NewtonSolver::Problem p = base_;
    p.exact = true;
    for (int k = 0; k < 2; ++k) {
      std::vector<double> better = x;
      if (run(better, p)) x = std::move(better);
    }
  }

  bool plain(std::vector<double>& x) {
    if (!how_.start) {
      dae_.forget_limits();
      dae_.initial_guess(x.data());
    }
    NewtonSolver::Problem p = base_;
    p.start_from_guess = !how_.start;
    if (!how_.node_sets.empty()) {
      std::vector<std::pair<int, double>> held = how_.clamps;
      held.insert(held.end(), how_.node_sets.begin(), how_.node_sets.end());
      p.clamps = &held;
      if (!run(x, p)) return false;
      p = base_;
    }
    return run(x, p);
  }

  // Lowers a conductance from every node to ground, in steps that adapt to how easily they converge.
  bool gmin_stepping(std::vector<double>& x) {
    dae_.forget_limits();
    dae_.initial_guess(x.data());
    NewtonSolver::Problem p = base_;
    p.max_iterations = std::max(base_.max_iterations / 2, 20);
    p.start_from_guess = true;
    double g = 1e-2, factor = 10;
    std::vector<double> good = x;
    bool any = false;
    for (int step = 0; step < 200; ++step) {
      p.node_conductance = g;
      std::vector<double> trial = good;
      const int before = iterations_;
      if (run(trial, p)) {
        good = trial;
        any = true;
        p.start_from_guess = false;
        if (g <= options_.gmin) break;
        const int used = iterations_ - before;
        if (used <= p.max_iterations / 4)
          factor = std::min(10.0, factor * std::sqrt(factor));
        else if (used > 3 * p.max_iterations / 4)
          factor = std::max(1.1, std::sqrt(factor));
        g = std::max(g / factor, options_.gmin * 0.5);
      } else {
        if (!any) {
          if (g > 10) return false;
          g *= 10;
          continue;
        }
        if (factor < 1.0005) return false;
        g = std::min(g * factor, 1e2);
        factor = std::sqrt(std::sqrt(factor));
        g /= factor;
      }
    }
    x = good;
    p = base_;
    return run(x, p);
  }

  bool source_stepping(std::vector<double>& x) {
    dae_.forget_limits();
    std::fill(x.begin(), x.end(), 0.0);
    dae_.initial_guess(x.data());
    NewtonSolver::Problem p = base_;
    std::vector<double> good = x;
    double done = 0, step = 0.01;
    p.source_scale = 0;
    if (!run(good, p)) {
      // Even the unpowered circuit needs help: hold it with conductances that fade first.
      for (double g = 1e-2; g > options_.gmin; g /= 10) {
        p.node_conductance = g;
        if (!run(good, p)) return false;
      }
      p.node_conductance = 0;
      if (!run(good, p)) return false;
    }
    for (int tries = 0; tries < 400 && done < 1; ++tries) {
      p.source_scale = std::min(1.0, done + step);
      std::vector<double> trial = good;
      const int before = iterations_;
      if (run(trial, p)) {
        done = p.source_scale;
        good = trial;
        const int used = iterations_ - before;
        if (used <= p.max_iterations / 4) step *= 1.5;
        if (used > 3 * p.max_iterations / 4) step *= 0.5;
      } else {
        step *= 0.25;
        if (step < 1e-7) return false;
      }
    }
    x = good;
    return done >= 1;
  }

  // Backward Euler with one farad-like pull on every node, the step growing while it is easy.
  bool pseudo_transient(std::vector<double>& x) {
    dae_.forget_limits();
    std::fill(x.begin(), x.end(), 0.0);
    dae_.initial_guess(x.data());
    NewtonSolver::Problem p = base_;
    p.max_iterations = 30;
    double pull = 1;
    std::vector<double> anchor = x;
    for (int step = 0; step < 2000; ++step) {
      p.pseudo = pull;
      p.anchor = anchor.data();
      std::vector<double> trial = anchor;
      if (run(trial, p)) {
        anchor = trial;
        if (pull < 1e-13) {
          x = anchor;
          return run(x, base_);
        }
        pull /= last_.iterations < 8 ? 3 : 1.3;
      } else {
        pull *= 8;
        if (pull > 1e6) return false;
      }
    }
    return false;
  }

  Dae& dae_;
  NewtonSolver& newton_;
  const SimulationOptions& options_;
  const OperatingPointOptions& how_;
  NewtonSolver::Problem base_;
  NewtonSolver::Result last_;
  int iterations_ = 0;
};

}  // namespace

OperatingPoint solve_operating_point(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                     const OperatingPointOptions& how) {
  return Ladder(dae, newton, options, how).climb();
}

std::string devices_at(const Dae& dae, int unknown) {
  std::string out;
  int named = 0;
  for (const auto& group : dae.groups()) {
    for (int d = 0; d < group->count() && named < 4; ++d) {
      const auto unknowns = group->unknowns(d);
      if (std::find(unknowns.begin(), unknowns.end(), unknown) == unknowns.end()) continue;
      out += (out.empty() ? " (" : ", ") + group->names[u(d)];
      ++named;
    }
  }
  return out.empty() ? out : out + ")";
}

Failure explain(Dae& dae, NewtonSolver& newton, const std::vector<double>& x,
                const NewtonSolver::Problem& problem, const NewtonSolver::Result& result) {
  Failure out;
  out.singular = result.singular;
  if (result.singular) {
    const int k = result.singular_unknown;
    out.reason = "the equations have no unique solution";
    if (k >= 0 && k < dae.size()) {
      const UnknownInfo& info = dae.unknowns()[u(k)];
      out.suspects.push_back(info.owner.empty() ? "node '" + info.name + "' is not fixed by any element"
                             : info.nature == Nature::current
                                 ? "element '" + info.owner +
                                       "': look for a loop of voltage sources and inductors"
                                 : "element '" + info.owner + "': no equation fixes '" + info.name +
                                       "', look at its parameters");
    }
    return out;
  }
  out.reason = "Newton's method did not converge";
  std::vector<double> safe = x;
  for (double& v : safe) {
    if (!std::isfinite(v)) v = 0;
  }
  newton.linearize(safe, problem);
  std::vector<int> order(u(dae.size()));
  std::iota(order.begin(), order.end(), 0);
  const auto& residual = newton.residual();
  const auto size = [&](int k) {
    return std::isfinite(residual[u(k)]) ? std::fabs(residual[u(k)])
                                         : std::numeric_limits<double>::infinity();
  };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return size(a) > size(b); });
  constexpr std::size_t kShown = 3;
  for (std::size_t s = 0; s < std::min(kShown, order.size()); ++s) {
    const int k = order[s];
    const UnknownInfo& info = dae.unknowns()[u(k)];
    if (residual[u(k)] == 0) break;
    std::string line =
        (info.owner.empty() ? "node '" + info.name : "unknown '" + info.name) + "': " +
        (std::isfinite(residual[u(k)])
             ? format_si(residual[u(k)]) + (info.nature == Nature::voltage ? "A" : "") + " left over"
             : "a formula has no finite value here, as ln(v) for v <= 0 and 1/v for v = 0");
    out.suspects.push_back(line + devices_at(dae, k));
  }
  if (result.worst_unknown >= 0) {
    out.suspects.push_back("'" + dae.unknowns()[u(result.worst_unknown)].name + "' still moved the most");
  }
  if (problem.alpha == 0) {
    const auto is_node = [&](int k) { return k >= 0 && dae.unknowns()[u(k)].owner.empty(); };
    const auto left =
        std::find_if(order.begin(), order.end(), [&](int k) { return is_node(k) && residual[u(k)] != 0; });
    const int node = left != order.end() ? *left : result.worst_unknown;
    if (is_node(node)) {
      out.suspects.push_back("start near the solution with .nodeset v(" + dae.unknowns()[u(node)].name +
                             ")=...");
    }
  } else {
    out.suspects.push_back("try .options method=trbdf2, or a smaller largest step in .tran");
  }
  return out;
}

}  // namespace nullor
