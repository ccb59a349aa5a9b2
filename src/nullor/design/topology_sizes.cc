#include "nullor/design/topology_sizes.h"

#include <algorithm>
#include <cmath>

#include "nullor/graph/disjoint_sets.h"

namespace nullor {
namespace {

using Kind = graph::DeviceKind;
using graph::Device;
using graph::PortRole;

class Collector {
 public:
  Collector(const graph::Topology& topology, const TopologyDeckOptions& options)
      : topology_(topology), options_(options) {}

  std::vector<SizeVariable> run() {
    mos();
    for (std::size_t k = 0; k < topology_.devices.size(); ++k) other(k);
    return std::move(out_);
  }

 private:
  bool is_rail(int net) const {
    const PortRole role = topology_.nets[static_cast<std::size_t>(net)].role;
    return role == PortRole::vdd || role == PortRole::vss;
  }

  void add(const std::vector<std::size_t>& devices, const char* parameter, double low, double high,
           double start) {
    SizeVariable out{.devices = devices,
                     .parameter = parameter,
                     .low = low,
                     .high = high,
                     .start = std::clamp(start, low, high)};
    for (const std::size_t k : devices) out.name += (out.name.empty() ? "" : ",") + topology_.devices[k].name;
    out.name += std::string(":") + parameter;
    out_.push_back(std::move(out));
  }

  /// Devices by their representative, in order.
  static std::vector<std::vector<std::size_t>> groups(graph::DisjointSets& sets,
                                                      const std::vector<std::size_t>& members) {
    std::vector<std::vector<std::size_t>> out;
    std::vector<int> seen;
    for (const std::size_t k : members) {
      const int root = sets.find(static_cast<int>(k));
      const auto at = std::find(seen.begin(), seen.end(), root) - seen.begin();
      if (static_cast<std::size_t>(at) == seen.size()) {
        seen.push_back(root);
        out.emplace_back();
      }
      out[static_cast<std::size_t>(at)].push_back(k);
    }
    return out;
  }

  void mos() {
    const std::size_t count = topology_.devices.size();
    graph::DisjointSets widths(static_cast<int>(count)), lengths(static_cast<int>(count));
    std::vector<std::size_t> members;
    for (std::size_t k = 0; k < count; ++k) {
      const Device& a = topology_.devices[k];
      if (a.kind != Kind::nmos && a.kind != Kind::pmos) continue;
      for (const std::size_t j : members) {
        const Device& b = topology_.devices[j];
        if (a.kind != b.kind || a.nets[2] != b.nets[2]) continue;
        const bool pair = !is_rail(a.nets[2]);
        if (pair) widths.join(static_cast<int>(j), static_cast<int>(k));
        if (pair || a.nets[1] == b.nets[1]) lengths.join(static_cast<int>(j), static_cast<int>(k));
      }
      members.push_back(k);
    }
    for (const auto& group : groups(widths, members)) {
      const double w =
          topology_.devices[group.front()].kind == Kind::nmos ? options_.nmos_width : options_.pmos_width;
      add(group, "w", 0.1 * w, 20 * w, w);
    }
    for (const auto& group : groups(lengths, members))
      add(group, "l", 0.4 * options_.length, 6 * options_.length, options_.length);
  }

  void other(std::size_t k) {
    switch (topology_.devices[k].kind) {
      case Kind::npn:
      case Kind::pnp:
        return add({k}, "area", 1, 16, 1);
      case Kind::resistor:
        return add({k}, "r", 1e3, 1e6, options_.resistance);
      case Kind::capacitor:
        return add({k}, "c", 20e-15, 20e-12, options_.capacitance);
      case Kind::inductor:
        return add({k}, "l", 1e-9, 1e-6, options_.inductance);
      default:
        return;
    }
  }

  const graph::Topology& topology_;
  const TopologyDeckOptions& options_;
  std::vector<SizeVariable> out_;
};

}  // namespace

double SizeVariable::at(double place) const {
  return low * std::pow(high / low, std::clamp(place, 0.0, 1.0));
}
double SizeVariable::place(double value) const { return std::log(value / low) / std::log(high / low); }

std::vector<SizeVariable> size_variables(const graph::Topology& topology,
                                         const TopologyDeckOptions& options) {
  return Collector(topology, options).run();
}

std::string size_name(std::size_t variable) { return "size_" + std::to_string(variable); }

SizeNames size_names(const std::vector<SizeVariable>& sizes) {
  SizeNames out;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    for (const std::size_t device : sizes[k].devices) out[{device, sizes[k].parameter}] = size_name(k);
  }
  return out;
}

}  // namespace nullor
