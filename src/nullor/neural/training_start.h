#pragma once
/// What every trainer does before its first window.

#include "nullor/neural/trainer.h"

namespace nullor {

/// The state at the beginning of the transient, given initial conditions made consistent, in report.start and
/// `charges`. False with report.failure when there is none. Throws InputError for circuits with delays.
bool start_training(Dae& dae, NewtonSolver& newton, const SimulationOptions& options, const TranCard& card,
                    std::vector<double>& charges, TrainingReport& report);

/// Names and units of the unknowns.
std::vector<Waveform::Signal> signals_of(const Dae& dae);

}  // namespace nullor
