// From the flat circuit to device groups: which device an instance is, its values and its unknowns.

#include "nullor/dae/bind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "nullor/dae/behavioural_group.h"
#include "nullor/dae/dae.h"
#include "nullor/dae/group_factories.h"

namespace nullor {
namespace {

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = text.find(' ');
    if (end != 0) out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

int position(const std::vector<std::string>& list, const std::string& word) {
  const auto found = std::find(list.begin(), list.end(), word);
  return found == list.end() ? -1 : static_cast<int>(found - list.begin());
}

const NamedValue* find_value(const std::vector<NamedValue>& values, std::string_view name) {
  for (const NamedValue& v : values) {
    if (v.name == name) return &v;
  }
  return nullptr;
}

// Names on a model card that choose the device or its bin and are no parameters of it.
bool selects_the_model(std::string_view name) {
  return name == "level" || name == "version" || name == "lmin" || name == "lmax" || name == "wmin" ||
         name == "wmax";
}

/// "4.8.1" as the number 481, 4.5 as 450: what a device's switch `version` counts in. NaN: no version.
double version_code(const NamedValue& v) {
  const std::string text = v.text.empty() ? fmt::format("{}", v.value.constant) : v.text;
  int code = 0, digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9' && digits < 3) {
      code = 10 * code + (c - '0');
      ++digits;
    } else if (c != '.') {
      return kNotGiven;
    }
  }
  for (; digits < 3; ++digits) code *= 10;
  return code;
}

double option(const Circuit& circuit, const char* name, double otherwise) {
  const auto found = circuit.options.find(name);
  if (found == circuit.options.end()) return otherwise;
  const double* number = std::get_if<double>(&found->second);
  return number ? *number : otherwise;
}

}  // namespace

Dae::Dae(Circuit circuit) : circuit_(std::move(circuit)) {
  environment_.nominal = option(circuit_, "tnom", 27) + kCelsiusZero;
  environment_.gmin = option(circuit_, "gmin", 1e-12);
  environment_.defl = option(circuit_, "defl", environment_.defl);
  environment_.defw = option(circuit_, "defw", environment_.defw);
  environment_.defad = option(circuit_, "defad", environment_.defad);
  environment_.defas = option(circuit_, "defas", environment_.defas);
  if (circuit_.options.contains("temp")) {
    circuit_.parameters.override_value(ParameterTable::kTemperature, option(circuit_, "temp", 27));
  }
  own_values_ = circuit_.parameters.overrides();
  circuit_.parameters.update(table_);
  const auto count = circuit_.instances.size();
  devices_.assign(count, {-1, -1});
  branches_.assign(count, -1);
  for (std::size_t k = 0; k < count; ++k) bind_instance(static_cast<int>(k));
  parameters_follow_temperature_ = any_parameter_reads_temperature();
  find_own_entries();
  refresh();
  assign_unknowns();
  cache_linear();
}

bool Dae::any_parameter_reads_temperature() const {
  const auto reads = [](const auto& x) { return x.parameter == ParameterTable::kTemperature; };
  if (circuit_.parameters.is_read(ParameterTable::kTemperature)) return true;
  for (const Binding& b : bindings_) {
    if (b.table == ParameterTable::kTemperature) return true;
  }
  return std::any_of(circuit_.models.begin(), circuit_.models.end(), [&](const Model& model) {
    return std::any_of(model.parameters.begin(), model.parameters.end(),
                       [&](const NamedValue& v) { return reads(v.value); });
  });
}

