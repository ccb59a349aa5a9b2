#include "nullor/design/sized_testbench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "nullor/design/testbench_deck.h"

namespace nullor {
namespace {

constexpr const char* kBiasOf = "bias_";
constexpr const char* kPortPower = "port_power";
constexpr const char *kClockPeriod = "clock_period", *kInductance = "inductance";
constexpr int kClockStates = 4;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// What the testbench says of circuits, where it does.
TopologyDeckOptions with_conditions(TopologyDeckOptions options, const Testbench& bench) {
  if (const Condition* period = bench.condition(kClockPeriod)) options.clock_period = period->value;
  if (const Condition* inductance = bench.condition(kInductance)) options.inductance = inductance->value;
  return options;
}

}  // namespace

SizedTestbench::SizedTestbench(const graph::Topology& topology, std::vector<PortSource> sources,
                               const FunctionBench& bench, const TopologyDeckOptions& options,
                               PortAssignment assignment)
    : bench_(bench),
      options_(with_conditions(options, bench.bench)),
      bias_(std::move(sources)),
      assignment_(std::move(assignment)),
      topology_(with_ports(topology, assignment_)),
      sizes_(size_variables(topology_, options_)),
      deck_(make_subcircuit(topology_, "dut", options_, size_names(sizes_))) {
  for (std::size_t k = 0; k < sizes_.size(); ++k) parameters_.push_back(size_name(k));
  for (const PortSource& source : bias_) collect(source);
  for (const Source& source : searched_) parameters_.push_back(source.parameter);
}

int SizedTestbench::port_of(int net) const {
  const auto found = std::find(assignment_.begin(), assignment_.end(), net);
  return found == assignment_.end() ? -1 : static_cast<int>(found - assignment_.begin());
}

/// Searched are sources of ports that the testbench leaves alone, clocks by their state, and the conditions
/// that stand for one it drives.
void SizedTestbench::collect(const PortSource& source) {
  const int port = port_of(source.net);
  std::string parameter;
  if (port >= 0) {
    parameter = kBiasOf + bench_.ports[u(port)].name;
    if (!bench_.bench.condition(parameter)) return;
    biases_.emplace_back(parameter, source.value);
  }
  if (!source.searched() || source.drive == PortDrive::open) return;
  if (source.drive == PortDrive::clock && !parameter.empty()) return;
  if (parameter.empty()) parameter = "port_" + deck_.nets[u(source.net)];
  Source out{topology_.nets[u(source.net)].name, parameter, source};
  if (source.drive == PortDrive::voltage) out.range.low = 0, out.range.high = options_.ports.supply;
  if (source.drive == PortDrive::clock)
    out.range = {source.net, source.drive, first_state(out.name), 0, kClockStates};
  searched_.push_back(std::move(out));
}

/// Clocks of odd and even numbers are opposite phases; those of a power converter are one, so that switches
/// of both types take turns.
double SizedTestbench::first_state(const std::string& port) const {
  const bool even = port.size() > 1 && std::isdigit(static_cast<unsigned char>(port.back())) &&
                    (port.back() - '0') % 2 == 0;
  constexpr double kRises = 1.5, kFalls = 2.5;
  return even && topology_.family != graph::Family::power_converter ? kRises : kFalls;
}

std::vector<std::string> SizedTestbench::names() const {
  std::vector<std::string> out;
  for (const SizeVariable& size : sizes_) out.push_back(size.name);
  for (const Source& source : searched_) out.push_back(source.name);
  return out;
}

std::vector<double> SizedTestbench::start() const {
  std::vector<double> out;
  for (const SizeVariable& size : sizes_) out.push_back(size.place(size.start));
  for (const Source& source : searched_)
    out.push_back((source.range.value - source.range.low) / (source.range.high - source.range.low));
  return out;
}

double SizedTestbench::value_at(std::size_t number, double place) const {
  if (number < sizes_.size()) return sizes_[number].at(place);
  const PortSource& range = searched_[number - sizes_.size()].range;
  const double value = range.low + std::clamp(place, 0.0, 1.0) * (range.high - range.low);
  return range.drive == PortDrive::clock ? std::min(std::floor(value), range.high - 1) : value;
}

std::optional<double> SizedTestbench::condition(std::string_view name,
                                                const std::vector<double>& point) const {
  for (std::size_t k = sizes_.size(); k < parameters_.size(); ++k) {
    if (parameters_[k] == name) return value_at(k, point[k]);
  }
  for (const auto& [bias, value] : biases_) {
    if (bias == name) return value;
  }
  const Condition* found = bench_.bench.condition(name);
  return found ? std::optional(found->value) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> SizedTestbench::ports() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t k = 0; k < bench_.ports.size(); ++k) {
    if (assignment_[k] >= 0) out.emplace_back(bench_.ports[k].name, topology_.nets[u(assignment_[k])].name);
  }
  return out;
}

