#include "nullor/design/testbench_deck.h"

#include <fmt/format.h>

#include <algorithm>

namespace nullor {
namespace {

std::string instance_line(const TestSetup& setup, const CircuitContents& contents) {
  for (const auto& [port, node] : setup.connect) {
    if (std::find(contents.ports.begin(), contents.ports.end(), port) == contents.ports.end()) {
      throw InputError(ErrorKind::netlist,
                       fmt::format("set-up '{}' connects a port '{}', which subcircuit '{}' does not have",
                                   setup.name, port, contents.subcircuit),
                       setup.where,
                       did_you_mean(port, contents.ports,
                                    fmt::format("its ports are {}", fmt::join(contents.ports, " "))));
    }
  }
  std::string out = kDutName;
  for (const std::string& port : contents.ports) {
    const auto found = std::find_if(setup.connect.begin(), setup.connect.end(),
                                    [&](const auto& pair) { return pair.first == port; });
    if (found == setup.connect.end()) {
      throw InputError(ErrorKind::netlist,
                       fmt::format("set-up '{}' leaves port '{}' of subcircuit '{}' open", setup.name, port,
                                   contents.subcircuit),
                       setup.where, "name its node in connect");
    }
    out += " " + found->second;
  }
  return out + " " + contents.subcircuit + "\n";
}

}  // namespace

bool is_param_name(std::string_view name) { return name.find_first_of(":@.") == std::string_view::npos; }

DeckText deck_text(const Testbench& bench, const CircuitSetting& setting) {
  DeckText out;
  out.includes = include_lines(setting.files);
  for (const Condition& c : bench.conditions) out.defaults.emplace_back(c.name, c.value);
  for (std::size_t k = 0; k < setting.parameters.size(); ++k) {
    if (is_param_name(setting.parameters[k]))
      out.defaults.emplace_back(setting.parameters[k], setting.start[k]);
  }
  return out;
}

std::string setup_deck(const Testbench& bench, const TestSetup& setup, const CircuitContents& contents,
                       const DeckText& text) {
  std::string out = bench.title + ": " + setup.name + "\n";
  const auto set = [&](const auto& list) {
    for (const auto& [name, value] : list) out += fmt::format(".param {}={:.17g}\n", name, value);
  };
  set(text.defaults);
  out += text.includes;
  set(text.parameters);
  out += setup.deck;
  if (!out.ends_with('\n')) out += '\n';
  return out + instance_line(setup, contents) + text.control + ".end\n";
}

}  // namespace nullor
