#include "nullor/graph/repair.h"

#include <fmt/format.h>

#include <array>

namespace nullor::graph {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// What touches each net, by role of pin.
std::vector<std::array<int, 6>> pins_by_role(const Topology& topology) {
  std::vector<std::array<int, 6>> out(topology.nets.size());
  for (const Device& device : topology.devices) {
    for (std::size_t pin = 0; pin < device.pins; ++pin)
      ++out[at(device.nets[pin])][static_cast<std::size_t>(info(device.kind).pins[pin].role)];
  }
  return out;
}

int rail(Topology& topology, PortRole role) {
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    if (topology.nets[net].role == role) return static_cast<int>(net);
  }
  const int net = topology.net(role_name(role));
  topology.nets[at(net)].role = role;
  return net;
}

/// Removes the nets that no pin touches and that are no ports.
void drop_unused(Topology& topology) {
  const std::vector<int> degree = topology.degrees();
  std::vector<std::int16_t> number(topology.nets.size(), -1);
  std::size_t kept = 0;
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    if (degree[net] == 0 && !topology.nets[net].is_port()) continue;
    number[net] = static_cast<std::int16_t>(kept);
    if (kept != net) topology.nets[kept] = std::move(topology.nets[net]);
    ++kept;
  }
  topology.nets.resize(kept);
  for (Device& device : topology.devices) {
    for (std::size_t pin = 0; pin < device.pins; ++pin) device.nets[pin] = number[at(device.nets[pin])];
  }
}

void ground_zero(Topology& topology, RepairReport& report) {
  const int zero = topology.find_net("0");
  if (zero < 0 || topology.nets[at(zero)].is_port()) return;
  const int vss = rail(topology, PortRole::vss);
  for (Device& device : topology.devices) {
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      if (device.nets[pin] == zero) device.nets[pin] = static_cast<std::int16_t>(vss);
    }
  }
  report.changes.push_back(fmt::format("net 0 is {}", topology.nets[at(vss)].name));
}

void promote_named_ports(Topology& topology, RepairReport& report) {
  for (Net& net : topology.nets) {
    if (net.is_port()) continue;
    if (const auto role = role_of(net.name)) {
      net.role = *role;
      report.changes.push_back(fmt::format("net {} is a port", net.name));
    }
  }
}

void tie_bulks(Topology& topology, RepairReport& report) {
  const auto touches = pins_by_role(topology);
  const auto floats = [&](int net) {
    if (topology.nets[at(net)].is_port()) return false;
    int others = 0;
    for (const int count : touches[at(net)]) others += count;
    return others == touches[at(net)][static_cast<std::size_t>(PinRole::bulk)];
  };
  for (Device& device : topology.devices) {
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      const int net = device.nets[pin];
      if (at(net) >= touches.size() || !floats(net)) continue;
      const int to = rail(topology, device.kind == DeviceKind::pmos ? PortRole::vdd : PortRole::vss);
      device.nets[pin] = static_cast<std::int16_t>(to);
      report.changes.push_back(fmt::format("pin {} of {} from {} to {}", info(device.kind).pins[pin].name,
                                           device.name, topology.nets[at(net)].name,
                                           topology.nets[at(to)].name));
    }
  }
}

void bias_gates(Topology& topology, RepairReport& report) {
  const auto touches = pins_by_role(topology);
  int number = 0;
  const auto next_name = [&] {
    std::string name;
    do {
      name = fmt::format("{}{}", role_name(PortRole::vb), ++number);
    } while (topology.find_net(name) >= 0);
    return name;
  };
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    const auto& count = touches[net];
    const int gates = count[static_cast<std::size_t>(PinRole::gate)];
    int all = 0;
    for (const int one : count) all += one;
    if (topology.nets[net].is_port() || gates == 0) continue;
    if (gates + count[static_cast<std::size_t>(PinRole::plate)] != all) continue;
    const std::string name = next_name();
    report.changes.push_back(fmt::format("net {} is the port {}", topology.nets[net].name, name));
    topology.nets[net] = {name, PortRole::vb};
  }
}

}  // namespace

RepairReport repair(Topology& topology) {
  RepairReport report;
  ground_zero(topology, report);
  promote_named_ports(topology, report);
  tie_bulks(topology, report);
  bias_gates(topology, report);
  if (!report.changes.empty()) drop_unused(topology);
  return report;
}

}  // namespace nullor::graph
