#include "nullor/simulate/outputs.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

class Collector final : public OperatingPointInfo {
 public:
  void add(const char* name, double value, const char* unit) override { list.push_back({name, unit, value}); }
  std::vector<DeviceQuantity> list;
};

void add_device(const Dae& dae, int instance, const std::string& detail, bool currents_only,
                std::vector<Output>& out) {
  const auto [group, device] = dae.device_of_instance(instance);
  const std::vector<double> zero(u(dae.size()) + 1, 0.0);
  const Instance& i = dae.circuit().instances[u(instance)];
  for (const DeviceQuantity& q : device_quantities(dae, group, device, zero)) {
    if (!detail.empty() ? q.name != detail
                        : currents_only && (q.unit != "A" || q.name.empty() || q.name[0] != 'i'))
      continue;
    out.push_back({"@" + i.name + "[" + q.name + "]", quantity_of_unit(q.unit), -1, group, device, q.name});
  }
}

}  // namespace

Output output_of_unknown(const Dae& dae, int unknown) {
  const UnknownInfo& info = dae.unknowns()[u(unknown)];
  Output out;
  out.unknown = unknown;
  const auto branch = info.name.rfind("#branch");
  if (info.nature == Nature::current && branch != std::string::npos) {
    out.name = "i(" + info.name.substr(0, branch) + ")";
    out.quantity = Quantity::current;
  } else {
    out.name = "v(" + info.name + ")";
    out.quantity = quantity_of_unit(info.unit);
  }
  return out;
}

std::vector<Output> choose_outputs(const Dae& dae, const std::vector<Expression>& saves) {
  std::vector<Output> out;
  const Circuit& circuit = dae.circuit();
  const auto everything = [&] {
    for (int k = 0; k < dae.size(); ++k) {
      const UnknownInfo& info = dae.unknowns()[u(k)];
      const bool branch = info.nature == Nature::current && info.name.ends_with("#branch");
      if (info.owner.empty() || branch) out.push_back(output_of_unknown(dae, k));
    }
  };
  const auto unknown = [&](const std::string& name, const Expression& from) {
    const int k = dae.unknown(name);
    if (k >= 0) return k;
    std::vector<std::string> names;
    for (const UnknownInfo& info : dae.unknowns()) names.push_back(info.name);
    throw InputError(ErrorKind::netlist, "there is no node or branch '" + name + "' to save", from.where,
                     did_you_mean(name, names));
  };
  if (saves.empty()) everything();
  for (const Expression& e : saves) {
    const Expression::Node& root = e.root();
    if (root.kind == Expression::Kind::name &&
        (root.name == "all" || root.name == "allv" || root.name == "alli")) {
      everything();
    } else if (root.kind == Expression::Kind::name && root.name.starts_with("@")) {
      const auto open = root.name.find('[');
      const int instance = circuit.find_instance(root.name.substr(1, open - 1));
      if (instance < 0 || open == std::string::npos) {
        throw InputError(ErrorKind::netlist, "there is no device for '" + root.name + "'", e.where);
      }
      add_device(dae, instance, root.name.substr(open + 1, root.name.size() - open - 2), false, out);
    } else if (root.kind == Expression::Kind::call && root.name == "i" && root.arguments.size() == 1) {
      const std::string device = e.nodes[u(root.arguments[0])].name;
      const int instance = circuit.find_instance(device);
      if (instance >= 0 && dae.branch_of_instance(instance) < 0) {
        add_device(dae, instance, "", true, out);
      } else {
        out.push_back(output_of_unknown(
            dae, instance >= 0 ? dae.branch_of_instance(instance) : unknown(device + "#branch", e)));
      }
    } else {
      // v(a), v(a, b), a bare node, or a formula: keep every node it names.
      for (const Expression::Node& node : e.nodes) {
        if (node.kind != Expression::Kind::name) continue;
        const int index = circuit.find_node(node.name);
        if (index == 0) continue;
        out.push_back(output_of_unknown(dae, index > 0 ? dae.unknown_of_node(index) : unknown(node.name, e)));
      }
    }
  }
  if (circuit.save_device_currents) {
    for (std::size_t k = 0; k < circuit.instances.size(); ++k) {
      if (dae.branch_of_instance(static_cast<int>(k)) < 0)
        add_device(dae, static_cast<int>(k), "", true, out);
    }
  }
  if (saves.empty() && !circuit.save_device_currents) return out;
  std::vector<Output> once;
  std::set<std::string> seen;
  for (Output& o : out) {
    if (seen.insert(o.name).second) once.push_back(std::move(o));
  }
  return once;
}

std::vector<DeviceQuantity> device_quantities(const Dae& dae, int group, int device,
                                              const std::vector<double>& x) {
  Collector collector;
  dae.groups()[u(group)]->operating_point(device, x.data(), collector);
  return std::move(collector.list);
}

double read_output(const Dae& dae, const Output& output, const std::vector<double>& x) {
  if (output.unknown >= 0) return x[u(output.unknown)];
  for (const DeviceQuantity& q : device_quantities(dae, output.group, output.device, x)) {
    if (q.name == output.detail) return q.value;
  }
  return std::nan("");
}

void append_row(const Dae& dae, const std::vector<Output>& outputs, const std::vector<double>& x,
                Table& table, std::size_t first) {
  for (std::size_t k = 0; k < outputs.size(); ++k)
    table.columns[first + k].real.push_back(read_output(dae, outputs[k], x));
}

}  // namespace nullor
