#pragma once
/// A specification on a circuit as numbers that a search can work on.
///
/// The point u lies in the unit box: every variable by its place between its bounds. A reading is what the
/// goals come to under one set of conditions (a corner); every goal becomes one or two shortfalls a reading,
/// met where they are not positive:
///
///     at_least L:   (L - y) / |L| + m          at_most U:  (y - U) / |U| + m                             (1)
///     equal T:      (y - T) / |T| - within + m  and  (T - y) / |T| - within + m
///     waveform:     rms(signal - curve) / swing - within + m                                             (2)
///
/// with a margin m = 1e-4, a quarter of `within` at most, so that a met goal survives the error of
/// simulation, and the aim, where there is one, is y with its sign turned for a maximum.

#include <span>
#include <string>
#include <vector>

#include "nullor/design/specification.h"

namespace nullor {

/// What one evaluation gave.
struct Trial {
  std::vector<double> u;       ///< (variables)
  std::string failure;         ///< why it has no values; empty when it has
  std::vector<double> values;  ///< of the goals, then of the waveforms, in their own units, each the worst
  std::vector<int> worst_at;   ///< which reading has it
  std::vector<double> shortfalls;                     ///< (1), (2)
  double aim = 0;                                     ///< to be minimized, in its own unit
  std::vector<std::vector<double>> shortfall_slopes;  ///< (shortfalls x variables), when asked for
  std::vector<double> aim_slopes;

  bool ok() const { return failure.empty(); }
  /// The largest shortfall, 0 where all goals are met; infinite without values.
  double worst() const;
  bool met() const { return worst() <= 0; }
};

/// What the goals and waveforms come to under one set of conditions.
struct GoalReading {
  std::vector<double> values;
  std::vector<std::vector<double>> slopes;  ///< (goals x variables) by u; empty when not asked for
};

class SizingProblem {
 public:
  virtual ~SizingProblem() = default;

  std::size_t size() const { return specification_.variables.size(); }
  const Specification& specification() const { return specification_; }
  bool has_aim() const { return aim_ >= 0; }
  /// The netlist's own values, moved into the bounds.
  const std::vector<double>& start() const { return start_; }
  std::vector<double> parameters(const std::vector<double>& u) const;
  /// u with its integers at the places of whole values.
  std::vector<double> on_grid(std::vector<double> u) const;
  /// Names of the goals and waveforms, in the order of Trial::values.
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& units() const { return units_; }
  /// Of the readings, such as "ss, -40"; empty where there is but one.
  const std::vector<std::string>& readings() const { return readings_; }

  /// Runs the circuit at u. A circuit that has no solution there, or a goal without value, is a failure of
  /// the trial; what cannot be right anywhere throws InputError.
  virtual Trial evaluate(const std::vector<double>& u, bool with_slopes) = 0;
  /// Several points without slopes, as the engine finds it cheapest; best by multiples of side_by_side().
  virtual std::vector<Trial> evaluate_many(std::span<const std::vector<double>> points);
  virtual std::size_t side_by_side() const { return 1; }
  /// By the numerical engine, as closely as the problem knows.
  virtual Trial verify(const std::vector<double>& u) = 0;
  /// How often the circuit was measured: once a reading and trial, and for every difference.
  virtual long measured() const = 0;

 protected:
  /// Throws InputError for a specification that says nothing.
  explicit SizingProblem(Specification specification);
  /// (1), (2) and the aim; `trial` has its u.
  void judge(std::span<const GoalReading> readings, Trial& trial) const;

  Specification specification_;
  std::vector<std::string> names_, units_, readings_;
  std::vector<double> start_;

 private:
  void judge_goal(std::size_t goal, const GoalReading& reading, Trial& trial) const;

  int aim_ = -1;
};

}  // namespace nullor
