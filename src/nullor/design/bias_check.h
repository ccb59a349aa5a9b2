#pragma once
/// L2 and L3 of the ladder: does a circuit without sizes have an operating point, and is it one that a
/// designer would call a bias?
///
/// L2, at default sizes and default port sources: Newton's method or one of its helpers converges; no node is
/// held by the solver alone; no node lies more than a diode drop beyond the rails.
///
/// L3, at the best port sources that a search finds (bias_search.h):
///
///   faults, none of which may occur
///     a transistor, or a port's source, carries more than BiasLimits::ceiling, fault_current
///     a bulk junction conducts (forward by 0.45 V), a bipolar transistor is deep in saturation
///     a net between transistors is held by leakage: it moves by 50 mV when all junctions leak 100 times more
///     the output of an amplifier (op-amp, LDO) without inductor stays within 5 % of a rail
///   shares of the transistors that are to conduct (Duty)
///     carry between BiasLimits::floor and ceiling: at least `least_conducting`
///     and are saturated (forward-active) besides: at least `least_saturated`
///
/// The shares are no wish for perfection: circuits of the data set have start-up and protection devices that
/// are off in normal operation, and default sizes match nothing. What the verdict is worth is measured on
/// circuits that are wrong on purpose (docs/topology_ladder.md).

#include <optional>
#include <string>
#include <vector>

#include "nullor/design/bias_search.h"

namespace nullor {

struct BiasCheckOptions {
  TopologyDeckOptions deck;
  BiasSearchOptions search;
  double least_conducting = 0.75, least_saturated = 0.5;
  double fault_current = 20e-3;  ///< of a port's source [A]
  double forward = 0.45;         ///< of a bulk junction [V]
};

struct OperatingPointVerdict {
  bool passed = false;
  std::string reason;                                    ///< why not, with the node or device
  std::string method;                                    ///< what found the operating point
  std::vector<std::pair<std::string, double>> voltages;  ///< of every net [V]
};

struct BiasVerdict {
  bool passed = false;
  std::vector<std::string> reasons;  ///< why not, the worst first
  std::vector<PortSource> sources;   ///< at the values found
  int to_conduct = 0, conducting = 0, saturated = 0;
  int switches = 0, closed = 0;
  double supply_current = 0;  ///< into VDD [A]
  long solves = 0;
};

/// The two levels of one circuit, which share its solver.
class BiasCheck {
 public:
  /// Throws InputError where the circuit cannot be simulated at all.
  BiasCheck(const graph::Topology& topology, const BiasCheckOptions& options);

  const OperatingPointVerdict& operating_point() const { return at_rest_; }
  /// Asked for after operating_point(); without one, nothing is searched.
  BiasVerdict bias();

 private:
  struct Fault {
    int weight;
    std::string text;
  };

  void judge_rest(const OperatingPoint& found);
  BiasPoint start_at(const std::vector<double>& x) const;
  std::vector<BiasPoint> starts();
  void judge(const BiasPoint& point, BiasVerdict& verdict, std::vector<Fault>& faults) const;
  void judge_device(const DeviceState& state, BiasVerdict& verdict, std::vector<Fault>& faults) const;
  void judge_leakage(const BiasPoint& point, std::vector<Fault>& faults);
  bool is_fit(const BiasPoint& point) const;
  std::string name_of(int device) const;
  const std::string& net_name(int net) const { return topology_.nets[static_cast<std::size_t>(net)].name; }

  const graph::Topology& topology_;
  const BiasCheckOptions& options_;
  BiasProbe probe_;
  std::vector<Duty> duties_;
  std::vector<int> outputs_;  ///< that are to stay off the rails
  OperatingPointVerdict at_rest_;
  std::vector<double> rest_;
};

}  // namespace nullor
