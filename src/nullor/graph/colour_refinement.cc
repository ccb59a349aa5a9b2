#include "nullor/graph/colour_refinement.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "nullor/graph/pin_class.h"

namespace nullor::graph {
namespace {

/// Odd multipliers that tell the classes of pins apart, one set for each direction of looking.
template <std::uint64_t salt>
constexpr std::array<std::uint64_t, kMaxPins> multipliers() {
  std::array<std::uint64_t, kMaxPins> out{};
  for (std::size_t type = 0; type < out.size(); ++type) out[type] = scramble(salt + type) | 1;
  return out;
}
constexpr auto kToDevice = multipliers<0x243f6a8885a308d3>();
constexpr auto kToNet = multipliers<0x13198a2e03707344>();

}  // namespace

PinTable::PinTable(const Topology& topology) : number(topology.nets.size(), -1) {
  std::size_t pins = 0;
  for (const Device& device : topology.devices) pins += device.pins;
  kind.reserve(topology.devices.size());
  begin.reserve(topology.devices.size() + 1);
  net.reserve(pins);
  type.reserve(pins);
  begin.push_back(0);
  for (const Device& device : topology.devices) {
    kind.push_back(device.kind);
    device_colour.push_back(static_cast<std::uint64_t>(device.kind));
    for (int pin = 0; pin < device.pins; ++pin) {
      const auto of = static_cast<std::size_t>(device.nets[static_cast<std::size_t>(pin)]);
      if (number[of] < 0) {
        number[of] = nets();
        role.push_back(topology.nets[of].role);
        net_colour.push_back(static_cast<int>(topology.nets[of].role));
      }
      net.push_back(number[of]);
      type.push_back(static_cast<std::uint8_t>(pin_class(device.kind, pin)));
    }
    begin.push_back(static_cast<int>(net.size()));
  }
}

std::pair<int, int> Partition::first_open_cell() const {
  const int count = static_cast<int>(order.size());
  for (int at = 0; at + 1 < count; ++at) {
    const auto cell_of = [&](int position) {
      return colour[static_cast<std::size_t>(order[static_cast<std::size_t>(position)])];
    };
    if (cell_of(at + 1) != at) continue;
    int end = at + 2;
    while (end < count && cell_of(end) == at) ++end;
    return {at, end};
  }
  return {count, count};
}

void Partition::single_out(int net) {
  const int start = colour[static_cast<std::size_t>(net)];
  auto at = order.begin() + start;
  std::iter_swap(at, std::find(at, order.end(), net));
  for (++at; at != order.end() && colour[static_cast<std::size_t>(*at)] == start; ++at)
    colour[static_cast<std::size_t>(*at)] = start + 1;
  ++cells;
}

Refiner::Refiner(const ColouredPins& pins)
    : pins_(pins),
      mixed_(pins.net_colour.size()),
      seen_(pins.net_colour.size()),
      sorted_(pins.net_colour.size()) {
  device_seed_.reserve(pins.device_colour.size());
  for (const std::uint64_t colour : pins.device_colour)
    device_seed_.push_back(scramble(0xa4093822299f31d0 + colour));
}

Partition Refiner::by_net_colour() const {
  Partition cells;
  cells.order.resize(pins_.net_colour.size());
  cells.colour.resize(pins_.net_colour.size());
  std::iota(cells.order.begin(), cells.order.end(), 0);
  const auto given = [&](int net) { return pins_.net_colour[static_cast<std::size_t>(net)]; };
  std::stable_sort(cells.order.begin(), cells.order.end(), [&](int a, int b) { return given(a) < given(b); });
  int start = 0;
  for (int at = 0; at < pins_.nets(); ++at) {
    const int net = cells.order[static_cast<std::size_t>(at)];
    if (at == 0 || given(net) != given(cells.order[static_cast<std::size_t>(at - 1)])) {
      start = at;
      ++cells.cells;
    }
    cells.colour[static_cast<std::size_t>(net)] = start;
  }
  return cells;
}

void Refiner::look() {
  std::fill(seen_.begin(), seen_.end(), 0);
  const int* net = pins_.net.data();
  const std::uint8_t* type = pins_.type.data();
  for (std::size_t device = 0; device < pins_.device_colour.size(); ++device) {
    const int first = pins_.begin[device], last = pins_.begin[device + 1];
    std::uint64_t sum = device_seed_[device];
    for (int pin = first; pin < last; ++pin)
      sum += mixed_[static_cast<std::size_t>(net[pin])] * kToDevice[type[pin]];
    const std::uint64_t hash = scramble(sum);
    for (int pin = first; pin < last; ++pin)
      seen_[static_cast<std::size_t>(net[pin])] += hash * kToNet[type[pin]];
  }
  work_ += static_cast<std::int64_t>(pins_.net.size());
}

std::uint64_t Refiner::split(Partition& cells) {
  const std::size_t count = cells.order.size();
  std::uint64_t trace = 0;
  for (std::size_t start = 0; start < count;) {
    const int colour = static_cast<int>(start);
    std::size_t end = start;
    for (; end < count && cells.colour[static_cast<std::size_t>(cells.order[end])] == colour; ++end)
      sorted_[end] = {seen_[static_cast<std::size_t>(cells.order[end])], cells.order[end]};
    if (end > start + 1) {
      std::sort(sorted_.begin() + colour, sorted_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    std::size_t cell = start;
    for (std::size_t at = start; at < end; ++at) {
      const auto& [hash, net] = sorted_[at];
      if (at > start && hash != sorted_[at - 1].first) {
        cell = at;
        ++cells.cells;
      }
      if (at == cell) trace = scramble(trace ^ (hash + at));
      cells.order[at] = net;
      cells.colour[static_cast<std::size_t>(net)] = static_cast<int>(cell);
    }
    start = end;
  }
  return trace;
}

std::uint64_t Refiner::refine(Partition& cells) {
  std::uint64_t trace = 0;
  for (int before = -1; before != cells.cells;) {
    before = cells.cells;
    for (std::size_t net = 0; net < mixed_.size(); ++net)
      mixed_[net] = scramble(0x082efa98ec4e6c89 + static_cast<std::uint64_t>(cells.colour[net]));
    look();
    trace = scramble(trace ^ split(cells));
    if (cells.discrete()) break;
  }
  return trace;
}

}  // namespace nullor::graph
