#include "nullor/graph/spice_topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <span>

#include "nullor/graph/spice_lines.h"

namespace nullor::graph {
namespace {

constexpr std::size_t kMostDevices = 10'000;
constexpr std::size_t kMostNets = 10'000;
constexpr int kMostElements = 100'000;
constexpr int kMostDepth = 20;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_ground(std::string_view name) { return name == "0" || name == "gnd"; }

/// Collects devices on named nets, then decides what the nets are.
class Builder {
 public:
  explicit Builder(const SpiceOptions& options) {
    for (const auto& [name, role] : options.roles) roles_[lower(name)] = role;
  }

  SpiceTopology out;

  int net(const std::string& name) {
    const auto [at, is_new] = index_.emplace(is_ground(name) ? "0" : name, static_cast<int>(index_.size()));
    if (is_new) out.topology.nets.push_back({at->first, PortRole::internal});
    return at->second;
  }
  bool full() const { return out.topology.devices.size() >= kMostDevices || index_.size() > kMostNets; }
  void add(DeviceKind kind, std::span<const std::string> nodes, const std::string& name) {
    std::vector<int> on;
    for (const std::string& node : nodes) on.push_back(net(node));
    out.topology.add(kind, on, name);
  }
  void add_source(char letter, const std::string& name, const std::string& plus, const std::string& minus) {
    sources_.push_back({letter, name, net(plus), net(minus)});
  }
  void skip(const std::string& name) { out.notes.push_back(fmt::format("{} is left out", name)); }

  /// `ports` are the nets to the outside; null: those whose names say so.
  void finish(const std::vector<std::string>* ports) {
    for (Net& one : out.topology.nets) {
      if (const auto given = roles_.find(one.name); given != roles_.end()) {
        one.role = given->second;
      } else if (is_ground(one.name)) {
        one.role = PortRole::vss;
      } else if (ports == nullptr) {
        one.role = role_guess(one.name).value_or(PortRole::internal);
      }
    }
    if (ports != nullptr) name_ports(*ports);
    for (const Source& source : sources_) replace(source);
    drop_loose_nets();
  }

 private:
  struct Source {
    char letter;
    std::string name;
    int plus, minus;
  };

  Net& at(int net) { return out.topology.nets[static_cast<std::size_t>(net)]; }

  void name_ports(const std::vector<std::string>& ports) {
    for (const std::string& port : ports) {
      Net& one = at(net(port));
      if (one.is_port() || roles_.contains(port)) continue;
      if (const auto role = role_guess(port)) {
        one.role = *role;
      } else {
        out.unknown_ports.push_back(port);
      }
    }
  }

  void replace(const Source& source) {
    Net &plus = at(source.plus), &minus = at(source.minus);
    const bool current = source.letter == 'i';
    if (plus.is_port() && minus.is_port()) return;
    if (!current && !plus.is_port() && !minus.is_port()) return skip(source.name);
    for (Net* one : {&plus, &minus}) {
      if (one->is_port()) continue;
      one->role = current ? PortRole::ib : PortRole::vb;
      out.notes.push_back(fmt::format("{}: its net {} is a bias port", source.name, one->name));
    }
  }

  /// Nets of ports and sources that no pin touches are no part of the circuit, but unknown ports are named.
  void drop_loose_nets() {
    Topology& t = out.topology;
    const std::vector<int> degree = t.degrees();
    std::vector<std::int16_t> number(t.nets.size(), -1);
    std::vector<Net> kept;
    for (std::size_t net = 0; net < t.nets.size(); ++net) {
      if (degree[net] == 0) continue;
      number[net] = static_cast<std::int16_t>(kept.size());
      kept.push_back(std::move(t.nets[net]));
    }
    t.nets = std::move(kept);
    for (Device& device : t.devices) {
      for (std::size_t pin = 0; pin < device.pins; ++pin)
        device.nets[pin] = number[static_cast<std::size_t>(device.nets[pin])];
    }
  }

  std::map<std::string, PortRole> roles_;
  std::map<std::string, int> index_;
  std::vector<Source> sources_;
};

/// How many of the `given` nodes are pins of such a device; 0: it has another number of nodes. Resistors and
/// capacitors of foundries have a node for what is below them.
std::size_t nodes_of(DeviceKind kind, std::size_t given) {
  const auto most = info(kind).pins.size(), least = static_cast<std::size_t>(info(kind).required_pins);
  if (given < least || given > std::max(most, std::size_t{3})) return 0;
  return std::min(given, most);
}

/// Walks the elements of a subcircuit and of those it calls.
class Reader {
 public:
  Reader(const SpiceText& text, const SpiceOptions& options) : text_(text), builder_(options) {}

  SpiceTopology run(const SpiceBlock& block, bool has_ports) {
    read(block, "", {}, 0);
    builder_.out.name = block.name;
    builder_.finish(has_ports ? &block.ports : nullptr);
    return std::move(builder_.out);
  }