std::string SizedTestbench::node_of(const TestSetup& setup, int net) const {
  const int port = port_of(net);
  for (const auto& [name, node] : setup.connect) {
    if (port >= 0 && bench_.ports[u(port)].name == name) return node;
  }
  return topology_.nets[u(net)].role == graph::PortRole::vss ? "0" : "port_" + deck_.nets[u(net)];
}

std::string SizedTestbench::text(const TestSetup& setup, const std::vector<double>& point) const {
  std::string out = bench_.bench.title + ": " + setup.name + "\n";
  for (const Condition& c : bench_.bench.conditions) {
    const double value = condition(c.name, point).value_or(c.value);
    out += c.name == kTemperatureCondition ? fmt::format(".temp {:.10g}\n", value)
                                           : fmt::format(".param {}={:.10g}\n", c.name, value);
  }
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    if (!bench_.bench.condition(parameters_[k]))
      out += fmt::format(".param {}={:.17g}\n", parameters_[k], value_at(k, point[k]));
  }
  out += deck_.text + setup.deck + "\n" + kDutName;
  for (std::size_t net = 0; net < topology_.nets.size(); ++net) {
    if (topology_.nets[net].is_port()) out += " " + node_of(setup, static_cast<int>(net));
  }
  out += " dut\n";
  for (const PortSource& source : bias_) out += source_line(setup, source);
  if (bench_.bench.text.find(kPortPower) != std::string::npos) out += power_line(setup);
  return out + ".end\n";
}

/// A node whose voltage is the power of the sources below [W]: a current into the circuit is drawn from the
/// supply, a voltage gives what it gives.
std::string SizedTestbench::power_line(const TestSetup& setup) const {
  std::string sum = "0";
  for (const PortSource& source : bias_) {
    const std::string node = node_of(setup, source.net), name = deck_.nets[u(source.net)];
    if (!node.starts_with("port_")) continue;
    if (source.drive == PortDrive::voltage || source.drive == PortDrive::clock)
      sum += fmt::format(" + max(0, -v({})*i(vport_{}))", node, name);
    else if (source.drive == PortDrive::current)
      sum += fmt::format(" + {:g}*max(0, {})", options_.ports.supply, value_of(source, node));
  }
  return fmt::format("bport_power {} 0 v='{}'\n", kPortPower, sum);
}

/// The `.param` that a source is searched by, or its value.
std::string SizedTestbench::value_of(const PortSource& source, const std::string& node) const {
  const bool searched = std::find(parameters_.begin(), parameters_.end(), node) != parameters_.end();
  return searched ? node : fmt::format("{:.10g}", source.value);
}

/// Of ports that the set-up does not connect.
std::string SizedTestbench::source_line(const TestSetup& setup, const PortSource& source) const {
  const std::string node = node_of(setup, source.net), name = deck_.nets[u(source.net)];
  if (!node.starts_with("port_")) return "";
  const std::string value = "{" + value_of(source, node) + "}";
  switch (source.drive) {
    case PortDrive::open:
      return options_.load > 0 ? fmt::format("cport_{} {} 0 {:g}\n", name, node, options_.load) : "";
    case PortDrive::current:
      return fmt::format("iport_{} 0 {} {}\n", name, node, value);
    case PortDrive::voltage:
      return fmt::format("vport_{} {} 0 {}\n", name, node, value);
    case PortDrive::clock:
      break;
  }
  const double supply = options_.ports.supply, period = options_.clock_period;
  return fmt::format(
      "vport_{0} {1} 0 dc {2:g} pulse({{{3:g}*floor({1}/2)}} {{{3:g}*({1}-2*floor({1}/2))}} {4:g} {5:g} "
      "{5:g} {6:g} {7:g})\n",
      name, node, source.value, supply, 0.5 * period, period / 100, 0.49 * period, period);
}

}  // namespace nullor
