#include <fmt/format.h>

#include "nullor/graph/schematic.h"

namespace nullor::graph {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

std::string_view symbol_file(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::nmos:
      return "nmos4";
    case DeviceKind::pmos:
      return "pmos4";
    case DeviceKind::npn:
      return "npn";
    case DeviceKind::pnp:
      return "pnp";
    case DeviceKind::resistor:
      return "res";
    case DeviceKind::capacitor:
      return "capa";
    case DeviceKind::inductor:
      return "ind";
    case DeviceKind::diode:
      return "diode";
    default:
      return {};
  }
}

std::string_view properties(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::nmos:
      return "model=nmos w=5u l=1u m=1";
    case DeviceKind::pmos:
      return "model=pmos w=10u l=1u m=1";
    case DeviceKind::npn:
      return "model=npn area=1";
    case DeviceKind::pnp:
      return "model=pnp area=1";
    case DeviceKind::resistor:
      return "value=10k m=1";
    case DeviceKind::capacitor:
      return "value=1p m=1";
    case DeviceKind::inductor:
      return "value=1u";
    default:
      return "model=diode area=1";
  }
}

/// xschem's symbol of a port.
std::string_view port_file(PortRole role) {
  switch (role) {
    case PortRole::vout:
    case PortRole::iout:
      return "opin";
    case PortRole::vdd:
    case PortRole::vss:
      return "iopin";
    default:
      return "ipin";
  }
}

}  // namespace

std::string schematic_xschem(const Topology& topology, const Schematic& schematic) {
  std::string out = "v {xschem version=2.8.1 file_version=1.0}\nG {}\nV {}\nS {}\nE {}\n";
  for (const WireSegment& wire : schematic.wires) {
    out += fmt::format("N {} {} {} {} {{lab={}}}\n", wire.from.x, wire.from.y, wire.to.x, wire.to.y,
                       topology.nets[at(wire.net)].name);
  }
  int number = 0;
  const auto component = [&](std::string_view file, Point p, int turns, bool mirrored,
                             std::string_view name) {
    out += fmt::format("C {{devices/{}.sym}} {} {} {} {} {{name=p{} lab={}}}\n", file, p.x, p.y, turns,
                       mirrored ? 1 : 0, ++number, name);
  };
  std::vector<bool> ported(topology.nets.size(), false);
  for (const NetLabel& label : schematic.labels) {
    const Net& net = topology.nets[at(label.net)];
    component("lab_pin", label.at, 0, label.side == 1, net.name);
    ported[at(label.net)] = ported[at(label.net)] || net.is_port();
  }
  // The ports once more, in a list beside the circuit: that is what makes them pins of the cell.
  int y = schematic.low.y;
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    if (ported[net])
      component(port_file(topology.nets[net].role), {schematic.low.x - 100, y += 20}, 0, false,
                topology.nets[net].name);
  }
  for (std::size_t d = 0; d < topology.devices.size(); ++d) {
    const Device& device = topology.devices[d];
    const Symbol& symbol = schematic.symbols[d];
    if (symbol_file(device.kind).empty()) {
      // xschem has no such symbol of its own: the netlist line goes in as text.
      std::string nets;
      for (int pin = 0; pin < device.pins; ++pin) nets += topology.nets[at(device.nets[at(pin)])].name + " ";
      out +=
          fmt::format("C {{devices/code.sym}} {} {} 0 0 {{name={} only_toplevel=false value=\"X{} {}{}\"}}\n",
                      symbol.at.x, symbol.at.y, device.name, device.name, nets, info(device.kind).name);
      continue;
    }
    out += fmt::format("C {{devices/{}.sym}} {} {} {} {} {{name={} {}}}\n", symbol_file(device.kind),
                       symbol.at.x, symbol.at.y, symbol.turns, symbol.mirrored ? 1 : 0, device.name,
                       properties(device.kind));
  }
  return out;
}

}  // namespace nullor::graph
