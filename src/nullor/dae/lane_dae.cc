#include "nullor/dae/lane_dae.h"

#include <algorithm>
#include <cmath>

#include "nullor/dae/bind.h"
#include "nullor/dae/group_factories.h"

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

std::vector<double> lane_of(const std::vector<Lanes>& x, int lane) {
  std::vector<double> out;
  out.reserve(x.size());
  for (const Lanes& v : x) out.push_back(v[lane]);
  return out;
}

LaneDae::LaneDae(const Circuit& circuit, const std::vector<LaneFactory>& factories) {
  for (int k = 0; k < kLanes; ++k) scalars_.push_back(std::make_unique<Dae>(circuit));
  const auto& groups = scalars_[0]->groups();
  is_hot_.assign(groups.size(), 0);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const LaneFactory& factory : factories) {
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
  const auto place = [&](int device, int parameter) {
    return u(device) * scalar.parameters().size() + u(parameter);
  };
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

void LaneDae::bind(const Instance& instance, std::size_t hot, int device, DeviceGroup& shape) {
  const Dae& first = *scalars_[0];
  const Circuit& circuit = first.circuit();
  const auto set = [&](int parameter, const Value& v) {
    shape.set_parameter(device, parameter, number(v, first.table()));
    if (v.parameter != kNoParameter) bindings_.push_back({hot, device, parameter, v.parameter});
  };
  if (instance.model >= 0) {
    const Model& model = circuit.models[u(instance.model)];
    const std::size_t bound = bindings_.size();
    for_each_value(shape, model.parameters, true, model.name, set);
    if (instance.bins >= 0) bindings_.resize(bound);  // set_cards() follows the size
  }
  for_each_value(shape, instance.parameters, false, instance.name, set);
}

/// The cards of hot devices that another size has chosen.
bool LaneDae::set_cards(int lane) {
  Dae& scalar = *scalars_[u(lane)];
  const auto& chosen = scalar.chosen_cards();
  applied_[lane].resize(chosen.size(), -1);
  bool fits = true;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const Dae::Card& card = chosen[k];
    if (!is_hot_[u(card.group)]) continue;
    const Dae::CardValues& values = scalar.card_values(card);
    if (applied_[lane][k] == card.model && values.varying.empty()) continue;
    applied_[lane][k] = card.model;
    LaneGroup& lanes = *std::find_if(hot_.begin(), hot_.end(), [&](const Hot& h) {
                          return h.group == u(card.group);
                        })->lanes;
    for (const auto& [parameter, x] : values.constant)
      fits = lanes.set_parameter(card.device, parameter, lane, x) && fits;
    for (const auto& [parameter, id] : values.varying)
      fits = lanes.set_parameter(card.device, parameter, lane, scalar.table()[u(id)]) && fits;
  }
  return fits;
}

LaneDae::Refusal LaneDae::load(int lane, const Pinned& sample) {
  Refusal refusal;
  Dae& scalar = *scalars_[u(lane)];
  samples_[lane] = sample;
  try {
    scalar.load(sample, is_hot_);
  } catch (const InputError& error) {
    refusal.impossible = error.what();
    return refusal;
  }
  bool fits = set_cards(lane);
  for (const Binding& b : bindings_) {
    fits = hot_[b.hot].lanes->set_parameter(b.device, b.parameter, lane, scalar.table()[u(b.table)]) && fits;
  }
  refusal.different = !fits;
  return refusal;
}

LaneDae::Refusal LaneDae::set_temperature(int lane, double celsius) {
  Pinned& sample = samples_[lane];
  std::erase_if(sample, [](const auto& entry) { return entry.first == ParameterTable::kTemperature; });
  sample.emplace_back(ParameterTable::kTemperature, celsius);
  try {
    if (scalars_[u(lane)]->set_temperature(celsius, is_hot_)) return {};
  } catch (const InputError& error) {
    return {error.what(), false};
  }
  return load(lane, Pinned(sample));
}

void LaneDae::setup() {
  Lanes temperature;
  for (int k = 0; k < kLanes; ++k) temperature.set(k, scalars_[u(k)]->environment().temperature);
  const Environment<Lanes> environment(scalars_[0]->environment(), temperature);
  for (Hot& hot : hot_) hot.lanes->setup(environment);
  interleave_linear();
}

void LaneDae::interleave_linear() {
  const SparsePattern& p = pattern();
  linear_g_.assign(u(p.nonzeros()) + 1, Lanes(0.0));
  linear_c_ = linear_g_;
  for (int k = 0; k < kLanes; ++k) {
    const auto [g, c] = scalars_[u(k)]->linear_parts();
    for (std::size_t e = 0; e + 1 < linear_g_.size(); ++e) {
      linear_g_[e].set(k, g[e]);
      linear_c_[e].set(k, c[e]);
    }
  }
  const auto fills = [](const Lanes& x) { return !(x == Lanes(0.0)).all(); };
  linear_places_.clear();
  for (int column = 0; column < p.n; ++column) {
    for (int e = p.column_start[u(column)]; e < p.column_start[u(column) + 1]; ++e) {
      if (fills(linear_g_[u(e)]) || fills(linear_c_[u(e)]))
        linear_places_.push_back({e, p.row[u(e)], column});
    }
  }
}

