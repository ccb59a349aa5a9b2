#pragma once
/// The operating point of a circuit without sizes, again and again at other values of its port sources.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/topology_deck.h"
#include "nullor/simulate/engine.h"

namespace nullor {

/// A transistor or diode at an operating point, seen as if it were n-channel or npn.
struct DeviceState {
  int device = 0;       ///< index into Topology::devices
  double current = 0;   ///< magnitude, of drain, collector or diode [A]
  double drive = 0;     ///< gate above threshold, base above 0.5 V; of the end that acts as source [V]
  double drop = 0;      ///< |vds|; vce; across a diode [V]
  double headroom = 0;  ///< |vds| - |vdsat|; vce - 0.2 V [V]
  double forward = 0;   ///< of the bulk junctions, of base to collector, of a diode [V]
};

class BiasProbe {
 public:
  /// Throws InputError as engines do.
  BiasProbe(const graph::Topology& topology, std::vector<PortSource> sources,
            const TopologyDeckOptions& options);

  const std::vector<PortSource>& sources() const { return sources_; }
  const TopologyDeck& deck() const { return deck_; }

  /// The operating point from nothing, by all means.
  OperatingPoint from_rest();
  /// Newton's method from the solution `x` on, at other values of the sources; false: it does not converge,
  /// and x is undefined.
  bool follow(std::span<const double> values, std::vector<double>& x);
  /// From x with nets held at voltages (net, [V]) to a solution without; at the present values.
  bool follow_from_held(std::span<const std::pair<int, double>> held, std::vector<double>& x);
  /// As follow(), with `gmin` across every junction [S].
  bool follow(std::vector<double>& x, double gmin);

  /// Transistors and diodes of the circuit, in its order, without those inside logic cells.
  std::vector<DeviceState> states(const std::vector<double>& x) const;
  double voltage(int net, const std::vector<double>& x) const { return x[unknown_of_net_[at(net)]]; }
  /// What the source gives to the circuit; 0 for one that is open.
  double source_current(std::size_t source, const std::vector<double>& x) const;
  const Dae& dae() { return engine_->dae(); }
  long solves() const { return solves_; }

 private:
  static std::size_t at(int k) { return static_cast<std::size_t>(k); }
  struct Probed {
    int device, group, member;
  };

  const graph::Topology& topology_;
  std::vector<PortSource> sources_;
  TopologyDeck deck_;
  std::unique_ptr<Engine> engine_;
  std::vector<ParameterHandle> handles_;  ///< of the sources; kind table where open
  std::vector<int> branches_;             ///< of the sources, or -1
  std::vector<double> values_;            ///< as set
  std::vector<std::size_t> unknown_of_net_;
  std::vector<Probed> probed_;
  long solves_ = 0;
};

}  // namespace nullor
