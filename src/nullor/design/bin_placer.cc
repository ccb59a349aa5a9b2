#include "nullor/design/bin_placer.h"

#include "nullor/design/testbench.h"

namespace nullor {
namespace {

const NamedValue* given(const Instance& instance, std::string_view name) {
  for (const NamedValue& p : instance.parameters) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

}  // namespace

BinPlacer::BinPlacer(const GeometryRule& rule, const Circuit& circuit) : table_(circuit.parameters) {
  for (const Instance& i : circuit.instances) {
    if (i.letter != 'm' || i.model < 0) continue;
    const auto* bins = rule.family_of(circuit.models[static_cast<std::size_t>(i.model)].name);
    const NamedValue *l = given(i, "l"), *w = given(i, "w"), *nf = given(i, "nf");
    if (bins && l && w)
      transistors_.push_back({i.name, bins, l->value, w->value, nf ? nf->value : Value{1.0}});
  }
}

void BinPlacer::set(const std::string& name, double value) {
  const ParameterId id = name == kTemperatureCondition ? ParameterTable::kTemperature : table_.find(name);
  if (id != kNoParameter) table_.override_value(id, value);
}

bool BinPlacer::place(std::string& illegal) const {
  if (transistors_.empty()) return true;
  const std::vector<double> values = table_.evaluate();
  const auto number = [&](const Value& v) {
    return v.parameter == kNoParameter ? v.constant : values[static_cast<std::size_t>(v.parameter)];
  };
  for (const Transistor& t : transistors_) {
    const double l = number(t.l), w = number(t.w) / number(t.nf);
    if (GeometryRule::find(*t.bins, l, w)) continue;
    illegal = t.name + ": " + GeometryRule::explain(*t.bins, l, w);
    return false;
  }
  return true;
}

}  // namespace nullor
