#include "nullor/design/sized_dut.h"

#include <algorithm>

#include "nullor/design/stand_in_models.h"

namespace nullor {
namespace {

using Ports = std::vector<std::pair<std::string, int>>;

/// Longer than this a transistor is in micrometres.
constexpr double kLongest = 1e-3;

/// Messages of the netlist reader that are more than errors of a deck here.
constexpr std::string_view kUnknown = "there is no parameter ", kNoBin = "no bin of model ";

bool begins(const InputError& error, std::string_view with) {
  return std::string_view(error.what()).starts_with(with);
}

std::string node_of(const std::string& port) {
  // Inside, node 0 is ground everywhere; the port is the same then.
  return graph::sized_port(port) == graph::SizedPort::ground ? "0" : "dut_" + port;
}

bool has_long_transistors(const Circuit& circuit) {
  const std::vector<double> values = circuit.parameters.evaluate();
  const auto is_long = [&](const NamedValue& p) {
    if (p.name != "w" && p.name != "l") return false;
    const double size = p.value.parameter == kNoParameter
                            ? p.value.constant
                            : values[static_cast<std::size_t>(p.value.parameter)];
    return size > kLongest;
  };
  return std::any_of(circuit.instances.begin(), circuit.instances.end(), [&](const Instance& i) {
    return i.letter == 'm' && std::any_of(i.parameters.begin(), i.parameters.end(), is_long);
  });
}

class DutReader {
 public:
  DutReader(const Testbench& bench, const CircuitSetting& setting)
      : bench_(bench),
        setting_(setting),
        contents_(read_contents(setting.files)),
        setup_(bench.setups.front()) {
    text_ = deck_text(bench, setting);
    setup_deck(bench, setup_, contents_, text_);  // complains of ports that do not fit
    for (auto& [port, node] : setup_.connect) {
      node = node_of(port);
      // What only controls a source inside needs an element outside.
      if (node != "0") setup_.deck += "\nv" + node + " " + node + " 0 0\n";
    }
  }

  SizedDut run() {
    const Circuit circuit = elaborated();
    Ports ports;
    for (const std::string& port : contents_.ports) {
      const int node = circuit.find_node(node_of(port));
      if (node >= 0) ports.emplace_back(port, node);
    }
    auto sized = std::make_shared<const graph::SizedCircuit>(circuit, kDutName, ports);
    return {std::move(contents_), std::move(sized)};
  }

 private:
  Circuit elaborated() {
    if (setting_.files.models.empty()) return with_stand_ins();
    try {
      return read(text_, false);
    } catch (const InputError& e) {
      if (!begins(e, kNoBin)) throw;
    }
    try {
      return read(text_, true);
    } catch (const InputError& e) {
      if (!begins(e, kNoBin)) throw;
    }
    CircuitSetting bare = setting_;
    bare.files.models.clear();
    text_ = deck_text(bench_, bare);
    return with_stand_ins();
  }

  Circuit with_stand_ins() {
    text_.includes += stand_in_models(setup_deck(bench_, setup_, contents_, text_));
    Circuit circuit = read(text_, false);
    if (circuit.options.contains("scale") || !has_long_transistors(circuit)) return circuit;
    text_.includes += ".option scale=1u\n";
    return read(text_, false);
  }

  /// `at_start`: all parameters have the values of the setting, not only those that no file sets.
  Circuit read(const DeckText& text, bool at_start) const {
    ReadOptions options;
    options.seed = setting_.draw;
    for (std::size_t k = 0; at_start && k < setting_.parameters.size(); ++k) {
      if (is_param_name(setting_.parameters[k]))
        options.parameters.emplace_back(setting_.parameters[k], setting_.start[k]);
    }
    try {
      return read_circuit_text(setup_deck(bench_, setup_, contents_, text), "testbench", options);
    } catch (const InputError& e) {
      if (!begins(e, kUnknown)) throw;
      throw InputError(e.kind(), "missing parameter " + std::string(e.what()).substr(kUnknown.size()),
                       e.where(), e.hint().empty() ? "give it a value" : e.hint());
    }
  }

  const Testbench& bench_;
  const CircuitSetting& setting_;
  CircuitContents contents_;
  TestSetup setup_;
  DeckText text_;
};

}  // namespace

SizedDut read_sized_dut(const Testbench& bench, const CircuitSetting& setting) {
  return DutReader(bench, setting).run();
}

}  // namespace nullor
