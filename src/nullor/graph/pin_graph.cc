#include "nullor/graph/pin_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "nullor/graph/disjoint_sets.h"

namespace nullor::graph {
namespace {

using Type = PinVertex::Type;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Builds a circuit from a graph, or says why not.
class Assembler {
 public:
  explicit Assembler(const PinGraph& graph)
      : graph_(graph),
        hub_of_(graph.vertices.size(), -1),
        port_of_(graph.vertices.size(), -1),
        joined_(static_cast<int>(graph.vertices.size())),
        partners_(graph.vertices.size(), 0) {}

  std::optional<Topology> run(std::string& why) {
    Topology out;
    if (read_edges() && check_pins() && check_cliques() && build(out)) {
      rename(out);
      return out;
    }
    why = why_;
    return std::nullopt;
  }

 private:
  template <class... T>
  bool fail(fmt::format_string<T...> text, T&&... values) {
    why_ = fmt::format(text, std::forward<T>(values)...);
    return false;
  }
  const PinVertex& vertex(int i) const { return graph_.vertices[at(i)]; }
  std::string name(int i) const { return vertex_name(vertex(i)); }

  bool read_edges() {
    for (auto [a, b] : graph_.edges) {
      if (vertex(a).type != Type::pin) std::swap(a, b);
      if (vertex(a).type != Type::pin) return fail("{} and {} cannot be connected", name(a), name(b));
      if (vertex(b).type == Type::pin) {
        joined_.join(a, b);
        ++partners_[at(a)];
        ++partners_[at(b)];
      } else if (vertex(b).type == Type::port) {
        if (port_of_[at(a)] >= 0)
          return fail("{} lies on {} and {}", name(a), name(port_of_[at(a)]), name(b));
        port_of_[at(a)] = b;
      } else {
        if (vertex(a).kind != vertex(b).kind || vertex(a).number != vertex(b).number)
          return fail("{} is no pin of {}", name(a), name(b));
        hub_of_[at(a)] = b;
      }
    }
    return true;
  }

  bool check_pins() {
    for (int i = 0; i < static_cast<int>(graph_.vertices.size()); ++i) {
      if (vertex(i).type != Type::pin) continue;
      if (hub_of_[at(i)] < 0) return fail("{} has no device", name(i));
      if (port_of_[at(i)] >= 0 && partners_[at(i)] > 0)
        return fail("{} lies on {} and on an internal net", name(i), name(port_of_[at(i)]));
    }
    return true;
  }

  bool check_cliques() {
    std::vector<int> size(graph_.vertices.size(), 0);
    for (int i = 0; i < static_cast<int>(graph_.vertices.size()); ++i) ++size[at(joined_.find(i))];
    for (int i = 0; i < static_cast<int>(graph_.vertices.size()); ++i) {
      if (partners_[at(i)] != size[at(joined_.find(i))] - 1)
        return fail("{} is not connected with all pins of its net", name(i));
    }
    return true;
  }

  bool build(Topology& out) {
    std::vector<std::vector<int>> pins_of(graph_.vertices.size());  // by hub
    for (int i = 0; i < static_cast<int>(graph_.vertices.size()); ++i) {
      if (vertex(i).type == Type::pin) pins_of[at(hub_of_[at(i)])].push_back(i);
    }
    std::vector<int> net_of(graph_.vertices.size(), -1);  // by port, or by the set of joined pins
    for (int hub = 0; hub < static_cast<int>(graph_.vertices.size()); ++hub) {
      if (vertex(hub).type != Type::hub) continue;
      std::vector<int>& pins = pins_of[at(hub)];
      std::sort(pins.begin(), pins.end(), [&](int a, int b) { return vertex(a).pin < vertex(b).pin; });
      const KindInfo& kind = info(vertex(hub).kind);
      if (static_cast<int>(pins.size()) < kind.required_pins)
        return fail("{} has {} of its {} pins", name(hub), pins.size(), kind.required_pins);
      std::vector<int> on;
      for (std::size_t k = 0; k < pins.size(); ++k) {
        if (vertex(pins[k]).pin != static_cast<int>(k))
          return fail("{} lacks pin {}", name(hub), kind.pins[k].name);
        const int port = port_of_[at(pins[k])];
        const int key = port >= 0 ? port : joined_.find(pins[k]);
        if (net_of[at(key)] < 0) {
          net_of[at(key)] = static_cast<int>(out.nets.size());
          out.nets.push_back({"", port >= 0 ? vertex(port).role : PortRole::internal});
        }
        on.push_back(net_of[at(key)]);
      }
      out.add(kind.kind, on);
    }
    return true;
  }

  const PinGraph& graph_;
  std::vector<int> hub_of_, port_of_;
  DisjointSets joined_;
  std::vector<int> partners_;
  std::string why_;
};

}  // namespace

std::string vertex_name(const PinVertex& vertex) {
  if (vertex.type == Type::port) {
    const bool rail = vertex.role == PortRole::vdd || vertex.role == PortRole::vss;
    if (rail && vertex.number == 1) return std::string(role_name(vertex.role));
    return fmt::format("{}{}", role_name(vertex.role), vertex.number);
  }
  const KindInfo& kind = info(vertex.kind);
  if (vertex.type == Type::hub) return fmt::format("{}{}", kind.prefix, vertex.number);
  return fmt::format("{}{}_{}", kind.prefix, vertex.number, kind.pins[at(vertex.pin)].name);
}

int PinGraph::start() const {
  for (std::size_t i = 0; i < vertices.size(); ++i) {
    const PinVertex& v = vertices[i];
    if (v.type == Type::port && v.role == PortRole::vss && v.number == 1) return static_cast<int>(i);
  }
  return -1;
}

PinGraph pin_graph(const Topology& topology) {
  PinGraph graph;
  const std::vector<int> degree = topology.degrees();
  std::array<int, kPortRoles> ports{};
  std::vector<int> vertex_of(topology.nets.size(), -1);
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    const PortRole role = topology.nets[net].role;
    if (role == PortRole::internal || degree[net] == 0) continue;
    vertex_of[net] = static_cast<int>(graph.vertices.size());
    graph.vertices.push_back(
        {.type = Type::port, .role = role, .number = ++ports[static_cast<std::size_t>(role)]});
  }
  std::array<int, kDeviceKinds> numbers{};
  std::vector<std::vector<int>> on_net(topology.nets.size());
  for (const Device& device : topology.devices) {
    const int number = ++numbers[static_cast<std::size_t>(device.kind)];
    const int hub = static_cast<int>(graph.vertices.size());
    graph.vertices.push_back({.type = Type::hub, .kind = device.kind, .number = number});
    for (int pin = 0; pin < device.pins; ++pin) {
      const int vertex = static_cast<int>(graph.vertices.size());
      graph.vertices.push_back({.type = Type::pin, .kind = device.kind, .number = number, .pin = pin});
      graph.edges.emplace_back(hub, vertex);
      const std::size_t net = at(device.nets[at(pin)]);
      if (vertex_of[net] >= 0) {
        graph.edges.emplace_back(vertex, vertex_of[net]);
        continue;
      }
      for (const int other : on_net[net]) graph.edges.emplace_back(other, vertex);
      on_net[net].push_back(vertex);
    }
  }
  return graph;
}

std::optional<Topology> circuit_of_pin_graph(const PinGraph& graph, std::string* why) {
  std::string reason;
  auto out = Assembler(graph).run(reason);
  if (!out && why != nullptr) *why = reason;
  return out;
}

}  // namespace nullor::graph
