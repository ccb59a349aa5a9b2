#include "nullor/resistive/kkt.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nullor::resistive {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

/// Beyond this many emission voltages an exponential goes on as its tangent.
constexpr double kMaxExponent = 80;

double exponential(double w) {
  return w < kMaxExponent ? std::exp(w) : std::exp(kMaxExponent) * (1 + (w - kMaxExponent));
}

/// What each node sees: the sum of currents leaving it, of conductances, of magnitudes of currents.
struct Nodes {
  std::vector<double> current, conductance, magnitude;
  double voltage_scale = 0;  ///< V_0

  explicit Nodes(int count) : current(at(count)), conductance(at(count)), magnitude(at(count)) {}

  void carry(int p, int n, double i) {
    current[at(p)] += i;
    current[at(n)] -= i;
  }
  void weigh(int p, int n, double g) {
    conductance[at(p)] += g;
    conductance[at(n)] += g;
  }
  void weigh_current(int p, int n, double i) {
    magnitude[at(p)] += std::fabs(i);
    magnitude[at(n)] += std::fabs(i);
  }
  /// S of (1).
  double scale(int node) const { return voltage_scale * conductance[at(node)] + magnitude[at(node)]; }
};

double voltage_scale(const ResistiveNetwork& network, const Solution& solution) {
  double largest = 0;
  for (const double v : network.voltage_sources.value) largest = std::max(largest, std::fabs(v));
  if (largest == 0) {
    for (const double v : solution.node_voltages) largest = std::max(largest, std::fabs(v));
  }
  return largest == 0 ? 1 : largest;
}

/// The conductance that a diode lends to the scale of its nodes.
double conductance_of(const DiodeModel& model, double u) {
  if (model.exponential()) return diode_conductance(model, u);
  return model.leakage + (model.ideal() ? 0 : 1 / model.on_resistance);
}

Nodes sum_nodes(const ResistiveNetwork& network, const Solution& s) {
  Nodes nodes(network.node_count);
  nodes.voltage_scale = voltage_scale(network, s);
  const auto across = [&](int p, int n) { return s.node_voltages[at(p)] - s.node_voltages[at(n)]; };
  const auto& r = network.resistors;
  for (std::size_t k = 0; k < r.size(); ++k) {
    nodes.carry(r.p[k], r.n[k], r.value[k] * across(r.p[k], r.n[k]));
    nodes.weigh(r.p[k], r.n[k], r.value[k]);
  }
  const auto carry = [&](int p, int n, double i) {
    nodes.carry(p, n, i);
    nodes.weigh_current(p, n, i);
  };
  const auto& sources = network.current_sources;
  for (std::size_t k = 0; k < sources.size(); ++k) carry(sources.p[k], sources.n[k], sources.value[k]);
  const auto& voltages = network.voltage_sources;
  for (std::size_t k = 0; k < voltages.size(); ++k)
    carry(voltages.p[k], voltages.n[k], s.voltage_source_currents[k]);
  const auto& d = network.diodes;
  for (std::size_t k = 0; k < d.size(); ++k) {
    carry(d.anode[k], d.cathode[k], s.diode_currents[k]);
    nodes.weigh(d.anode[k], d.cathode[k],
                conductance_of(network.model_of(k), across(d.anode[k], d.cathode[k])));
  }
  const double largest = *std::max_element(nodes.conductance.begin(), nodes.conductance.end());
  for (double& g : nodes.conductance) {
    if (g == 0) g = largest > 0 ? largest : 1;
  }
  return nodes;
}

/// (4) for one diode.
double diode_residual(const DiodeModel& model, double u, double i, double scale, double voltage) {
  if (!model.ideal()) return std::fabs(i - diode_current(model, u)) / scale;
  const double j = (i - model.leakage * u) / scale, slack = (model.forward_drop - u) / voltage;
  return std::fabs(std::min(j, slack));
}

}  // namespace

double diode_current(const DiodeModel& model, double u) {
  double i = model.leakage * u;
  if (model.exponential()) {
    i += model.saturation_current * (exponential(u / model.emission_voltage) - 1);
  } else if (model.on_resistance > 0 && u > model.forward_drop) {
    i += (u - model.forward_drop) * (1 / model.on_resistance - model.leakage);
  }
  return i;
}

double diode_conductance(const DiodeModel& model, double u) {
  if (model.exponential()) {
    const double w = std::min(u / model.emission_voltage, kMaxExponent);
    return model.leakage + model.saturation_current / model.emission_voltage * std::exp(w);
  }
  return model.on_resistance > 0 && u > model.forward_drop ? 1 / model.on_resistance : model.leakage;
}

double diode_energy(const DiodeModel& model, double u) {
  double energy = 0.5 * model.leakage * u * u;
  if (model.exponential()) {
    const double w = u / model.emission_voltage;
    const double over = std::max(w - kMaxExponent, 0.0);
    energy += model.saturation_current * model.emission_voltage *
              (std::exp(std::min(w, kMaxExponent)) * (1 + over + 0.5 * over * over) - 1 - w);
  } else if (model.on_resistance > 0) {
    const double over = std::max(u - model.forward_drop, 0.0), start = std::max(-model.forward_drop, 0.0);
    energy += 0.5 * (over * over - start * start) * (1 / model.on_resistance - model.leakage);
  }
  return energy;
}

