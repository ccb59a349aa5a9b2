#include "nullor/design/sizing_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace nullor {
namespace {

constexpr double kMargin = 1e-4;

double narrowed(double within) { return within - std::min(kMargin, within / 4); }

/// sign * (value - bound) relative to the bound, less `room`, and its slopes.
void add_shortfall(Trial& trial, double value, const std::vector<double>& slopes, double bound, double sign,
                   double room) {
  const double scale = bound == 0 ? 1 : std::fabs(bound);
  trial.shortfalls.push_back(sign * (value - bound) / scale - room);
  if (slopes.empty()) return;
  std::vector<double> row(slopes);
  for (double& s : row) s *= sign / scale;
  trial.shortfall_slopes.push_back(std::move(row));
}

}  // namespace

double Trial::worst() const {
  if (!ok()) return std::numeric_limits<double>::infinity();
  double out = 0;
  for (const double s : shortfalls) out = std::max(out, s);
  return out;
}

SizingProblem::SizingProblem(Specification specification) : specification_(std::move(specification)) {
  check_specification(specification_);
  for (const Goal& goal : specification_.goals) {
    if (goal.minimize || goal.maximize) aim_ = static_cast<int>(names_.size());
    names_.push_back(goal.of);
  }
}

std::vector<double> SizingProblem::parameters(const std::vector<double>& u) const {
  std::vector<double> out;
  for (std::size_t k = 0; k < size(); ++k) out.push_back(specification_.variables[k].from_unit(u[k]));
  return out;
}

std::vector<double> SizingProblem::on_grid(std::vector<double> u) const {
  for (std::size_t k = 0; k < size(); ++k) {
    const Variable& v = specification_.variables[k];
    if (v.integer) u[k] = v.to_unit(v.from_unit(u[k]));
  }
  return u;
}

std::vector<Trial> SizingProblem::evaluate_many(std::span<const std::vector<double>> points) {
  std::vector<Trial> out;
  for (const std::vector<double>& u : points) out.push_back(evaluate(u, false));
  return out;
}

void SizingProblem::judge_goal(std::size_t k, const GoalReading& reading, Trial& trial) const {
  const double y = reading.values[k];
  static const std::vector<double> none;
  const std::vector<double>& slopes = reading.slopes.empty() ? none : reading.slopes[k];
  if (k >= specification_.goals.size()) {
    const WaveformGoal& w = specification_.waveforms[k - specification_.goals.size()];
    add_shortfall(trial, y / w.swing, slopes, 0, 1, narrowed(w.within));
    if (!slopes.empty()) {
      for (double& s : trial.shortfall_slopes.back()) s /= w.swing;
    }
    return;
  }
  const Goal& goal = specification_.goals[k];
  if (goal.at_least) add_shortfall(trial, y, slopes, *goal.at_least, -1, -kMargin);
  if (goal.at_most) add_shortfall(trial, y, slopes, *goal.at_most, 1, -kMargin);
  if (goal.equal) {
    add_shortfall(trial, y, slopes, *goal.equal, 1, narrowed(goal.within));
    add_shortfall(trial, y, slopes, *goal.equal, -1, narrowed(goal.within));
  }
}

void SizingProblem::judge(std::span<const GoalReading> readings, Trial& trial) const {
  for (std::size_t k = 0; k < names_.size(); ++k) {
    double worst = -std::numeric_limits<double>::infinity();
    std::size_t at = 0;
    for (std::size_t r = 0; r < readings.size(); ++r) {
      const double y = readings[r].values[k];
      if (!std::isfinite(y)) {
        trial.failure = fmt::format("'{}' is not finite", names_[k]);
        return;
      }
      const std::size_t before = trial.shortfalls.size();
      judge_goal(k, readings[r], trial);
      const double rank =
          static_cast<int>(k) == aim_
              ? (specification_.goals[k].minimize ? y : -y)
              : *std::max_element(trial.shortfalls.begin() + static_cast<std::ptrdiff_t>(before),
                                  trial.shortfalls.end());
      if (rank <= worst) continue;
      worst = rank;
      at = r;
    }
    trial.values.push_back(readings[at].values[k]);
    trial.worst_at.push_back(static_cast<int>(at));
    if (static_cast<int>(k) != aim_) continue;
    trial.aim = worst;
    if (readings[at].slopes.empty()) continue;
    trial.aim_slopes = readings[at].slopes[k];
    for (double& s : trial.aim_slopes) s *= specification_.goals[k].minimize ? 1 : -1;
  }
}

}  // namespace nullor
