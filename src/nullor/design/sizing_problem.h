#pragma once
/// A specification on a circuit as numbers that a search can work on.
///
/// The point u lies in the unit box: every variable by its place between its bounds. Every goal becomes one
/// or two shortfalls, met where they are not positive:
///
///     at_least L:   (L - y) / |L| + m          at_most U:  (y - U) / |U| + m                             (1)
///     equal T:      (y - T) / |T| - within + m  and  (T - y) / |T| - within + m
///     waveform:     rms(signal - curve) / swing - within + m                                             (2)
///
/// with a margin m = 1e-4, a quarter of `within` at most, so that a met goal survives the error of
/// simulation, and the aim, where there is one, is y with its sign turned for a maximum.

#include <functional>
#include <string>
#include <vector>

#include "nullor/design/specification.h"
#include "nullor/simulate/gradient.h"

namespace nullor {

/// What one evaluation gave.
struct Trial {
  std::vector<double> u;           ///< (variables)
  std::string failure;             ///< why it has no values; empty when it has
  std::vector<double> values;      ///< of the goals, then of the waveforms, in their own units
  std::vector<double> shortfalls;  ///< (1), (2)
  double aim = 0;                  ///< to be minimized, in its own unit
  std::vector<std::vector<double>> shortfall_slopes;  ///< (shortfalls x variables), when asked for
  std::vector<double> aim_slopes;

  bool ok() const { return failure.empty(); }
  /// The largest shortfall, 0 where all goals are met; infinite without values.
  double worst() const;
  bool met() const { return worst() <= 0; }
};

class SizingProblem {
 public:
  /// `transient` solves transients instead of the numerical engine when set. Throws InputError for names that
  /// do not exist and goals that are not numbers.
  SizingProblem(Circuit circuit, Specification specification, DifferentiableTransient* transient = nullptr);

  std::size_t size() const { return specification_.variables.size(); }
  const Specification& specification() const { return specification_; }
  bool has_aim() const { return aim_ >= 0; }
  /// The netlist's own values, moved into the bounds.
  const std::vector<double>& start() const { return start_; }
  std::vector<double> parameters(const std::vector<double>& u) const;
  /// Names of the goals and waveforms, in the order of Trial::values.
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& units() const { return units_; }

  /// Runs the circuit at u. A circuit that has no solution there, or a goal without value, is a failure of
  /// the trial; what cannot be right anywhere throws InputError.
  Trial evaluate(const std::vector<double>& u, bool with_slopes);
  /// The same by the numerical engine with reltol 1e-6.
  Trial verify(const std::vector<double>& u);

 private:
  Trial evaluate(const std::vector<double>& u, bool with_slopes, bool tight);
  void read_values(const std::vector<GradientResult>& results, Trial& trial);
  void add_shortfall(Trial& trial, double value, const std::vector<double>& slopes, double bound, double sign,
                     double room) const;

  Circuit circuit_;
  Specification specification_;
  GradientRequest request_;
  std::vector<std::string> names_, units_;
  std::vector<double> start_;
  int aim_ = -1;
};

}  // namespace nullor
