#include "nullor/graph/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>

#include "nullor/base/error.h"

namespace nullor::graph {
namespace {

using Type = PinVertex::Type;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// How many devices of each kind the published vocabulary has words for, in the order of DeviceKind.
constexpr std::array<int, kDeviceKinds> kDevices = {34, 34, 26, 26, 27, 15, 23, 7, 1, 1, 10, 12};
/// How many ports of each role, in the order of PortRole.
constexpr std::array<int, kPortRoles> kPorts = {0, 1, 1, 10, 2, 6, 4, 10, 6, 20, 8, 2, 2, 2, 2,
                                                4, 2, 4, 2,  2, 2, 2, 2,  2, 1,  1, 2, 1, 2};

struct Neighbour {
  int vertex, edge;
};

void shuffle(std::span<Neighbour> items, Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[rng.below(i)]);
}

/// Throws when there are no words for the circuit.
void check_counts(const Topology& topology) {
  std::array<int, kDeviceKinds> devices{};
  std::array<int, kPortRoles> ports{};
  for (const Device& device : topology.devices) ++devices[static_cast<std::size_t>(device.kind)];
  const std::vector<int> degree = topology.degrees();
  for (std::size_t net = 0; net < degree.size(); ++net) {
    if (degree[net] > 0) ++ports[static_cast<std::size_t>(topology.nets[net].role)];
  }
  const auto fail = [](int count, std::string_view what, int most) {
    throw InputError(ErrorKind::netlist,
                     fmt::format("{} devices or ports {}; walks have words for {}", count, what, most));
  };
  for (std::size_t kind = 0; kind < devices.size(); ++kind) {
    if (devices[kind] > kDevices[kind]) fail(devices[kind], all_kinds()[kind].word, kDevices[kind]);
  }
  for (std::size_t role = 1; role < ports.size(); ++role) {
    if (ports[role] > kPorts[role]) fail(ports[role], role_name(static_cast<PortRole>(role)), kPorts[role]);
  }
}

}  // namespace

