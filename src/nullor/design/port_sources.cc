#include "nullor/design/port_sources.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <queue>

#include "nullor/base/si.h"

namespace nullor {
namespace {

using graph::Device;
using graph::DeviceKind;
using graph::PortRole;
using graph::Topology;

constexpr double kOverdrive = 0.2, kLevel = 0.25, kBaseEmitter = 0.7;  // [V]
constexpr int kFarthest = 4;                                           // levels of a stack that (1) counts

std::size_t u(int k) { return static_cast<std::size_t>(k); }

bool is_n(DeviceKind kind) { return kind == DeviceKind::nmos || kind == DeviceKind::npn; }
bool is_mos(DeviceKind kind) { return kind == DeviceKind::nmos || kind == DeviceKind::pmos; }
bool is_transistor(DeviceKind kind) { return kind <= DeviceKind::pnp; }

/// Per net: how few transistors of one type lie between it and a rail, kFarthest where none leads there.
std::vector<int> levels(const Topology& topology, bool n_type) {
  std::vector<int> level(topology.nets.size(), kFarthest);
  std::vector<std::vector<std::size_t>> beside(topology.nets.size());
  for (const Device& device : topology.devices) {
    const bool resistive = device.kind == DeviceKind::resistor || device.kind == DeviceKind::inductor;
    if (!resistive && (!is_transistor(device.kind) || is_n(device.kind) != n_type)) continue;
    const auto a = u(device.nets[0]), b = u(device.nets[resistive ? 1 : 2]);
    beside[a].push_back(b);
    beside[b].push_back(a);
  }
  std::queue<std::size_t> open;
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    if (topology.nets[net].role != (n_type ? PortRole::vss : PortRole::vdd)) continue;
    level[net] = 0;
    open.push(net);
  }
  for (; !open.empty(); open.pop()) {
    for (const std::size_t net : beside[open.front()]) {
      if (level[net] <= level[open.front()] + 1) continue;
      level[net] = level[open.front()] + 1;
      open.push(net);
    }
  }
  return level;
}

/// What touches a net.
struct Touch {
  double n_controls = 0, p_controls = 0;  ///< gates and bases
  double n_voltage = 0, p_voltage = 0;    ///< sums of what turns them on, from their rails [V]
  int takes = 0, gives = 0;               ///< votes of (2)
  bool drains = false;                    ///< a drain or collector
  bool carries = false;                   ///< any pin that carries current
  bool collector_only = true;             ///< no gate and no base
};

class Ports {
 public:
  Ports(const Topology& topology, const PortOptions& options)
      : topology_(topology), options_(options), touch_(topology.nets.size()) {
    const std::array<std::vector<int>, 2> level = {levels(topology, false), levels(topology, true)};
    for (const Device& device : topology.devices) {
      if (!is_transistor(device.kind)) {
        for (int pin = 0; pin < device.pins; ++pin) {
          const auto role = graph::info(device.kind).pins[u(pin)].role;
          if (role == graph::PinRole::channel) touch_[u(device.nets[u(pin)])].carries = true;
        }
        continue;
      }
      add(device, level[is_n(device.kind) ? 1 : 0]);
    }
    for (const graph::Net& net : topology.nets) has_supply_ |= net.role == PortRole::vdd;
  }

