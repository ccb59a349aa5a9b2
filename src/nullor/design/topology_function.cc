#include "nullor/design/topology_function.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "nullor/base/rng.h"
#include "nullor/base/si.h"
#include "nullor/design/metric_reader.h"
#include "nullor/design/port_assignment.h"
#include "nullor/design/testbench_deck.h"
#include "nullor/design/topology_sizes.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

using graph::Topology;

constexpr const char* kBiasOf = "bias_";
constexpr std::size_t kMostRows = 1 << 16;  // of a transient

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// A number of the search besides the sizes: the source of a port, or the condition that stands for it.
struct Source {
  std::string name;       ///< of the port
  std::string parameter;  ///< a `.param` of the decks
  PortSource range;
};

ReadOptions reading() {
  ReadOptions out;
  out.keep_bins = true;  // sizes move between them
  return out;
}

/// The circuit in the testbench at one assignment of its ports.
class Fixture {
 public:
  Fixture(const Topology& topology, const BiasVerdict& bias, const FunctionBench& bench,
          const FunctionOptions& options, PortAssignment assignment)
      : topology_(with_ports(topology, assignment)),
        bench_(bench),
        options_(options),
        bias_(bias),
        assignment_(std::move(assignment)),
        sizes_(size_variables(topology_, options.deck)),
        deck_(make_subcircuit(topology_, "dut", options.deck, size_names(sizes_))) {
    for (std::size_t k = 0; k < sizes_.size(); ++k) parameters_.push_back(size_name(k));
    for (const PortSource& source : bias.sources) collect(source, options.deck.ports.supply);
    for (const Source& source : sources_) parameters_.push_back(source.parameter);
    for (const TestSetup& setup : bench.bench.setups) {
      engines_.push_back(std::make_unique<Engine>(
          read_circuit_text(text_of(setup, start()), "testbench:" + setup.name, reading())));
      ids_.emplace_back();
      for (const std::string& name : parameters_)
        ids_.back().push_back(engines_.back()->circuit().parameters.find(name));
    }
  }

  std::size_t dimensions() const { return sizes_.size() + sources_.size(); }

  std::vector<double> start() const {
    std::vector<double> out;
    for (const SizeVariable& size : sizes_) out.push_back(size.place(size.start));
    for (const Source& source : sources_)
      out.push_back((source.range.value - source.range.low) / (source.range.high - source.range.low));
    return out;
  }

  double source_at(std::size_t k, double place) const {
    const PortSource& range = sources_[k].range;
    return range.low + std::clamp(place, 0.0, 1.0) * (range.high - range.low);
  }

  SampleOutcome evaluate(const std::vector<double>& point) {
    const Testbench& bench = bench_.bench;
    std::vector<SetupResult> results(bench.setups.size());
    const auto known = [&](std::string_view name) { return condition(name, point); };
    SampleOutcome out;
    for (std::size_t k = 0; k < bench.setups.size(); ++k) {
      if (bench.setups[k].when) {
        if (const auto why = left_out(bench, k, results, known)) {
          results[k].failure = "not simulated: " + *why;
          continue;
        }
      }
      Engine& engine = *engines_[k];
      engine.ends_transient = [&](const Table& table) {
        return table.rows() > kMostRows ||
               (!bench.setups[k].stop.empty() && has_ended(bench, k, table, known));
      };
      try {
        set(k, point);
        for (const AnalysisCard& card : engine.circuit().analyses) {
          for (Table& table : engine.run(card)) results[k].tables.push_back(std::move(table));
        }
        results[k].ran = true;
      } catch (const InputError& error) {
        results[k].failure = error.what();
      }
    }
    read_metrics(bench, results, known, out);
    return out;
  }

  double shortfall(const SampleOutcome& outcome, const std::vector<FunctionGoal>& goals) const {
    double sum = 0;
    for (const FunctionGoal& goal : goals) sum += goal.shortfall(value_of(outcome, goal.metric));
    return sum;
  }

