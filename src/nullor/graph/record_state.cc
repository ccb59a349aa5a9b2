#include "nullor/graph/record_state.h"

#include <algorithm>
#include <utility>

#include "nullor/graph/electrical_rules.h"

namespace nullor::graph {
namespace {

using T = RecordTokens;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

constexpr DeviceKind kByUse[] = {
    DeviceKind::nmos,
    DeviceKind::pmos,
    DeviceKind::npn,
    DeviceKind::pnp,
    DeviceKind::resistor,
    DeviceKind::inductor,
    DeviceKind::diode,
    DeviceKind::transmission_gate,
    DeviceKind::inverter,
    DeviceKind::xor_gate,
    DeviceKind::phase_detector,
    DeviceKind::capacitor,
};

bool conducts(const Helper& helper) { return helper.channel >= 2 || helper.outputs > 0; }

/// The needs of a circuit while devices are planned that meet them.
class Plan {
 public:
  explicit Plan(const RecordState::Needs& needs) : n_(needs) {}

  bool done() const { return n_.none(); }
  bool has_open() const { return n_.opens > 0; }
  void count_kind() { --n_.kinds; }
  /// A supply pin of the open device goes to VSS.
  void supply_own() {
    if (n_.own_logic < 0) return;
    if (n_.own_channel == n_.own_logic) {
      n_.own_channel = -1;
    } else if (n_.own_channel == n_.opens - 1) {
      n_.own_channel = n_.own_logic;
    }
    close(n_.own_logic, false);
  }

  void use(DeviceKind kind) {
    if (kind == DeviceKind::inductor) {
      use_inductor(-1);
    } else {
      use(Helper(kind));
    }
  }

  /// An inductor leads from an open part, or from a net of its own, to VSS: between fixed voltages it may
  /// not.
  void use_inductor(int own) {
    if (own >= 0) {
      close(own, false);
    } else if (n_.opens > 0) {
      close(n_.opens - 1, true);
      ++n_.islands;
    } else {
      ++n_.dangling;
    }
  }
  int own_channel() const { return n_.own_channel; }

  /// A whole device: its channel leads to VSS and mends an open part with every other pin of it.
  void use(const Helper& helper) {
    const bool opened = n_.opens > 0;
    if (helper.channel >= 2) {
      for (int pin = 0; pin < helper.channel; ++pin) {
        if (n_.opens > 0 && pin > 0) {
          close(n_.opens - 1, true);
        } else if (helper.tied && (pin > 0 || !opened)) {
          job();
        } else if (!helper.tied && !opened && pin > 0) {
          job();
        }
      }
    }
    use_rest(helper);
  }

  /// The pins that are left of a device whose channel touches the circuit already.
  void use_left(const Helper& left) {
    const int own = n_.own_channel;
    int channel = left.channel;
    if (own >= 0 && channel > 0) {
      close(own, false);
      --channel;
    }
    for (; channel > 0; --channel) {
      if (n_.opens > 0) {
        close(n_.opens - 1, true);
        if (!left.tied) ++n_.islands;
      } else if (left.tied || own < 0) {
        job();
      }
    }
    use_rest(left);
  }

 private:
  void use_rest(const Helper& helper) {
    for (int pin = 0; pin < helper.outputs; ++pin) {
      if (n_.opens > 0) {
        close(n_.opens - 1, true);
        if (!helper.tied) ++n_.islands;
      } else {
        job();
      }
    }
    const int jobs = helper.tied ? helper.free : std::min(helper.free, 1);
    for (int pin = 0; pin < jobs; ++pin) job();
  }

  /// The part gets a dc path by a pin, on one of its dangling nets if that can be chosen. It can have been
  /// what spared its surroundings from counting as an island.
  void close(int part, bool chosen) {
    const int left = n_.open[at(part)];
    n_.dangling += chosen ? std::max(0, left - 1) : left;
    n_.open[at(part)] = n_.open[at(n_.opens - 1)];
    --n_.opens;
  }

