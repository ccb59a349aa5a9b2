#include "nullor/graph/records.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "nullor/base/error.h"

namespace nullor::graph {
namespace {

using T = RecordTokens;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

bool is_rail(PortRole role) { return role == PortRole::vdd || role == PortRole::vss; }

/// Numbers nets by first appearance.
class NetNumbers {
 public:
  explicit NetNumbers(const Topology& topology) : topology_(topology), tokens_(topology.nets.size(), 0) {}

  int token(int net) {
    int& known = tokens_[at(net)];
    if (known != 0) return known;
    const PortRole role = topology_.nets[at(net)].role;
    const int number = ++used_[static_cast<std::size_t>(role)];
    const int most = is_rail(role) ? 1 : role == PortRole::internal ? T::kInternalNets : T::kPortsARole;
    if (number > most) {
      throw InputError(ErrorKind::netlist,
                       fmt::format("more than {} {} nets do not fit into records", most,
                                   role == PortRole::internal ? "internal" : role_name(role)));
    }
    return known = role == PortRole::internal ? T::internal(number) : T::port(role, number);
  }

 private:
  const Topology& topology_;
  std::vector<int> tokens_;
  std::array<int, kPortRoles> used_{};
};

template <class Item>
void shuffle(std::vector<Item>& items, Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[rng.below(i)]);
}

/// A random order in which each device, where that is possible, shares a net other than a rail with one
/// before it; `bits`, unless null, receives -log2 of its probability.
std::vector<int> random_walk(const Topology& topology, Rng& rng, double* bits) {
  const std::size_t count = topology.devices.size();
  std::vector<std::vector<int>> on_net(topology.nets.size());
  for (std::size_t d = 0; d < count; ++d) {
    const Device& device = topology.devices[d];
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      if (!is_rail(topology.nets[at(device.nets[pin])].role))
        on_net[at(device.nets[pin])].push_back(static_cast<int>(d));
    }
  }
  std::vector<int> waiting(count);
  std::iota(waiting.begin(), waiting.end(), 0);
  shuffle(waiting, rng);
  std::vector<int> order, frontier;
  std::vector<bool> placed(count, false), reached(topology.nets.size(), false);
  const auto place = [&](int d) {
    placed[at(d)] = true;
    order.push_back(d);
    const Device& device = topology.devices[at(d)];
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      const std::size_t net = at(device.nets[pin]);
      if (reached[net]) continue;
      reached[net] = true;
      frontier.insert(frontier.end(), on_net[net].begin(), on_net[net].end());
    }
  };
  const auto open = [&](int d) { return !placed[at(d)]; };
  while (order.size() < count) {
    const std::vector<int> before = bits ? frontier : std::vector<int>();
    const auto choices = std::count_if(before.begin(), before.end(), open);
    int next = -1;
    while (next < 0 && !frontier.empty()) {
      std::swap(frontier[rng.below(frontier.size())], frontier.back());
      if (!placed[at(frontier.back())]) next = frontier.back();
      frontier.pop_back();
    }
    while (next < 0) {
      if (!placed[at(waiting.back())]) next = waiting.back();
      waiting.pop_back();
    }
    if (bits) {
      const auto ways = std::count(before.begin(), before.end(), next);
      *bits += choices > 0 ? std::log2(static_cast<double>(choices) / static_cast<double>(ways))
                           : std::log2(static_cast<double>(count - order.size()));
    }
    place(next);
  }
  return order;
}

