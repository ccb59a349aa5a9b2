#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>

#include "nullor/graph/colour_refinement.h"
#include "nullor/graph/sized_parts.h"

namespace nullor::graph {
namespace {

constexpr std::uint8_t kNoPin = 255;

/// Drain and source alike, as are the two ends of what flips.
std::uint8_t pin_type(SizedKind kind, int pin) {
  const bool mosfet = kind == SizedKind::nmos || kind == SizedKind::pmos;
  if (mosfet && pin == 2) return 0;
  return info(kind).flips ? 0 : static_cast<std::uint8_t>(pin);
}

ColouredPins pins_of(const std::vector<SizedPart>& parts, const std::vector<SizedPort>& ports) {
  ColouredPins out;
  for (const SizedPort port : ports) out.net_colour.push_back(static_cast<int>(port));
  out.begin.push_back(0);
  for (const SizedPart& part : parts) {
    const SizedDevice& d = part.device;
    out.device_colour.push_back(static_cast<std::uint64_t>(d.kind));
    for (int pin = 0; pin < d.pins; ++pin) {
      out.net.push_back(d.nets[static_cast<std::size_t>(pin)]);
      out.type.push_back(pin_type(d.kind, pin));
    }
    out.begin.push_back(static_cast<int>(out.net.size()));
  }
  return out;
}

/// Equal for numbers that differ by rounding alone, as float.
std::uint64_t colour_of(const SizedPart& part, const SizedTable& table) {
  std::uint64_t out = static_cast<std::uint64_t>(part.device.kind);
  for (const Value& number : part.numbers)
    out = scramble(out + std::bit_cast<std::uint32_t>(static_cast<float>(table.now(number))));
  return out;
}

}  // namespace

SizedOrder order_of(const std::vector<SizedPart>& parts, const std::vector<SizedPort>& ports,
                    const SizedTable& table) {
  ColouredPins pins = pins_of(parts, ports);
  SizedOrder out;
  Partition cells;
  {
    Refiner by_structure(pins);
    cells = by_structure.by_net_colour();
    std::uint64_t counts = 0;
    for (const int colour : pins.net_colour) counts += scramble(static_cast<std::uint64_t>(colour) + 1);
    for (const std::uint64_t kind : pins.device_colour) counts += scramble(kind + 100);
    out.fingerprint = scramble(counts ^ by_structure.refine(cells));
  }
  for (std::size_t k = 0; k < parts.size(); ++k) pins.device_colour[k] = colour_of(parts[k], table);
  Refiner by_numbers(pins);
  by_numbers.refine(cells);
  while (!cells.discrete()) {
    cells.single_out(cells.order[static_cast<std::size_t>(cells.first_open_cell().first)]);
    by_numbers.refine(cells);
  }
  out.nets = cells.order;
  const auto key = [&](int device) {
    const SizedPart& part = parts[static_cast<std::size_t>(device)];
    std::array<std::pair<std::uint8_t, int>, kSizedPins> on;
    on.fill({kNoPin, 0});
    for (int pin = 0; pin < part.device.pins; ++pin) {
      const auto net = static_cast<std::size_t>(part.device.nets[static_cast<std::size_t>(pin)]);
      on[static_cast<std::size_t>(pin)] = {pin_type(part.device.kind, pin), cells.colour[net]};
    }
    std::sort(on.begin(), on.end());
    return std::tuple(part.device.kind, on, pins.device_colour[static_cast<std::size_t>(device)]);
  };
  out.devices.resize(parts.size());
  std::iota(out.devices.begin(), out.devices.end(), 0);
  std::stable_sort(out.devices.begin(), out.devices.end(), [&](int a, int b) { return key(a) < key(b); });
  return out;
}

}  // namespace nullor::graph
