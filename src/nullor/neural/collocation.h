#pragma once
/// Trains a waveform network window by window: the default of the neural engine.

#include "nullor/neural/trainer.h"

namespace nullor {

/// Marches over [0, card.stop]. Every window ends on the next corner of the sources or earlier; its length
/// follows the network's own defect: h <- h 0.9 (tolerance / error)^(1 / M), within [0.2, 2.5]. Starts from
/// the operating point (or uic).
TrainingReport train_by_collocation(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                    const TranCard& card, const TrainingOptions& how, Waveform& out);

/// The state and charges (n + 1) that the first window starts from: the operating point with the sources at
/// time 0, or with uic the given initial conditions, unknowns without charge made consistent.
OperatingPoint start_of_windows(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                const TranCard& card, std::vector<double>& charges);

/// The frozen features that training with these options uses.
FeatureBasis collocation_basis(const TrainingOptions& how);

}  // namespace nullor
