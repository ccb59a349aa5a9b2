#include "nullor/dae/lane_dae.h"

#include <algorithm>
#include <cmath>

#include "nullor/dae/group_factories.h"
#include "nullor/netlist/model_bins.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

double number(const Value& v, const std::vector<double>& table) {
  return v.parameter == kNoParameter ? v.constant : table[u(v.parameter)];
}

const GroupFactory& factory_of(std::string_view device) {
  for (const GroupFactory& factory : group_factories()) {
    if (factory.kind->name == device) return factory;
  }
  throw std::logic_error("no device " + std::string(device));
}

int type_of(const Circuit& circuit, const Instance& instance, const DeviceKind& kind) {
  if (instance.model < 0) return 0;
  const std::string& wanted = circuit.models[u(instance.model)].type;
  std::string_view words = kind.model_types;
  for (int k = 0; !words.empty(); ++k) {
    const auto end = words.find(' ');
    if (words.substr(0, end) == wanted) return k;
    if (end == std::string_view::npos) break;
    words.remove_prefix(end + 1);
  }
  return 0;
}

}  // namespace

LaneDae::LaneDae(const Circuit& circuit) {
  for (int k = 0; k < kLanes; ++k) scalars_.push_back(std::make_unique<Dae>(circuit));
  const auto& groups = scalars_[0]->groups();
  is_hot_.assign(groups.size(), 0);
  cards_.resize(circuit.models.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const LaneFactory& factory : lane_factories()) {
      if (factory.device == groups[g]->kind().name) make_hot(g, factory);
    }
    if (!is_hot_[g] && !groups[g]->linear()) others_.push_back(g);
  }
  const std::size_t n = u(size()) + 1, slots = u(pattern().nonzeros()) + 1;
  for (auto* v : {&x_, &f_, &q_}) v->assign(n, 0.0);
  for (auto* v : {&g_, &c_}) v->assign(slots, 0.0);
  for (int k = 0; k < kLanes; ++k) load(k, {});
  setup();
}

void LaneDae::make_hot(std::size_t group, const LaneFactory& factory) {
  Dae& first = *scalars_[0];
  const DeviceGroup& scalar = *first.groups()[group];
  // The same devices with unknowns of their own, from which the group tells what depends on what.
  const std::unique_ptr<DeviceGroup> shape = factory_of(scalar.kind().name).make();
  LaneStructure structure;
  structure.devices = scalar.count();
  structure.rows = static_cast<int>(scalar.unknowns(0).size());
  structure.pattern = &first.pattern();
  structure.ground = first.size();
  std::vector<int> instances(u(scalar.count()), -1), local(u(structure.rows));
  for (int r = 0; r < structure.rows; ++r) local[u(r)] = r;
  const Circuit& circuit = first.circuit();
  for (std::size_t k = 0; k < circuit.instances.size(); ++k) {
    const auto [g, device] = first.device_of_instance(static_cast<int>(k));
    if (g == static_cast<int>(group)) instances[u(device)] = static_cast<int>(k);
  }
  const std::size_t hot = hot_.size();
  const std::size_t bindings = bindings_.size();
  for (int d = 0; d < scalar.count(); ++d) {
    const Instance& instance = circuit.instances[u(instances[u(d)])];
    structure.types.push_back(type_of(circuit, instance, scalar.kind()));
    shape->add(structure.types.back());
    shape->set_unknowns(d, local);
    const auto unknowns = scalar.unknowns(d);
    structure.unknowns.insert(structure.unknowns.end(), unknowns.begin(), unknowns.end());
  }
  hot_.push_back({group, nullptr});
  for (int d = 0; d < scalar.count(); ++d) bind(circuit.instances[u(instances[u(d)])], hot, d, *shape);
  shape->setup(first.environment());
  std::vector<std::pair<int, int>> entries;
  shape->entries(entries, false);
  entries.resize(entries.size() / u(scalar.count()));  // the same list for every device
  structure.entries = std::move(entries);
  hot_[hot].lanes = factory.make(structure);
  is_hot_[group] = 1;
  // What is constant; the rest follows with every load.
  std::vector<char> follows(u(scalar.count()) * scalar.parameters().size(), 0);
  const auto place = [&](int device, int parameter) { return u(device) * scalar.parameters().size() + u(parameter); };
  for (std::size_t k = bindings; k < bindings_.size(); ++k)
    follows[place(bindings_[k].device, bindings_[k].parameter)] = 1;
  for (int d = 0; d < scalar.count(); ++d) {
    for (int p = 0; p < static_cast<int>(scalar.parameters().size()); ++p) {
      if (follows[place(d, p)]) continue;
      const double x = shape->get_parameter(d, p);
      for (int lane = 0; lane < kLanes; ++lane) hot_[hot].lanes->set_parameter(d, p, lane, x);
    }
  }
}