std::vector<int> random_conditions(const Topology& topology, Rng& rng) {
  const auto coin = [&] { return rng.uniform() < 0.5; };
  std::vector<int> out;
  if (coin() && topology.family != Family::other) out.push_back(T::family(topology.family));
  const int count = static_cast<int>(topology.devices.size());
  if (coin() && count <= kMostDevices) out.push_back(T::size(count));
  if (coin()) {
    const bool all = coin();
    std::array<int, kPortRoles> ports{};
    for (const Net& net : topology.nets) {
      if (net.is_port() && (all || coin())) ++ports[static_cast<std::size_t>(net.role)];
    }
    Conditions conditions{.ports = ports, .only_ports = all};
    for (const int token : condition_tokens(conditions)) out.push_back(token);
  }
  std::array<bool, kDeviceKinds> present{};
  for (const Device& device : topology.devices) present[static_cast<std::size_t>(device.kind)] = true;
  for (int k = 0; k < kDeviceKinds; ++k) {
    const auto kind = static_cast<DeviceKind>(k);
    if (rng.uniform() < 0.2) out.push_back(present[at(k)] ? T::has(kind) : T::without(kind));
  }
  return out;
}

class RecordReader {
 public:
  /// Whether the tokens behind kBeginToken are whole records up to the end.
  bool read(std::span<const int> tokens) {
    std::size_t i = 0;
    while (i < tokens.size() && tokens[i] != kEndToken) {
      if (!T::is_kind(tokens[i])) return fail(i, "a kind of device", tokens[i]);
      const auto kind = static_cast<DeviceKind>(tokens[i] - T::kFirstKind);
      const KindInfo& of = info(kind);
      if (i + of.pins.size() >= tokens.size()) return fail(i, "a whole record", tokens[i]);
      std::vector<int> nets;
      for (std::size_t pin = 0; pin < of.pins.size(); ++pin) {
        const int token = tokens[i + 1 + pin];
        if (token == T::kNoNet && static_cast<int>(pin) >= of.required_pins) continue;
        if (!T::is_net(token)) return fail(i + 1 + pin, "a net", token);
        nets.push_back(net(token));
      }
      topology.add(kind, nets);
      i += 1 + of.pins.size();
    }
    rename(topology);
    return true;
  }

  Topology topology;
  std::string why;

 private:
  int net(int token) {
    int& known = nets_[at(token)];
    if (known == 0) {
      topology.nets.push_back({std::string(), T::net(token).first});
      known = static_cast<int>(topology.nets.size());
    }
    return known - 1;
  }

  bool fail(std::size_t place, std::string_view expected, int token) {
    why = fmt::format("token {} of the records is {}, not {}", place + 1, token, expected);
    return false;
  }

  std::array<int, T::kCount> nets_{};
};

}  // namespace

int RecordTokens::port(PortRole role, int number) {
  if (role == PortRole::vdd) return kFirstNet;
  if (role == PortRole::vss) return kFirstNet + 1;
  return kFirstPort + (static_cast<int>(role) - 3) * kPortsARole + number - 1;
}

std::pair<PortRole, int> RecordTokens::net(int token) {
  if (token < kFirstPort) return {token == kFirstNet ? PortRole::vdd : PortRole::vss, 1};
  if (token >= kFirstInternal) return {PortRole::internal, token - kFirstInternal + 1};
  const int port = token - kFirstPort;
  return {static_cast<PortRole>(3 + port / kPortsARole), port % kPortsARole + 1};
}

std::string RecordLanguage::token_text(int token) const {
  if (token == kEndToken) return "end";
  if (token == kBeginToken) return "begin";
  if (T::is_kind(token)) return std::string(info(static_cast<DeviceKind>(token - T::kFirstKind)).word);
  if (token == T::kNoNet) return "-";
  if (T::is_net(token)) {
    const auto [role, number] = T::net(token);
    if (is_rail(role)) return std::string(role_name(role));
    return fmt::format("{}{}", role == PortRole::internal ? "n" : role_name(role), number);
  }
  if (token < T::kFirstSize)
    return fmt::format("family={}", family_name(static_cast<Family>(token - T::kFirstFamily)));
  if (token < T::kFirstHas) return fmt::format("devices={}", token - T::kFirstSize + 1);
  const auto word = [](int k) { return info(static_cast<DeviceKind>(k)).word; };
  if (token < T::kFirstWithout) return fmt::format("with={}", word(token - T::kFirstHas));
  if (token < T::kOnlyPorts) return fmt::format("without={}", word(token - T::kFirstWithout));
  return "only";
}

