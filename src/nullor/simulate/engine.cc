#include "nullor/simulate/engine.h"

#include <fmt/format.h>

#include <cmath>

#include "nullor/simulate/unstable_rest.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

InputError analysis_failed(const std::string& analysis, const Failure& failure, const Location& where) {
  std::string hint;
  for (const std::string& s : failure.suspects) hint += (hint.empty() ? "" : "; ") + s;
  return InputError(failure.singular ? ErrorKind::singular : ErrorKind::no_convergence,
                    analysis + ": " + failure.reason, where, hint);
}

Engine::Engine(Circuit circuit) : dae_(std::make_unique<Dae>(std::move(circuit))) {
  options_ = SimulationOptions::of(dae_->circuit());
  saves_ = dae_->circuit().saves;
  options_changed();
}

void Engine::options_changed() { newton_ = std::make_unique<NewtonSolver>(*dae_, options_); }

Table Engine::new_table(const char* kind, const char* plotname) const {
  Table t;
  t.title = circuit().title;
  t.kind = kind;
  t.plotname = plotname;
  return t;
}

std::vector<Table> Engine::run(const AnalysisCard& card) {
  struct Visitor {
    Engine& engine;
    const Location& where;
    std::vector<Table> operator()(const OpCard&) { return engine.run_op(where); }
    std::vector<Table> operator()(const DcCard& c) { return engine.run_dc(c, where); }
    std::vector<Table> operator()(const AcCard& c) { return engine.run_ac(c, where); }
    std::vector<Table> operator()(const TranCard& c) { return engine.run_tran(c, where); }
    std::vector<Table> operator()(const NoiseCard& c) { return engine.run_noise(c, where); }
    std::vector<Table> operator()(const TransferCard& c) { return engine.run_tf(c, where); }
    std::vector<Table> operator()(const SensitivityCard& c) { return engine.run_sens(c, where); }
    std::vector<Table> operator()(const FourierCard&) {
      return {};
    }  // reads the last transient, see fourier.h
  };
  return std::visit(Visitor{*this, card.where}, card.what);
}

OperatingPoint Engine::operating_point(const Location& where) {
  OperatingPointOptions how;
  how.max_iterations = options_.itl1;
  const std::vector<double> table = circuit().parameters.evaluate();
  const auto value = [&](const Value& v) {
    return v.parameter == kNoParameter ? v.constant : table[u(v.parameter)];
  };
  for (const auto& [node, v] : circuit().initial_conditions) {
    if (node != 0) how.clamps.emplace_back(dae_->unknown_of_node(node), value(v));
  }
  for (const auto& [node, v] : circuit().node_sets) {
    if (node != 0) how.node_sets.emplace_back(dae_->unknown_of_node(node), value(v));
  }
  OperatingPoint op = solve_operating_point(*dae_, *newton_, options_, how);
  if (!op.converged) throw analysis_failed("operating point", op.failure, where);
  if (op.method != "newton") notes.push_back("operating point found by " + op.method);
  if (!op.floating_nodes.empty()) {
    std::string names;
    for (std::size_t k = 0; k < std::min<std::size_t>(5, op.floating_nodes.size()); ++k)
      names += (k ? ", " : "") + op.floating_nodes[k];
    if (op.floating_nodes.size() > 5) names += ", ...";
    notes.push_back("no dc path to ground: " + names + " (held by 1e-12 S)");
  }
  dae_->accept(op.x.data(), 0);
  return op;
}

std::vector<Table> Engine::run_op(const Location& where) {
  const OperatingPoint op = operating_point(where);
  Table t = new_table("op", "Operating Point");
  const auto kept = outputs();
  for (const Output& o : kept) t.columns.push_back({o.name, o.quantity, {}, {}});
  append_row(*dae_, kept, op.x, t, 0);
  return {std::move(t)};
}

std::vector<double> sweep_values(const SweepAxis& axis) {
  std::vector<double> out;
  if (axis.scale == SweepAxis::Scale::list) return axis.list;
  constexpr std::size_t kMost = 10'000'000;
  if (axis.scale == SweepAxis::Scale::linear) {
    const double count = axis.step == 0 ? 0 : (axis.stop - axis.start) / axis.step;
    if (count < 0 || count > static_cast<double>(kMost)) {
      throw InputError(ErrorKind::netlist, "the sweep of '" + axis.target + "' never reaches its end",
                       axis.where, "give the step the sign of stop - start");
    }
    for (int k = 0; k <= static_cast<int>(std::floor(count + 1e-6)); ++k)
      out.push_back(axis.start + k * axis.step);
    return out;
  }
  const double base = axis.scale == SweepAxis::Scale::decade ? 10 : 2;
  if (!(axis.start > 0) || !(axis.stop > 0) || !(axis.step >= 1)) {
    throw InputError(ErrorKind::netlist,
                     "a logarithmic sweep of '" + axis.target + "' needs positive ends and points",
                     axis.where);
  }
  const double count = axis.step * std::log(axis.stop / axis.start) / std::log(base);
  for (int k = 0; k <= static_cast<int>(std::floor(count + 1e-6)); ++k)
    out.push_back(axis.start * std::pow(base, k / axis.step));
  return out;
}

