#pragma once
/// What a family of circuits is for, as a testbench for circuits without sizes: a testbench file
/// (testbench.h) whose ports are found by role, with what its metrics have to come to.
///
///     family = "opamp"
///
///     [ports]                                       # names that `connect` uses
///     vdd = "VDD"
///     inverting = "VIN"                             # which of several is searched
///     output = ["VOUT", "IOUT", "NET"]              # the first that the circuit has; NET: a net inside
///     input = { role = "VIN", optional = true }     # left out where the circuit has no port left
///
///     [conditions]
///     bias_input = { value = 0.9, unit = "V" }      # the bias found for the port `input`
///     clock_period = { value = "10n", unit = "s" }  # of clocks that the testbench leaves alone
///     inductance = { value = "300n", unit = "H" }   # that sizing begins with
///
///     [[function]]
///     metric = "dc_gain"
///     at_least = 20                                 # or at_most
///     reason = "the gain is below 20 dB"
///
///     [[sizing]]                                    # what a sized circuit is to come to besides
///     metric = "phase_margin"
///     at_least = 60
///
///     merit = "figure_of_merit"                     # a metric that sizing raises then (above all tables)
///
/// The circuit does its function where every [[function]] holds. Ports that no name stands for get their
/// source of port_sources() at the bias found. Where the file says `port_power`, every deck has that node,
/// whose voltage is the power of those sources [W].

#include <optional>
#include <string>
#include <vector>

#include "nullor/design/testbench.h"
#include "nullor/graph/topology.h"

namespace nullor {

struct FunctionPort {
  std::string name;
  std::vector<graph::PortRole> roles;
  bool optional = false;
};

struct FunctionGoal {
  std::string metric;
  std::optional<double> at_least, at_most;
  std::string reason;

  /// How far the value is from the limit, relative to it, at most 1; 0 where it holds; 2 without value (NaN).
  double shortfall(double value) const;
};

struct FunctionBench {
  graph::Family family = graph::Family::other;
  Testbench bench;
  std::vector<FunctionPort> ports;
  std::vector<FunctionGoal> goals;
  std::vector<FunctionGoal> sizing;  ///< of a sized circuit, besides
  std::string merit;                 ///< the metric to raise; empty: none
};

/// Throws InputError(usage) with file:line:column.
FunctionBench read_function_bench(const std::string& path);
FunctionBench parse_function_bench(const std::string& text, const std::string& path);

}  // namespace nullor
