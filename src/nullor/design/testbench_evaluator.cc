#include "nullor/design/testbench_evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/design/device_regions.h"
#include "nullor/design/testbench_deck.h"
#include "nullor/simulate/outputs.h"

namespace nullor {
namespace {

/// Whether anything in the circuit depends on the table entry.
bool is_read(const Circuit& circuit, ParameterId id) {
  const auto value = [&](const Value& v) { return v.parameter == id; };
  const auto any = [&](const std::vector<NamedValue>& list) {
    return std::any_of(list.begin(), list.end(), [&](const NamedValue& p) { return value(p.value); });
  };
  if (circuit.parameters.is_read(id)) return true;
  for (const Instance& i : circuit.instances) {
    if (any(i.parameters)) return true;
    if (i.source && std::any_of(i.source->arguments.begin(), i.source->arguments.end(), value)) return true;
    if (i.behaviour && std::any_of(i.behaviour->inputs.begin(), i.behaviour->inputs.end(),
                                   [&](const BehaviouralInput& in) { return in.parameter == id; }))
      return true;
  }
  return std::any_of(circuit.models.begin(), circuit.models.end(),
                     [&](const Model& m) { return any(m.parameters); });
}

}  // namespace

TestbenchEvaluator::TestbenchEvaluator(const Testbench& bench, const CircuitSetting& setting)
    : bench_(bench),
      setting_(setting),
      contents_(read_contents(setting.files)),
      includes_(include_lines(setting.files)) {
  for (const std::string& name : setting_.parameters) {
    // "m1:w" is of an element; a bare name is a .param, made here where no file has it.
    is_param_.push_back(is_param_name(name));
  }
  for (const TestSetup& setup : bench_.setups) {
    Run run;
    run.setup = &setup;
    run.count_regions = std::any_of(bench_.metrics.begin(), bench_.metrics.end(), [&](const MetricSpec& m) {
      return m.devices_out_of_region && m.setup == setup.name;
    });
    runs_.push_back(std::move(run));
  }
  std::vector<double> conditions;
  for (const Condition& c : bench_.conditions) conditions.push_back(c.value);
  try {
    for (Run& run : runs_) read(run, {}, conditions);
  } catch (const InputError&) {
    // The files' own sizes may have no model; the middle of the bounds may have one.
    for (Run& run : runs_) read(run, setting_.start, conditions);
  }
  check_read(circuit());
  for (const ParameterHandle& handle : runs_.front().parameters)
    own_values_.push_back(runs_.front().engine->dae().get(handle));
  placer_ = BinPlacer(circuit());
}

/// `parameters` empty: the files' own values.
void TestbenchEvaluator::read(Run& run, std::span<const double> parameters,
                              std::span<const double> conditions) {
  DeckText text;
  text.includes = includes_;
  ReadOptions options;
  options.seed = setting_.draw;
  options.keep_bins = true;
  for (std::size_t k = 0; k < conditions.size(); ++k) {
    const std::string& name = bench_.conditions[k].name;
    if (name == kTemperatureCondition) continue;
    text.defaults.emplace_back(name, conditions[k]);
    options.parameters.emplace_back(name, conditions[k]);
  }
  for (std::size_t k = 0; k < is_param_.size(); ++k) {
    if (!is_param_[k]) continue;
    text.defaults.emplace_back(setting_.parameters[k], setting_.start[k]);
    if (!parameters.empty()) options.parameters.emplace_back(setting_.parameters[k], parameters[k]);
  }
  ++reads_;
  const std::string path = "testbench:" + run.setup->name;
  run.engine = std::make_unique<Engine>(
      read_circuit_text(setup_deck(bench_, *run.setup, contents_, text), path, options));
  run.parameters.clear();
  run.conditions.clear();
  for (const std::string& name : setting_.parameters) run.parameters.push_back(handle_of(run, name));
  for (const Condition& c : bench_.conditions)
    run.conditions.push_back(run.engine->dae().parameter(c.name == kTemperatureCondition ? "temp" : c.name));
  run.states.clear();
  run.engine->dae().read_states(run.states);
  run.broken = false;
}

/// A `.param`, or an element of the deck or of the circuit under test.
ParameterHandle TestbenchEvaluator::handle_of(Run& run, const std::string& name) const {
  const Dae& dae = run.engine->dae();
  if (dae.circuit().parameters.find(name) != kNoParameter) return dae.parameter(name);
  try {
    return dae.parameter(std::string(kDutName) + "." + name);
  } catch (const InputError&) {
    return dae.parameter(name);
  }
}

void TestbenchEvaluator::check_read(const Circuit& circuit) const {
  for (std::size_t k = 0; k < is_param_.size(); ++k) {
    if (!is_param_[k]) continue;
    const std::string& name = setting_.parameters[k];
    if (is_read(circuit, circuit.parameters.find(name))) continue;
    std::vector<std::string> read;
    for (const std::string& other : contents_.parameters) {
      if (is_read(circuit, circuit.parameters.find(other))) read.push_back(other);
    }
    throw InputError(
        ErrorKind::usage, "nothing in '" + contents_.subcircuit + "' depends on '" + name + "'",
        k < setting_.where.size() ? setting_.where[k] : Location{},
        did_you_mean(name, read, "a bound names a .param that the netlist reads, or element:parameter"));
  }
}

/// False, with the reason, where a transistor is outside its models.
bool TestbenchEvaluator::is_legal(std::span<const double> parameters, std::span<const double> conditions,
                                  std::string& illegal) {
  for (std::size_t k = 0; k < parameters.size(); ++k) placer_.set(setting_.parameters[k], parameters[k]);
  for (std::size_t k = 0; k < conditions.size(); ++k) placer_.set(bench_.conditions[k].name, conditions[k]);
  return placer_.place(illegal);
}

std::optional<std::vector<std::pair<ParameterId, double>>> TestbenchEvaluator::pinned(
    std::size_t setup, std::span<const double> parameters, std::span<const double> conditions) const {
  const Run& run = runs_[setup];
  std::vector<std::pair<ParameterId, double>> out;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (run.parameters[k].kind != ParameterHandle::Kind::table) return std::nullopt;
    out.emplace_back(run.parameters[k].table, parameters[k]);
  }
  for (std::size_t k = 0; k < conditions.size(); ++k)
    out.emplace_back(run.conditions[k].table, conditions[k]);
  return out;
}

