#include "nullor/dae/behavioural_group.h"

#include <algorithm>
#include <cmath>

#include "nullor/dae/bounded_program.h"

namespace nullor {
namespace {

constexpr DeviceKind kKind = {.name = "behavioural", .title = "source given by a formula", .letter = 'b'};
constexpr Terminal kTerminals[] = {{"p"}, {"n"}};
const std::vector<ParameterInfo> kParameters = {
    {"m", "", "number of parallel devices", false, false, 1, {}},
    {"tc1", "1/K", "first temperature coefficient", false, false, 0, {}},
    {"tc2", "1/K2", "second temperature coefficient", false, false, 0, {}}};

}  // namespace

const DeviceKind& BehaviouralGroup::kind() const { return kKind; }
std::span<const Terminal> BehaviouralGroup::terminals(int) const { return kTerminals; }
std::span<const ParameterInfo> BehaviouralGroup::parameters() const { return kParameters; }

FoundParameter BehaviouralGroup::find(std::string_view name, Scope /*scope*/) const {
  for (std::size_t k = 0; k < kParameters.size(); ++k) {
    if (kParameters[k].name == name) return {static_cast<int>(k), false, false};
  }
  return {};
}

int BehaviouralGroup::add(const BehaviouralSource& source) {
  Device d;
  d.form = std::make_shared<const ChargeForm>(charge_form(source));
  d.source = &d.form->source;
  if (d.source->is_voltage) d.internals.push_back({"i", Nature::current, "A", 0});
  d.internal_names.reserve(d.source->derivatives.size());  // the unknowns refer to these strings
  for (std::size_t k = 0; k < d.source->derivatives.size(); ++k) {
    d.internal_names.push_back((d.source->derivatives[k].integral ? "idt" : "ddt") + std::to_string(k + 1));
    // A time derivative is large by nature (volts per nanosecond), an integral small.
    d.internals.push_back(
        {d.internal_names.back(), Nature::other, "", d.source->derivatives[k].integral ? 1e-12 : 1.0});
  }
  d.values.assign(d.source->inputs.size(), 0.0);
  devices_.push_back(std::move(d));
  return count() - 1;
}

std::vector<std::string> BehaviouralGroup::extra_parameters(int device) const {
  std::vector<std::string> out;
  const Device& d = devices_[at(device)];
  for (std::size_t k = 0; k < d.source->inputs.size(); ++k) {
    const ParameterId id = table_entry(device, static_cast<int>(k));
    out.push_back(id == kNoParameter ? "" : table_.entries()[at(id)].name);
  }
  return out;
}

ParameterId BehaviouralGroup::table_entry(int device, int input) const {
  const BehaviouralInput& in = devices_[at(device)].source->inputs[at(input)];
  if (in.kind == BehaviouralInput::Kind::parameter) return in.parameter;
  if (in.kind == BehaviouralInput::Kind::temperature) return ParameterTable::kTemperature;
  return kNoParameter;
}

void BehaviouralGroup::resolve(const std::function<int(int)>& unknown_of_node,
                               const std::function<int(int)>& branch_of_instance) {
  for (std::size_t k = 0; k < devices_.size(); ++k) {
    Device& d = devices_[k];
    d.input_unknowns.clear();
    for (const BehaviouralInput& in : d.source->inputs) {
      std::pair<int, int> unknowns{-1, -1};
      if (in.kind == BehaviouralInput::Kind::voltage) {
        unknowns = {unknown_of_node(in.positive), unknown_of_node(in.negative)};
      } else if (in.kind == BehaviouralInput::Kind::current) {
        const int branch = branch_of_instance(in.instance);
        if (branch < 0) {
          throw InputError(
              ErrorKind::netlist,
              "the formula of '" + names[k] + "' reads the current of an element that has no branch current",
              places[k], "sense a voltage source; 0 V in series measures any current");
        }
        unknowns = {branch, unknown_of_node(0)};
      } else if (in.kind == BehaviouralInput::Kind::derivative && in.derivative >= 0) {
        unknowns = {d.unknowns[2 + at(in.derivative) + (d.source->is_voltage ? 1 : 0)], unknown_of_node(0)};
      }
      d.input_unknowns.push_back(unknowns);
    }
    d.formulas.clear();
    const auto formula = [&](const Program& program, int row, bool value, bool charge, double sign) {
      Formula out{&program, row, value, charge, sign, {}, {}};
      for (const int input : program.inputs()) {
        if (differentiable(d, input)) out.inputs.push_back(input);
      }
      d.formulas.push_back(std::move(out));
    };
    const int row = d.source->is_voltage ? 2 : -1;
    const double sign = d.source->is_voltage ? -1 : 1;
    formula(d.source->formula, row, true, false, sign);
    if (!d.form->charge.empty()) formula(d.form->charge, row, true, true, sign);
    const int first = d.source->is_voltage ? 3 : 2;
    for (std::size_t y = 0; y < d.source->derivatives.size(); ++y) {
      formula(d.source->derivatives[y].argument, first + static_cast<int>(y), false,
              !d.source->derivatives[y].integral, -1);
    }
  }
}

void BehaviouralGroup::set_unknowns(int device, std::span<const int> unknowns) {
  devices_[at(device)].unknowns.assign(unknowns.begin(), unknowns.end());
}

void BehaviouralGroup::set_parameter(int device, int parameter, double value) {
  Device& d = devices_[at(device)];
  if (parameter == kMultiplier) d.m = value;
  if (parameter == kTc1) d.tc1 = value;
  if (parameter == kTc2) d.tc2 = value;
  if (parameter >= kFixedParameters) d.values[at(parameter - kFixedParameters)] = value;
}

double BehaviouralGroup::get_parameter(int device, int parameter) const {
  const Device& d = devices_[at(device)];
  if (parameter == kMultiplier) return d.m;
  if (parameter == kTc1) return d.tc1;
  if (parameter == kTc2) return d.tc2;
  return d.values[at(parameter - kFixedParameters)];
}

std::pair<int, std::string> BehaviouralGroup::setup(const Environment<double>& environment) {
  for (Device& d : devices_) {
    d.rise = environment.temperature - environment.nominal;
    d.factor = d.m * (1 + d.tc1 * d.rise + d.tc2 * d.rise * d.rise);
  }
  return {-1, {}};
}

void BehaviouralGroup::entries(std::vector<std::pair<int, int>>& out, bool conductive) const {
  for (const Device& d : devices_) {
    const auto& u = d.unknowns;
    for (const Formula& f : d.formulas) {
      if (conductive && f.charge) continue;
      for (const int input : f.inputs) {
        for (const int column : {d.input_unknowns[at(input)].first, d.input_unknowns[at(input)].second}) {
          if (f.row >= 0) {
            out.emplace_back(u[at(f.row)], column);
          } else {
            out.emplace_back(u[0], column);
            out.emplace_back(u[1], column);
          }
        }
      }
    }
    if (d.source->is_voltage) {
      for (int k = 0; k < 2; ++k) {
        out.emplace_back(u[at(k)], u[2]);
        out.emplace_back(u[2], u[at(k)]);
      }
    }
    for (std::size_t y = 0; y < d.source->derivatives.size(); ++y) {
      const int row = u[u.size() - d.source->derivatives.size() + y];
      out.emplace_back(row, row);
    }
  }
}

void BehaviouralGroup::locate(const SparsePattern& pattern, int ground) {
  ground_ = ground;
  const auto slot = [&](int i, int j) {
    return i == ground || j == ground ? pattern.nonzeros() : pattern.find(i, j);
  };
  for (Device& d : devices_) {
    const auto& u = d.unknowns;
    for (Formula& f : d.formulas) {
      f.slots.clear();
      for (const int input : f.inputs) {
        const auto [plus, minus] = d.input_unknowns[at(input)];
        const int p = f.row >= 0 ? u[at(f.row)] : u[0], n = f.row >= 0 ? ground : u[1];
        for (const int s : {slot(p, plus), slot(p, minus), slot(n, plus), slot(n, minus)})
          f.slots.push_back(s);
      }
    }
    d.constant_slots.clear();
    if (d.source->is_voltage) {
      for (const int s : {slot(u[0], u[2]), slot(u[1], u[2]), slot(u[2], u[0]), slot(u[2], u[1])})
        d.constant_slots.push_back(s);
    }
    for (std::size_t y = 0; y < d.source->derivatives.size(); ++y) {
      const int row = u[u.size() - d.source->derivatives.size() + y];
      d.constant_slots.push_back(slot(row, row));
    }
  }
}

double BehaviouralGroup::input_value(const Device& d, int input, const double* x, double time) const {
  const auto [plus, minus] = d.input_unknowns[at(input)];
  if (plus >= 0) return x[plus] - x[minus];
  return d.source->inputs[at(input)].kind == BehaviouralInput::Kind::time ? time : d.values[at(input)];
}

void BehaviouralGroup::evaluate(Assembly& a) {
  using Real = Dual<kChunk>;
  thread_local std::vector<Real> in, registers;
  for (const Device& d : devices_) {
    const auto& u = d.unknowns;
    const bool voltage = d.source->is_voltage;
    const auto add = [&](int slot, double g, double c) {
      if (a.capacitance) {
        a.jacobian[slot] += g;
        a.capacitance[slot] += c;
      } else {
        a.jacobian[slot] += g + a.alpha * c;
      }
    };
    if (voltage) {
      a.f[u[0]] += a.x[u[2]];
      a.f[u[1]] -= a.x[u[2]];
      a.f[u[2]] += a.x[u[0]] - a.x[u[1]];
      const double signs[] = {1, -1, 1, -1};
      for (std::size_t k = 0; k < 4; ++k) add(d.constant_slots[k], signs[k], 0);
    }
    const std::size_t first_y = u.size() - d.source->derivatives.size();
    for (std::size_t y = 0; y < d.source->derivatives.size(); ++y) {
      const auto& derivative = d.source->derivatives[y];
      const int row = u[first_y + y], slot = d.constant_slots[(voltage ? 4 : 0) + y];
      if (derivative.integral) {
        a.q[row] += a.x[row];
        if (a.steady) a.f[row] += a.x[row] - derivative.start;  // (4)
        add(slot, a.steady ? 1 : 0, 1);
      } else {
        a.f[row] += a.x[row];  // (3)
        add(slot, 1, 0);
      }
    }
    inputs(d, a.x, a.time, in);
    for (const Formula& f : d.formulas) {
      const bool held = f.row >= static_cast<int>(first_y) &&
                        d.source->derivatives[at(f.row) - first_y].integral && a.steady;
      if (held) continue;
      const double scale = f.sign * (f.source ? d.factor : 1);
      std::size_t done = 0;
      do {
        const std::size_t size = std::min<std::size_t>(kChunk, f.inputs.size() - done);
        for (std::size_t s = 0; s < size; ++s) in[at(f.inputs[done + s])].d.set(static_cast<int>(s), 1.0);
        Real y = f.program->template run<Real>(in, registers);
        if (a.limiting && !std::isfinite(y.v)) {
          // Outside the domain of the formula: the iteration may pass here, but not end here.
          y = run_bounded(*f.program, in, registers);
          a.limited = true;
        }
        for (std::size_t s = 0; s < size; ++s) {
          in[at(f.inputs[done + s])].d.set(static_cast<int>(s), 0.0);
          // At a kink such as sqrt(abs(v)) in 0 there is no slope; a flat one lets the iteration move on.
          const double exact = scale * y.d[static_cast<int>(s)];
          const double slope = std::isfinite(exact) ? exact : 0;
          const int* slot = &f.slots[4 * (done + s)];
          add(slot[0], f.charge ? 0 : slope, f.charge ? slope : 0);
          add(slot[1], f.charge ? 0 : -slope, f.charge ? -slope : 0);
          add(slot[2], f.charge ? 0 : -slope, f.charge ? -slope : 0);
          add(slot[3], f.charge ? 0 : slope, f.charge ? slope : 0);
        }
        if (done == 0) {
          double* out = f.charge ? a.q : a.f;
          if (f.row >= 0) {
            out[u[at(f.row)]] += scale * y.v;
          } else {
            out[u[0]] += scale * y.v;
            out[u[1]] -= scale * y.v;
          }
        }
        done += size;
      } while (done < f.inputs.size());
    }
  }
}

void BehaviouralGroup::evaluate_values(const Points& points) const {
  thread_local std::vector<double> in, registers;
  for (const Device& d : devices_) {
    const auto& u = d.unknowns;
    const std::size_t first_y = u.size() - d.source->derivatives.size();
    for (int k = 0; k < points.count; ++k) {
      const double* const x = points.x + at(k) * points.stride;
      double* const f = points.f + at(k) * points.stride;
      double* const q = points.q + at(k) * points.stride;
      if (d.source->is_voltage) {
        f[u[0]] += x[u[2]];
        f[u[1]] -= x[u[2]];
        f[u[2]] += x[u[0]] - x[u[1]];
      }
      for (std::size_t y = 0; y < d.source->derivatives.size(); ++y) {
        const int row = u[first_y + y];
        (d.source->derivatives[y].integral ? q : f)[row] += x[row];  // (4), (3)
      }
      inputs(d, x, points.time[k], in);
      for (const Formula& formula : d.formulas) {
        const double y =
            formula.sign * (formula.source ? d.factor : 1) * formula.program->run<double>(in, registers);
        double* const out = formula.charge ? q : f;
        out[u[formula.row >= 0 ? at(formula.row) : 0]] += y;
        if (formula.row < 0) out[u[1]] -= y;
      }
    }
  }
}

void BehaviouralGroup::initial_charges(double* x, double* q) const {
  std::vector<double> in, registers;
  for (const Device& d : devices_) {
    const std::size_t first_y = d.unknowns.size() - d.source->derivatives.size();
    for (std::size_t y = 0; y < d.source->derivatives.size(); ++y) {
      if (!d.source->derivatives[y].integral) continue;
      x[d.unknowns[first_y + y]] = d.source->derivatives[y].start;
      q[d.unknowns[first_y + y]] += d.source->derivatives[y].start;
    }
    inputs(d, x, 0, in);
    for (const Formula& f : d.formulas) {
      if (!f.charge) continue;
      const double charge = f.sign * (f.source ? d.factor : 1) * f.program->run<double>(in, registers);
      q[d.unknowns[f.row >= 0 ? at(f.row) : 0]] += charge;
      if (f.row < 0) q[d.unknowns[1]] -= charge;
    }
  }
}

void BehaviouralGroup::operating_point(int device, const double* x, OperatingPointInfo& out) const {
  const Device& d = devices_[at(device)];
  std::vector<double> in, registers;
  inputs(d, x, 0, in);
  const double y = d.factor * d.source->formula.run<double>(in, registers);
  out.add(d.source->is_voltage ? "v" : "i", y, d.source->is_voltage ? "V" : "A");
}

}  // namespace nullor
