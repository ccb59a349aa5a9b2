// The JSON of the ZeroSim paper: circuits as graphs of pins, samples by node.
#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "nullor/design/dataset_export.h"
#include "nullor/design/testbench_deck.h"
#include "nullor/graph/sized_circuit.h"
#include "nullor/netlist/circuit.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMissingInPaper = 1e9;
constexpr std::size_t kPadded = 200;  ///< rows of its adjacency matrices

struct Pin {
  std::string device, type;
  int net = 0;
};

/// A device of the circuit under test as the netlist has it; a subcircuit around one model is that model.
struct GraphDevice {
  std::string name;
  std::vector<std::size_t> pins;
  const Instance* instance = nullptr;  ///< null: several elements
};

struct PinGraph {
  std::vector<Pin> pins;
  std::vector<GraphDevice> devices;
};

std::vector<std::string> pin_types(char letter) {
  switch (letter) {
    case 'm':
      return {"drain", "gate", "source", "bulk"};
    case 'q':
      return {"collector", "base", "emitter", "substrate"};
    case 'j':
      return {"drain", "gate", "source"};
    case 'd':
      return {"anode", "cathode"};
    default:
      return {"positive", "negative"};
  }
}

/// "xm1" of "m.xdut.xm1.mnch"; empty for what is not in the circuit under test.
std::string device_name(const std::string& flat) {
  const std::string_view inside = graph::name_inside(flat, kDutName);
  return std::string(inside.substr(0, inside.find('.')));
}

PinGraph graph_of(const Circuit& circuit, const CircuitContents& contents, const TestSetup& setup) {
  PinGraph out;
  for (const std::string& port : contents.ports) {
    const auto tied = std::find_if(setup.connect.begin(), setup.connect.end(),
                                   [&](const auto& pair) { return pair.first == port; });
    out.pins.push_back({port, "port", circuit.find_node(tied->second)});
  }
  std::map<std::string, std::vector<const Instance*>> elements;
  std::vector<std::string> order;
  for (const Instance& i : circuit.instances) {
    const std::string name = device_name(i.name);
    if (name.empty()) continue;
    if (!elements.contains(name)) order.push_back(name);
    elements[name].push_back(&i);
  }
  for (const std::string& name : order) {
    GraphDevice device{name, {}, elements[name].size() == 1 ? elements[name][0] : nullptr};
    const std::string own = std::string(kDutName) + "." + name + ".";
    std::vector<int> seen;
    for (const Instance* element : elements[name]) {
      const auto types = pin_types(device.instance ? element->letter : 0);
      for (std::size_t k = 0; k < element->nodes.size(); ++k) {
        const int net = element->nodes[k];
        // Of several elements each outer net counts once.
        const bool inner = circuit.nodes[static_cast<std::size_t>(net)].starts_with(own);
        if (!device.instance && (inner || std::find(seen.begin(), seen.end(), net) != seen.end())) continue;
        seen.push_back(net);
        device.pins.push_back(out.pins.size());
        out.pins.push_back({name, types[std::min(device.pins.size() - 1, types.size() - 1)], net});
      }
    }
    out.devices.push_back(std::move(device));
  }
  return out;
}

Json topology_json(const PinGraph& graph, const CircuitContents& contents) {
  const std::size_t n = graph.pins.size();
  Json nodes = Json::array(), edges = Json::array(), devices = Json::object();
  std::vector<std::vector<int>> adjacency(std::max(n, kPadded), std::vector<int>(std::max(n, kPadded)));
  for (std::size_t k = 0; k < n; ++k) {
    nodes.push_back({{"id", k}, {"device", graph.pins[k].device}, {"pin_type", graph.pins[k].type}});
    devices[graph.pins[k].device].push_back(k);
    for (std::size_t j = 0; j < k; ++j) {
      const bool same_device = graph.pins[j].device == graph.pins[k].device;
      if (!same_device && graph.pins[j].net != graph.pins[k].net) continue;
      edges.push_back({j, k});
      adjacency[j][k] = adjacency[k][j] = 1;
    }
  }
  return {{"topologies",
           {{{"topology_name", contents.subcircuit},
             {"topology_id", 0},
             {"netlist",
              {{"nodes", nodes},
               {"edges", edges},
               {"adjacency_matrix", adjacency},
               {"device_to_pin_ids", devices}}}}}}};
}

/// W, L and M of a transistor, the value of anything else, by the id of the device's first pin.
Json parameters_json(const PinGraph& graph, const std::vector<double>& table) {
  Json out = Json::object();
  for (const GraphDevice& device : graph.devices) {
    if (!device.instance) continue;
    const auto value = [&](std::string_view name, double otherwise) {
      for (const NamedValue& p : device.instance->parameters) {
        if (p.name == name)
          return p.value.parameter == kNoParameter ? p.value.constant
                                                   : table[static_cast<std::size_t>(p.value.parameter)];
      }
      return otherwise;
    };
    const char letter = device.instance->letter;
    Json values = Json::array();
    if (letter == 'm') {
      for (const char* name : {"w", "l", "m"}) values.push_back(value(name, 1));
    } else {
      values.push_back(value(letter == 'v' || letter == 'i' ? "dc" : std::string(1, letter), 0));
    }
    out[std::to_string(device.pins.front())] = values;
  }
  return out;
}

}  // namespace

PaperFiles paper_files(const Dataset& dataset, const SampleTable& t) {
  const CircuitSetting setting = dataset.setting(dataset.axis_of(0));
  const CircuitContents contents = read_contents(setting.files);
  const TestSetup& setup = dataset.bench().setups.front();
  const DeckText text = deck_text(dataset.bench(), setting);
  const Circuit circuit = read_circuit_text(setup_deck(dataset.bench(), setup, contents, text), "testbench");
  const PinGraph graph = graph_of(circuit, contents, setup);
  ParameterTable table = circuit.parameters;
  const std::vector<std::size_t> kept = dataset.bench().kept();
  Json samples = Json::array();
  for (std::size_t r = 0; r < t.rows(); ++r) {
    for (std::size_t k = 0; k < setting.parameters.size(); ++k) {
      const ParameterId id = table.find(setting.parameters[k]);
      if (id != kNoParameter) table.override_value(id, t.parameters[r * setting.parameters.size() + k]);
    }
    Json performance = Json::object();
    for (std::size_t k = 0; k < kept.size(); ++k) {
      const MetricSpec& metric = dataset.bench().metrics[kept[k]];
      if (metric.paper.empty()) continue;
      const double value = t.metrics[r * kept.size() + k];
      performance[metric.paper] = std::isnan(value) ? kMissingInPaper : value * metric.paper_factor;
    }
    samples.push_back({{"sample_id", r},
                       {"topology_id", 0},
                       {"parameters", parameters_json(graph, table.evaluate())},
                       {"performance", performance},
                       {"label", t.sim_success[r]}});
  }
  return {topology_json(graph, contents).dump() + "\n", samples.dump() + "\n"};
}

}  // namespace nullor