int Dae::group_for(const Instance& instance, int& type) {
  const Model* model =
      instance.model >= 0 ? &circuit_.models[static_cast<std::size_t>(instance.model)] : nullptr;
  std::string level = "1";
  if (model) {
    if (const NamedValue* v = find_value(model->parameters, "level")) {
      level = std::to_string(std::lround(v->value.parameter == kNoParameter
                                             ? v->value.constant
                                             : table_[static_cast<std::size_t>(v->value.parameter)]));
    }
  }
  const auto has_value = [&](std::string_view name) {
    return find_value(instance.parameters, name) || (model && find_value(model->parameters, name));
  };
  const GroupFactory* best = nullptr;
  std::vector<std::string> types, levels;
  for (const GroupFactory& factory : group_factories()) {
    const DeviceKind& kind = *factory.kind;
    if (kind.letter != instance.letter) continue;
    const auto model_types = words(kind.model_types), model_levels = words(kind.levels);
    types.insert(types.end(), model_types.begin(), model_types.end());
    if (model) {
      if (position(model_types, model->type) < 0) continue;
      levels.insert(levels.end(), model_levels.begin(), model_levels.end());
      if (!model_levels.empty() && position(model_levels, level) < 0) continue;
    } else if (kind.model_required) {
      continue;
    }
    const auto marks = words(kind.when_given);
    if (!marks.empty() && std::none_of(marks.begin(), marks.end(), has_value)) continue;
    if (!best || (best->kind->when_given.empty() && !kind.when_given.empty())) best = &factory;
  }
  if (!best) {
    if (!model) {
      throw InputError(ErrorKind::netlist, "'" + instance.name + "' needs a model", instance.where,
                       "name a .model card at the end of the nodes");
    }
    const auto list = [](std::vector<std::string> names) {
      const std::set<std::string> once(names.begin(), names.end());
      std::string out;
      for (const std::string& n : once) out += (out.empty() ? "" : ", ") + n;
      return out;
    };
    if (levels.empty()) {
      throw InputError(ErrorKind::model,
                       "model '" + model->name + "' has type '" + model->type + "', which element '" +
                           instance.name + "' cannot use",
                       model->where,
                       did_you_mean(model->type, types, "types for this element: " + list(types)));
    }
    throw InputError(
        ErrorKind::model,
        "model '" + model->name + "': there is no level " + level + " of type '" + model->type + "'",
        model->where, "levels: " + list(levels));
  }
  type = model ? position(words(best->kind->model_types), model->type) : 0;
  const std::string name(best->kind->name);
  const auto found = group_index_.find(name);
  if (found != group_index_.end()) return found->second;
  groups_.push_back(best->make());
  group_index_[name] = static_cast<int>(groups_.size()) - 1;
  return static_cast<int>(groups_.size()) - 1;
}

void Dae::bind_instance(int index) {
  const Instance& instance = circuit_.instances[static_cast<std::size_t>(index)];
  int group = -1, device = -1;
  if (instance.behaviour) {
    auto& slot = group_index_.try_emplace("behavioural", -1).first->second;
    if (slot < 0) {
      groups_.push_back(std::make_unique<BehaviouralGroup>(circuit_.parameters));
      slot = static_cast<int>(groups_.size()) - 1;
    }
    group = slot;
    device =
        static_cast<BehaviouralGroup&>(*groups_[static_cast<std::size_t>(group)]).add(*instance.behaviour);
  } else {
    int type = 0;
    group = group_for(instance, type);
    device = groups_[static_cast<std::size_t>(group)]->add(type);
  }
  devices_[static_cast<std::size_t>(index)] = {group, device};
  instance_of_device_[{group, device}] = index;
  DeviceGroup& g = *groups_[static_cast<std::size_t>(group)];
  if (instance.behaviour) {
    const auto& formulas = static_cast<BehaviouralGroup&>(g);
    for (std::size_t input = 0; input < instance.behaviour->inputs.size(); ++input) {
      const ParameterId id = formulas.table_entry(device, static_cast<int>(input));
      if (id != kNoParameter) {
        bindings_.push_back({group, device, static_cast<int>(g.parameters().size() + input), id});
      }
    }
  }
  g.names.push_back(instance.name);
  g.places.push_back(instance.where);
  bind_parameters(index, group, device);
  g.set_discrete(device, instance.off, instance.on);
}

void Dae::bind_values(const std::vector<NamedValue>& values, bool is_model, int group, int device,
                      const std::string& owner) {
  DeviceGroup& g = *groups_[static_cast<std::size_t>(group)];
  for_each_value(g, values, is_model, owner, [&](int parameter, const Value& v) {
    if (v.parameter == kNoParameter) {
      g.set_parameter(device, parameter, v.constant);
    } else {
      g.set_parameter(device, parameter, table_[static_cast<std::size_t>(v.parameter)]);
      bindings_.push_back({group, device, parameter, v.parameter});
    }
  });
}

