// Parameters of a circuit by name: look up, read, set, differentiate.

#include <algorithm>

#include "nullor/dae/dae.h"

namespace nullor {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// "@r1[r]" and "r1:r" -> {"r1", "r"}; "r1" -> {"r1", ""}.
std::pair<std::string, std::string> split(const std::string& name) {
  if (name.size() > 3 && name.front() == '@' && name.back() == ']') {
    const auto open = name.find('[');
    if (open != std::string::npos)
      return {name.substr(1, open - 1), name.substr(open + 1, name.size() - open - 2)};
  }
  const auto colon = name.rfind(':');
  if (colon != std::string::npos && colon + 1 < name.size())
    return {name.substr(0, colon), name.substr(colon + 1)};
  return {name, ""};
}

// The parameter that an element's bare name stands for.
std::string_view principal(char letter) {
  switch (letter) {
    case 'r':
      return "r";
    case 'c':
      return "c";
    case 'l':
      return "l";
    case 'k':
      return "k";
    case 'v':
    case 'i':
      return "dc";
    case 'e':
    case 'f':
    case 'g':
    case 'h':
      return "gain";
    case 't':
      return "z0";
    case 'd':
    case 'q':
    case 'j':
      return "area";
    case 'm':
      return "w";
    default:
      return "";
  }
}

}  // namespace

ParameterHandle Dae::parameter(std::string_view written, const Location& where) const {
  const std::string name = lower(written);
  ParameterHandle handle;
  handle.name = name;
  if (name == "temp" || name == "temper") {
    handle.table = ParameterTable::kTemperature;
    handle.name = "temp";
    handle.unit = "degC";
    return handle;
  }
  if (const ParameterId id = circuit_.parameters.find(name); id != kNoParameter) {
    handle.table = id;
    return handle;
  }
  const auto [owner, wanted] = split(name);
  std::vector<std::string> known;
  if (const int index = circuit_.find_instance(owner); index >= 0) {
    const auto [group, device] = device_of_instance(index);
    const DeviceGroup& g = *groups_[static_cast<std::size_t>(group)];
    const std::string parameter =
        wanted.empty() ? std::string(principal(circuit_.instances[static_cast<std::size_t>(index)].letter))
                       : wanted;
    handle.kind = ParameterHandle::Kind::device;
    handle.group = group;
    handle.device = device;
    handle.name = owner + ":" + parameter;
    // A name may mean one thing on the element and another on the model: m, the multiplier, and m, the
    // grading.
    FoundParameter found = g.find(parameter, Scope::instance);
    if (found.index < 0) found = g.find(parameter);
    if (found.index >= 0) {
      handle.parameter = found.index;
      handle.unit = std::string(g.parameters()[static_cast<std::size_t>(found.index)].unit);
      return handle;
    }
    const auto extra = g.extra_parameters(device);
    const auto position = std::find(extra.begin(), extra.end(), parameter);
    if (position != extra.end()) {
      handle.parameter = static_cast<int>(g.parameters().size()) + static_cast<int>(position - extra.begin());
      return handle;
    }
    for (const ParameterInfo& p : g.parameters()) known.emplace_back(p.name);
    for (const std::string& e : extra) known.push_back(e);
    throw InputError(ErrorKind::netlist, "'" + owner + "' has no parameter '" + parameter + "'", where,
                     did_you_mean(parameter, known));
  }
  for (std::size_t m = 0; m < circuit_.models.size(); ++m) {
    known.push_back(circuit_.models[m].name);
    if (circuit_.models[m].name != owner || wanted.empty()) continue;
    for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
      if (circuit_.instances[k].model != static_cast<int>(m)) continue;
      const DeviceGroup& g = *groups_[static_cast<std::size_t>(devices_[k].first)];
      const FoundParameter found = g.find(wanted, Scope::model);
      if (found.index < 0) break;
      handle.kind = ParameterHandle::Kind::model;
      handle.model = static_cast<int>(m);
      handle.parameter = found.index;
      handle.name = owner + ":" + wanted;
      handle.unit = std::string(g.parameters()[static_cast<std::size_t>(found.index)].unit);
      return handle;
    }
    throw InputError(ErrorKind::netlist,
                     "no device of model '" + owner + "' has a parameter '" + wanted + "'", where);
  }
  for (const std::string& p : circuit_.parameters.names()) known.push_back(p);
  for (const Instance& i : circuit_.instances) known.push_back(i.name);
  throw InputError(ErrorKind::netlist, "there is no parameter, element or model called '" + owner + "'",
                   where,
                   did_you_mean(owner, known, "write a .param name, element:parameter or model:parameter"));
}