ParameterHandle sweep_target(const Dae& dae, const SweepAxis& axis) {
  const int instance = dae.circuit().find_instance(axis.target);
  const char letter = instance < 0 ? 0 : dae.circuit().instances[u(instance)].letter;
  if (letter == 'v' || letter == 'i') return dae.parameter(axis.target + ":dc", axis.where);
  if (letter == 'r') return dae.parameter(axis.target + ":r", axis.where);
  return dae.parameter(axis.target, axis.where);
}

std::vector<Table> Engine::run_dc(const DcCard& card, const Location& where) {
  Table t = new_table("dc", "DC transfer characteristic");
  const SweepAxis& inner = card.axes.front();
  const ParameterHandle handle = sweep_target(*dae_, inner);
  const char letter = handle.name.empty() ? 0 : handle.name.front();
  const bool device = handle.kind == ParameterHandle::Kind::device;
  Column scale;
  scale.name = handle.name == "temp"     ? "temp-sweep"
               : device && letter == 'v' ? "v-sweep"
               : device && letter == 'i' ? "i-sweep"
               : device && letter == 'r' ? "res-sweep"
                                         : handle.name;
  scale.quantity = handle.name == "temp"     ? Quantity::temperature
                   : device && letter == 'v' ? Quantity::voltage
                   : device && letter == 'i' ? Quantity::current
                                             : Quantity::none;
  t.columns.push_back(std::move(scale));
  const auto kept = outputs();
  for (const Output& o : kept) t.columns.push_back({o.name, o.quantity, {}, {}});

  struct Restore {
    Dae& dae;
    std::vector<std::pair<ParameterHandle, double>> values;
    ~Restore() {
      for (const auto& [h, v] : values) dae.set(h, v);
    }
  } restore{*dae_, {{handle, dae_->get(handle)}}};

  std::vector<double> outer_values = {0};
  ParameterHandle outer;
  if (card.axes.size() > 1) {
    outer = sweep_target(*dae_, card.axes[1]);
    restore.values.emplace_back(outer, dae_->get(outer));
    outer_values = sweep_values(card.axes[1]);
  }
  const std::vector<double> values = sweep_values(inner);
  std::size_t done = 0;
  for (const double outer_value : outer_values) {
    if (card.axes.size() > 1) dae_->set(outer, outer_value);
    std::vector<double> x;
    for (const double v : values) {
      dae_->set(handle, v);
      OperatingPointOptions how;
      how.max_iterations = x.empty() ? options_.itl1 : options_.itl2;
      if (!x.empty()) how.start = &x;
      OperatingPoint op = solve_operating_point(*dae_, *newton_, options_, how);
      if (!op.converged) {
        throw analysis_failed(fmt::format("dc sweep at {} = {:g}", handle.name, v), op.failure, where);
      }
      x = std::move(op.x);
      dae_->accept(x.data(), 0);
      t.columns[0].real.push_back(v);
      append_row(*dae_, kept, x, t, 1);
      if (progress)
        progress(static_cast<double>(++done) / static_cast<double>(values.size() * outer_values.size()));
    }
  }
  return {std::move(t)};
}

std::vector<Table> Engine::run_tran(const TranCard& card, const Location& where) {
  Table t = new_table("tran", "Transient Analysis");
  t.columns.push_back({"time", Quantity::time, {}, {}});
  const auto kept = outputs();
  for (const Output& o : kept) t.columns.push_back({o.name, o.quantity, {}, {}});
  Transient transient(*dae_, *newton_, options_);
  if (transient_guess) transient.set_guess(transient_guess);
  UnstableRest rest;
  long points = 0;
  const TransientSummary summary =
      transient.run(card, [&](double time, const std::vector<double>& x, const StepFormula& f) {
        rest.see(*dae_, *newton_, time, x.data());
        if (f.stage || time < card.start) return true;
        t.columns[0].real.push_back(time);
        append_row(*dae_, kept, x, t, 1);
        if (progress && (++points & 1023) == 0) progress(time / card.stop);
        return !(ends_transient && is_doubled(t.rows()) && ends_transient(t));
      });
  if (summary.stopped) return {std::move(t)};
  if (!summary.finished) {
    const std::string at = summary.start.converged ? fmt::format("transient at {:g} s", summary.failed_at)
                                                   : "operating point of the transient";
    throw analysis_failed(at, summary.failure, where);
  }
  if (auto remark = rest.remark(*dae_, *newton_, card.stop)) notes.push_back(std::move(*remark));
  if (summary.start.method != "newton" && summary.start.method != "initial conditions") {
    notes.push_back("operating point found by " + summary.start.method);
  }
  return {std::move(t)};
}

}  // namespace nullor
