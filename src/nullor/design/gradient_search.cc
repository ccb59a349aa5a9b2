// Sizing by gradients: NLopt's SLSQP.
#include <algorithm>
#include <cmath>
#include <exception>
#include <nlopt.hpp>

#include "nullor/base/rng.h"
#include "nullor/design/evaluator.h"

namespace nullor {
namespace {

constexpr double kInside = 1e-4;    // goals are aimed at from inside, so that rounding leaves them met
constexpr double kPushBack = 10;    // slope that leads away from points without values
constexpr int kIdleStarts = 8;      // further starts without progress after which goals count as out of reach
constexpr double kProgress = 0.01;  // relative
constexpr double kWorthwhile = 1e-4;  // relative gain of the aim below which the search ends

/// Shortfalls and aim with slopes, also where the circuit has no values: there they continue the last trial
/// that had some and rise steeply away from it, which sends a line search back.
class Landscape {
 public:
  Landscape(Evaluator& evaluate, bool aimed)
      : evaluate_(evaluate), size_(evaluate.problem().size()), aimed_(aimed) {}

  std::size_t size() const { return size_; }
  std::size_t goals() const { return last_good_.shortfalls.size(); }

  /// False where the start has no values.
  bool begin(const std::vector<double>& u) {
    last_good_ = evaluate_(u, true);
    aim_scale_ = last_good_.aim == 0 ? 1 : std::fabs(last_good_.aim);
    return last_good_.ok();
  }

  const Trial& at(const double* x) {
    const std::vector<double> u(x, x + size_);
    const Trial& trial = evaluate_(u, true);
    if (!aimed_ && trial.met()) throw nlopt::forced_stop();
    if (trial.ok()) return last_good_ = trial;
    beyond_ = last_good_;
    beyond_.u = u;
    double distance = 0;
    for (std::size_t k = 0; k < size_; ++k) distance += (u[k] - last_good_.u[k]) * (u[k] - last_good_.u[k]);
    distance = std::sqrt(distance);
    const auto push = [&](double& value, std::vector<double>& slopes) {
      value += 1 + kPushBack * distance;
      slopes.resize(size_);
      for (std::size_t k = 0; k < size_; ++k)
        slopes[k] = distance > 0 ? kPushBack * (u[k] - last_good_.u[k]) / distance : 0;
    };
    for (std::size_t k = 0; k < beyond_.shortfalls.size(); ++k)
      push(beyond_.shortfalls[k], beyond_.shortfall_slopes[k]);
    beyond_.aim /= aim_scale_;
    push(beyond_.aim, beyond_.aim_slopes);
    beyond_.aim *= aim_scale_;
    for (double& slope : beyond_.aim_slopes) slope *= aim_scale_;
    return beyond_;
  }

  bool aimed() const { return aimed_; }
  double aim_scale() const { return aim_scale_; }

  /// NLopt does not carry exceptions through: what ends a search is kept until it has returned.
  template <class F>
  double guarded(F&& work) {
    try {
      return work();
    } catch (const nlopt::forced_stop&) {
      throw;
    } catch (...) {
      ended_ = std::current_exception();
      throw nlopt::forced_stop();
    }
  }
  void rethrow() const {
    if (ended_) std::rethrow_exception(ended_);
  }

 private:
  Evaluator& evaluate_;
  std::size_t size_;
  bool aimed_;
  Trial last_good_, beyond_;
  double aim_scale_ = 1;
  std::exception_ptr ended_;
};

// The unknowns of the search are u and, while goals are not met, the largest shortfall t.

double objective(unsigned n, const double* x, double* slopes, void* data) {
  auto& landscape = *static_cast<Landscape*>(data);
  if (!landscape.aimed()) {
    if (slopes) {
      std::fill(slopes, slopes + n, 0.0);
      slopes[n - 1] = 1;
    }
    return x[n - 1];
  }
  return landscape.guarded([&] {
    const Trial& trial = landscape.at(x);
    for (unsigned k = 0; slopes && k < n; ++k) slopes[k] = trial.aim_slopes[k] / landscape.aim_scale();
    return trial.aim / landscape.aim_scale();
  });
}

void shortfalls(unsigned m, double* out, unsigned n, const double* x, double* slopes, void* data) {
  auto& landscape = *static_cast<Landscape*>(data);
  landscape.guarded([&] {
    const Trial& trial = landscape.at(x);
    for (unsigned k = 0; k < m; ++k) {
      out[k] = trial.shortfalls[k] + kInside - (landscape.aimed() ? 0 : x[n - 1]);
      if (!slopes) continue;
      double* row = slopes + static_cast<std::size_t>(k) * n;
      std::copy(trial.shortfall_slopes[k].begin(), trial.shortfall_slopes[k].end(), row);
      if (!landscape.aimed()) row[n - 1] = -1;
    }
    return 0.0;
  });
}

/// One descent from `start`; with `aimed` from a point where the goals are met.
void descend(Evaluator& evaluate, const std::vector<double>& start, bool aimed) {
  Landscape landscape(evaluate, aimed);
  if (!landscape.begin(start) || (!aimed && evaluate.best().met())) return;
  const std::size_t size = landscape.size();
  std::vector<double> x = evaluate.problem().on_grid(start), low(size, 0.0), high(size, 1.0);
  const auto& variables = evaluate.problem().specification().variables;
  for (std::size_t k = 0; k < size; ++k) {
    if (variables[k].integer) low[k] = high[k] = x[k];
  }
  if (!aimed) {
    x.push_back(evaluate(start, true).worst());
    low.push_back(0);
    high.push_back(HUGE_VAL);
  }
  nlopt::opt search(nlopt::LD_SLSQP, static_cast<unsigned>(x.size()));
  search.set_lower_bounds(low);
  search.set_upper_bounds(high);
  search.set_min_objective(objective, &landscape);
  if (landscape.goals() > 0)
    search.add_inequality_mconstraint(shortfalls, &landscape, std::vector<double>(landscape.goals(), 1e-9));
  search.set_maxeval(100);
  search.set_xtol_rel(1e-7);
  if (aimed) search.set_ftol_rel(kWorthwhile);
  double value = 0;
  try {
    search.optimize(x, value);
  } catch (const std::runtime_error&) {  // stopped from within, or SLSQP sees no way on: the best is kept
  }
  landscape.rethrow();
}

}  // namespace

void search_by_gradients(Evaluator& evaluate, const std::vector<double>& start) {
  Rng rng(evaluate.options().seed);
  std::vector<double> from = start;
  for (int idle = 0; idle < kIdleStarts; ++idle) {
    const double before = evaluate.best().worst();
    descend(evaluate, from, false);
    if (evaluate.best().met()) break;
    if (evaluate.best().worst() < (1 - kProgress) * before) idle = 0;
    for (double& place : from) place = rng.uniform();
  }
  if (evaluate.problem().has_aim() && evaluate.best().met()) descend(evaluate, evaluate.best().u, true);
}

}  // namespace nullor
