#include "nullor/neural/training_start.h"

#include "nullor/base/error.h"

namespace nullor {
namespace {

// Given initial conditions say nothing of unknowns without charge: an Euler step too short to move any charge
// finds them.
void make_consistent(Dae& dae, NewtonSolver& newton, const SimulationOptions& options, double stop,
                     const std::vector<double>& charges, std::vector<double>& x) {
  NewtonSolver::Problem instant;
  instant.alpha = 1e12 / stop;
  std::vector<double> history(charges.size());
  for (std::size_t i = 0; i < charges.size(); ++i) history[i] = -instant.alpha * charges[i];
  instant.history = history.data();
  instant.max_iterations = options.itl1;
  dae.forget_limits();
  std::vector<double> better = x;
  if (newton.solve(better, instant).converged) x = better;
}

}  // namespace

OperatingPoint start_of_windows(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                const TranCard& card, std::vector<double>& charges) {
  OperatingPoint start = start_transient(dae, newton, options, card, charges);
  if (start.converged && card.use_initial_conditions) {
    make_consistent(dae, newton, options, card.stop, charges, start.x);
  }
  return start;
}

bool start_training(Dae& dae, NewtonSolver& newton, const SimulationOptions& options, const TranCard& card,
                    std::vector<double>& charges, TrainingReport& report) {
  for (const auto& group : dae.groups()) {
    if (group->count() == 0 || group->largest_step() >= 1e300) continue;
    throw InputError(ErrorKind::usage,
                     "the neural engine has no lossless lines: the past of '" + group->names.front() +
                         "' is not part of a window",
                     group->places.front(), "simulate this circuit with --engine numeric");
  }
  report.start = start_of_windows(dae, newton, options, card, charges);
  if (!report.start.converged) {
    report.failure = report.start.failure;
    return false;
  }
  return true;
}

std::vector<Waveform::Signal> signals_of(const Dae& dae) {
  std::vector<Waveform::Signal> out;
  for (const UnknownInfo& info : dae.unknowns()) out.push_back({info.name, info.unit});
  return out;
}

}  // namespace nullor
