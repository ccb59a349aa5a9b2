#include "nullor/design/bin_placer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "nullor/design/testbench.h"

namespace nullor {
namespace {

const NamedValue* given(const std::vector<NamedValue>& parameters, std::string_view name) {
  for (const NamedValue& p : parameters) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

/// The limits of a card without bins, as one bin; nothing where one of them is missing or no plain number.
std::optional<ModelBins> limits_of(const Model& model) {
  ModelBins::Bin bin{model.name, 0, 0, 0, 0, -1};
  for (const auto& [name, limit] : {std::pair("lmin", &bin.l_min), std::pair("lmax", &bin.l_max),
                                    std::pair("wmin", &bin.w_min), std::pair("wmax", &bin.w_max)}) {
    const NamedValue* p = given(model.parameters, name);
    if (!p || !p->text.empty() || p->value.parameter != kNoParameter) return std::nullopt;
    *limit = p->value.constant;
  }
  return ModelBins{model.name, 1, {bin}};
}

std::string explain(const ModelBins& bins, double l, double w) {
  ModelBins hull{bins.name, 1, {{bins.name, HUGE_VAL, 0, HUGE_VAL, 0, -1}}};
  auto& [name, l_min, l_max, w_min, w_max, model] = hull.bins.front();
  for (const ModelBins::Bin& b : bins.bins) {
    l_min = std::min(l_min, b.l_min), l_max = std::max(l_max, b.l_max);
    w_min = std::min(w_min, b.w_min), w_max = std::max(w_max, b.w_max);
  }
  std::string out;
  const auto side = [&](const char* letter, double x, double low, double high) {
    out += fmt::format("{}{} {:.4g} um is {} {:.4g} um", out.empty() ? "" : ", ", letter, 1e6 * x,
                       x < low ? "below" : "above", 1e6 * (x < low ? low : high));
  };
  if (hull.choose(l, w_min, 1) < 0) side("L", l, l_min, l_max);
  if (hull.choose(l_min, w, 1) < 0) side("W", w, w_min, w_max);
  if (!out.empty()) return out;
  return fmt::format("no bin holds L {:.4g} um with W {:.4g} um", 1e6 * l, 1e6 * w);
}

}  // namespace

BinPlacer::BinPlacer(const Circuit& circuit) : bins_(circuit.bins), table_(circuit.parameters) {
  std::map<int, std::size_t> unbinned;  // by model
  for (const Instance& i : circuit.instances) {
    if (i.letter != 'm' || i.model < 0) continue;
    const NamedValue *l = given(i.parameters, "l"), *w = given(i.parameters, "w"),
                     *nf = given(i.parameters, "nf");
    if (!l || !w) continue;
    std::size_t bins = static_cast<std::size_t>(i.bins);
    if (i.bins < 0) {
      const auto limits = limits_of(circuit.models[static_cast<std::size_t>(i.model)]);
      if (!limits) continue;
      const auto [found, is_new] = unbinned.try_emplace(i.model, bins_.size());
      if (is_new) bins_.push_back(*limits);
      bins = found->second;
    }
    transistors_.push_back({i.name, bins, l->value, w->value, nf ? nf->value : Value{1.0}});
  }
  std::vector<ParameterId> wanted;
  for (const Transistor& t : transistors_) {
    for (const Value& v : {t.l, t.w, t.nf}) {
      if (v.parameter != kNoParameter) wanted.push_back(v.parameter);
    }
  }
  table_.want_only(wanted);
}

void BinPlacer::set(const std::string& name, double value) {
  const ParameterId id = name == kTemperatureCondition ? ParameterTable::kTemperature : table_.find(name);
  if (id != kNoParameter) table_.override_value(id, value);
}

bool BinPlacer::place(std::string& illegal) {
  if (transistors_.empty()) return true;
  table_.update(values_);
  const auto number = [&](const Value& v) {
    return v.parameter == kNoParameter ? v.constant : values_[static_cast<std::size_t>(v.parameter)];
  };
  for (const Transistor& t : transistors_) {
    const double l = number(t.l), w = number(t.w), fingers = std::max(number(t.nf), 1e-30);
    if (bins_[t.bins].choose(l, w, fingers) >= 0) continue;
    illegal = t.name + ": " + explain(bins_[t.bins], l, w / fingers);
    return false;
  }
  return true;
}

}  // namespace nullor
