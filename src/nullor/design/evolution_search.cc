// Sizing by evolution: pagmo2's CMA-ES.
#include <algorithm>
#include <cmath>
#include <memory>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

#include "nullor/design/evaluator.h"

namespace nullor {
namespace {

constexpr double kNoValues = 1e6;  // merit of a point where the circuit has none
constexpr double kUnmet = 1e3;     // above the merit of points that meet the goals, in units of the first aim
constexpr double kFirstSpread = 0.3;
constexpr int kIdleRestarts = 8;  // without progress, after which goals count as out of reach

/// The problem as pagmo wants it: copied at will, all copies work for one search.
struct Merit {
  Evaluator* evaluate = nullptr;
  std::size_t size = 0;
  std::shared_ptr<double> aim_scale = std::make_shared<double>(0);
  /// While set, points are only noted there and not tried.
  std::shared_ptr<std::vector<std::vector<double>>*> noted =
      std::make_shared<std::vector<std::vector<double>>*>(nullptr);

  pagmo::vector_double fitness(const pagmo::vector_double& u) const {
    if (*noted) {
      (*noted)->push_back(u);
      return {0};
    }
    const Trial& trial = (*evaluate)(u, false);
    if (!trial.ok()) return {kNoValues};
    if (*aim_scale == 0) *aim_scale = trial.aim == 0 ? 1 : std::fabs(trial.aim);
    double sum = 0;
    for (const double s : trial.shortfalls) sum += std::max(0.0, s);
    return {sum > 0 ? kUnmet + sum : trial.aim / *aim_scale};
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(size, 0.0), pagmo::vector_double(size, 1.0)};
  }
};

/// One strategy, until it settles or so many evaluations are left.
void evolve(Evaluator& evaluate, int end, const std::vector<double>& start, double spread) {
  const std::size_t size = evaluate.problem().size(), together = evaluate.problem().side_by_side();
  const auto usual =
      static_cast<std::size_t>(std::max(5.0, 4 + std::floor(3 * std::log(static_cast<double>(size)))));
  const std::size_t members = (usual + together - 1) / together * together;
  const auto seed = static_cast<unsigned>(evaluate.options().seed);
  const Merit merit{&evaluate, size};
  // The points of a generation do not depend on how good they are: a copy of the search tells them, they are
  // tried together, and the search itself finds them in memory.
  const auto ahead = [&](auto&& step) {
    std::vector<std::vector<double>> points;
    *merit.noted = &points;
    step();
    *merit.noted = nullptr;
    evaluate.prepare(std::move(points));
  };
  const pagmo::problem problem{merit};
  ahead([&] { pagmo::population(problem, members - 1, seed); });
  pagmo::population population(problem, members - 1, seed);
  population.push_back(start);
  pagmo::cmaes strategy(1, -1, -1, -1, -1, spread, 1e-9, 1e-12, /*memory=*/true, /*force_bounds=*/true, seed);
  while (evaluate.left() > end) {
    const int before = evaluate.left();
    ahead([&] { pagmo::cmaes(strategy).evolve(population); });
    population = strategy.evolve(population);
    if (evaluate.left() == before) return;  // it has settled
  }
}

}  // namespace

void search_by_evolution(Evaluator& evaluate, int evaluations, const std::vector<double>& start) {
  const int end = evaluate.left() - evaluations;
  evaluate(start, false);
  // A strategy also settles where all points of a generation fail alike. While goals are not met it begins
  // anew, closer to the best point.
  double spread = kFirstSpread;
  std::vector<double> from = start;
  for (int idle = 0; idle < kIdleRestarts && evaluate.left() > end; spread /= 2) {
    const double before = evaluate.best().worst();
    evolve(evaluate, end, from, spread);
    if (evaluate.best().met()) return;
    idle = evaluate.best().worst() < before ? 0 : idle + 1;
    if (evaluate.best().ok()) from = evaluate.best().u;
  }
}

}  // namespace nullor