  void job() {
    for (int* one : {&n_.dangling, &n_.islands, &n_.ports}) {
      if (*one > 0) {
        --*one;
        return;
      }
    }
    for (int part = 0; part < n_.opens; ++part) {
      if (n_.open[at(part)] > 0) {
        --n_.open[at(part)];
        return;
      }
    }
  }

  RecordState::Needs n_;
};

}  // namespace

Helper::Helper(DeviceKind kind) {
  for (const Pin& pin : info(kind).pins) {
    channel += pin.role == PinRole::channel;
    outputs += pin.role == PinRole::output;
    free += pin.role == PinRole::gate || pin.role == PinRole::plate;
    tied = tied || pin.role == PinRole::bulk || pin.role == PinRole::supply;
  }
}

RecordState::RecordState() {
  number_.fill(-1);
  direct_[0] = inductive_[0] = connected_[0] = 0;
}

int RecordState::find(const std::array<std::int16_t, kMostNets + 1>& parent, int i) const {
  while (parent[at(i)] != i) i = parent[at(i)];
  return i;
}

void RecordState::join(std::array<std::int16_t, kMostNets + 1>& parent, int a, int b) {
  while (parent[at(a)] != a) a = parent[at(a)];
  while (parent[at(b)] != b) b = parent[at(b)];
  parent[at(std::max(a, b))] = static_cast<std::int16_t>(std::min(a, b));
}

int RecordState::net_of(int token) {
  std::int16_t& known = number_[at(token - T::kFirstNet)];
  if (known >= 0) return known;
  known = static_cast<std::int16_t>(count_);
  token_[at(count_)] = static_cast<std::int16_t>(token);
  degree_[at(count_)] = 0;
  ++count_;
  direct_[at(count_)] = inductive_[at(count_)] = connected_[at(count_)] = static_cast<std::int16_t>(count_);
  const PortRole role = T::net(token).first;
  ++ports_[static_cast<std::size_t>(role)];
  if (fixes_voltage(role)) {
    join(direct_, count_, 0);
    join(inductive_, count_, 0);
  }
  if (role == PortRole::vss) join(connected_, count_, 0);
  return known;
}

void RecordState::push(int token) {
  if (!in_record()) {
    kind_ = token - T::kFirstKind;
    pin_ = 0;
    ++devices_;
    ++kinds_[at(kind_)];
    return;
  }
  const std::span<const Pin> pins = info(kind()).pins;
  nets_[at(pin_)] = token == T::kNoNet ? -1 : net_of(token);
  if (const int net = nets_[at(pin_)]; net >= 0) {
    degree_[at(net)] = static_cast<std::uint8_t>(std::min(degree_[at(net)] + 1, 2));
    const PinRole role = pins[at(pin_)].role;
    const auto flows_with = [&](PinRole other) {
      if (role == PinRole::channel) return other == PinRole::channel;
      return graph::conducts(role) && (other == PinRole::output || other == PinRole::supply);
    };
    for (int before = 0; before < pin_; ++before) {
      if (nets_[at(before)] < 0) continue;
      join(connected_, net + 1, nets_[at(before)] + 1);
      if (kind() == DeviceKind::inductor) join(inductive_, net + 1, nets_[at(before)] + 1);
      if (flows_with(pins[at(before)].role)) join(direct_, net + 1, nets_[at(before)] + 1);
    }
  }
  if (++pin_ == static_cast<int>(pins.size())) kind_ = -1;
}

bool RecordState::shorts(int net_token) const {
  if (net_token == T::kNoNet || kind() > DeviceKind::diode) return false;
  const int last = kind() <= DeviceKind::pnp ? 2 : 1;
  if (pin_ != last) return false;
  const int net = number_[at(net_token - T::kFirstNet)];
  if (kind() == DeviceKind::inductor) {
    const int other = find(inductive_, nets_[0] + 1);
    if (net >= 0) return find(inductive_, net + 1) == other;
    return fixes_voltage(T::net(net_token).first) && find(inductive_, 0) == other;
  }
  return net >= 0 &&
         std::all_of(nets_.begin(), nets_.begin() + last, [&](int other) { return other == net; });
}

int RecordState::Needs::sum() const {
  int total = opens + dangling + ports + islands + kinds;
  for (int part = 0; part < opens; ++part) total += open[at(part)];
  return total;
}

RecordState::Needs RecordState::needs(const Conditions& conditions) const {
  Needs out;
  std::array<std::int16_t, kMostNets + 1> part;
  std::array<bool, kMostNets + 1> excused;
  std::fill_n(part.begin(), count_ + 1, std::int16_t{-1});
  std::fill_n(excused.begin(), count_ + 1, false);
  const int root = find(direct_, 0), ground = find(connected_, 0);
  excused[at(ground)] = true;
  for (int net = 0; net < count_; ++net) {
    const bool port = T::net(token_[at(net)]).first != PortRole::internal;
    const bool dangles = !port && degree_[at(net)] == 1;
    const int at_dc = find(direct_, net + 1);
    if (at_dc == root) {
      out.dangling += dangles;
      continue;
    }
    if (part[at(at_dc)] < 0) {
      part[at(at_dc)] = static_cast<std::int16_t>(out.opens);
      out.open[at(out.opens++)] = 0;
    }
    if (dangles) ++out.open[at(part[at(at_dc)])];
    excused[at(find(connected_, net + 1))] = true;
  }
  if (in_record()) {
    const std::span<const Pin> pins = info(kind()).pins;
    bool will_be_tied = false;
    for (int pin = pin_; pin < static_cast<int>(pins.size()); ++pin) {
      will_be_tied =
          will_be_tied || pins[at(pin)].role == PinRole::bulk || pins[at(pin)].role == PinRole::supply;
    }
    for (int pin = 0; pin < pin_; ++pin) {
      if (nets_[at(pin)] < 0) continue;
      if (will_be_tied) excused[at(find(connected_, nets_[at(pin)] + 1))] = true;
      if (!graph::conducts(pins[at(pin)].role)) continue;
      int& own = pins[at(pin)].role == PinRole::channel ? out.own_channel : out.own_logic;
      own = part[at(find(direct_, nets_[at(pin)] + 1))];
    }
  }
  for (int net = 0; net < count_; ++net) {
    const int island = find(connected_, net + 1);
    if (excused[at(island)]) continue;
    excused[at(island)] = true;
    ++out.islands;
  }
  bool fed = false;
  for (int role = 1; role < kPortRoles; ++role) {
    const int missing = std::max(0, conditions.ports[at(role)] - ports_[at(role)]);
    if (fixes_voltage(static_cast<PortRole>(role))) {
      out.ports += missing;
    } else {
      for (int port = 0; port < missing; ++port) out.open[at(out.opens++)] = 1;
    }
    fed = fed || ((missing > 0 || ports_[at(role)] > 0) && feeds(static_cast<PortRole>(role)));
  }
  const std::size_t vss = static_cast<std::size_t>(PortRole::vss);
  out.ports += (ports_[vss] == 0 && conditions.ports[vss] == 0) + !fed;
  for (int k = 0; k < kDeviceKinds; ++k) out.kinds += conditions.required[at(k)] && kinds_[at(k)] == 0;
  return out;
}

bool RecordState::can_finish(const Conditions& conditions, int devices) const {
  const Needs needs = this->needs(conditions);
  if (!in_record() && needs.none()) return true;
  if (devices == 0) return in_record() && fill(conditions);
  return plan(conditions, needs, devices);
}

bool RecordState::plan(const Conditions& conditions, Needs needs, int devices) const {
  Plan plan(needs);
  if (in_record()) {
    Helper left(kind());
    bool channel_placed = false, supply_left = false;
    left.tied = false;
    const std::span<const Pin> pins = info(kind()).pins;
    for (int pin = 0; pin < static_cast<int>(pins.size()); ++pin) {
      const PinRole role = pins[at(pin)].role;
      if (pin >= pin_) {
        left.tied = left.tied || role == PinRole::bulk || role == PinRole::supply;
        supply_left = supply_left || role == PinRole::supply;
        continue;
      }
      left.tied =
          left.tied || (nets_[at(pin)] >= 0 && find(connected_, nets_[at(pin)] + 1) == find(connected_, 0));
      left.channel -= role == PinRole::channel;
      left.outputs -= role == PinRole::output;
      left.free -= role == PinRole::gate || role == PinRole::plate;
      channel_placed = channel_placed || role == PinRole::channel;
    }
    if (supply_left) plan.supply_own();
    if (kind() == DeviceKind::inductor) {
      plan.use_inductor(plan.own_channel());
    } else if (channel_placed) {
      plan.use_left(left);
    } else {
      plan.use(left);
    }
  }
  std::array<bool, kDeviceKinds> waiting{};
  for (int k = 0; k < kDeviceKinds; ++k) waiting[at(k)] = conditions.required[at(k)] && kinds_[at(k)] == 0;
  for (; !plan.done(); --devices) {
    if (devices == 0) return false;
    const auto required = std::find(waiting.begin(), waiting.end(), true);
    if (required != waiting.end()) {
      *required = false;
      plan.count_kind();
      plan.use(static_cast<DeviceKind>(required - waiting.begin()));
      continue;
    }
    const auto fits = [&](DeviceKind kind) {
      return !conditions.forbidden[static_cast<std::size_t>(kind)] &&
             (!plan.has_open() || conducts(Helper(kind)));
    };
    const auto* best = std::find_if(std::begin(kByUse), std::end(kByUse), fits);
    if (best == std::end(kByUse)) return false;
    plan.use(*best);
  }
  return true;
}

/// Tries what the pins left of the last device could be put on: every net that needs a pin, and the rails. A
/// bulk mends nothing: it would be a diode into the circuit.
bool RecordState::fill(const Conditions& conditions) const {
  const Needs needs = this->needs(conditions);
  if (!in_record()) return needs.none();
  const std::span<const Pin> pins = info(kind()).pins;
  int dangling = needs.dangling + needs.ports;
  for (int part = 0; part < needs.opens; ++part) dangling += needs.open[at(part)];
  if (needs.kinds > 0 || dangling > static_cast<int>(pins.size()) - pin_) return false;

  const bool bulk = pins[at(pin_)].role == PinRole::bulk;
  std::array<bool, kMostNets + 1> seen_part{}, seen_island{};
  const auto leads_on = [&](int token) {
    if (shorts(token)) return false;
    RecordState next = *this;
    next.push(token);
    return next.fill(conditions);
  };
  const int root = find(direct_, 0);
  for (int net = 0; net < count_ && !bulk; ++net) {
    const int part = find(direct_, net + 1), island = find(connected_, net + 1);
    const bool dangles = degree_[at(net)] == 1 && T::net(token_[at(net)]).first == PortRole::internal;
    const bool first_of_part = part != root && !std::exchange(seen_part[at(part)], true);
    const bool first_of_island = !std::exchange(seen_island[at(island)], true);
    const bool first = net < 2;  // not to have all ends on one net
    if ((dangles || first_of_part || first_of_island || first) && leads_on(token_[at(net)])) return true;
  }
  for (int role = 1; role < kPortRoles; ++role) {
    const auto one = static_cast<PortRole>(role);
    const bool rail = one == PortRole::vdd || one == PortRole::vss;
    const int most = conditions.only_ports ? conditions.ports[at(role)] : 1;
    const bool wanted = ports_[at(role)] < conditions.ports[at(role)];
    if (!(rail && most > 0) && (bulk || !wanted)) continue;
    if (leads_on(T::port(one, rail ? 1 : ports_[at(role)] + 1))) return true;
  }
  return pin_ >= info(kind()).required_pins && leads_on(T::kNoNet);
}

}  // namespace nullor::graph