double Dae::get(const ParameterHandle& handle) const {
  if (handle.kind == ParameterHandle::Kind::table) return table_[static_cast<std::size_t>(handle.table)];
  if (handle.kind == ParameterHandle::Kind::device) {
    return groups_[static_cast<std::size_t>(handle.group)]->get_parameter(handle.device, handle.parameter);
  }
  for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
    if (circuit_.instances[k].model != handle.model) continue;
    return groups_[static_cast<std::size_t>(devices_[k].first)]->get_parameter(devices_[k].second,
                                                                               handle.parameter);
  }
  return 0;
}

void Dae::set(const ParameterHandle& handle, double value) {
  const auto release = [&](int group, int device) {
    std::erase_if(bindings_, [&](const Binding& b) {
      return b.group == group && b.device == device && b.parameter == handle.parameter;
    });
    groups_[static_cast<std::size_t>(group)]->set_parameter(device, handle.parameter, value);
  };
  if (handle.kind == ParameterHandle::Kind::table) {
    circuit_.parameters.override_value(handle.table, value);
  } else if (handle.kind == ParameterHandle::Kind::device) {
    release(handle.group, handle.device);
    // A source value enters b alone: nothing to derive anew.
    const char letter = groups_[static_cast<std::size_t>(handle.group)]->kind().letter;
    if (letter == 'v' || letter == 'i') return;
    // Couplings read the inductance of the inductors they join.
    for (const ParameterSeed& s : coupled_seeds(handle)) {
      groups_[static_cast<std::size_t>(s.target)]->set_parameter(s.device, s.parameter, value);
    }
  } else {
    for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
      if (circuit_.instances[k].model == handle.model) release(devices_[k].first, devices_[k].second);
    }
  }
  refresh();
  cache_linear();
}

std::vector<ParameterSeed> Dae::coupled_seeds(const ParameterHandle& handle) const {
  std::vector<ParameterSeed> out;
  if (handle.kind != ParameterHandle::Kind::device) return out;
  const auto owner = instance_of_device_.find({handle.group, handle.device});
  if (owner == instance_of_device_.end()) return out;
  if (circuit_.instances[static_cast<std::size_t>(owner->second)].letter != 'l') return out;
  if (groups_[static_cast<std::size_t>(handle.group)]->find("l").index != handle.parameter) return out;
  for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
    const Instance& coupling = circuit_.instances[k];
    if (coupling.letter != 'k') continue;
    for (std::size_t r = 0; r < coupling.references.size(); ++r) {
      if (coupling.references[r] != owner->second) continue;
      const DeviceGroup& g = *groups_[static_cast<std::size_t>(devices_[k].first)];
      // `target` carries the group here.
      out.push_back({devices_[k].second, g.find(r == 0 ? "l1" : "l2").index, devices_[k].first, 1});
    }
  }
  return out;
}