std::vector<int> record_tokens(const Topology& topology, std::span<const int> order) {
  NetNumbers numbers(topology);
  std::vector<int> out;
  for (const int d : order) {
    const Device& device = topology.devices[at(d)];
    const std::size_t pins = info(device.kind).pins.size();
    out.push_back(T::kind(device.kind));
    for (std::size_t pin = 0; pin < pins; ++pin) {
      out.push_back(pin < device.pins ? numbers.token(device.nets[pin]) : T::kNoNet);
    }
  }
  return out;
}

std::vector<int> condition_tokens(const Conditions& conditions) {
  std::vector<int> out;
  if (conditions.family) out.push_back(T::family(*conditions.family));
  const bool exact = conditions.min_devices == conditions.max_devices;
  const int devices = exact ? conditions.max_devices : conditions.wished_devices;
  if (devices > 0) out.push_back(T::size(devices));
  for (int role = 1; role < kPortRoles; ++role) {
    for (int number = 1; number <= conditions.ports[at(role)]; ++number) {
      out.push_back(T::port(static_cast<PortRole>(role), number));
    }
  }
  if (conditions.only_ports) out.push_back(T::kOnlyPorts);
  for (int k = 0; k < kDeviceKinds; ++k) {
    if (conditions.required[at(k)]) out.push_back(T::has(static_cast<DeviceKind>(k)));
    if (conditions.forbidden[at(k)]) out.push_back(T::without(static_cast<DeviceKind>(k)));
  }
  return out;
}

std::vector<int> RecordLanguage::encode(const Topology& topology, Rng& rng, double* order_bits) const {
  Topology flipped = topology;
  if (order_bits) *order_bits = 0;
  for (Device& device : flipped.devices) {
    const bool alike = device.pins == 2 && info(device.kind).flips;
    if (alike && rng.below(2) == 1) std::swap(device.nets[0], device.nets[1]);
    if (alike && order_bits) ++*order_bits;
  }
  std::vector<int> out;
  if (rng.uniform() < conditioned_) out = random_conditions(topology, rng);
  out.push_back(kBeginToken);
  const std::vector<int> records = record_tokens(flipped, random_walk(topology, rng, order_bits));
  out.insert(out.end(), records.begin(), records.end());
  out.push_back(kEndToken);
  return out;
}

std::optional<Topology> RecordLanguage::decode(std::span<const int> tokens, std::string* why) const {
  const auto begin = std::find(tokens.begin(), tokens.end(), kBeginToken);
  RecordReader reader;
  if (begin == tokens.end()) {
    reader.why = "the sequence has no beginning";
  } else if (reader.read(tokens.subspan(static_cast<std::size_t>(begin - tokens.begin()) + 1))) {
    for (auto token = tokens.begin(); token != begin; ++token) {
      if (*token >= T::kFirstFamily && *token < T::kFirstSize) {
        reader.topology.family = static_cast<Family>(*token - T::kFirstFamily);
      }
    }
    return std::move(reader.topology);
  }
  if (why) *why = reader.why;
  return std::nullopt;
}

std::vector<int> RecordLanguage::slots(std::span<const int> tokens) const {
  std::vector<int> out(tokens.size(), 0);
  bool begun = false;
  int kind = 0, pin = 0, pins = 0;  // of the record that is open; pin == pins: none
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const int token = tokens[i];
    if (!begun) {
      begun = token == kBeginToken;
    } else if (pin < pins) {
      ++pin;
    } else if (T::is_kind(token)) {
      kind = token - T::kFirstKind;
      pin = 0;
      pins = static_cast<int>(info(static_cast<DeviceKind>(kind)).pins.size());
    }
    if (begun) out[i] = pin < pins ? 2 + kind * kMaxPins + pin : 1;
  }
  return out;
}

}  // namespace nullor::graph
