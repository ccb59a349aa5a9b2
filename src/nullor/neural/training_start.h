#pragma once
/// What every trainer does before its first window.

#include "nullor/neural/trainer.h"

namespace nullor {

/// The state and charges (n + 1) that the first window starts from: the operating point with the sources at
/// time 0, or with uic the given initial conditions, unknowns without charge made consistent.
OperatingPoint start_of_windows(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                const TranCard& card, std::vector<double>& charges);

/// The same into report.start; false with report.failure when there is none. Throws InputError for circuits
/// with delays.
bool start_training(Dae& dae, NewtonSolver& newton, const SimulationOptions& options, const TranCard& card,
                    std::vector<double>& charges, TrainingReport& report);

/// Names and units of the unknowns.
std::vector<Waveform::Signal> signals_of(const Dae& dae);

}  // namespace nullor
