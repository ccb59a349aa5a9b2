#pragma once
/// The trainer of NeuroSPICE: the residual of the circuit equation is the loss of a network, Adam its
/// optimizer.
///
/// With the options at their defaults this is the published method: one 4 x 50 tanh network over the whole
/// transient, started softly. Options (trainer.h) make it converge where that is stuck: windows of time, each
/// with its own network that starts from the trained weights of the one before; a hard start; causal
/// weighting; a falling rate. The weights with the least loss seen are kept (with causal weighting: of the
/// epochs in which no weight was below one half). A loss that is no number puts these back and halves the
/// rate.
///
/// Discrete states of switches follow x from point to point.

#include "nullor/neural/trainer.h"

namespace nullor {

TrainingReport train_by_adam(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                             const TranCard& card, const TrainingOptions& how, Waveform& out);

}  // namespace nullor