  PortSource source(int net) const {
    PortSource out{.net = net};
    const Touch& touch = touch_[u(net)];
    const double supply = options_.supply;
    const auto voltage = [&](double value, bool searched) {
      out.drive = PortDrive::voltage;
      out.value = value;
      out.low = searched ? 0 : value;
      out.high = searched ? supply : value;
    };
    switch (topology_.nets[u(net)].role) {
      case PortRole::vdd:
        voltage(supply, false);
        break;
      case PortRole::vin:
        if (!has_supply_ && touch.carries && touch.n_controls + touch.p_controls == 0)
          voltage(supply, false);
        else
          voltage(control_voltage(touch), true);
        break;
      case PortRole::vref:
        if (touch.drains && touch.collector_only && gives_reference()) break;
        voltage(control_voltage(touch), true);
        break;
      case PortRole::vcont:
        if (topology_.family == graph::Family::power_converter)
          clock(out, touch);
        else
          voltage(control_voltage(touch), true);
        break;
      case PortRole::vcm:
      case PortRole::vrf:
      case PortRole::vlo:
      case PortRole::vb:
        voltage(control_voltage(touch), true);
        break;
      case PortRole::vbb:
        voltage(0.5 * supply, true);
        break;
      case PortRole::iout:
        voltage(0.5 * supply, true);
        break;
      case PortRole::ib:
      case PortRole::iref:
      case PortRole::iin: {
        const double sign = touch.gives > touch.takes ? -1 : 1;
        out.drive = PortDrive::current;
        out.value = sign * options_.current;
        out.low = std::min(0.02 * out.value, 10 * out.value);
        out.high = std::max(0.02 * out.value, 10 * out.value);
        break;
      }
      case PortRole::vclk:
      case PortRole::vlatch:
      case PortRole::vhold:
      case PortRole::vtrack:
      case PortRole::logic_a:
      case PortRole::logic_b:
      case PortRole::logic_d:
        clock(out, touch);
        break;
      default:
        break;
    }
    return out;
  }

 private:
  void add(const Device& device, const std::vector<int>& level) {
    const bool n = is_n(device.kind);
    Touch &out = touch_[u(device.nets[0])], &control = touch_[u(device.nets[1])],
          &in = touch_[u(device.nets[2])];
    const int tied = device.nets[0] == device.nets[1] || device.nets[2] == device.nets[1] ? 2 : 1;
    (n ? out.takes : out.gives) += tied;
    (n ? in.gives : in.takes) += tied;
    out.drains = out.carries = in.carries = true;
    control.collector_only = false;
    const double turn_on = is_mos(device.kind) ? options_.threshold + kOverdrive : kBaseEmitter;
    const int above = std::min(level[u(device.nets[2])], kFarthest - 1);
    (n ? control.n_controls : control.p_controls) += 1;
    (n ? control.n_voltage : control.p_voltage) += turn_on + kLevel * above;
  }

  double control_voltage(const Touch& touch) const {
    const double half = 0.5 * options_.supply;
    if (touch.n_controls == touch.p_controls) return half;
    const bool n = touch.n_controls > touch.p_controls;
    const double above = n ? touch.n_voltage / touch.n_controls : touch.p_voltage / touch.p_controls;
    return std::clamp(n ? above : options_.supply - above, 0.0, options_.supply);
  }

  void clock(PortSource& out, const Touch& touch) const {
    out.drive = PortDrive::clock;
    out.low = 0;
    out.high = options_.supply;
    out.value = touch.p_controls > touch.n_controls ? 0 : options_.supply;
  }

  bool gives_reference() const {
    return topology_.family == graph::Family::bandgap || topology_.family == graph::Family::mirror_bias;
  }

  const Topology& topology_;
  const PortOptions& options_;
  std::vector<Touch> touch_;
  bool has_supply_ = false;
};

}  // namespace

std::vector<PortSource> port_sources(const Topology& topology, const PortOptions& options) {
  const Ports ports(topology, options);
  std::vector<PortSource> out;
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    const graph::Net& one = topology.nets[net];
    if (one.is_port() && one.role != PortRole::vss) out.push_back(ports.source(static_cast<int>(net)));
  }
  return out;
}

std::string describe(const PortSource& source, const Topology& topology) {
  const std::string& name = topology.nets[u(source.net)].name;
  switch (source.drive) {
    case PortDrive::current:
      return fmt::format("{}A {} {}", format_si(std::abs(source.value)), source.value < 0 ? "out of" : "into",
                         name);
    case PortDrive::open:
      return name + " open";
    default:
      return fmt::format("{} at {}V", name, format_si(source.value));
  }
}

}  // namespace nullor
