#include "nullor/design/bias_probe.h"

#include <cmath>

#include "nullor/simulate/outputs.h"

namespace nullor {
namespace {

using graph::Device;
using Kind = graph::DeviceKind;

constexpr double kBaseOn = 0.5, kSaturated = 0.2;  // [V]
constexpr int kFollowed = 60;                      // Newton iterations from a solution nearby

/// Element of a device as the circuit has it: SKY130's transistors are one level down.
int instance_of(const Circuit& circuit, const TopologyDeck& deck, std::size_t device) {
  const std::string& name = deck.devices[device];
  const int found = circuit.find_instance(name);
  if (found >= 0 || name.front() != 'x') return found;
  for (std::size_t k = 0; k < circuit.instances.size(); ++k) {
    const std::string& one = circuit.instances[k].name;
    if (circuit.instances[k].letter == 'm' && one.starts_with("m." + name + ".")) return static_cast<int>(k);
  }
  return -1;
}

}  // namespace

BiasProbe::BiasProbe(const graph::Topology& topology, std::vector<PortSource> sources,
                     const TopologyDeckOptions& options)
    : topology_(topology), sources_(std::move(sources)), deck_(make_deck(topology, sources_, options)) {
  engine_ = std::make_unique<Engine>(read_circuit_text(deck_.text, "deck"));
  const Circuit& circuit = engine_->circuit();
  for (const std::string& net : deck_.nets) {
    const int node = circuit.find_node(net);
    unknown_of_net_.push_back(at(engine_->dae().unknown_of_node(std::max(node, 0))));
  }
  for (std::size_t k = 0; k < sources_.size(); ++k) {
    values_.push_back(sources_[k].value);
    const std::string& name = deck_.sources[k];
    handles_.push_back(name.empty() ? ParameterHandle{} : engine_->dae().parameter(name + ":dc"));
    branches_.push_back(name.empty() ? -1 : engine_->dae().branch_of_instance(circuit.find_instance(name)));
  }
  for (std::size_t k = 0; k < topology.devices.size(); ++k) {
    const Kind kind = topology.devices[k].kind;
    if (kind > Kind::pnp && kind != Kind::diode) continue;
    const int instance = instance_of(circuit, deck_, k);
    if (instance < 0) continue;
    const auto [group, member] = engine_->dae().device_of_instance(instance);
    probed_.push_back({static_cast<int>(k), group, member});
  }
}

OperatingPoint BiasProbe::from_rest() {
  ++solves_;
  OperatingPointOptions how;
  how.max_iterations = engine_->options().itl1;
  return solve_operating_point(engine_->dae(), engine_->newton(), engine_->options(), how);
}

bool BiasProbe::follow(std::span<const double> values, std::vector<double>& x) {
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k] == values_[k] || deck_.sources[k].empty()) continue;
    engine_->dae().set(handles_[k], values[k]);
    values_[k] = values[k];
  }
  return follow(x, 0);
}

bool BiasProbe::follow_from_held(std::span<const std::pair<int, double>> held, std::vector<double>& x) {
  std::vector<std::pair<int, double>> clamps;
  for (const auto& [net, voltage] : held) {
    const std::size_t unknown = unknown_of_net_[at(net)];
    if (unknown < at(engine_->dae().size())) clamps.emplace_back(static_cast<int>(unknown), voltage);
  }
  NewtonSolver::Problem problem;
  problem.dc = true;
  problem.max_iterations = kFollowed;
  problem.clamps = &clamps;
  return engine_->newton().solve(x, problem).converged && follow(x, 0);
}

bool BiasProbe::follow(std::vector<double>& x, double gmin) {
  ++solves_;
  NewtonSolver::Problem problem;
  problem.dc = true;
  problem.max_iterations = kFollowed;
  problem.gmin = gmin;
  problem.exact = true;
  return engine_->newton().solve(x, problem).converged;
}

std::vector<DeviceState> BiasProbe::states(const std::vector<double>& x) const {
  std::vector<DeviceState> out;
  out.reserve(probed_.size());
  for (const Probed& one : probed_) {
    const Device& device = topology_.devices[at(one.device)];
    DeviceState state{.device = one.device};
    double von = 0, vdsat = 0;
    for (const DeviceQuantity& q : device_quantities(engine_->dae(), one.group, one.member, x)) {
      if (q.name == "id" || q.name == "ic") state.current = std::fabs(q.value);
      if (q.name == "von") von = std::fabs(q.value);
      if (q.name == "vdsat") vdsat = std::fabs(q.value);
    }
    const bool n = device.kind != Kind::pmos && device.kind != Kind::pnp;
    const auto across = [&](std::size_t a, std::size_t b) {
      return (n ? 1 : -1) * (voltage(device.nets[a], x) - voltage(device.nets[b], x));
    };
    switch (device.kind) {
      case Kind::nmos:
      case Kind::pmos:
        state.drive = std::max(across(1, 2), across(1, 0)) - von;
        state.drop = std::fabs(across(0, 2));
        state.headroom = state.drop - vdsat;
        state.forward = std::max(across(3, 0), across(3, 2));
        break;
      case Kind::npn:
      case Kind::pnp:
        state.drive = across(1, 2) - kBaseOn;
        state.drop = across(0, 2);
        state.headroom = state.drop - kSaturated;
        state.forward = across(1, 0);
        break;
      default:
        state.drop = state.forward = across(0, 1);
        state.drive = state.drop - kBaseOn;
        break;
    }
    out.push_back(state);
  }
  return out;
}

double BiasProbe::source_current(std::size_t source, const std::vector<double>& x) const {
  if (sources_[source].drive == PortDrive::current) return values_[source];
  return branches_[source] < 0 ? 0 : -x[at(branches_[source])];
}

}  // namespace nullor
