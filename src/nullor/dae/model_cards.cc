// Devices whose model card follows from their size: which card, and its values.

#include <algorithm>

#include "nullor/dae/bind.h"
#include "nullor/dae/dae.h"

namespace nullor {

void Dae::bind_binned(const Instance& instance, int group, int device) {
  Binned b{instance.bins, {}, {}, {1.0, kNoParameter}};
  for (const NamedValue& v : instance.parameters) {
    if (v.name == "l") b.length = v.value;
    if (v.name == "w") b.width = v.value;
    if (v.name == "nf") b.fingers = v.value;
  }
  binned_.push_back(b);
  chosen_cards_.push_back({group, device, -1});
  applied_.push_back(-1);
}

/// Of the cards between which sizes decide: the formulas that stand in one card alone. They are computed
/// while a device uses it.
void Dae::find_own_entries() {
  if (binned_.empty()) return;
  const auto& entries = circuit_.parameters.entries();
  std::vector<int> uses = circuit_.parameters.reads();
  const auto use = [&](ParameterId id) {
    if (id != kNoParameter) ++uses[static_cast<std::size_t>(id)];
  };
  for (const Binding& b : bindings_) use(b.table);
  for (const Binned& b : binned_) {
    for (const Value& v : {b.length, b.width, b.fingers}) use(v.parameter);
  }
  for (const Model& model : circuit_.models) {
    for (const NamedValue& v : model.parameters) use(v.value.parameter);
  }
  for (const ModelBins& bins : circuit_.bins) {
    for (const ModelBins::Bin& bin : bins.bins) {
      const auto [found, is_new] = card_uses_.try_emplace(bin.model);
      if (!is_new) continue;
      for (const NamedValue& v : circuit_.models[static_cast<std::size_t>(bin.model)].parameters) {
        const ParameterId id = v.value.parameter;
        if (id == kNoParameter || uses[static_cast<std::size_t>(id)] != 1) continue;
        if (!entries[static_cast<std::size_t>(id)].name.empty()) continue;
        found->second.own.push_back(id);
        circuit_.parameters.set_wanted(id, false);
      }
    }
  }
}

void Dae::use_card(Card& card, int model) {
  if (card.model == model) return;
  CardUse& next = card_uses_.at(model);
  if (next.devices++ == 0) {
    for (const ParameterId id : next.own) circuit_.parameters.set_wanted(id, true);
  }
  if (card.model >= 0) {
    CardUse& last = card_uses_.at(card.model);
    if (--last.devices == 0) {
      for (const ParameterId id : last.own) circuit_.parameters.set_wanted(id, false);
    }
  }
  card.model = model;
}

/// The card of every binned device by its size, and the values of those cards that are new.
void Dae::choose_cards(const std::vector<char>& without) {
  const auto number = [&](const Value& v) {
    return v.parameter == kNoParameter ? v.constant : table_[static_cast<std::size_t>(v.parameter)];
  };
  for (std::size_t k = 0; k < binned_.size(); ++k) {
    const Binned& b = binned_[k];
    Card& card = chosen_cards_[k];
    const ModelBins& bins = circuit_.bins[static_cast<std::size_t>(b.bins)];
    const double l = number(b.length), w = number(b.width), fingers = std::max(number(b.fingers), 1e-30);
    const int bin = bins.choose(l, w, fingers);
    if (bin < 0) {
      const DeviceGroup& g = *groups_[static_cast<std::size_t>(card.group)];
      const auto at = static_cast<std::size_t>(card.device);
      const auto [what, list] = bins.complaint(l, w, fingers);
      throw InputError(ErrorKind::model, "'" + g.names[at] + "': " + what, g.places[at], list);
    }
    use_card(card, bins.bins[static_cast<std::size_t>(bin)].model);
  }
  circuit_.parameters.update(table_);
  for (std::size_t k = 0; k < binned_.size(); ++k) {
    const Card& card = chosen_cards_[k];
    if (!without.empty() && without[static_cast<std::size_t>(card.group)] != 0) continue;
    const CardValues& values = card_values(card);
    if (applied_[k] == card.model && values.varying.empty()) continue;
    applied_[k] = card.model;
    DeviceGroup& g = *groups_[static_cast<std::size_t>(card.group)];
    for (const auto& [parameter, x] : values.constant) g.set_parameter(card.device, parameter, x);
    for (const auto& [parameter, id] : values.varying)
      g.set_parameter(card.device, parameter, table_[static_cast<std::size_t>(id)]);
  }
}

const Dae::CardValues& Dae::card_values(const Card& card) {
  const auto [found, is_new] = card_values_.try_emplace(card.model);
  CardValues& out = found->second;
  if (!is_new) return out;
  const DeviceGroup& g = *groups_[static_cast<std::size_t>(card.group)];
  const auto parameters = g.parameters();
  std::vector<double> constant(parameters.size(), kNotGiven);
  for (std::size_t p = 0; p < parameters.size(); ++p) constant[p] = parameters[p].default_value;
  std::vector<char> varies(parameters.size(), 0);
  const Model& model = circuit_.models[static_cast<std::size_t>(card.model)];
  for_each_value(g, model.parameters, true, model.name, [&](int parameter, const Value& v) {
    constant[static_cast<std::size_t>(parameter)] = v.constant;
    if (v.parameter == kNoParameter) return;
    varies[static_cast<std::size_t>(parameter)] = 1;
    out.varying.emplace_back(parameter, v.parameter);
  });
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (parameters[p].is_model && !varies[p]) out.constant.emplace_back(static_cast<int>(p), constant[p]);
  }
  return out;
}

}  // namespace nullor