void LaneDae::evaluate(LaneAssembly& a) {
  const std::size_t n = u(size()) + 1, slots = u(pattern().nonzeros()) + 1;
  std::fill_n(a.f, n, Lanes(0.0));
  std::fill_n(a.q, n, Lanes(0.0));
  std::fill_n(a.jacobian, slots, Lanes(0.0));
  if (a.capacitance) std::fill_n(a.capacitance, slots, Lanes(0.0));
  a.limited = Lanes::Mask{};
  for (const LinearPlace& at : linear_places_) {
    const Lanes g = linear_g_[u(at.place)], c = linear_c_[u(at.place)];
    a.f[at.row] += g * a.x[at.column];
    a.q[at.row] += c * a.x[at.column];
    if (a.capacitance) {
      a.jacobian[at.place] = g;
      a.capacitance[at.place] = c;
    } else {
      a.jacobian[at.place] = g + a.alpha * c;
    }
  }
  for (Hot& hot : hot_) hot.lanes->evaluate(a);
  if (!others_.empty()) add_scalar_groups(a);
}

void LaneDae::add_scalar_groups(LaneAssembly& a) {
  for (int k = 0; k < kLanes; ++k) {
    Assembly one;
    for (std::size_t r = 0; r < x_.size(); ++r) x_[r] = a.x[r][k];
    for (auto* v : {&f_, &q_, &g_, &c_}) std::fill(v->begin(), v->end(), 0.0);
    one.x = x_.data();
    one.time = a.time[k];
    one.gmin = a.gmin;
    one.f = f_.data();
    one.q = q_.data();
    one.jacobian = g_.data();
    one.capacitance = c_.data();
    one.limiting = a.limiting;
    one.at_guess = a.at_guess;
    one.dc = a.dc;
    one.steady = a.steady;
    one.small_signal = a.small_signal;
    for (const std::size_t g : others_) scalars_[u(k)]->groups()[g]->evaluate(one);
    for (std::size_t r = 0; r + 1 < x_.size(); ++r) {
      a.f[r].v[k] += f_[r];
      a.q[r].v[k] += q_[r];
    }
    for (std::size_t e = 0; e + 1 < g_.size(); ++e) {
      if (a.capacitance) {
        a.jacobian[e].v[k] += g_[e];
        a.capacitance[e].v[k] += c_[e];
      } else {
        a.jacobian[e].v[k] += g_[e] + a.alpha[k] * c_[e];
      }
    }
    if (one.limited) a.limited.lanes[k] = -1;
  }
}

void LaneDae::excitation(const Lanes& time, bool dc, const Lanes::Mask& lanes, Lanes* b) const {
  std::vector<double>& one = x_;
  for (int k = 0; k < kLanes; ++k) {
    if (!lanes[k]) continue;
    scalars_[u(k)]->excitation(time[k], dc, one.data());
    for (std::size_t r = 0; r < one.size(); ++r) b[r].set(k, one[r]);
  }
}

void LaneDae::excitation_ac(ComplexLanes<kLanes>* b) const {
  std::vector<std::complex<double>> one(u(size()) + 1);
  for (int k = 0; k < kLanes; ++k) {
    scalars_[u(k)]->excitation_ac(one.data());
    for (std::size_t r = 0; r < one.size(); ++r) b[r].set(k, one[r]);
  }
}

Dae& LaneDae::whole(int lane) {
  Dae& scalar = *scalars_[u(lane)];
  scalar.load(samples_[lane], {});
  apply_held(lane);
  return scalar;
}

// Past Dae::set(), which would end what binds the source to the parameter table.
void LaneDae::hold_source(const ParameterHandle& source, double value) {
  auto held = std::find_if(held_.begin(), held_.end(), [&](const Held& h) {
    return h.source.group == source.group && h.source.device == source.device;
  });
  if (held == held_.end()) {
    held = held_.insert(held_.end(), {source, value, {}});
    for (int k = 0; k < kLanes; ++k) held->own[k] = scalars_[u(k)]->get(source);
  }
  held->value = value;
  for (int k = 0; k < kLanes; ++k) apply_held(k);
}

void LaneDae::apply_held(int lane) {
  for (const Held& h : held_)
    scalars_[u(lane)]->groups()[u(h.source.group)]->set_parameter(h.source.device, h.source.parameter,
                                                                  h.value);
}

void LaneDae::release_sources() {
  for (const Held& h : held_) {
    for (int k = 0; k < kLanes; ++k)
      scalars_[u(k)]->groups()[u(h.source.group)]->set_parameter(h.source.device, h.source.parameter,
                                                                 h.own[k]);
  }
  held_.clear();
}

void LaneDae::initial_guess(Lanes* x) {
  for (int k = 0; k < kLanes; ++k) {
    for (std::size_t r = 0; r < x_.size(); ++r) x_[r] = x[r][k];
    scalars_[u(k)]->initial_guess(x_.data());
    for (std::size_t r = 0; r < x_.size(); ++r) x[r].set(k, x_[r]);
  }
  // Nodes are not the devices' to set.
  const std::size_t nodes = scalars_[0]->circuit().nodes.size() - 1;
  const std::vector<Lanes> kept(x, x + nodes);
  for (Hot& hot : hot_) hot.lanes->initial_guess(x);
  std::copy(kept.begin(), kept.end(), x);
  x[size()] = Lanes(0.0);
}

void LaneDae::forget_limits() {
  for (const auto& scalar : scalars_) scalar->forget_limits();
  for (Hot& hot : hot_) hot.lanes->forget_limits();
}

}  // namespace nullor
