#include "nullor/design/bias_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/si.h"
#include "nullor/graph/conditions.h"

namespace nullor {
namespace {

using Kind = graph::DeviceKind;
using graph::Device;
using graph::Family;
using graph::PortRole;
using graph::Topology;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr double kBeyondRails = 0.7;     // [V]
constexpr double kAtRail = 0.05;         // of the supply
constexpr double kMoved = 0.05;          // [V]
constexpr double kLeakier = 1e-10;       // [S]
constexpr double kDeepSaturation = 0.6;  // base above collector [V]

bool is_bipolar(Kind kind) { return kind == Kind::npn || kind == Kind::pnp; }

/// Outputs that a designer wants off the rails: an inductor would hold them there.
std::vector<int> amplifier_outputs(const Topology& topology) {
  std::vector<int> out;
  if (topology.family != Family::opamp && topology.family != Family::ldo) return out;
  std::vector<char> inductive(topology.nets.size(), 0);
  for (const Device& device : topology.devices) {
    if (device.kind == Kind::inductor) inductive[u(device.nets[0])] = inductive[u(device.nets[1])] = 1;
  }
  for (std::size_t net = 0; net < topology.nets.size(); ++net) {
    if (topology.nets[net].role == PortRole::vout && !inductive[net]) out.push_back(static_cast<int>(net));
  }
  return out;
}

/// Nor a logic cell.
bool lacks_transistors(const Topology& topology) {
  return graph::needs_transistors(topology.family) &&
         std::none_of(topology.devices.begin(), topology.devices.end(), [](const Device& device) {
           return device.kind <= Kind::pnp || device.kind >= Kind::xor_gate;
         });
}

}  // namespace

BiasCheck::BiasCheck(const Topology& topology, const BiasCheckOptions& options)
    : topology_(topology),
      options_(options),
      probe_(topology, port_sources(topology, options.deck.ports), options.deck),
      duties_(duties(topology, probe_.sources())),
      outputs_(amplifier_outputs(topology)) {
  judge_rest(probe_.from_rest());
}

std::string BiasCheck::name_of(int device) const {
  const Device& one = topology_.devices[u(device)];
  const std::string_view word = graph::info(one.kind).word;
  return one.name.empty() ? fmt::format("device {} ({})", device + 1, word)
                          : fmt::format("{} ({})", one.name, word);
}

void BiasCheck::judge_rest(const OperatingPoint& found) {
  at_rest_.method = found.method;
  if (!found.converged) {
    at_rest_.reason = found.failure.reason;
    for (const std::string& suspect : found.failure.suspects) {
      if (!suspect.starts_with("start near")) at_rest_.reason += "; " + suspect;
    }
    return;
  }
  rest_ = found.x;
  for (std::size_t net = 0; net < topology_.nets.size(); ++net) {
    at_rest_.voltages.emplace_back(topology_.nets[net].name, probe_.voltage(static_cast<int>(net), found.x));
  }
  for (const std::string& node : found.floating_nodes) {
    at_rest_.reason += fmt::format("{}node '{}' has no dc path", at_rest_.reason.empty() ? "" : "; ", node);
  }
  if (!at_rest_.reason.empty()) return;
  const double supply = options_.deck.ports.supply;
  for (const auto& [net, voltage] : at_rest_.voltages) {
    if (voltage >= -kBeyondRails && voltage <= supply + kBeyondRails) continue;
    at_rest_.reason =
        fmt::format("net {} lies at {}V, beyond the rails of 0 and {}V", net, format_si(voltage), supply);
    return;
  }
  at_rest_.passed = true;
}

BiasPoint BiasCheck::start_at(const std::vector<double>& x) const {
  BiasPoint out;
  for (const PortSource& source : probe_.sources()) out.values.push_back(source.value);
  out.x = x;
  out.states = probe_.states(x);
  out.score = bias_score(out.states, duties_, options_.search.limits);
  return out;
}

/// The operating point of L2, and the one that is found from outputs held at half the supply: what biases
/// itself has a second state without current.
std::vector<BiasPoint> BiasCheck::starts() {
  std::vector<BiasPoint> out = {start_at(rest_)};
  std::vector<std::pair<int, double>> held;
  for (std::size_t net = 0; net < topology_.nets.size(); ++net) {
    const PortRole role = topology_.nets[net].role;
    if (role == PortRole::vout || role == PortRole::vref)
      held.emplace_back(static_cast<int>(net), 0.5 * options_.deck.ports.supply);
  }
  std::vector<double> x = rest_;
  if (!held.empty() && probe_.follow_from_held(held, x)) out.push_back(start_at(x));
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  return out;
}

BiasVerdict BiasCheck::bias() {
  BiasVerdict out;
  if (rest_.empty()) {
    out.reasons.push_back("there is no operating point to start from");
    return out;
  }
  const auto enough = [this](const BiasPoint& point) { return is_fit(point); };
  BiasPoint best;
  bool first = true;
  for (BiasPoint& start : starts()) {
    BiasPoint found = search_bias(probe_, duties_, outputs_, std::move(start), enough, options_.search);
    if (first || found.score > best.score) best = std::move(found);
    first = false;
    if (is_fit(best)) break;
  }
  out.sources = probe_.sources();
  for (std::size_t k = 0; k < out.sources.size(); ++k) out.sources[k].value = best.values[k];
  std::vector<Fault> faults;
  judge(best, out, faults);
  judge_leakage(best, faults);
  out.solves = probe_.solves();
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& a, const Fault& b) { return a.weight > b.weight; });
  for (Fault& fault : faults) out.reasons.push_back(std::move(fault.text));
  if (lacks_transistors(topology_))
    out.reasons.push_back(
        fmt::format("without a transistor it is no {}", graph::family_name(topology_.family)));
  out.passed = out.reasons.empty();
  return out;
}