void TestbenchEvaluator::bring_to(Run& run, std::span<const double> parameters,
                                  std::span<const double> conditions) {
  if (run.broken) read(run, parameters, conditions);
  std::vector<std::pair<ParameterId, double>> table;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const ParameterHandle& handle = run.parameters[k];
    if (handle.kind == ParameterHandle::Kind::table) table.emplace_back(handle.table, parameters[k]);
  }
  for (std::size_t k = 0; k < conditions.size(); ++k)
    table.emplace_back(run.conditions[k].table, conditions[k]);
  run.engine->ends_transient = nullptr;
  Dae& dae = run.engine->dae();
  dae.load(table, {});
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const ParameterHandle& handle = run.parameters[k];
    if (handle.kind != ParameterHandle::Kind::table) dae.set(handle, parameters[k]);
  }
  dae.write_states(run.states);
  dae.forget_limits();
  run.engine->options_changed();
  run.engine->notes.clear();
}

Engine& TestbenchEvaluator::engine_at(std::size_t setup, std::span<const double> parameters,
                                      std::span<const double> conditions) {
  bring_to(runs_[setup], parameters, conditions);
  return *runs_[setup].engine;
}

std::string TestbenchEvaluator::end_of_transient(std::size_t setup, std::span<const double> parameters,
                                                 std::span<const double> conditions) {
  const std::vector<std::string>& stop = bench_.setups[setup].stop;
  if (stop.empty()) return "";
  const auto ends = [&](const Table& table) { return has_ended(setup, parameters, conditions, table); };
  bring_to(runs_[setup], parameters, conditions);
  for (const Table& table : simulate(runs_[setup], ends).tables) {
    if (table.kind == "tran" && ends(table))
      return fmt::format("the transient ends at {}", fmt::join(stop, " or "));
  }
  return "";
}

Table TestbenchEvaluator::operating_point(Run& run, const AnalysisCard& card, SetupResult& result) {
  Engine& engine = *run.engine;
  const OperatingPoint op = engine.operating_point(card.where);
  Table table;
  table.kind = "op";
  const std::vector<Output> kept = choose_outputs(engine.dae(), engine.saves());
  for (const Output& o : kept) table.columns.push_back({o.name, o.quantity, {}, {}});
  append_row(engine.dae(), kept, op.x, table, 0);
  result.regions = device_regions(engine.dae(), op.x);
  return table;
}

