#pragma once
/// A circuit without sizes in a testbench of its family, at one way to give its ports to those of the
/// testbench: the numbers that a search may choose, and the decks at such a choice.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/design/function_bench.h"
#include "nullor/design/port_assignment.h"
#include "nullor/design/topology_sizes.h"

namespace nullor {

/// A point of the search has a place in [0, 1] for every size, then for every source. That of a clock chooses
/// one of four states: 0 low, 1 rises in the middle of a period, 2 falls there, 3 high. The period is the
/// testbench's condition `clock_period`, or that of the options.
class SizedTestbench {
 public:
  /// `sources`: of the bias that was found. `bench` must outlive this.
  SizedTestbench(const graph::Topology& topology, std::vector<PortSource> sources, const FunctionBench& bench,
                 const TopologyDeckOptions& options, PortAssignment assignment);

  /// The `.param` of every number: "size_0", then "port_vb1" or the condition that stands for the bias.
  const std::vector<std::string>& parameters() const { return parameters_; }
  /// "M1,M2:w", then names of ports.
  std::vector<std::string> names() const;
  /// Default sizes, and the sources as found.
  std::vector<double> start() const;
  /// [m], [Ohm], ...; [V] or [A] of a source; state of a clock
  double value_at(std::size_t number, double place) const;
  /// Of the testbench's conditions.
  std::optional<double> condition(std::string_view name, const std::vector<double>& point) const;
  /// A whole deck: models, circuit, set-up.
  std::string text(const TestSetup& setup, const std::vector<double>& point) const;
  /// (port of the testbench, port of the circuit)
  std::vector<std::pair<std::string, std::string>> ports() const;

 private:
  struct Source {
    std::string name;  ///< of the port
    std::string parameter;
    PortSource range;
  };

  int port_of(int net) const;
  void collect(const PortSource& source);
  double first_state(const std::string& port) const;
  std::string node_of(const TestSetup& setup, int net) const;
  std::string source_line(const TestSetup& setup, const PortSource& source) const;
  std::string value_of(const PortSource& source, const std::string& node) const;
  std::string power_line(const TestSetup& setup) const;

  const FunctionBench& bench_;
  TopologyDeckOptions options_;
  std::vector<PortSource> bias_;
  PortAssignment assignment_;
  graph::Topology topology_;
  std::vector<SizeVariable> sizes_;
  TopologyDeck deck_;
  std::vector<Source> searched_;
  std::vector<std::string> parameters_;
  std::vector<std::pair<std::string, double>> biases_;  ///< conditions that stand for the bias of a port
};

}  // namespace nullor