/// All but leakage, which no search improves.
bool BiasCheck::is_fit(const BiasPoint& point) const {
  BiasVerdict verdict;
  std::vector<Fault> faults;
  judge(point, verdict, faults);
  return faults.empty();
}

void BiasCheck::judge_device(const DeviceState& state, BiasVerdict& verdict,
                             std::vector<Fault>& faults) const {
  const BiasLimits& limits = options_.search.limits;
  const Kind kind = topology_.devices[u(state.device)].kind;
  const Duty duty = duties_[u(state.device)];
  if (state.current > limits.ceiling && duty != Duty::toggle) {
    faults.push_back({4, fmt::format("{} carries {}A", name_of(state.device), format_si(state.current, 3))});
  }
  if (kind == Kind::nmos || kind == Kind::pmos) {
    if (state.forward > options_.forward) {
      faults.push_back({5, fmt::format("the bulk of {} conducts: forward by {}V", name_of(state.device),
                                       format_si(state.forward, 3))});
    }
  } else if (is_bipolar(kind) && state.forward > kDeepSaturation && duty == Duty::conduct) {
    faults.push_back({3, fmt::format("{} is saturated: its base is {}V beyond its collector",
                                     name_of(state.device), format_si(state.forward, 3))});
  }
  if (duty == Duty::toggle) {
    ++verdict.switches;
    verdict.closed += state.drive > 0;
  }
  if (duty != Duty::conduct) return;
  ++verdict.to_conduct;
  if (state.current < limits.floor || state.current > limits.ceiling) return;
  ++verdict.conducting;
  verdict.saturated += state.headroom > -0.02;
}

void BiasCheck::judge(const BiasPoint& point, BiasVerdict& verdict, std::vector<Fault>& faults) const {
  for (const DeviceState& state : point.states) judge_device(state, verdict, faults);
  const double supply = options_.deck.ports.supply;
  for (std::size_t k = 0; k < probe_.sources().size(); ++k) {
    const PortSource& source = probe_.sources()[k];
    if (source.drive == PortDrive::open || source.drive == PortDrive::current) continue;
    const double current = probe_.source_current(k, point.x);
    if (topology_.nets[u(source.net)].role == PortRole::vdd) verdict.supply_current += current;
    if (std::fabs(current) > options_.fault_current) {
      faults.push_back(
          {4, fmt::format("port {} draws {}A", net_name(source.net), format_si(std::fabs(current), 3))});
    }
  }
  for (const int output : outputs_) {
    const double v = probe_.voltage(output, point.x);
    if (v > kAtRail * supply && v < (1 - kAtRail) * supply) continue;
    faults.push_back({2, fmt::format("output {} stays at {}V, a rail", net_name(output), format_si(v, 3))});
  }
  const auto share = [](int part, int whole) { return whole == 0 ? 1.0 : static_cast<double>(part) / whole; };
  std::string off, triode;
  for (const DeviceState& state : point.states) {
    if (duties_[u(state.device)] != Duty::conduct) continue;
    const bool conducts = state.current >= options_.search.limits.floor;
    std::string& list = conducts ? triode : off;
    if (conducts && state.headroom > -0.02) continue;
    list += (list.empty() ? "" : ", ") + name_of(state.device);
  }
  if (share(verdict.conducting, verdict.to_conduct) < options_.least_conducting) {
    faults.push_back({1, fmt::format("{} of {} transistors conduct; off: {}", verdict.conducting,
                                     verdict.to_conduct, off)});
  } else if (share(verdict.saturated, verdict.to_conduct) < options_.least_saturated) {
    faults.push_back(
        {1, fmt::format("{} of {} transistors are saturated; in triode: {}; off: {}", verdict.saturated,
                        verdict.to_conduct, triode.empty() ? "none" : triode, off.empty() ? "none" : off)});
  }
}

void BiasCheck::judge_leakage(const BiasPoint& point, std::vector<Fault>& faults) {
  std::vector<double> x = point.x, leaky;
  if (!probe_.follow(point.values, x)) return;
  leaky = x;
  if (!probe_.follow(leaky, kLeakier)) return;
  for (std::size_t net = 0; net < topology_.nets.size(); ++net) {
    const double moved =
        std::fabs(probe_.voltage(static_cast<int>(net), leaky) - probe_.voltage(static_cast<int>(net), x));
    if (moved > kMoved) {
      faults.push_back({2, fmt::format("net {} is held by leakage alone: every transistor there is off",
                                       net_name(static_cast<int>(net)))});
    }
  }
}

}  // namespace nullor
