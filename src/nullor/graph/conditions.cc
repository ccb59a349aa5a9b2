#include "nullor/graph/conditions.h"

#include <fmt/core.h>

#include <algorithm>

#include "nullor/base/error.h"
#include "nullor/graph/electrical_rules.h"

namespace nullor::graph {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }
std::string_view word(int kind) { return info(static_cast<DeviceKind>(kind)).word; }

[[noreturn]] void contradiction(std::string what, std::string hint) {
  throw InputError(ErrorKind::usage, std::move(what), {}, std::move(hint));
}

std::array<int, kPortRoles> count_ports(const Topology& topology) {
  std::array<int, kPortRoles> ports{};
  const std::vector<int> degree = topology.degrees();
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    if (degree[net] > 0) ++ports[static_cast<std::size_t>(topology.nets[net].role)];
  }
  return ports;
}

std::array<int, kDeviceKinds> count_kinds(const Topology& topology) {
  std::array<int, kDeviceKinds> kinds{};
  for (const Device& device : topology.devices) ++kinds[static_cast<std::size_t>(device.kind)];
  return kinds;
}

std::string port_word(int role) { return std::string(role_name(static_cast<PortRole>(role))); }

}  // namespace

bool needs_transistors(Family family) {
  return family != Family::filter && family != Family::general && family != Family::other;
}

void Conditions::check() const {
  if (max_devices < 1) contradiction("a budget of no devices leaves no circuit", "give at least 1 device");
  if (max_devices > kMostDevices) {
    contradiction(fmt::format("a budget of {} devices is over the limit", max_devices),
                  fmt::format("at most {} devices", kMostDevices));
  }
  if (min_devices > max_devices) {
    contradiction(fmt::format("at least {} and at most {} devices contradict", min_devices, max_devices), "");
  }
  int kinds_needed = 0, allowed = 0;
  for (int k = 0; k < kDeviceKinds; ++k) {
    if (required[at(k)] && forbidden[at(k)]) {
      contradiction(fmt::format("{} is required and forbidden", word(k)), "drop one of the two");
    }
    kinds_needed += required[at(k)];
    allowed += !forbidden[at(k)];
  }
  if (allowed == 0) contradiction("every kind of device is forbidden", "allow at least one");
  if (kinds_needed > max_devices) {
    contradiction(fmt::format("{} required kinds do not fit into {} devices", kinds_needed, max_devices),
                  "raise the budget");
  }
  const bool bipolar =
      !forbidden[at(static_cast<int>(DeviceKind::npn))] || !forbidden[at(static_cast<int>(DeviceKind::pnp))];
  const bool mos = !forbidden[at(static_cast<int>(DeviceKind::nmos))] ||
                   !forbidden[at(static_cast<int>(DeviceKind::pmos))];
  if (family && !bipolar && !mos && needs_transistors(*family)) {
    contradiction(fmt::format("every transistor is forbidden, and a circuit of family {} has some",
                              family_name(*family)),
                  "allow nmos, pmos, npn or pnp");
  }
  if (only_ports && ports[static_cast<std::size_t>(PortRole::vss)] == 0) {
    contradiction("the only ports do not include VSS, which every circuit has", "name VSS among the ports");
  }
  bool fed = !only_ports;
  for (int role = 1; role < kPortRoles; ++role)
    fed = fed || (ports[at(role)] > 0 && feeds(static_cast<PortRole>(role)));
  if (!fed) contradiction("none of the only ports feeds the circuit", "name VDD or an input among the ports");
  if (ports[static_cast<std::size_t>(PortRole::vdd)] > 1 ||
      ports[static_cast<std::size_t>(PortRole::vss)] > 1) {
    contradiction("VDD and VSS are one net each", "");
  }
  for (std::size_t d = 0; d < partial.devices.size(); ++d) {
    const Device& device = partial.devices[d];
    if (forbidden[static_cast<std::size_t>(device.kind)]) {
      contradiction(fmt::format("{} is forbidden, and {} of the circuit to complete is one",
                                info(device.kind).word, device.name),
                    "drop one of the two");
    }
    if (is_shorted(device)) {
      contradiction(
          fmt::format("all ends of {} lie on one net: no completion keeps the electrical rules", device.name),
          "repair the circuit to complete");
    }
  }
  if (static_cast<int>(partial.devices.size()) > max_devices) {
    contradiction(fmt::format("the circuit to complete has {} devices, the budget is {}",
                              partial.devices.size(), max_devices),
                  "raise the budget");
  }
  if (!only_ports) return;
  const std::array<int, kPortRoles> given = count_ports(partial);
  for (int role = 1; role < kPortRoles; ++role) {
    if (given[at(role)] > ports[at(role)]) {
      contradiction(
          fmt::format("the circuit to complete has ports {} that are not asked for", port_word(role)),
          "name them among the ports");
    }
  }
}

std::string unmet(const Conditions& conditions, const Topology& topology) {
  const int count = static_cast<int>(topology.devices.size());
  if (count < conditions.min_devices || count > conditions.max_devices) {
    return fmt::format("{} devices, not {} to {}", count, conditions.min_devices, conditions.max_devices);
  }
  const std::array<int, kDeviceKinds> kinds = count_kinds(topology);
  for (int k = 0; k < kDeviceKinds; ++k) {
    if (conditions.required[at(k)] && kinds[at(k)] == 0) return fmt::format("no {}", word(k));
    if (conditions.forbidden[at(k)] && kinds[at(k)] > 0) return fmt::format("a forbidden {}", word(k));
  }
  const std::array<int, kPortRoles> ports = count_ports(topology);
  for (int role = 1; role < kPortRoles; ++role) {
    const int asked = conditions.ports[at(role)];
    if (ports[at(role)] < asked || (conditions.only_ports && ports[at(role)] > asked)) {
      return fmt::format("{} ports {}, not {}", ports[at(role)], port_word(role), asked);
    }
  }
  return {};
}

}  // namespace nullor::graph