  /// What the search makes small: the shortfalls, and below all of them, where none is left, the merit.
  double cost(const SampleOutcome& outcome) const {
    double out = shortfall(outcome, bench_.goals);
    if (options_.purpose == Purpose::function) return out;
    out += shortfall(outcome, bench_.sizing);
    const double merit = value_of(outcome, bench_.merit);
    return out > 0 || !(merit > 0) ? out : -std::log1p(merit);
  }

  void report(const SampleOutcome& outcome, const std::vector<double>& point, FunctionVerdict& out) const {
    for (std::size_t k = 0; k < bench_.ports.size(); ++k) {
      if (assignment_[k] >= 0)
        out.ports.emplace_back(bench_.ports[k].name, topology_.nets[u(assignment_[k])].name);
    }
    for (std::size_t k = 0; k < outcome.values.size(); ++k) {
      if (!std::isnan(outcome.values[k])) out.metrics.emplace_back(metric(k).name, outcome.values[k]);
    }
    for (std::size_t k = 0; k < sizes_.size(); ++k)
      out.sizes.emplace_back(sizes_[k].name, sizes_[k].at(point[k]));
    for (std::size_t k = 0; k < sources_.size(); ++k)
      out.sizes.emplace_back(sources_[k].name, source_at(k, point[sizes_.size() + k]));
    for (const FunctionGoal& goal : bench_.goals) complain(goal, outcome, out);
    out.works = out.reasons.empty();
    if (options_.purpose == Purpose::function) return;
    for (const FunctionGoal& goal : bench_.sizing) complain(goal, outcome, out);
    if (out.reasons.empty()) out.merit = value_of(outcome, bench_.merit);
    for (const TestSetup& setup : bench_.bench.setups)
      out.decks.emplace_back(setup.name, text_of(setup, point));
  }

 private:
  const MetricSpec& metric(std::size_t k) const { return bench_.bench.metrics[k]; }

  double value_of(const SampleOutcome& outcome, const std::string& name) const {
    for (std::size_t k = 0; k < outcome.values.size(); ++k) {
      if (metric(k).name == name) return outcome.values[k];
    }
    return NAN;
  }

  void complain(const FunctionGoal& goal, const SampleOutcome& outcome, FunctionVerdict& out) const {
    const double value = value_of(outcome, goal.metric);
    if (goal.shortfall(value) <= 0) return;
    std::string why;
    for (std::size_t k = 0; k < outcome.values.size(); ++k) {
      if (metric(k).name != goal.metric) continue;
      why = std::isnan(value) ? outcome.missing[k]
                              : fmt::format("{} = {}{}", goal.metric, format_si(value, 3), metric(k).unit);
    }
    out.reasons.push_back(goal.reason.empty() ? why : goal.reason + ": " + why);
  }

  int port_of(int net) const {
    const auto found = std::find(assignment_.begin(), assignment_.end(), net);
    return found == assignment_.end() ? -1 : static_cast<int>(found - assignment_.begin());
  }

  /// Sources that are searched: of ports that the testbench leaves alone, and the conditions that stand for
  /// one it drives.
  void collect(const PortSource& source, double supply) {
    const int port = port_of(source.net);
    std::string parameter;
    if (port >= 0) {
      parameter = kBiasOf + bench_.ports[u(port)].name;
      if (!bench_.bench.condition(parameter)) return;
      biases_.emplace_back(parameter, source.value);
    }
    if (!source.searched() || source.drive == PortDrive::clock || source.drive == PortDrive::open) return;
    if (parameter.empty()) parameter = "port_" + deck_.nets[u(source.net)];
    Source out{topology_.nets[u(source.net)].name, parameter, source};
    if (source.drive == PortDrive::voltage) out.range.low = 0, out.range.high = supply;
    sources_.push_back(std::move(out));
  }

  std::string node_of(const TestSetup& setup, int net) const {
    const int port = port_of(net);
    for (const auto& [name, node] : setup.connect) {
      if (port >= 0 && bench_.ports[u(port)].name == name) return node;
    }
    return topology_.nets[u(net)].role == graph::PortRole::vss ? "0" : "port_" + deck_.nets[u(net)];
  }