 private:
  using Names = std::map<std::string, std::string>;

  [[noreturn]] void fail(const SpiceLine& line, const std::string& what, const std::string& hint = {}) const {
    throw InputError(ErrorKind::netlist, what, {text_.file, line.number, 0}, hint);
  }

  void read(const SpiceBlock& block, const std::string& prefix, const Names& outer, int depth) {
    for (const SpiceLine& line : block.elements) {
      if (builder_.full() || ++elements_ > kMostElements)
        fail(line, "more than 10,000 devices or nets, or 100,000 lines");
      read_element(line, prefix, outer, depth);
    }
  }

  /// Nodes 1 .. count of a line by their names outside.
  std::vector<std::string> nodes(const SpiceLine& line, std::size_t count, const std::string& prefix,
                                 const Names& outer) const {
    if (line.words.size() <= count) fail(line, fmt::format("{} has too few nodes", line.words[0]));
    std::vector<std::string> out;
    for (std::size_t k = 1; k <= count; ++k) {
      const auto port = outer.find(line.words[k]);
      out.push_back(port != outer.end()        ? port->second
                    : is_ground(line.words[k]) ? line.words[k]
                                               : prefix + line.words[k]);
    }
    return out;
  }

  void add(const SpiceLine& line, DeviceKind kind, std::size_t count, const std::string& prefix,
           const Names& outer) {
    builder_.add(kind, nodes(line, count, prefix, outer), prefix + line.words[0]);
  }

  void read_element(const SpiceLine& line, const std::string& prefix, const Names& outer, int depth) {
    switch (line.words[0][0]) {
      case 'r':
        return add(line, DeviceKind::resistor, 2, prefix, outer);
      case 'c':
        return add(line, DeviceKind::capacitor, 2, prefix, outer);
      case 'l':
        return add(line, DeviceKind::inductor, 2, prefix, outer);
      case 'd':
        return add(line, DeviceKind::diode, 2, prefix, outer);
      case 'm':
        return read_transistor(line, 4, DeviceKind::nmos, DeviceKind::pmos, prefix, outer);
      case 'q':
        return read_transistor(line, bipolar_nodes(line), DeviceKind::npn, DeviceKind::pnp, prefix, outer);
      case 'x':
        return read_call(line, prefix, outer, depth);
      case 'i':
      case 'v': {
        const auto ends = nodes(line, 2, prefix, outer);
        return builder_.add_source(line.words[0][0], prefix + line.words[0], ends[0], ends[1]);
      }
      default:
        return builder_.skip(prefix + line.words[0]);
    }
  }

  /// "q1 c b e model", "q1 c b e s model", both with an area behind it.
  std::size_t bipolar_nodes(const SpiceLine& line) const {
    if (line.words.size() > 4 && text_.models.contains(line.words[4])) return 3;
    const bool area = line.words.size() > 5 && !std::isalpha(static_cast<unsigned char>(line.words[5][0]));
    return line.words.size() <= 5 || area ? 3 : 4;
  }

  void read_transistor(const SpiceLine& line, std::size_t count, DeviceKind n, DeviceKind p,
                       const std::string& prefix, const Names& outer) {
    if (line.words.size() <= count + 1) fail(line, fmt::format("{} has too few nodes", line.words[0]));
    const std::string& model = line.words[count + 1];
    const auto card = text_.models.find(model);
    const auto kind = transistor_of(card != text_.models.end() ? card->second : model, n, p);
    if (!kind) {
      fail(line,
           fmt::format("nothing tells whether model '{}' is {} or {}", model, info(n).word, info(p).word),
           "add its .model line to the file");
    }
    add(line, *kind, count, prefix, outer);
  }

  void read_call(const SpiceLine& line, const std::string& prefix, const Names& outer, int depth) {
    if (line.words.size() < 3) fail(line, fmt::format("{} has too few nodes", line.words[0]));
    const std::string& name = line.words.back();
    const std::size_t given = line.words.size() - 2;
    const auto called = text_.subcircuits.find(name);
    if (called == text_.subcircuits.end()) {
      const auto kind = kind_of_model(name);
      const std::size_t count = kind ? nodes_of(*kind, given) : 0;
      if (count == 0) {
        fail(line,
             fmt::format("'{}' is no subcircuit of this file, and its name tells no device of {} nodes", name,
                         given),
             "add its .subckt to the file");
      }
      return add(line, *kind, count, prefix, outer);
    }
    const SpiceBlock& block = called->second;
    if (block.ports.size() != given)
      fail(line, fmt::format("'{}' has {} ports, not {}", name, block.ports.size(), given));
    if (depth >= kMostDepth) fail(line, "subcircuits call each other more than twenty deep");
    Names inner;
    const auto on = nodes(line, given, prefix, outer);
    for (std::size_t k = 0; k < given; ++k) inner[block.ports[k]] = on[k];
    read(block, prefix + line.words[0] + ".", inner, depth + 1);
  }

