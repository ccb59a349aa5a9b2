#pragma once
/// What every trainer of a waveform network takes and gives.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nullor/io/table.h"
#include "nullor/neural/waveform.h"
#include "nullor/simulate/transient.h"

namespace nullor {

/// What a backward pass needs of every window.
struct WindowRecord {
  double start = 0, length = 0;
  std::vector<double> nodal;            ///< (M x (n + 1))
  std::vector<double> discrete_states;  ///< of switches
};

/// How the rate falls over the epochs of a window: not at all; along half a cosine; or exponentially, the
/// last two to a hundredth.
enum class Schedule { constant, cosine, exponential };

/// Of the trainer `adam`. The defaults are the method of NeuroSPICE (arXiv:2512.23624): one network of 4 x 50
/// neurons over the whole transient, its initial condition a term of the loss, one constant rate.
struct AdamOptions {
  std::vector<int> hidden = {50, 50, 50, 50};
  long epochs = 25000;  ///< of every window
  double rate = 5e-3;
  Schedule schedule = Schedule::constant;
  bool double_precision = false;    ///< of the network; the circuit is always evaluated in doubles
  int points = 512;                 ///< collocation points of a window
  int windows = 1;                  ///< time marching: one network each
  bool hard_start = false;          ///< the initial condition is part of the ansatz
  double causal = 0;                ///< epsilon of causal weighting, 0: none
  double initial_weight = 1;        ///< alpha, of the initial condition in the loss
  long patience = 5000;             ///< epochs without a gain of 1 % that end a window, 0: never
  std::string checkpoint;           ///< file, written now and then; empty: none
  double checkpoint_interval = 10;  ///< [s]
  bool resume = false;              ///< goes on from the checkpoint
};

/// Of the trainer `lm`.
struct LevenbergMarquardtOptions {
  std::vector<int> hidden = {20, 20};
  int points = 24;   ///< collocation points of a window
  long epochs = 30;  ///< most iterations on a window
};

struct TrainingOptions {
  std::string trainer = "collocation";             ///< a name of trainer_registry.h
  double tolerance = 1e-4;                         ///< wanted error relative to the size of each signal
  std::uint64_t seed = 1;                          ///< of the frozen features or the initial weights
  double time_limit = 0;                           ///< [s] of training, 0: none
  bool check = false;                              ///< compare with the numerical engine afterwards
  std::vector<WindowRecord>* record = nullptr;     ///< when set, receives every window
  std::function<void(double)> progress;            ///< fraction done
  std::function<void(const std::string&)> status;  ///< "loss 3e-4", some times a second
  AdamOptions adam;
  LevenbergMarquardtOptions lm;
};

/// How well the network fulfils the circuit's equation, and what it cost.
struct TrainingReport {
  bool finished = false;
  bool out_of_time = false;
  Failure failure;
  double failed_at = 0;  ///< [s]
  OperatingPoint start;
  double error_estimate =
      0;                 ///< largest, relative to the size of a signal, from the residual between the nodes
  long jumps = 0;        ///< windows at the resolution of time, not controlled
  double loss = 0;       ///< `adam`: mean over the windows
  bool stalled = false;  ///< `adam`: some window ended early because the loss no longer fell
  Table curve;           ///< the course of training: kind "training"; empty columns when the trainer has none
  long windows = 0, rejected = 0, iterations = 0, evaluations = 0, factorizations = 0;
};

}  // namespace nullor
