#pragma once
/// What `nullor optimize` says of a result.

#include <string>
#include <vector>

#include "nullor/design/sizing.h"
#include "nullor/report/html_page.h"

namespace nullor {

/// One goal or waveform in the words of the report.
struct GoalRow {
  std::string name, wanted, unit;
  double start = 0, found = 0, verified = 0;
  std::string worst_at;  ///< where the verified value was read, of several corners
  bool met = false;
};

std::vector<GoalRow> goal_rows(const SizingProblem& problem, const SizingResult& result);
void print_sizing(const SizingProblem& problem, const SizingResult& result,
                  const std::vector<GoalRow>& goals);
void print_sizing_json(const SizingProblem& problem, const SizingResult& result,
                       const std::vector<GoalRow>& goals);
/// The course of the search and what was found, for a result page.
PageSection search_section(const std::string& title, const SizingProblem& problem, const SizingResult& result,
                           const std::vector<GoalRow>& goals);

}  // namespace nullor
