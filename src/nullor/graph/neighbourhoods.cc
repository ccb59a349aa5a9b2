#include "nullor/graph/neighbourhoods.h"

#include "nullor/graph/colour_refinement.h"

namespace nullor::graph {
namespace {

constexpr std::uint64_t kDeviceSalt = 0x9e3779b97f4a7c15, kNetSalt = 0xd1b54a32d192ed03;

std::uint64_t through(std::uint8_t type, std::uint64_t hash) {
  return scramble(hash + (static_cast<std::uint64_t>(type) + 1) * kDeviceSalt);
}

}  // namespace

Neighbourhoods::Neighbourhoods(const Topology& topology, int rounds) {
  const PinTable pins(topology);
  number = pins.number;
  device.resize(static_cast<std::size_t>(rounds) + 1);
  net.resize(static_cast<std::size_t>(rounds) + 1);
  for (const DeviceKind kind : pins.kind)
    device[0].push_back(scramble(kDeviceSalt + static_cast<std::uint64_t>(kind)));
  for (const PortRole role : pins.role)
    net[0].push_back(scramble(kNetSalt + static_cast<std::uint64_t>(role)));
  for (std::size_t round = 1; round < device.size(); ++round) {
    const auto &devices = device[round - 1], &nets = net[round - 1];
    device[round] = devices;
    net[round] = nets;
    for (std::size_t d = 0; d < devices.size(); ++d) {
      for (int pin = pins.begin[d]; pin < pins.begin[d + 1]; ++pin) {
        const auto p = static_cast<std::size_t>(pin), n = static_cast<std::size_t>(pins.net[p]);
        device[round][d] += through(pins.type[p], nets[n]);
        net[round][n] += through(pins.type[p], devices[d]);
      }
    }
    for (std::uint64_t& hash : device[round]) hash = scramble(hash ^ kDeviceSalt);
    for (std::uint64_t& hash : net[round]) hash = scramble(hash ^ kNetSalt);
  }
}

}  // namespace nullor::graph