SetupResult TestbenchEvaluator::simulate(Run& run, const std::function<bool(const Table&)>& ends) {
  Engine& engine = *run.engine;
  engine.ends_transient = ends;
  if (setting_.time_limit > 0) {
    const auto check = [this] {
      if (Clock::now() > deadline_) throw TimeIsUp{};
    };
    engine.progress = [check](double) { check(); };
    engine.transient_guess = [check](double, double, const double*, double*) { check(); };
  }
  SetupResult out;
  for (const AnalysisCard& card : engine.circuit().analyses) {
    if (run.count_regions && std::holds_alternative<OpCard>(card.what)) {
      out.tables.push_back(operating_point(run, card, out));
      continue;
    }
    for (Table& table : engine.run(card)) out.tables.push_back(std::move(table));
  }
  out.ran = true;
  return out;
}

void TestbenchEvaluator::fail(SampleOutcome& out, int failure, std::string reason) const {
  out.failure = failure;
  out.reason = std::move(reason);
  out.simulated = false;
}

SampleOutcome TestbenchEvaluator::evaluate(std::span<const double> parameters,
                                           std::span<const double> conditions) {
  SampleOutcome out;
  deadline_ = Clock::now() +
              std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(setting_.time_limit));
  std::vector<SetupResult> results(runs_.size());
  std::string illegal;
  if (!is_legal(parameters, conditions, illegal)) fail(out, kIllegalGeometry, illegal);
  for (std::size_t k = 0; k < runs_.size(); ++k) {
    if (out.failure != kNoFailure) {
      results[k].failure = "not simulated: " + out.reason;
      continue;
    }
    if (const auto why = left_out(k, parameters, conditions, results)) {
      results[k].failure = "not simulated: " + *why;
      continue;
    }
    Run& run = runs_[k];
    try {
      bring_to(run, parameters, conditions);
    } catch (const InputError& e) {
      fail(out, kIllegalGeometry, e.what());
    }
    try {
      const auto ends = [&](const Table& table) { return has_ended(k, parameters, conditions, table); };
      if (out.failure == kNoFailure) results[k] = simulate(run, ends);
      if (const auto why = over_limit(k, results[k])) fail(out, kNoConvergence, *why);
    } catch (const TimeIsUp&) {
      fail(out, kTimeLimit, fmt::format("over {:g} s in set-up '{}'", setting_.time_limit, run.setup->name));
    } catch (const InputError& e) {
      if (e.kind() != ErrorKind::no_convergence && e.kind() != ErrorKind::singular) throw;
      const std::string why = e.what();
      fail(out, why.starts_with("transient") ? kNoConvergence : kNoOperatingPoint,
           "set-up '" + run.setup->name + "': " + why);
    }
    if (out.failure != kNoFailure) {
      results[k].failure = out.reason;
      run.broken = true;
    }
  }
  measure(parameters, conditions, results, out);
  return out;
}

void TestbenchEvaluator::measure(std::span<const double> parameters, std::span<const double> conditions,
                                 const std::vector<SetupResult>& results, SampleOutcome& out) const {
  read_metrics(
      bench_, results, [&](std::string_view name) { return known(name, parameters, conditions); }, out);
}

std::optional<std::string> TestbenchEvaluator::left_out(std::size_t setup, std::span<const double> parameters,
                                                        std::span<const double> conditions,
                                                        const std::vector<SetupResult>& results) const {
  return nullor::left_out(bench_, setup, results,
                          [&](std::string_view name) { return known(name, parameters, conditions); });
}

std::optional<std::string> TestbenchEvaluator::over_limit(std::size_t setup,
                                                          const SetupResult& result) const {
  if (setting_.point_limit == 0) return std::nullopt;
  for (const Table& table : result.tables) {
    if (table.kind == "tran" && table.rows() >= setting_.point_limit)
      return fmt::format("set-up '{}': transient of more than {} time points", bench_.setups[setup].name,
                         setting_.point_limit);
  }
  return std::nullopt;
}

bool TestbenchEvaluator::has_ended(std::size_t setup, std::span<const double> parameters,
                                   std::span<const double> conditions, const Table& table) const {
  if (setting_.point_limit > 0 && table.kind == "tran" && table.rows() >= setting_.point_limit) return true;
  if (bench_.setups[setup].stop.empty()) return false;
  return nullor::has_ended(bench_, setup, table,
                           [&](std::string_view name) { return known(name, parameters, conditions); });
}

/// A condition or parameter by name.
std::optional<double> TestbenchEvaluator::known(std::string_view name, std::span<const double> parameters,
                                                std::span<const double> conditions) const {
  for (std::size_t k = 0; k < conditions.size(); ++k) {
    if (bench_.conditions[k].name == name) return conditions[k];
  }
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (setting_.parameters[k] == name) return parameters[k];
  }
  return std::nullopt;
}

}  // namespace nullor
