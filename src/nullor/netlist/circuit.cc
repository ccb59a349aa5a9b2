#include "nullor/netlist/circuit.h"

#include <cassert>

#include "nullor/netlist/text.h"

namespace nullor {
namespace {

auto name_in(const std::vector<std::string>& names) {
  return [&names](int k) -> std::string_view { return names[static_cast<std::size_t>(k)]; };
}
auto name_in(const std::vector<Instance>& instances) {
  return [&instances](int k) -> std::string_view { return instances[static_cast<std::size_t>(k)].name; };
}

}  // namespace

int Circuit::find_node(std::string_view name) const {
  std::string lower = netlist::lower(name);
  if (lower == "gnd") lower = "0";
  if (lower == "0") return 0;
  return node_index_.find(lower, name_in(nodes));
}

int Circuit::find_instance(std::string_view name) const {
  const std::string lower = netlist::lower(name);
  if (const int found = instance_index_.find(lower, name_in(instances)); found >= 0) return found;
  // "x1.m3" stands for "m.x1.m3".
  const std::size_t dot = lower.rfind('.');
  if (dot == std::string::npos || dot + 1 == lower.size()) return -1;
  return instance_index_.find(std::string(1, lower[dot + 1]) + "." + lower, name_in(instances));
}

int Circuit::add_node(std::string_view name) {
  if (name == "0" || name == "gnd") return 0;
  if (const int found = node_index_.find(name, name_in(nodes)); found >= 0) return found;
  nodes.emplace_back(name);
  node_index_.add(static_cast<int>(nodes.size()) - 1, name_in(nodes));
  return static_cast<int>(nodes.size()) - 1;
}

int Circuit::add_instance(Instance instance) {
  assert(instance_index_.find(instance.name, name_in(instances)) < 0);
  instances.push_back(std::move(instance));
  instance_index_.add(static_cast<int>(instances.size()) - 1, name_in(instances));
  return static_cast<int>(instances.size()) - 1;
}

void Circuit::index() {
  node_index_.clear();
  instance_index_.clear();
  for (std::size_t k = 1; k < nodes.size(); ++k) node_index_.add(static_cast<int>(k), name_in(nodes));
  for (std::size_t k = 0; k < instances.size(); ++k)
    instance_index_.add(static_cast<int>(k), name_in(instances));
}

}  // namespace nullor
