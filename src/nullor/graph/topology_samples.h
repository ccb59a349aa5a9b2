#pragma once
/// Circuits for tests: those of the data set where it is, random ones, and copies that only look different.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/graph/topology.h"

namespace nullor::graph {

/// Empty when there is no data: then tests skip.
inline std::string data_set_path() {
  const char* given = std::getenv("NULLOR_DATA");
  const std::string folder = given ? given : std::string(NULLOR_SOURCE_DIR) + "/../shared/data";
  const std::string path = folder + "/analoggenie/topologies.jsonl.xz";
  return std::filesystem::exists(path) ? path : "";
}

inline Topology circuit_of(const std::string& netlist) {
  std::vector<std::string> ports;
  std::string word;
  for (const char c : netlist + " ") {
    if (c != ' ' && c != '\n' && c != '(' && c != ')') {
      word += c;
      continue;
    }
    if (role_of(word)) ports.push_back(word);
    word.clear();
  }
  return parse_netlist(netlist, ports, "test");
}

template <class T>
void shuffle(std::vector<T>& items, Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[rng.below(i)]);
}

/// Nets and devices in another order under other names, and some devices turned round.
inline Topology disguised(const Topology& topology, Rng& rng) {
  Topology copy = topology;
  std::vector<std::size_t> position(topology.nets.size());
  for (std::size_t i = 0; i < position.size(); ++i) position[i] = i;
  shuffle(position, rng);
  for (std::size_t i = 0; i < position.size(); ++i) {
    copy.nets[position[i]] = {"n" + std::to_string(position[i]), topology.nets[i].role};
  }
  for (Device& device : copy.devices) {
    for (auto& net : device.nets) net = static_cast<std::int16_t>(position[static_cast<std::size_t>(net)]);
    const std::string_view kind = info(device.kind).name;
    if (rng.below(2) == 0) continue;
    if (kind == "nmos4" || kind == "pmos4") std::swap(device.nets[0], device.nets[2]);
    if (kind == "resistor" || kind == "capacitor" || kind == "inductor" || kind == "TRANSMISSION_GATE")
      std::swap(device.nets[0], device.nets[1]);
  }
  shuffle(copy.devices, rng);
  for (std::size_t i = 0; i < copy.devices.size(); ++i) copy.devices[i].name = "d" + std::to_string(i);
  return copy;
}

/// `nets` nets, of which some are ports, and `devices` devices of any kind on them.
inline Topology random_circuit(int nets, int devices, Rng& rng) {
  Topology out;
  for (int i = 0; i < nets; ++i) {
    const auto role = rng.below(2) == 0 ? PortRole::internal : static_cast<PortRole>(1 + rng.below(4));
    out.nets.push_back({"n" + std::to_string(i), role});
  }
  for (int i = 0; i < devices; ++i) {
    const KindInfo& kind = all_kinds()[rng.below(kDeviceKinds)];
    std::vector<int> on;
    const int pins =
        kind.required_pins +
        static_cast<int>(rng.below(kind.pins.size() - static_cast<std::size_t>(kind.required_pins) + 1));
    for (int pin = 0; pin < pins; ++pin)
      on.push_back(static_cast<int>(rng.below(static_cast<std::uint64_t>(nets))));
    out.add(kind.kind, on, "d" + std::to_string(i));
  }
  return out;
}

/// One pin moved to another net.
inline Topology rewired(const Topology& topology, Rng& rng) {
  Topology copy = topology;
  Device& device = copy.devices[rng.below(copy.devices.size())];
  auto& net = device.nets[rng.below(device.pins)];
  const auto others = copy.nets.size() - 1;
  net = static_cast<std::int16_t>((static_cast<std::size_t>(net) + 1 + rng.below(others)) % copy.nets.size());
  return copy;
}

}  // namespace nullor::graph
