#include "nullor/cli/optimize_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "nullor/base/si.h"

namespace nullor {
namespace {

std::string wanted_text(const Goal& goal) {
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (goal.at_least) add(">= " + format_si(*goal.at_least));
  if (goal.at_most) add("<= " + format_si(*goal.at_most));
  if (goal.equal) add(fmt::format("{} +- {:g} %", format_si(*goal.equal, 6), 100 * goal.within));
  if (goal.minimize) add("least");
  if (goal.maximize) add("most");
  return out;
}

/// Whether the value that was read meets the goal.
bool meets(const Goal& goal, double value) {
  return !(goal.at_least && value < *goal.at_least) && !(goal.at_most && value > *goal.at_most) &&
         !(goal.equal && std::fabs(value - *goal.equal) > goal.within * std::fabs(*goal.equal));
}

std::string si(double value, const std::string& unit) {
  return std::isnan(value) ? "none" : format_si(value, 6) + (unit.empty() ? "" : " " + unit);
}

constexpr double kAtBound = 1e-6;  // of the way from one bound to the other

}  // namespace

std::vector<GoalRow> goal_rows(const SizingProblem& problem, const SizingResult& result) {
  const Specification& s = problem.specification();
  const auto value = [](const Trial& trial, std::size_t k) {
    return trial.ok() ? trial.values[k] : std::numeric_limits<double>::quiet_NaN();
  };
  std::vector<GoalRow> out;
  for (std::size_t k = 0; k < problem.names().size(); ++k) {
    GoalRow row{problem.names()[k], {}, problem.units()[k]};
    row.start = value(result.start, k);
    row.found = value(result.best, k);
    row.verified = value(result.verified, k);
    if (result.verified.ok() && !problem.readings().empty())
      row.worst_at = problem.readings()[static_cast<std::size_t>(result.verified.worst_at[k])];
    if (k < s.goals.size()) {
      row.wanted = wanted_text(s.goals[k]);
      row.met = result.verified.ok() && meets(s.goals[k], row.verified);
    } else {
      const WaveformGoal& w = s.waveforms[k - s.goals.size()];
      row.name = "distance of " + w.signal;
      row.wanted = "<= " + format_si(w.within * w.swing);
      row.met = result.verified.ok() && row.verified <= w.within * w.swing;
    }
    out.push_back(std::move(row));
  }
  return out;
}

void print_sizing(const SizingProblem& problem, const SizingResult& result,
                  const std::vector<GoalRow>& goals) {
  std::size_t width = 9;
  for (const GoalRow& row : goals) width = std::max(width, row.name.size());
  for (const Variable& v : problem.specification().variables) width = std::max(width, v.name.size());
  fmt::print("{:<{}}  {:>13}  {:>13}  {:>13}  {}\n", "goal", width, "start", "found", "verified", "wanted");
  for (const GoalRow& row : goals) {
    fmt::print("{:<{}}  {:>13}  {:>13}  {:>13}  {}  {}\n", row.name, width, si(row.start, row.unit),
               si(row.found, row.unit), si(row.verified, row.unit), row.wanted,
               (row.met ? "met" : "NOT MET") + (row.worst_at.empty() ? "" : "  (" + row.worst_at + ")"));
  }
  fmt::print("\n{:<{}}  {:>13}  {:>13}  {}\n", "parameter", width, "start", "found", "bounds");
  const std::vector<double> before = problem.parameters(problem.start()),
                            after = problem.parameters(result.best.u);
  for (std::size_t k = 0; k < before.size(); ++k) {
    const Variable& v = problem.specification().variables[k];
    fmt::print("{:<{}}  {:>13}  {:>13}  {} to {}{}\n", v.name, width, format_si(before[k], 6),
               format_si(after[k], 6), format_si(v.min), format_si(v.max),
               result.best.u[k] < kAtBound || result.best.u[k] > 1 - kAtBound ? "  at its bound" : "");
  }
  const bool corners = result.measured > result.evaluations;
  fmt::print("\n{} evaluations, {} of them with derivatives{}, {:.3g} s\n", result.evaluations,
             result.with_slopes, corners ? fmt::format("; {} runs of the circuit", result.measured) : "",
             result.seconds);
}

void print_sizing_json(const SizingProblem& problem, const SizingResult& result,
                       const std::vector<GoalRow>& goals) {
  nlohmann::ordered_json out;
  out["goals"] = nlohmann::ordered_json::array();
  for (const GoalRow& row : goals) {
    out["goals"].push_back({{"goal", row.name},
                            {"unit", row.unit},
                            {"wanted", row.wanted},
                            {"start", row.start},
                            {"found", row.found},
                            {"verified", row.verified},
                            {"met", row.met}});
    if (!row.worst_at.empty()) out["goals"].back()["worst_at"] = row.worst_at;
  }
  const std::vector<double> before = problem.parameters(problem.start()),
                            after = problem.parameters(result.best.u);
  for (std::size_t k = 0; k < before.size(); ++k) {
    out["parameters"][problem.specification().variables[k].name] = {{"start", before[k]},
                                                                    {"found", after[k]}};
  }
  out["evaluations"] = result.evaluations;
  out["with_derivatives"] = result.with_slopes;
  out["runs"] = result.measured;
  out["evaluations_until_met"] = result.until_met;
  out["seconds"] = result.seconds;
  out["shortfall_by_evaluation"] = result.worst;  // best so far; null while nothing had values
  out["aim_by_evaluation"] = result.aim;          // of the best that meets the goals, turned for a maximum
  std::puts(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

PageSection search_section(const std::string& title, const SizingProblem& problem, const SizingResult& result,
                           const std::vector<GoalRow>& goals) {
  PageSection search{
      "Search", "The largest relative shortfall of a goal, best so far, by evaluations.", {}, {}, ""};
  Table curve;
  curve.title = title;
  curve.plotname = "Search";
  curve.kind = "search";
  curve.columns = {{"evaluation", Quantity::none, {}, {}}, {"shortfall", Quantity::none, result.worst, {}}};
  for (std::size_t k = 0; k < result.worst.size(); ++k)
    curve.columns[0].real.push_back(static_cast<double>(k + 1));
  std::replace_if(
      curve.columns[1].real.begin(), curve.columns[1].real.end(), [](double v) { return !std::isfinite(v); },
      std::numeric_limits<double>::quiet_NaN());
  search.tables.push_back(std::move(curve));
  for (const GoalRow& row : goals)
    search.readings.push_back({row.name + " (wanted " + row.wanted + ")", row.verified, row.unit, "", {}});
  const std::vector<double> found = problem.parameters(result.best.u);
  for (std::size_t k = 0; k < found.size(); ++k)
    search.readings.push_back({problem.specification().variables[k].name, found[k], "", "", {}});
  return search;
}

}  // namespace nullor