  std::string text_of(const TestSetup& setup, const std::vector<double>& point) const {
    std::string out = bench_.bench.title + ": " + setup.name + "\n";
    for (const Condition& c : bench_.bench.conditions) {
      const double value = condition(c.name, point).value_or(c.value);
      out += c.name == kTemperatureCondition ? fmt::format(".temp {:.10g}\n", value)
                                             : fmt::format(".param {}={:.10g}\n", c.name, value);
    }
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
      if (!bench_.bench.condition(parameters_[k]))
        out += fmt::format(".param {}={:.17g}\n", parameters_[k], value_at(k, point[k]));
    }
    out += deck_.text + setup.deck + "\n" + kDutName;
    for (std::size_t net = 0; net < topology_.nets.size(); ++net) {
      if (topology_.nets[net].is_port()) out += " " + node_of(setup, static_cast<int>(net));
    }
    out += " dut\n";
    for (const PortSource& source : bias_.sources) out += source_line(setup, source);
    return out + ".end\n";
  }

  /// Of ports that the set-up does not connect.
  std::string source_line(const TestSetup& setup, const PortSource& source) const {
    const TopologyDeckOptions& deck = options_.deck;
    const std::string node = node_of(setup, source.net), name = deck_.nets[u(source.net)];
    if (!node.starts_with("port_")) return "";
    const bool searched = std::find(parameters_.begin(), parameters_.end(), node) != parameters_.end();
    const std::string value = searched ? "{" + node + "}" : fmt::format("{:.10g}", source.value);
    switch (source.drive) {
      case PortDrive::open:
        return deck.load > 0 ? fmt::format("cport_{} {} 0 {:g}\n", name, node, deck.load) : "";
      case PortDrive::current:
        return fmt::format("iport_{} 0 {} {}\n", name, node, value);
      case PortDrive::voltage:
        return fmt::format("vport_{} {} 0 {}\n", name, node, value);
      case PortDrive::clock:
        break;
    }
    const double supply = deck.ports.supply, period = deck.clock_period;
    const double first = name.size() > 1 && (name.back() - '0') % 2 == 0 ? 0 : supply;
    return fmt::format("vport_{} {} 0 dc {:g} pulse({:g} {:g} {:g} {:g} {:g} {:g} {:g})\n", name, node,
                       source.value, first, supply - first, 0.5 * period, period / 1000, period / 1000,
                       0.499 * period, period);
  }

  double value_at(std::size_t k, double place) const {
    return k < sizes_.size() ? sizes_[k].at(place) : source_at(k - sizes_.size(), place);
  }

  void set(std::size_t setup, const std::vector<double>& point) {
    Engine& engine = *engines_[setup];
    std::vector<std::pair<ParameterId, double>> pinned;
    for (std::size_t k = 0; k < point.size(); ++k) pinned.emplace_back(ids_[setup][k], value_at(k, point[k]));
    engine.dae().load(pinned, {});
    engine.dae().forget_limits();
    engine.options_changed();
    engine.notes.clear();
  }

  std::optional<double> condition(std::string_view name, const std::vector<double>& point) const {
    for (std::size_t k = 0; k < sources_.size(); ++k) {
      if (sources_[k].parameter == name) return source_at(k, point[sizes_.size() + k]);
    }
    for (const auto& [bias, value] : biases_) {
      if (bias == name) return value;
    }
    const Condition* found = bench_.bench.condition(name);
    return found ? std::optional(found->value) : std::nullopt;
  }

  Topology topology_;
  const FunctionBench& bench_;
  const FunctionOptions& options_;
  const BiasVerdict& bias_;
  PortAssignment assignment_;
  std::vector<SizeVariable> sizes_;
  TopologyDeck deck_;
  std::vector<Source> sources_;
  std::vector<std::string> parameters_;  ///< `.param`s of the decks: of sizes_, then of sources_
  std::vector<std::pair<std::string, double>> biases_;  ///< conditions that stand for the bias of a port
  std::vector<std::unique_ptr<Engine>> engines_;        ///< of the set-ups
  std::vector<std::vector<ParameterId>> ids_;           ///< of parameters_, in every set-up
};