void for_each_value(const DeviceGroup& g, const std::vector<NamedValue>& values, bool is_model,
                    const std::string& owner, const std::function<void(int, const Value&)>& set) {
  for (const NamedValue& v : values) {
    if (is_model && selects_the_model(v.name) && !g.find(v.name, Scope::model)) continue;
    const FoundParameter found = g.find(v.name, is_model ? Scope::model : Scope::any);
    if (!found) {
      std::vector<std::string> known;
      for (const ParameterInfo& p : g.parameters()) {
        if (p.is_model == is_model) known.emplace_back(p.name);
      }
      throw InputError(
          is_model ? ErrorKind::model : ErrorKind::netlist,
          "'" + owner + "' (" + std::string(g.kind().name) + ") has no " + (is_model ? "model" : "instance") +
              " parameter '" + v.name + "'",
          v.where,
          did_you_mean(v.name, known, "'nullor devices " + std::string(g.kind().name) + "' lists them"));
    }
    if (found.index < 0) continue;
    if (is_model && v.name == "version" && v.value.parameter == kNoParameter && given(version_code(v))) {
      set(found.index, {version_code(v)});
      continue;
    }
    if (!v.text.empty()) {
      throw InputError(ErrorKind::netlist,
                       "parameter '" + v.name + "' of '" + owner + "' needs a number, not '" + v.text + "'",
                       v.where);
    }
    set(found.index, v.value);
  }
}

void Dae::bind_source(const SourceFunction& source, const std::string& owner, int group, int device) {
  DeviceGroup& g = *groups_[static_cast<std::size_t>(group)];
  if (source.kind == "network") {
    if (!source.function) {
      throw InputError(ErrorKind::usage, "'" + owner + "' plays a network, which is not loaded",
                       source.where);
    }
    return g.set_source(device, source.function);
  }
  const int base = static_cast<int>(g.parameters().size());
  const auto number = [&](const Value& v) {
    return v.parameter == kNoParameter ? v.constant : table_[static_cast<std::size_t>(v.parameter)];
  };
  std::vector<double> arguments;
  for (const Value& v : source.arguments) arguments.push_back(number(v));
  std::vector<std::pair<std::string, double>> options;
  for (const NamedValue& v : source.options) options.emplace_back(v.name, number(v.value));
  g.set_source(device, source.kind, arguments, options, source.where);
  for (std::size_t k = 0; k < source.arguments.size(); ++k) {
    const Value& v = source.arguments[k];
    if (v.parameter != kNoParameter)
      bindings_.push_back({group, device, base + static_cast<int>(k), v.parameter});
  }
}

void Dae::bind_parameters(int index, int group, int device) {
  const Instance& instance = circuit_.instances[static_cast<std::size_t>(index)];
  DeviceGroup& g = *groups_[static_cast<std::size_t>(group)];
  if (instance.bins >= 0) {
    bind_binned(instance, group, device);
  } else if (instance.model >= 0) {
    const Model& model = circuit_.models[static_cast<std::size_t>(instance.model)];
    bind_values(model.parameters, true, group, device, model.name);
  }
  bind_values(instance.parameters, false, group, device, instance.name);
  if (instance.source) bind_source(*instance.source, instance.name, group, device);
  // A coupling reads the inductances of the two inductors it names.
  if (instance.letter == 'k') {
    for (std::size_t r = 0; r < instance.references.size(); ++r) {
      const Instance& inductor = circuit_.instances[static_cast<std::size_t>(instance.references[r])];
      const FoundParameter l = g.find(r == 0 ? "l1" : "l2");
      if (const NamedValue* v = find_value(inductor.parameters, "l")) {
        if (v->value.parameter == kNoParameter) {
          g.set_parameter(device, l.index, v->value.constant);
        } else {
          bindings_.push_back({group, device, l.index, v->value.parameter});
        }
      } else {
        throw InputError(
            ErrorKind::netlist,
            "'" + instance.name + "' couples '" + inductor.name + "', which has no inductance of its own",
            instance.where, "give it a value on its line: a coupling reads none from a model");
      }
    }
  }
}

