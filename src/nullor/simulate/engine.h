#pragma once
/// Runs the analyses of one circuit and keeps their results as tables.

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "nullor/io/table.h"
#include "nullor/simulate/newton.h"
#include "nullor/simulate/operating_point.h"
#include "nullor/simulate/outputs.h"
#include "nullor/simulate/transient.h"

namespace nullor {

/// Thrown when an analysis ends without a result; carries the exit code (singular, no_convergence).
InputError analysis_failed(const std::string& analysis, const Failure& failure, const Location& where);

class Engine {
 public:
  explicit Engine(Circuit circuit);

  Dae& dae() { return *dae_; }
  const Circuit& circuit() const { return dae_->circuit(); }
  SimulationOptions& options() { return options_; }
  NewtonSolver& newton() { return *newton_; }
  /// Call after changing options().
  void options_changed();
  const std::vector<Expression>& saves() const { return saves_; }
  /// Quantities to keep besides those of `.save`.
  void add_saves(std::vector<Expression> saves) {
    std::move(saves.begin(), saves.end(), std::back_inserter(saves_));
  }

  /// Fraction done [0, 1], called now and then.
  std::function<void(double)> progress;
  /// Where Newton's method begins at every time point of a transient (transient.h).
  Transient::Guess transient_guess;
  /// Asked at 256 points of a transient, at 512, and so on doubling: true ends it there.
  std::function<bool(const Table&)> ends_transient;
  /// Remarks worth telling: floating nodes, how the operating point was found.
  std::vector<std::string> notes;

  /// Runs one analysis. Throws InputError (netlist, singular, no_convergence).
  std::vector<Table> run(const AnalysisCard& card);

  std::vector<Table> run_op(const Location& where);
  std::vector<Table> run_dc(const DcCard& card, const Location& where);
  std::vector<Table> run_ac(const AcCard& card, const Location& where);
  std::vector<Table> run_tran(const TranCard& card, const Location& where);
  std::vector<Table> run_noise(const NoiseCard& card, const Location& where);
  std::vector<Table> run_tf(const TransferCard& card, const Location& where);
  std::vector<Table> run_sens(const SensitivityCard& card, const Location& where);

  /// The dc operating point, or a throw.
  OperatingPoint operating_point(const Location& where);

 private:
  Table new_table(const char* kind, const char* plotname) const;
  std::vector<Output> outputs() const { return choose_outputs(*dae_, saves_); }

  std::unique_ptr<Dae> dae_;
  SimulationOptions options_;
  std::unique_ptr<NewtonSolver> newton_;
  std::vector<Expression> saves_;
};

/// What an axis sweeps: a source or resistor, else a parameter of that name or "temp". Throws InputError.
ParameterHandle sweep_target(const Dae& dae, const SweepAxis& axis);

/// The values of one sweep axis, in order.
std::vector<double> sweep_values(const SweepAxis& axis);

}  // namespace nullor
