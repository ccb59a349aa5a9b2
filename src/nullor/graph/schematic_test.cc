#include "nullor/graph/schematic.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "nullor/graph/disjoint_sets.h"
#include "nullor/graph/record_mask.h"
#include "nullor/graph/schematic_placement.h"

namespace nullor::graph {
namespace {

/// A valid circuit from random choices among what the mask allows.
Topology numbered_circuit(std::uint64_t seed, int devices) {
  Rng rng(seed);
  Conditions conditions{.min_devices = devices, .max_devices = devices};
  conditions.ports[static_cast<std::size_t>(PortRole::vdd)] =
      conditions.ports[static_cast<std::size_t>(PortRole::vss)] = 1;
  conditions.ports[static_cast<std::size_t>(PortRole::vin)] = 2;
  conditions.ports[static_cast<std::size_t>(PortRole::vout)] = 1;
  conditions.only_ports = true;
  RecordMask mask(conditions);
  std::vector<int> tokens = prompt(conditions);
  while (!mask.finished()) {
    const std::span<const std::uint8_t> allowed = mask.allowed();
    std::vector<int> choices;
    for (std::size_t t = 0; t < allowed.size(); ++t) {
      if (allowed[t]) choices.push_back(static_cast<int>(t));
    }
    tokens.push_back(choices[rng.below(choices.size())]);
    mask.push(tokens.back());
  }
  return *RecordLanguage().decode(tokens);
}

/// Reads a file of xschem by geometry alone: which pins are joined by wires, touching ends and equal labels.
class SchematicReader {
 public:
  explicit SchematicReader(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      char what = 0;
      words >> what;
      if (what == 'N') {
        std::array<int, 4> w{};
        for (int& x : w) words >> x;
        wires_.push_back(w);
      } else if (what == 'C') {
        component(line, words);
      }
    }
    for (const auto& w : wires_) join(node({w[0], w[1]}), node({w[2], w[3]}));
    for (const auto& [p, n] : nodes_) {
      for (const auto& w : wires_) {
        const bool on = (w[0] == w[2] && p.first == w[0] && (p.second - w[1]) * (p.second - w[3]) <= 0) ||
                        (w[1] == w[3] && p.second == w[1] && (p.first - w[0]) * (p.first - w[2]) <= 0);
        if (on) join(n, nodes_.at({w[0], w[1]}));
      }
    }
  }

  /// The set that a pin belongs to: "M1", "D".
  int net(const std::string& device, const std::string& pin) const {
    return sets_.find(pins_.at(device + "." + pin));
  }
  bool has(const std::string& device) const { return devices_.contains(device); }

 private:
  using Place = std::pair<int, int>;

  static std::string between(const std::string& line, const std::string& from, char to) {
    const std::size_t begin = line.find(from) + from.size();
    return line.substr(begin, line.find(to, begin) - begin);
  }

  void component(const std::string& line, std::istringstream& words) {
    std::string file;
    int x = 0, y = 0, turns = 0, mirrored = 0;
    words >> file >> x >> y >> turns >> mirrored;
    const std::string symbol = between(file, "devices/", '.'), name = between(line, "name=", ' ');
    if (symbol == "lab_pin") {
      const std::string label = between(line, "lab=", '}');
      const int here = node({x, y});
      if (labels_.contains(label)) join(here, labels_[label]);
      labels_[label] = here;
      return;
    }
    static const std::map<std::string, std::map<std::string, Place>> kPins = {
        {"nmos4", {{"D", {20, -30}}, {"G", {-20, 0}}, {"S", {20, 30}}, {"B", {20, 0}}}},
        {"pmos4", {{"D", {20, 30}}, {"G", {-20, 0}}, {"S", {20, -30}}, {"B", {20, 0}}}},
        {"npn", {{"C", {20, -30}}, {"B", {-20, 0}}, {"E", {20, 30}}}},
        {"pnp", {{"C", {20, 30}}, {"B", {-20, 0}}, {"E", {20, -30}}}},
        {"res", {{"P", {0, -30}}, {"N", {0, 30}}}},
        {"capa", {{"P", {0, -30}}, {"N", {0, 30}}}},
        {"ind", {{"P", {0, -30}}, {"N", {0, 30}}}},
        {"diode", {{"P", {0, -30}}, {"N", {0, 30}}}}};
    const auto pins = kPins.find(symbol);
    if (pins == kPins.end()) return;
    devices_.insert(name);
    for (const auto& [pin, offset] : pins->second) {
      int dx = mirrored ? -offset.first : offset.first, dy = offset.second;
      for (int turn = 0; turn < turns; ++turn) {
        const int old = dx;
        dx = -dy;
        dy = old;
      }
      pins_[name + "." + pin] = node({x + dx, y + dy});
    }
  }

  int node(Place p) {
    const auto [at, added] = nodes_.try_emplace(p, 0);
    if (added) at->second = sets_.add();
    return at->second;
  }
  void join(int a, int b) { sets_.join(a, b); }