void Dae::assign_unknowns() {
  n_ = static_cast<int>(circuit_.nodes.size()) - 1;
  unknowns_.clear();
  for (std::size_t k = 1; k < circuit_.nodes.size(); ++k)
    unknowns_.push_back({circuit_.nodes[k], "", Nature::voltage, "V", 0});

  std::vector<std::vector<int>> of_device(circuit_.instances.size());
  for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
    const Instance& instance = circuit_.instances[k];
    const auto [group, device] = devices_[k];
    DeviceGroup& g = *groups_[static_cast<std::size_t>(group)];
    const auto terminals = g.terminals(device);
    auto& local = of_device[k];
    const auto fresh = [&](std::string_view name, Nature nature, std::string_view unit, double tolerance) {
      unknowns_.push_back(
          {instance.name + "#" + std::string(nature == Nature::current && name == "i" ? "branch" : name),
           instance.name, nature, std::string(unit), tolerance});
      return n_++;
    };
    if (instance.nodes.size() > terminals.size()) {
      throw InputError(ErrorKind::netlist,
                       "'" + instance.name + "' has " + std::to_string(instance.nodes.size()) +
                           " nodes, but a " + std::string(g.kind().name) + " takes " +
                           std::to_string(terminals.size()),
                       instance.where);
    }
    for (std::size_t t = 0; t < terminals.size(); ++t) {
      if (t < instance.nodes.size()) {
        const int node = instance.nodes[t];
        local.push_back(node == 0 ? -1 : node - 1);
        if (node != 0 && terminals[t].nature != Nature::voltage) {
          UnknownInfo& info = unknowns_[static_cast<std::size_t>(node - 1)];
          info.nature = terminals[t].nature;
          info.tolerance = terminals[t].tolerance;
          info.unit = terminals[t].unit;
        }
      } else if (terminals[t].missing == Missing::ground) {
        local.push_back(-1);
      } else if (terminals[t].missing == Missing::internal) {
        local.push_back(
            fresh(terminals[t].name, terminals[t].nature, terminals[t].unit, terminals[t].tolerance));
      } else {
        throw InputError(ErrorKind::netlist,
                         "'" + instance.name + "' needs " + std::to_string(terminals.size()) +
                             " nodes, found " + std::to_string(instance.nodes.size()),
                         instance.where, "missing: " + std::string(terminals[t].name));
      }
    }
    for (int r = 0; r < g.references(); ++r)
      local.push_back(-2 - r);  // filled below, when every branch has its number
    const auto internals = g.internals(device);
    for (std::size_t i = 0; i < internals.size(); ++i) {
      const int same = g.collapse(device, static_cast<int>(i));
      if (same >= 0) {
        local.push_back(local[static_cast<std::size_t>(same)]);
        continue;
      }
      local.push_back(
          fresh(internals[i].name, internals[i].nature, internals[i].unit, internals[i].tolerance));
      if (internals[i].name == "i") branches_[k] = local.back();
    }
  }
  for (const NodeNature& nature : circuit_.natures) {
    UnknownInfo& info = unknowns_[static_cast<std::size_t>(nature.node - 1)];
    info.nature = Nature::other;
    info.unit = nature.unit;
    info.tolerance = nature.tolerance.parameter == kNoParameter
                         ? nature.tolerance.constant
                         : table_[static_cast<std::size_t>(nature.tolerance.parameter)];
  }
  for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
    const Instance& instance = circuit_.instances[k];
    const auto [group, device] = devices_[k];
    for (int& u : of_device[k]) {
      if (u <= -2) {
        const int branch =
            branches_[static_cast<std::size_t>(instance.references[static_cast<std::size_t>(-2 - u)])];
        if (branch < 0) {
          throw InputError(ErrorKind::netlist,
                           "'" + instance.name + "' senses '" +
                               circuit_
                                   .instances[static_cast<std::size_t>(
                                       instance.references[static_cast<std::size_t>(-2 - u)])]
                                   .name +
                               "', which has no branch current",
                           instance.where, "sense a voltage source; 0 V in series measures any current");
        }
        u = branch;
      }
      if (u == -1) u = n_;
    }
    groups_[static_cast<std::size_t>(group)]->set_unknowns(device, of_device[k]);
  }
  if (const auto found = group_index_.find("behavioural"); found != group_index_.end()) {
    static_cast<BehaviouralGroup&>(*groups_[static_cast<std::size_t>(found->second)])
        .resolve([&](int node) { return unknown_of_node(node); },
                 [&](int instance) { return branch_of_instance(instance); });
  }

  std::vector<std::pair<int, int>> entries;
  for (int k = 0; k < n_; ++k) entries.emplace_back(k, k);
  for (const auto& group : groups_) group->entries(entries, false);
  std::erase_if(entries, [&](const auto& e) { return e.first >= n_ || e.second >= n_; });
  pattern_ = SparsePattern::from_entries(n_, std::move(entries));
  for (const auto& group : groups_) {
    group->locate(pattern_, n_);
    linear_ = linear_ && group->linear();
    has_delays_ = has_delays_ || group->largest_step() < 1e300;
  }
}

}  // namespace nullor