double KktResidual::largest() const { return std::max({kirchhoff, sources, diodes}); }

KktResidual kkt_residual(const ResistiveNetwork& network, const Solution& s) {
  const Nodes nodes = sum_nodes(network, s);
  KktResidual out;
  // A NaN anywhere must not pass as a small number.
  const auto larger = [](double a, double b) { return !(a <= b); };
  for (int node = 1; node < network.node_count; ++node) {
    const double residual = std::fabs(nodes.current[at(node)]) / nodes.scale(node);
    if (larger(residual, out.kirchhoff)) out.kirchhoff = residual, out.node = node;
  }
  const auto& voltages = network.voltage_sources;
  for (std::size_t k = 0; k < voltages.size(); ++k) {
    const double error =
        s.node_voltages[at(voltages.p[k])] - s.node_voltages[at(voltages.n[k])] - voltages.value[k];
    if (larger(std::fabs(error) / nodes.voltage_scale, out.sources))
      out.sources = std::fabs(error) / nodes.voltage_scale;
  }
  const auto& d = network.diodes;
  for (std::size_t k = 0; k < d.size(); ++k) {
    const double u = s.node_voltages[at(d.anode[k])] - s.node_voltages[at(d.cathode[k])];
    const double scale = std::min(nodes.scale(d.anode[k]), nodes.scale(d.cathode[k]));
    const double residual =
        diode_residual(network.model_of(k), u, s.diode_currents[k], scale, nodes.voltage_scale);
    if (larger(residual, out.diodes)) out.diodes = residual, out.diode = static_cast<int>(k);
  }
  return out;
}

namespace {

/// Nodes joined by whatever conducts; the groups without ground float.
class Groups {
 public:
  explicit Groups(int count) : parent_(at(count)) { std::iota(parent_.begin(), parent_.end(), 0); }
  int find(int k) {
    while (parent_[at(k)] != k) k = parent_[at(k)] = parent_[at(parent_[at(k)])];
    return k;
  }
  void join(int a, int b) {
    a = find(a), b = find(b);
    parent_[at(std::max(a, b))] = std::min(a, b);
  }
  std::vector<std::vector<int>> without_ground() {
    std::vector<int> number(parent_.size(), -1);
    std::vector<std::vector<int>> out;
    for (int k = 0; k < static_cast<int>(parent_.size()); ++k) {
      const int root = find(k);
      if (root == 0) continue;
      if (number[at(root)] < 0) {
        number[at(root)] = static_cast<int>(out.size());
        out.emplace_back();
      }
      out[at(number[at(root)])].push_back(k);
    }
    return out;
  }

 private:
  std::vector<int> parent_;
};

}  // namespace

void audit(const ResistiveNetwork& network, Solution& s) {
  const auto across = [&](int p, int n) { return s.node_voltages[at(p)] - s.node_voltages[at(n)]; };
  Groups groups(network.node_count);
  s.energy = s.dissipated_power = s.delivered_power = 0;
  const auto& r = network.resistors;
  for (std::size_t k = 0; k < r.size(); ++k) {
    const double u = across(r.p[k], r.n[k]);
    s.energy += 0.5 * r.value[k] * u * u;
    s.dissipated_power += r.value[k] * u * u;
    if (r.value[k] > 0) groups.join(r.p[k], r.n[k]);
  }
  const auto& currents = network.current_sources;
  for (std::size_t k = 0; k < currents.size(); ++k) {
    const double power = currents.value[k] * across(currents.p[k], currents.n[k]);
    s.energy += power;
    s.delivered_power -= power;
  }
  const auto& voltages = network.voltage_sources;
  for (std::size_t k = 0; k < voltages.size(); ++k) {
    s.delivered_power -= voltages.value[k] * s.voltage_source_currents[k];
    groups.join(voltages.p[k], voltages.n[k]);
  }
  const KktResidual residual = kkt_residual(network, s);
  s.kkt_residual = residual.largest();
  const auto& d = network.diodes;
  s.conducting.assign(d.size(), 0);
  for (std::size_t k = 0; k < d.size(); ++k) {
    const DiodeModel& model = network.model_of(k);
    const double u = across(d.anode[k], d.cathode[k]), i = s.diode_currents[k];
    s.energy += diode_energy(model, u);
    s.dissipated_power += u * i;
    const bool on = model.exponential() ? i > 0
                    : model.ideal()     ? i > model.leakage * u
                                        : u > model.forward_drop;
    s.conducting[k] = on ? 1 : 0;
    if (on || model.leakage > 0 || model.exponential()) groups.join(d.anode[k], d.cathode[k]);
  }
  s.floating = groups.without_ground();
}

}  // namespace nullor::resistive
