#pragma once
/// The graph of AnalogGenie: ports, devices and their pins as vertices.
/// Source: J. Gao, W. Cao, J. Yang, X. Zhang, AnalogGenie: a generative engine for automatic discovery of
/// analog circuit topologies, ICLR (2025), section 3.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

struct PinVertex {
  enum class Type : std::uint8_t {
    port,  ///< a net to the outside: VIN1
    hub,   ///< a device: NM1
    pin,   ///< of a device: NM1_D
  };
  Type type = Type::port;
  PortRole role = PortRole::internal;      ///< of a port
  DeviceKind kind = DeviceKind::resistor;  ///< of a hub or pin
  int number = 0;  ///< port: among those of its role, from 1; hub, pin: among devices of the kind, from 1
  int pin = -1;    ///< of a pin: index into KindInfo::pins

  auto operator<=>(const PinVertex&) const = default;
};

/// "VSS", "VIN2", "NM3", "NM3_D"
std::string vertex_name(const PinVertex& vertex);

/// Undirected edges: a hub with each of its pins, a pin with the port it lies on, and all pairs of pins that
/// share an internal net.
struct PinGraph {
  std::vector<PinVertex> vertices;
  std::vector<std::pair<int, int>> edges;

  /// Index of the VSS that has number 1, or -1.
  int start() const;
};

/// The pin graph of a circuit: devices are numbered as they come, ports of a role too. Ports that no pin
/// touches are left out. The edges of an internal net of k pins are k (k - 1) / 2.
PinGraph pin_graph(const Topology& topology);

/// The circuit of a pin graph, with the names that rename() gives; or no value and in `why` what keeps the
/// graph from being one: edges that cannot be, pins without device, devices without all of their pins, pins
/// on no net or on two, internal nets whose pins are not all connected with each other.
std::optional<Topology> circuit_of_pin_graph(const PinGraph& graph, std::string* why = nullptr);

}  // namespace nullor::graph
