#pragma once
/// What every trainer of a waveform network takes and gives.

#include <cstdint>
#include <functional>
#include <string>

#include "nullor/neural/waveform.h"
#include "nullor/simulate/transient.h"

namespace nullor {

/// What a backward pass needs of every window.
struct WindowRecord {
  double start = 0, length = 0;
  std::vector<double> nodal;            ///< (M x (n + 1))
  std::vector<double> discrete_states;  ///< of switches
};

struct TrainingOptions {
  double tolerance = 1e-4;                      ///< wanted error relative to the size of each signal
  std::uint64_t seed = 1;                       ///< of the frozen features or the initial weights
  double time_limit = 0;                        ///< [s] of training, 0: none
  bool check = false;                           ///< compare with the numerical engine afterwards
  std::vector<WindowRecord>* record = nullptr;  ///< when set, receives every window
  std::function<void(double)> progress;         ///< fraction done
};

/// How well the network fulfils the circuit's equation, and what it cost.
struct TrainingReport {
  bool finished = false;
  bool out_of_time = false;
  Failure failure;
  double failed_at = 0;  ///< [s]
  OperatingPoint start;
  double error_estimate =
      0;           ///< largest, relative to the size of a signal, from the residual between the nodes
  long jumps = 0;  ///< windows at the resolution of time, not controlled
  long windows = 0, rejected = 0, iterations = 0, evaluations = 0, factorizations = 0;
};

}  // namespace nullor