  const SpiceText& text_;
  Builder builder_;
  int elements_ = 0;
};

/// The subcircuit that was asked for, or the only one that no other calls.
const SpiceBlock& choose(const SpiceText& text, const std::string& wanted) {
  std::vector<std::string> names;
  std::set<std::string> called;
  for (const auto& [name, block] : text.subcircuits) {
    names.push_back(name);
    for (const SpiceLine& line : block.elements) {
      if (line.words[0][0] == 'x') called.insert(line.words.back());
    }
  }
  const Location where{text.file, 0, 0};
  if (!wanted.empty()) {
    const auto found = text.subcircuits.find(lower(wanted));
    if (found == text.subcircuits.end()) {
      throw InputError(ErrorKind::netlist, fmt::format("no subcircuit '{}'", wanted), where,
                       did_you_mean(wanted, names));
    }
    return found->second;
  }
  std::vector<std::string> roots;
  for (const std::string& name : names) {
    if (!called.contains(name)) roots.push_back(name);
  }
  if (roots.size() != 1) {
    throw InputError(ErrorKind::netlist, fmt::format("{} subcircuits that no other calls", roots.size()),
                     where, fmt::format("choose one of: {}", fmt::join(names, ", ")));
  }
  return text.subcircuits.at(roots[0]);
}

}  // namespace

std::optional<DeviceKind> kind_of_model(std::string_view name) {
  struct Word {
    std::string_view word;
    DeviceKind kind;
  };
  static constexpr Word kWords[] = {
      {"nfet", DeviceKind::nmos},      {"pfet", DeviceKind::pmos},     {"nmos", DeviceKind::nmos},
      {"pmos", DeviceKind::pmos},      {"nch", DeviceKind::nmos},      {"pch", DeviceKind::pmos},
      {"npn", DeviceKind::npn},        {"pnp", DeviceKind::pnp},       {"diode", DeviceKind::diode},
      {"cap", DeviceKind::capacitor},  {"mim", DeviceKind::capacitor}, {"res", DeviceKind::resistor},
      {"rhigh", DeviceKind::resistor}, {"rppd", DeviceKind::resistor}, {"rsil", DeviceKind::resistor},
      {"ind", DeviceKind::inductor}};
  const std::string whole = lower(name);
  for (const auto& [word, kind] : kWords) {
    for (std::size_t at = whole.find(word); at != std::string::npos; at = whole.find(word, at + 1)) {
      if (at == 0 || whole[at - 1] == '_') return kind;
    }
  }
  return std::nullopt;
}

std::optional<DeviceKind> transistor_of(const std::string& model, DeviceKind n, DeviceKind p) {
  if (const auto kind = kind_of_model(model); kind == n || kind == p) return kind;
  for (const DeviceKind kind : {n, p}) {
    if (model.find(info(kind).word) != std::string::npos) return kind;
  }
  if (model[0] == 'n') return n;
  if (model[0] == 'p') return p;
  return std::nullopt;
}

SpiceTopology spice_topology(std::string_view text, const std::string& path, const SpiceOptions& options) {
  const SpiceText lines = read_spice_lines(text, path);
  if (lines.subcircuits.empty() && options.subcircuit.empty())
    return Reader(lines, options).run(lines.outside, false);
  return Reader(lines, options).run(choose(lines, options.subcircuit), true);
}

SpiceTopology spice_topology(const Circuit& circuit, const SpiceOptions& options) {
  Builder builder(options);
  for (const Instance& instance : circuit.instances) {
    if (builder.full())
      throw InputError(ErrorKind::netlist, "more than 10,000 devices or nets", instance.where);
    std::vector<std::string> nodes;
    for (const int node : instance.nodes) nodes.push_back(circuit.nodes[static_cast<std::size_t>(node)]);
    const std::string type =
        instance.model < 0 ? "" : circuit.models[static_cast<std::size_t>(instance.model)].type;
    const auto add = [&](DeviceKind kind) {
      const std::size_t count = nodes_of(kind, nodes.size());
      if (count == 0) return builder.skip(instance.name);
      builder.add(kind, std::span(nodes).first(count), instance.name);
    };
    switch (instance.letter) {
      case 'r':
        add(DeviceKind::resistor);
        break;
      case 'c':
        add(DeviceKind::capacitor);
        break;
      case 'l':
        add(DeviceKind::inductor);
        break;
      case 'd':
        add(DeviceKind::diode);
        break;
      case 'm':
      case 'q': {
        const auto kind = kind_of_model(type);
        kind ? add(*kind) : builder.skip(instance.name);
        break;
      }
      case 'i':
      case 'v':
        builder.add_source(instance.letter, instance.name, nodes[0], nodes[1]);
        break;
      default:
        builder.skip(instance.name);
    }
  }
  builder.finish(nullptr);
  return std::move(builder.out);
}

}  // namespace nullor::graph
