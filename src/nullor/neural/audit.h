#pragma once
/// How far a waveform network is from the numerical engine, which shares no code with its training but the
/// devices.

#include "nullor/neural/waveform.h"
#include "nullor/simulate/transient.h"

namespace nullor {

struct Audit {
  struct Signal {
    std::string name;
    Nature nature = Nature::voltage;
    double error = 0;  ///< |network - numerical| / |numerical|, both in the L2 norm over time; signals below
                       ///< a thousandth of the largest of their nature are judged by that
  };
  std::vector<Signal> signals;  ///< those that differ from zero, largest error first
  long points = 0;
  double seconds = 0;       ///< of the numerical run
  double read_seconds = 0;  ///< to read 1000 even points of one signal off the network, median of all signals

  /// The largest error among node voltages and device states; branch currents are derivatives and are looser.
  const Signal* worst_state() const;
};

/// Integrates the same transient with at least 200,000 trapezoidal steps at reltol 1e-7 and reads the network
/// at each of them. Throws InputError when the numerical engine fails.
Audit audit(Dae& dae, const SimulationOptions& options, const TranCard& card, const Waveform& waveform);

}  // namespace nullor
