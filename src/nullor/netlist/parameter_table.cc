#include "nullor/netlist/parameter_table.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <functional>
#include <numeric>
#include <queue>

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
  if (!unwanted_.empty()) unwanted_.push_back(0);
  readers_.reset();
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
    const auto& steps = entry.program.steps;
    return std::any_of(steps.begin(), steps.end(), [&](const Program::Step& step) {
      return step.op == Program::Op::input && step.a == id;
    });
  });
}

void ParameterTable::override_value(ParameterId id, std::optional<double> value) {
  std::optional<double>& held = overrides_.at(static_cast<std::size_t>(id));
  if (held == value) return;
  held = value;
  changed_.push_back(id);
}

void ParameterTable::set_wanted(ParameterId id, bool wanted) {
  if (unwanted_.empty()) unwanted_.assign(entries_.size(), 0);
  unwanted_.at(static_cast<std::size_t>(id)) = wanted ? 0 : 1;
  if (wanted) changed_.push_back(id);
}

void ParameterTable::want_only(std::span<const ParameterId> ids) {
  unwanted_.assign(entries_.size(), 1);
  for (const ParameterId id : ids) unwanted_.at(static_cast<std::size_t>(id)) = 0;
  for (std::size_t k = entries_.size(); k-- > 0;) {
    if (unwanted_[k]) continue;
    changed_.push_back(static_cast<ParameterId>(k));
    for (const Program::Step& step : entries_[k].program.steps) {
      if (step.op == Program::Op::input) unwanted_[static_cast<std::size_t>(step.a)] = 0;
    }
  }
}

std::vector<int> ParameterTable::reads() const {
  std::vector<int> out(entries_.size(), 0);
  for (const Entry& entry : entries_) {
    for (const Program::Step& step : entry.program.steps) {
      if (step.op == Program::Op::input) ++out[static_cast<std::size_t>(step.a)];
    }
  }
  return out;
}

double ParameterTable::value_of(ParameterId id, std::span<const double> values,
                                std::vector<double>& registers) const {
  const auto k = static_cast<std::size_t>(id);
  return overrides_[k] ? *overrides_[k] : entries_[k].program.run<double>(values, registers);
}

std::vector<double> ParameterTable::evaluate() const {
  std::vector<double> values(entries_.size()), registers;
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = value_of(static_cast<ParameterId>(k), values, registers);
  return values;
}

// An entry that reads another one twice stands there twice.
ParameterTable::Readers ParameterTable::find_readers() const {
  Readers out;
  out.start.assign(entries_.size() + 1, 0);
  const auto for_each = [&](const auto& visit) {
    for (std::size_t k = 0; k < entries_.size(); ++k) {
      for (const Program::Step& step : entries_[k].program.steps) {
        if (step.op == Program::Op::input) visit(static_cast<std::size_t>(step.a), k);
      }
    }
  };
  for_each([&](std::size_t read, std::size_t) { ++out.start[read + 1]; });
  std::partial_sum(out.start.begin(), out.start.end(), out.start.begin());
  out.reader.resize(out.start.back());
  std::vector<std::size_t> next(out.start.begin(), out.start.end() - 1);
  for_each(
      [&](std::size_t read, std::size_t by) { out.reader[next[read]++] = static_cast<ParameterId>(by); });
  return out;
}

void ParameterTable::update(std::vector<double>& values) {
  if (values.size() != entries_.size()) {
    values = evaluate();
    changed_.clear();
    return;
  }
  if (changed_.empty()) return;
  if (!readers_) readers_ = std::make_shared<const Readers>(find_readers());
  // In order of dependence: an entry is computed after all that it reads.
  std::priority_queue<ParameterId, std::vector<ParameterId>, std::greater<>> open(std::greater<>(),
                                                                                  std::move(changed_));
  changed_.clear();
  std::vector<double> registers;
  for (ParameterId last = kNoParameter; !open.empty();) {
    const ParameterId id = open.top();
    open.pop();
    if (id == last) continue;
    last = id;
    const auto k = static_cast<std::size_t>(id);
    const double value = value_of(id, values, registers);
    if (value == values[k]) continue;
    values[k] = value;
    for (std::size_t r = readers_->start[k]; r < readers_->start[k + 1]; ++r) {
      const ParameterId reader = readers_->reader[r];
      if (unwanted_.empty() || !unwanted_[static_cast<std::size_t>(reader)]) open.push(reader);
    }
  }
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
