// Names and the netlist lines of the data set.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <sstream>

#include "nullor/base/error.h"
#include "nullor/graph/topology.h"

namespace nullor::graph {
namespace {

constexpr std::size_t kMostNets = 10'000;

std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> found;
  for (std::string word; stream >> word;) found.push_back(word);
  return found;
}

std::string_view letter_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::nmos:
    case DeviceKind::pmos:
      return "M";
    case DeviceKind::npn:
    case DeviceKind::pnp:
      return "Q";
    case DeviceKind::resistor:
      return "R";
    case DeviceKind::capacitor:
      return "C";
    case DeviceKind::inductor:
      return "L";
    case DeviceKind::diode:
      return "D";
    default:
      return "X";
  }
}

}  // namespace

void rename(Topology& topology) {
  std::array<int, kPortRoles> used{};
  std::vector<bool> named(topology.nets.size(), false);
  const auto name = [&](std::size_t net) {
    if (named[net]) return;
    named[net] = true;
    Net& one = topology.nets[net];
    const int number = ++used[static_cast<std::size_t>(one.role)];
    const bool rail = one.role == PortRole::vdd || one.role == PortRole::vss;
    const std::string_view stem = one.is_port() ? role_name(one.role) : "net";
    one.name = rail && number == 1 ? std::string(stem) : fmt::format("{}{}", stem, number);
  };
  std::array<int, 128> letters{};
  for (Device& device : topology.devices) {
    for (std::size_t pin = 0; pin < device.pins; ++pin) name(static_cast<std::size_t>(device.nets[pin]));
    const std::string_view letter = letter_of(device.kind);
    device.name = fmt::format("{}{}", letter, ++letters[static_cast<std::size_t>(letter[0])]);
  }
  for (std::size_t net = 0; net < topology.nets.size(); ++net) name(net);
}

std::string netlist_text(const Topology& topology) {
  std::string out;
  for (const Device& device : topology.devices) {
    out += device.name + " (";
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      if (pin > 0) out += ' ';
      out += topology.nets[static_cast<std::size_t>(device.nets[pin])].name;
    }
    out += fmt::format(") {}\n", info(device.kind).name);
  }
  return out;
}

Topology parse_netlist(std::string_view text, std::span<const std::string> ports, const std::string& path) {
  Topology topology;
  const auto file = std::make_shared<SourceFile>(SourceFile{path, std::string(text)});
  const auto add_port = [&](const std::string& port, Location where) {
    const auto role = role_of(port);
    if (!role) {
      throw InputError(ErrorKind::netlist, fmt::format("'{}' is no name of a port", port), std::move(where),
                       "ports are named by family and number, such as VDD, VIN1, VOUT1 or VB2");
    }
    topology.nets[static_cast<std::size_t>(topology.net(port))].role = *role;
  };
  for (const std::string& port : ports) add_port(port, {file, 0, 0});
  int line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++line_number;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (words(line).empty()) continue;
    const Location where{file, line_number, 1};
    const std::size_t open = line.find('('), close = line.find(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
      throw InputError(ErrorKind::netlist, "a line is NAME (net net ...) kind", where);
    }
    const std::vector<std::string> names = words(line.substr(0, open)),
                                   on = words(line.substr(open + 1, close - open - 1)),
                                   kinds = words(line.substr(close + 1));
    if (names.size() != 1 || kinds.size() != 1) {
      throw InputError(ErrorKind::netlist, "a line is NAME (net net ...) kind", where);
    }
    const auto kind = kind_named(kinds[0]);
    if (!kind) {
      std::vector<std::string> known;
      for (const KindInfo& one : all_kinds()) known.emplace_back(one.name);
      throw InputError(ErrorKind::netlist, fmt::format("'{}' is no kind of device", kinds[0]), where,
                       did_you_mean(kinds[0], known));
    }
    std::vector<int> nets;
    for (const std::string& net : on) nets.push_back(topology.net(net));
    if (topology.nets.size() > kMostNets)
      throw InputError(ErrorKind::netlist, "more than 10,000 nets", where);
    try {
      topology.add(*kind, nets, names[0]);
    } catch (const InputError& error) {
      throw InputError(ErrorKind::netlist, error.what(), where, error.hint());
    }
  }
  return topology;
}

}  // namespace nullor::graph