  std::map<Place, int> nodes_;
  std::vector<std::array<int, 4>> wires_;
  std::map<std::string, int> labels_, pins_;
  std::set<std::string> devices_;
  DisjointSets sets_;
};

/// Pins are joined in the drawing exactly where they share a net.
void expect_drawn(const Topology& topology, const std::string& what) {
  const SchematicReader reader(schematic_xschem(topology, draw(topology)));
  std::map<int, int> net_of;  // set in the drawing -> net
  std::map<int, int> set_of;
  for (const Device& device : topology.devices) {
    if (device.kind > DeviceKind::diode) continue;
    ASSERT_TRUE(reader.has(device.name)) << what;
    for (int pin = 0; pin < device.pins; ++pin) {
      if (!has_pin(device.kind, pin)) continue;
      const std::string name(info(device.kind).pins[static_cast<std::size_t>(pin)].name);
      const int net = device.nets[static_cast<std::size_t>(pin)], set = reader.net(device.name, name);
      EXPECT_EQ(net_of.try_emplace(set, net).first->second, net)
          << what << ": short at " << device.name << "." << name;
      EXPECT_EQ(set_of.try_emplace(net, set).first->second, set)
          << what << ": open at " << device.name << "." << name;
    }
  }
}

TEST(Schematic, JoinsThePinsOfANetAndNoOthers) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    expect_drawn(numbered_circuit(seed, 2 + static_cast<int>(seed % 25)), "seed " + std::to_string(seed));
    if (HasFailure()) return;
  }
}

const std::vector<std::string> kPairPorts = {"VDD", "VSS", "VIN1", "VIN2", "VOUT1", "VB1"};
const char* const kPair =
    "M1 (a VIN1 t VSS) nmos4\nM2 (VOUT1 VIN2 t VSS) nmos4\nM3 (t VB1 VSS VSS) nmos4\nM4 (a a VDD VDD) pmos4\n"
    "M5 (VOUT1 a VDD VDD) pmos4\n";

TEST(Schematic, HeightsFallFromVddToVss) {
  const Topology pair = parse_netlist(kPair, kPairPorts, "test");
  const std::vector<double> height = net_heights(pair);
  const auto of = [&](const char* net) { return height[static_cast<std::size_t>(pair.find_net(net))]; };
  EXPECT_EQ(of("VDD"), 1);
  EXPECT_EQ(of("VSS"), 0);
  EXPECT_NEAR(of("a"), of("VOUT1"), 1e-2);
  EXPECT_GT(of("a"), of("t"));
  EXPECT_GT(of("t"), 0);
}

TEST(Schematic, DrawsADifferentialPairAsPeopleDo) {
  const Topology pair = parse_netlist(kPair, kPairPorts, "test");
  const std::vector<Symbol> symbols = place(pair);
  EXPECT_EQ(symbols[0].at.y, symbols[1].at.y);  // the pair in one row
  EXPECT_EQ(symbols[3].at.y, symbols[4].at.y);  // the mirror in another, above
  EXPECT_LT(symbols[3].at.y, symbols[0].at.y);
  EXPECT_GT(symbols[2].at.y, symbols[0].at.y);          // the tail below
  EXPECT_NE(symbols[0].mirrored, symbols[1].mirrored);  // gates outwards
  EXPECT_NE(symbols[3].mirrored, symbols[4].mirrored);  // gates together
}

TEST(Schematic, NamesOfPortsStandBesideTheSymbols) {
  // Two gates on one port: a wire takes the place of the name at both.
  const char* const netlist =
      "M1 (VOUT1 a VDD VDD) pmos4\nM2 (a a VDD VDD) pmos4\nM3 (a VIN1 t VSS) nmos4\nM4 (t VIN1 VSS VSS) "
      "nmos4\nM5 (VOUT1 VIN2 t VSS) nmos4\n";
  const Topology topology =
      parse_netlist(netlist, std::vector<std::string>{"VDD", "VSS", "VIN1", "VIN2", "VOUT1"}, "test");
  const Schematic drawing = draw(topology);
  int names = 0;
  for (const NetLabel& label : drawing.labels) {
    const Net& net = topology.nets[static_cast<std::size_t>(label.net)];
    if (net.role == PortRole::vdd || net.role == PortRole::vss) continue;
    ++names;
    for (const Symbol& symbol : drawing.symbols) {
      for (const int letter : {0, 1, 2, 3}) {
        const Point p{label.at.x + label.side * (8 + 7 * letter), label.at.y - 6};
        EXPECT_FALSE(std::abs(p.x - symbol.at.x) < 20 && std::abs(p.y - symbol.at.y) < 30)
            << net.name << " at " << label.at.x << " " << label.at.y;
      }
    }
  }
  EXPECT_EQ(names, 3);
}

TEST(Schematic, NoWireTouchesTheBarOfARail) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Topology topology = numbered_circuit(seed, 2 + static_cast<int>(seed % 25));
    const Schematic drawing = draw(topology);
    for (const NetLabel& label : drawing.labels) {
      const PortRole role = topology.nets[static_cast<std::size_t>(label.net)].role;
      if ((role != PortRole::vdd && role != PortRole::vss) || std::abs(label.side) != 2) continue;
      const int y = label.at.y + 5 * label.side;
      for (const WireSegment& wire : drawing.wires) {
        const bool beside = std::max(wire.from.x, wire.to.x) < label.at.x - 10 ||
                            std::min(wire.from.x, wire.to.x) > label.at.x + 10;
        const bool above = std::max(wire.from.y, wire.to.y) < y || std::min(wire.from.y, wire.to.y) > y;
        EXPECT_TRUE(beside || above) << "seed " << seed << " at " << label.at.x << " " << y;
      }
    }
  }
}

TEST(Schematic, EqualCircuitsGiveEqualDrawings) {
  const Topology circuit = numbered_circuit(7, 20);
  EXPECT_EQ(schematic_svg(circuit, draw(circuit)), schematic_svg(circuit, draw(circuit)));
}

TEST(Schematic, NamesCannotBreakTheFile) {
  Topology pair = parse_netlist(kPair, kPairPorts, "test");
  pair.devices[0].name = "<script>";
  EXPECT_EQ(schematic_svg(pair, draw(pair)).find("<script"), std::string::npos);
}

}  // namespace
}  // namespace nullor::graph
