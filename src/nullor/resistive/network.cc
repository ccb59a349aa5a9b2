#include "nullor/resistive/network.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/si.h"

namespace nullor::resistive {
namespace {

void add_branch(ResistiveNetwork::Branches& branches, int p, int n, double value) {
  branches.p.push_back(p);
  branches.n.push_back(n);
  branches.value.push_back(value);
}

/// What is wrong with the numbers of a diode; empty when nothing is.
std::string fault(const DiodeModel& model) {
  for (const double x : {model.forward_drop, model.on_resistance, model.leakage, model.saturation_current,
                         model.emission_voltage}) {
    if (!std::isfinite(x)) return "has a value that is no finite number";
  }
  if (model.on_resistance < 0) return "has a negative on resistance";
  if (model.leakage < 0) return "has a negative leakage conductance";
  if (model.saturation_current < 0) return "has a negative saturation current";
  if (model.exponential() && !(model.emission_voltage > 0)) return "needs an emission voltage above 0";
  if (!model.exponential() && model.on_resistance > 0 && model.leakage * model.on_resistance > 1) {
    return "leaks more than it conducts: the off resistance must not be below the on resistance";
  }
  return {};
}

}  // namespace

std::string ResistiveNetwork::node_name(int node) const {
  return node_names ? std::string((*node_names)[node]) : std::to_string(node);
}

ElementOrigin ResistiveNetwork::describe(ElementKind kind, int index) const {
  if (origin) return origin(kind, index);
  constexpr const char* kLetters[] = {"r", "v", "i", "d"};
  return {kLetters[static_cast<int>(kind)] + std::to_string(index + 1), {}};
}

void ResistiveNetwork::add_resistor(int p, int n, double ohms) { add_branch(resistors, p, n, 1 / ohms); }

void ResistiveNetwork::add_voltage_source(int p, int n, double volts) {
  add_branch(voltage_sources, p, n, volts);
}

void ResistiveNetwork::add_current_source(int p, int n, double amperes) {
  add_branch(current_sources, p, n, amperes);
}

void ResistiveNetwork::add_diode(int anode, int cathode, const DiodeModel& model) {
  // Few models serve many diodes, and the last one is the likeliest.
  const auto found = std::find(models.rbegin(), models.rend(), model);
  diodes.model.push_back(static_cast<int>(models.rend() - found) - 1);
  if (found == models.rend()) {
    diodes.model.back() = static_cast<int>(models.size());
    models.push_back(model);
  }
  diodes.anode.push_back(anode);
  diodes.cathode.push_back(cathode);
}

void ResistiveNetwork::validate() const {
  const auto refuse = [&](ElementKind kind, std::size_t k, const std::string& what, std::string hint = {}) {
    const ElementOrigin element = describe(kind, static_cast<int>(k));
    throw InputError(ErrorKind::netlist, "'" + element.name + "' " + what, element.where, std::move(hint));
  };
  const auto check_nodes = [&](ElementKind kind, std::size_t k, int p, int n) {
    if (p < 0 || n < 0 || p >= node_count || n >= node_count)
      refuse(kind, k, "names a node that is not there");
  };
  const auto check = [&](ElementKind kind, const Branches& branches) {
    for (std::size_t k = 0; k < branches.size(); ++k) {
      check_nodes(kind, k, branches.p[k], branches.n[k]);
      if (kind == ElementKind::resistor) {
        if (branches.value[k] < 0) {
          refuse(kind, k, "has the negative resistance " + format_si(1 / branches.value[k]) + "Ohm",
                 "the energy of a network with a negative conductance is not convex; 'nullor run' takes it");
        }
        if (std::isinf(branches.value[k])) {
          refuse(kind, k, "has no resistance", "a voltage source of 0 V joins two nodes");
        }
      }
      if (!std::isfinite(branches.value[k])) refuse(kind, k, "has a value that is no finite number");
    }
  };
  check(ElementKind::resistor, resistors);
  check(ElementKind::voltage_source, voltage_sources);
  check(ElementKind::current_source, current_sources);
  std::vector<std::string> faults;
  for (const DiodeModel& model : models) faults.push_back(fault(model));
  for (std::size_t k = 0; k < diodes.size(); ++k) {
    check_nodes(ElementKind::diode, k, diodes.anode[k], diodes.cathode[k]);
    const std::string& what = faults[static_cast<std::size_t>(diodes.model[k])];
    if (!what.empty()) refuse(ElementKind::diode, k, what);
  }
}

}  // namespace nullor::resistive
