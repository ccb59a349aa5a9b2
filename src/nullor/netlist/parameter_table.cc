#include "nullor/netlist/parameter_table.h"

#include <algorithm>
#include <cassert>
#include <cctype>

#include "nullor/math/dual.h"

namespace nullor {

ParameterTable::ParameterTable() { add({"temper", Program::constant(27.0), {}}); }

ParameterId ParameterTable::add(Entry entry) {
  const ParameterId id = static_cast<ParameterId>(entries_.size());
  for (const Program::Step& step : entry.program.steps) {
    assert(step.op != Program::Op::input || step.a < id);
    (void)step;
  }
  if (!entry.name.empty()) ids_.emplace(entry.name, id);
  entries_.push_back(std::move(entry));
  overrides_.emplace_back();
  return id;
}

ParameterId ParameterTable::find(std::string_view name) const {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = ids_.find(lower);
  return found == ids_.end() ? kNoParameter : found->second;
}

std::vector<std::string> ParameterTable::names() const {
  std::vector<std::string> out;
  for (const Entry& entry : entries_) {
    if (!entry.name.empty()) out.push_back(entry.name);
  }
  return out;
}

bool ParameterTable::is_read(ParameterId id) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    const std::vector<int> inputs = entry.program.inputs();
    return std::find(inputs.begin(), inputs.end(), id) != inputs.end();
  });
}

void ParameterTable::override_value(ParameterId id, std::optional<double> value) {
  overrides_.at(static_cast<std::size_t>(id)) = value;
}

std::vector<double> ParameterTable::evaluate() const {
  std::vector<double> values(entries_.size()), registers;
  for (std::size_t k = 0; k < entries_.size(); ++k) {
    values[k] = overrides_[k] ? *overrides_[k]
                              : entries_[k].program.run<double>(std::span<const double>(values), registers);
  }
  return values;
}

std::vector<double> ParameterTable::derivative(ParameterId by) const {
  using Real = Dual<1, double>;
  std::vector<Real> values(entries_.size()), registers;
  std::vector<double> out(entries_.size());
  for (std::size_t k = 0; k < entries_.size(); ++k) {
    const bool pinned = overrides_[k].has_value();
    Real x = pinned ? Real(*overrides_[k])
                    : entries_[k].program.run<Real>(std::span<const Real>(values), registers);
    if (static_cast<ParameterId>(k) == by) x = Real::variable(x.v, 0);
    values[k] = x;
    out[k] = x.d[0];
  }
  return out;
}

}  // namespace nullor