struct Member {
  std::vector<double> point;
  double cost = INFINITY;
  SampleOutcome outcome;
};

/// (1)
class Evolution {
 public:
  Evolution(Fixture& fixture, Member start, const FunctionOptions& options, int budget)
      : fixture_(fixture),
        best_(std::move(start)),
        purpose_(options.purpose),
        population_(purpose_ == Purpose::merit ? 24 : 12),
        budget_(budget),
        rng_(options.seed) {}

  Member run(int& evaluations) {
    populate();
    for (std::size_t k = 0; left(); k = (k + 1) % members_.size()) {
      Member trial = measured(trial_of(members_[k]));
      if (trial.cost <= members_[k].cost) members_[k] = std::move(trial);
    }
    evaluations += used_;
    return std::move(best_);
  }

 private:
  static constexpr double kCrossover = 0.8, kNear = 0.12;

  bool left() const { return used_ < budget_ && (purpose_ == Purpose::merit || best_.cost > 0); }

  Member measured(std::vector<double> point) {
    ++used_;
    Member out{.point = std::move(point)};
    out.outcome = fixture_.evaluate(out.point);
    out.cost = fixture_.cost(out.outcome);
    if (out.cost < best_.cost) best_ = out;
    return out;
  }

  void populate() {
    members_.push_back(best_);
    const std::vector<double> centre = best_.point;
    while (members_.size() < population_ && left()) {
      std::vector<double> point = centre;
      const bool uniform = members_.size() % 4 == 0;
      for (double& p : point) p = uniform ? rng_.uniform() : std::clamp(p + kNear * rng_.normal(), 0.0, 1.0);
      members_.push_back(measured(std::move(point)));
    }
  }

  std::vector<double> trial_of(const Member& parent) {
    const Member &a = members_[rng_.below(members_.size())], &b = members_[rng_.below(members_.size())];
    const double factor = rng_.uniform(0.4, 0.9);
    std::vector<double> out = parent.point;
    if (out.empty()) return out;
    const std::size_t certain = rng_.below(out.size());
    for (std::size_t k = 0; k < out.size(); ++k) {
      if (k != certain && rng_.uniform() > kCrossover) continue;
      out[k] = std::clamp(best_.point[k] + factor * (a.point[k] - b.point[k]), 0.0, 1.0);
    }
    return out;
  }

  Fixture& fixture_;
  Member best_;
  Purpose purpose_;
  std::size_t population_;
  int budget_, used_ = 0;
  Rng rng_;
  std::vector<Member> members_;
};

}  // namespace

FunctionVerdict test_function(const Topology& topology, const BiasVerdict& bias, const FunctionBench& bench,
                              const FunctionOptions& options) {
  FunctionVerdict out;
  std::unique_ptr<Fixture> fixture;
  Member best;
  std::string failure;
  for (PortAssignment& assignment : port_assignments(topology, bench)) {
    if (out.evaluations >= options.evaluations) break;
    try {
      auto next = std::make_unique<Fixture>(topology, bias, bench, options, std::move(assignment));
      Member start{.point = next->start()};
      start.outcome = next->evaluate(start.point);
      start.cost = next->cost(start.outcome);
      ++out.evaluations;
      if (fixture && !(start.cost < best.cost)) continue;
      best = std::move(start);
      fixture = std::move(next);
    } catch (const InputError& error) {
      failure = error.what();
    }
  }
  if (!fixture) {
    out.reasons.push_back(!failure.empty() ? failure : missing_port(topology, bench));
    return out;
  }
  best = Evolution(*fixture, std::move(best), options, options.evaluations - out.evaluations)
             .run(out.evaluations);
  out.shortfall = std::max(best.cost, 0.0);
  fixture->report(best.outcome, best.point, out);
  return out;
}

}  // namespace nullor