std::vector<int> closed_walk(const PinGraph& graph, Rng* rng, double* bits) {
  if (bits) *bits = 0;
  const std::size_t count = graph.vertices.size();
  std::vector<int> begin(count + 1, 0);
  for (const auto& [a, b] : graph.edges) ++begin[at(a) + 1], ++begin[at(b) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<Neighbour> neighbours(2 * graph.edges.size());
  std::vector<int> next(begin.begin(), begin.end() - 1);
  for (int edge = 0; edge < static_cast<int>(graph.edges.size()); ++edge) {
    const auto& [a, b] = graph.edges[at(edge)];
    neighbours[at(next[at(a)]++)] = {b, edge};
    neighbours[at(next[at(b)]++)] = {a, edge};
  }
  if (rng != nullptr) {
    for (std::size_t v = 0; v < count; ++v)
      shuffle({neighbours.data() + begin[v], neighbours.data() + begin[v + 1]}, *rng);
  }
  std::vector<int> walk;
  if (graph.start() < 0) return walk;
  walk.reserve(neighbours.size() + 1);
  std::copy(begin.begin(), begin.end() - 1, next.begin());
  std::vector<char> used(graph.edges.size(), 0);
  std::vector<int> way_back{graph.start()};
  walk.push_back(graph.start());
  while (!way_back.empty()) {
    const std::size_t here = at(way_back.back());
    while (next[here] < begin[here + 1] && used[at(neighbours[at(next[here])].edge)]) ++next[here];
    if (next[here] < begin[here + 1]) {
      if (bits && rng) {
        const auto unused =
            std::count_if(neighbours.begin() + next[here], neighbours.begin() + begin[here + 1],
                          [&](const Neighbour& to) { return !used[at(to.edge)]; });
        *bits += std::log2(static_cast<double>(unused));
      }
      const Neighbour& to = neighbours[at(next[here]++)];
      used[at(to.edge)] = 1;
      way_back.push_back(to.vertex);
      walk.push_back(to.vertex);
    } else {
      way_back.pop_back();
      if (!way_back.empty()) walk.push_back(way_back.back());
    }
  }
  return walk;
}

WalkLanguage::WalkLanguage(const WalkOptions& options) : options_(options) {
  for (const KindInfo& kind : all_kinds()) {
    first_device_[static_cast<std::size_t>(kind.kind)] = vocabulary();
    for (int number = 1; number <= kDevices[static_cast<std::size_t>(kind.kind)]; ++number) {
      vertices_.push_back({.type = Type::hub, .kind = kind.kind, .number = number});
      for (int pin = 0; pin < static_cast<int>(kind.pins.size()); ++pin)
        vertices_.push_back({.type = Type::pin, .kind = kind.kind, .number = number, .pin = pin});
    }
  }
  for (int role = 1; role < kPortRoles; ++role) {
    first_port_[at(role)] = vocabulary();
    for (int number = 1; number <= kPorts[at(role)]; ++number)
      vertices_.push_back({.type = Type::port, .role = static_cast<PortRole>(role), .number = number});
  }
}

std::string WalkLanguage::token_text(int token) const {
  if (token == kEndToken) return "TRUNCATE";
  if (token == kBeginToken) return "BEGIN";
  return vertex_name(vertices_.at(at(token - 2)));
}

int WalkLanguage::token_of(const PinVertex& vertex) const {
  if (vertex.type == Type::port)
    return first_port_[static_cast<std::size_t>(vertex.role)] + vertex.number - 1;
  const int words = 1 + static_cast<int>(info(vertex.kind).pins.size());
  return first_device_[static_cast<std::size_t>(vertex.kind)] + words * (vertex.number - 1) + 1 + vertex.pin;
}

double WalkLanguage::renumber(PinGraph& graph, Rng& rng) const {
  // The numbers of one kind or role, permuted.
  std::map<std::pair<bool, int>, std::vector<int>> numbers;
  const auto key = [](const PinVertex& v) {
    return v.type == Type::port ? std::pair(true, static_cast<int>(v.role))
                                : std::pair(false, static_cast<int>(v.kind));
  };
  for (const PinVertex& v : graph.vertices) {
    if (v.type != Type::pin) numbers[key(v)].push_back(v.number);
  }
  double bits = 0;
  for (auto& [of, list] : numbers) {
    for (std::size_t i = list.size(); i > 1; --i) {
      std::swap(list[i - 1], list[rng.below(i)]);
      bits += std::log2(static_cast<double>(i));
    }
  }
  for (PinVertex& v : graph.vertices) v.number = numbers[key(v)][at(v.number - 1)];
  return bits;
}

std::vector<int> WalkLanguage::encode(const Topology& topology, Rng& rng, double* order_bits) const {
  check_counts(topology);
  PinGraph graph = pin_graph(topology);
  if (graph.start() < 0)
    throw InputError(ErrorKind::netlist, "no pin on VSS, where walks begin", {}, "name the ground net VSS");
  const double numbers = options_.renumber ? renumber(graph, rng) : 0;
  std::vector<int> tokens = closed_walk(graph, options_.permute ? &rng : nullptr, order_bits);
  if (order_bits) *order_bits += numbers;
  if (tokens.size() != 2 * graph.edges.size() + 1) {
    const std::set<int> reached(tokens.begin(), tokens.end());
    for (int v = 0; v < static_cast<int>(graph.vertices.size()); ++v) {
      if (reached.contains(v) || graph.vertices[at(v)].type != Type::hub) continue;
      throw InputError(
          ErrorKind::netlist,
          fmt::format("the circuit falls apart: no path from VSS to {}", vertex_name(graph.vertices[at(v)])),
          {}, "a walk can only write circuits that hang together");
    }
  }
  for (int& token : tokens) token = token_of(graph.vertices[at(token)]);
  tokens.insert(tokens.begin(), kBeginToken);
  tokens.push_back(kEndToken);
  return tokens;
}

std::optional<Topology> WalkLanguage::decode(std::span<const int> tokens, std::string* why) const {
  const auto fail = [&](std::string text) -> std::optional<Topology> {
    if (why != nullptr) *why = std::move(text);
    return std::nullopt;
  };
  if (!tokens.empty() && tokens.front() == kBeginToken) tokens = tokens.subspan(1);
  tokens = tokens.first(
      static_cast<std::size_t>(std::find(tokens.begin(), tokens.end(), kEndToken) - tokens.begin()));
  for (const int token : tokens) {
    if (token <= kBeginToken || token >= vocabulary())
      return fail(fmt::format("token {} is no vertex", token));
  }
  const int vss = token_of({.type = Type::port, .role = PortRole::vss, .number = 1});
  if (tokens.empty() || tokens.front() != vss) return fail("the walk does not begin at VSS");
  if (tokens.back() != vss) return fail(fmt::format("the walk ends at {}", token_text(tokens.back())));

  PinGraph graph;
  std::vector<int> index(at(vocabulary()), -1);
  for (const int token : tokens) {
    if (index[at(token)] >= 0) continue;
    index[at(token)] = static_cast<int>(graph.vertices.size());
    graph.vertices.push_back(vertices_[at(token - 2)]);
  }
  std::vector<std::pair<int, int>> steps;
  steps.reserve(tokens.size());
  for (std::size_t k = 1; k < tokens.size(); ++k) steps.emplace_back(tokens[k - 1], tokens[k]);
  std::sort(steps.begin(), steps.end());
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const auto& [a, b] = steps[k];
    if (a == b) return fail(fmt::format("{} follows itself", token_text(a)));
    if (k > 0 && steps[k] == steps[k - 1])
      return fail(fmt::format("the walk goes from {} to {} twice", token_text(a), token_text(b)));
    if (!std::binary_search(steps.begin(), steps.end(), std::pair(b, a)))
      return fail(fmt::format("the walk never goes back from {} to {}", token_text(b), token_text(a)));
    if (a < b) graph.edges.emplace_back(index[at(a)], index[at(b)]);
  }
  return circuit_of_pin_graph(graph, why);
}

}  // namespace nullor::graph