std::vector<ParameterHandle> Dae::all_parameters() const {
  std::vector<ParameterHandle> out;
  for (const auto& entry : circuit_.parameters.entries()) {
    if (!entry.name.empty()) out.push_back(parameter(entry.name));
  }
  for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
    const auto [group, device] = devices_[k];
    const DeviceGroup& g = *groups_[static_cast<std::size_t>(group)];
    const auto list = g.parameters();
    for (std::size_t p = 0; p < list.size(); ++p) {
      if (list[p].is_model || list[p].is_switch || !given(g.get_parameter(device, static_cast<int>(p))))
        continue;
      out.push_back(parameter(circuit_.instances[k].name + ":" + std::string(list[p].name)));
    }
    if (circuit_.instances[k].source) {
      for (const std::string& e : g.extra_parameters(device))
        out.push_back(parameter(circuit_.instances[k].name + ":" + e));
    }
  }
  for (std::size_t m = 0; m < circuit_.models.size(); ++m) {
    for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
      if (circuit_.instances[k].model != static_cast<int>(m)) continue;
      const DeviceGroup& g = *groups_[static_cast<std::size_t>(devices_[k].first)];
      const auto list = g.parameters();
      for (std::size_t p = 0; p < list.size(); ++p) {
        if (!list[p].is_model || list[p].is_switch ||
            !given(g.get_parameter(devices_[k].second, static_cast<int>(p))))
          continue;
        out.push_back(parameter(circuit_.models[m].name + ":" + std::string(list[p].name)));
      }
      break;
    }
  }
  return out;
}

void Dae::prepare_gradient(const std::vector<ParameterHandle>& wanted) {
  std::vector<std::vector<ParameterSeed>> seeds(groups_.size());
  for (std::size_t t = 0; t < wanted.size(); ++t) {
    const ParameterHandle& handle = wanted[t];
    const int target = static_cast<int>(t);
    if (handle.kind == ParameterHandle::Kind::table) {
      const std::vector<double> slopes = circuit_.parameters.derivative(handle.table);
      for (const Binding& b : bindings_) {
        const double slope = slopes[static_cast<std::size_t>(b.table)];
        if (slope != 0)
          seeds[static_cast<std::size_t>(b.group)].push_back({b.device, b.parameter, target, slope});
      }
      if (handle.table == ParameterTable::kTemperature) {
        for (std::size_t g = 0; g < groups_.size(); ++g) {
          for (int k = 0; k < groups_[g]->count(); ++k)
            seeds[g].push_back({k, ParameterSeed::kTemperature, target, 1});
        }
      }
    } else if (handle.kind == ParameterHandle::Kind::device) {
      seeds[static_cast<std::size_t>(handle.group)].push_back({handle.device, handle.parameter, target, 1});
      for (const ParameterSeed& s : coupled_seeds(handle)) {
        seeds[static_cast<std::size_t>(s.target)].push_back({s.device, s.parameter, target, 1});
      }
    } else {
      for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
        if (circuit_.instances[k].model != handle.model) continue;
        seeds[static_cast<std::size_t>(devices_[k].first)].push_back(
            {devices_[k].second, handle.parameter, target, 1});
      }
    }
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) groups_[g]->prepare_gradient(seeds[g], environment_);
}

void Dae::gradient(const Assembly& point, const double* lambda_f, const double* lambda_q,
                   double* gradient) const {
  for (const auto& group : groups_) group->gradient(point, lambda_f, lambda_q, gradient);
}

void Dae::initial_gradient(const double* x, const double* weight_q, double* weight_x,
                           double* gradient) const {
  for (const auto& group : groups_) group->initial_adjoint(x, weight_q, weight_x);
  // Devices set internal unknowns only, and one that coincides with a node is the node.
  std::vector<double> internal(weight_x, weight_x + n_ + 1);
  std::fill_n(internal.begin(), circuit_.nodes.size() - 1, 0.0);
  internal.back() = 0;
  for (const auto& group : groups_) group->initial_gradient(x, internal.data(), weight_q, gradient);
}

void Dae::gradient_ac(const double* x, double gmin, double omega, const std::complex<double>* solution,
                      const std::complex<double>* lambda, double* gradient, double* by_x) const {
  for (const auto& group : groups_) group->gradient_ac(x, gmin, omega, solution, lambda, gradient, by_x);
}

}  // namespace nullor
