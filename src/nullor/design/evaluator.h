#pragma once
/// Counts, remembers and keeps the evaluations of a search, and stops it when there is no more to do.

#include <chrono>
#include <fstream>
#include <map>

#include "nullor/design/sizing.h"

namespace nullor {

/// Thrown through an optimizer to end it: the budget is spent, or the goals are met and nothing is left to
/// improve.
struct SearchEnds {};

class Evaluator {
 public:
  Evaluator(SizingProblem& problem, const SizingOptions& options);

  /// The trial at u, from memory where it was made before. Throws SearchEnds when the budget is spent.
  const Trial& operator()(const std::vector<double>& u, bool with_slopes);
  /// Makes the trials at these points together, without slopes, as far as they are new and the budget goes; a
  /// search then finds them in memory.
  void prepare(std::vector<std::vector<double>> points);

  SizingProblem& problem() { return problem_; }
  const SizingOptions& options() const { return options_; }
  const Trial& best() const { return best_; }
  int left() const { return options_.evaluations - result_.evaluations; }
  /// Finished when the goals are met and nothing is to be minimized.
  bool done() const { return best_.met() && !problem_.has_aim(); }
  SizingResult result() const;

 private:
  void read_journal();
  void check_budget();
  const Trial* on_file(const std::vector<double>& u, bool with_slopes) const;
  const Trial& keep(Trial trial, bool with_slopes);
  bool better(const Trial& a, const Trial& b) const;

  SizingProblem& problem_;
  const SizingOptions& options_;
  SizingResult result_;
  Trial best_;
  std::map<std::vector<double>, Trial> known_, on_file_;
  std::ofstream journal_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// Both end by SearchEnds or when they see no further improvement.
void search_by_gradients(Evaluator& evaluate, const std::vector<double>& start);
void search_by_evolution(Evaluator& evaluate, int evaluations, const std::vector<double>& start);

}  // namespace nullor
