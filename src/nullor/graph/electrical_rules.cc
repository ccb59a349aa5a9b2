#include "nullor/graph/electrical_rules.h"

#include <fmt/core.h>

#include <algorithm>

#include "nullor/graph/disjoint_sets.h"

namespace nullor::graph {
namespace {

std::string describe(const Device& device, std::size_t number) {
  return device.name.empty() ? fmt::format("device {} ({})", number + 1, info(device.kind).word)
                             : device.name;
}

}  // namespace

std::string_view rule_name(ElectricalRule rule) {
  switch (rule) {
    case ElectricalRule::empty:
      return "empty";
    case ElectricalRule::unused_port:
      return "unused_port";
    case ElectricalRule::shorted_device:
      return "shorted_device";
    case ElectricalRule::dangling_net:
      return "dangling_net";
    case ElectricalRule::no_dc_path:
      return "no_dc_path";
    case ElectricalRule::source_loop:
      return "source_loop";
    case ElectricalRule::missing_rail:
      return "missing_rail";
    case ElectricalRule::separate_island:
      return "separate_island";
  }
  return "";
}

bool feeds(PortRole role) {
  switch (role) {
    case PortRole::vdd:
    case PortRole::vin:
    case PortRole::iin:
    case PortRole::vrf:
    case PortRole::vif:
    case PortRole::ib:
    case PortRole::iref:
    case PortRole::vref:
      return true;
    default:
      return false;
  }
}

bool fixes_voltage(PortRole role) {
  switch (role) {
    case PortRole::internal:
    case PortRole::vout:
    case PortRole::vif:
    case PortRole::iin:
    case PortRole::ib:
    case PortRole::iref:
    case PortRole::logic_f:
    case PortRole::logic_g:
    case PortRole::logic_q:
    case PortRole::logic_qa:
    case PortRole::logic_qb:
      return false;
    default:
      return true;
  }
}

bool is_shorted(const Device& device) {
  const int ends = std::min<int>(device.pins, device.kind <= DeviceKind::pnp ? 3 : 2);
  if (device.kind > DeviceKind::diode) return false;
  return std::all_of(device.nets.begin() + 1, device.nets.begin() + ends,
                     [&](std::int16_t net) { return net == device.nets[0]; });
}

std::vector<RuleBreak> check_rules(const Topology& topology) {
  if (topology.devices.empty()) return {{ElectricalRule::empty, "the circuit has no device"}};
  std::vector<RuleBreak> found;
  const int count = static_cast<int>(topology.nets.size());
  DisjointSets direct(count + 1), inductive(count + 1),
      connected(count);  // `count`: all that is held at a voltage
  int vss = -1;
  bool fed = false;
  const std::vector<int> degree = topology.degrees();
  for (int net = 0; net < count; ++net) {
    const Net& one = topology.nets[static_cast<std::size_t>(net)];
    if (!one.is_port()) continue;
    if (fixes_voltage(one.role)) {
      direct.join(net, count);
      inductive.join(net, count);
    }
    if (degree[static_cast<std::size_t>(net)] == 0) {
      found.push_back({ElectricalRule::unused_port, fmt::format("port {} touches no pin", one.name)});
      continue;
    }
    if (one.role == PortRole::vss) vss = net;
    fed = fed || feeds(one.role);
  }
  for (std::size_t d = 0; d < topology.devices.size(); ++d) {
    const Device& device = topology.devices[d];
    if (is_shorted(device)) {
      found.push_back({ElectricalRule::shorted_device,
                       fmt::format("all ends of {} lie on net {}", describe(device, d),
                                   topology.nets[static_cast<std::size_t>(device.nets[0])].name)});
    }
    if (device.kind == DeviceKind::inductor && !is_shorted(device)) {
      if (inductive.together(device.nets[0], device.nets[1])) {
        found.push_back({ElectricalRule::source_loop,
                         fmt::format("{} closes a loop of inductors and voltages", describe(device, d))});
      }
      inductive.join(device.nets[0], device.nets[1]);
    }
    int channel = -1, logic = -1;
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      connected.join(device.nets[pin], device.nets[0]);
      const PinRole role = info(device.kind).pins[pin].role;
      if (!conducts(role)) continue;
      int& joined = role == PinRole::channel ? channel : logic;
      if (joined >= 0) direct.join(device.nets[pin], joined);
      joined = device.nets[pin];
    }
  }
  for (int net = 0; net < count; ++net) {
    const Net& one = topology.nets[static_cast<std::size_t>(net)];
    const int pins = degree[static_cast<std::size_t>(net)];
    if (pins == 0) continue;
    if (pins == 1 && !one.is_port()) {
      found.push_back({ElectricalRule::dangling_net, fmt::format("net {} touches one pin only", one.name)});
    } else if (!direct.together(net, count)) {
      found.push_back(
          {ElectricalRule::no_dc_path,
           fmt::format("no direct current can reach net {} from a port that fixes its voltage", one.name)});
    }
  }
  if (vss < 0) found.push_back({ElectricalRule::missing_rail, "VSS is not used"});
  if (!fed) found.push_back({ElectricalRule::missing_rail, "neither VDD nor an input feeds the circuit"});
  for (std::size_t d = 0; d < topology.devices.size() && vss >= 0; ++d) {
    if (connected.together(topology.devices[d].nets[0], vss)) continue;
    found.push_back({ElectricalRule::separate_island,
                     fmt::format("{} is not connected with VSS", describe(topology.devices[d], d))});
  }
  return found;
}

}  // namespace nullor::graph
