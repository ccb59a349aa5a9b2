#include "nullor/design/topology_function.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "nullor/base/rng.h"
#include "nullor/base/si.h"
#include "nullor/design/metric_reader.h"
#include "nullor/design/sized_testbench.h"
#include "nullor/design/testbench_deck.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

using graph::Topology;

constexpr std::size_t kMostRows = 1 << 16;  // of a transient

ReadOptions reading() {
  ReadOptions out;
  out.keep_bins = true;  // sizes move between them
  return out;
}

/// The circuit in the testbench at one assignment of its ports, simulated.
class Fixture {
 public:
  Fixture(const Topology& topology, const BiasVerdict& bias, const FunctionBench& bench,
          const FunctionOptions& options, PortAssignment assignment)
      : bench_(bench),
        purpose_(options.purpose),
        decks_(topology, bias.sources, bench, options.deck, std::move(assignment)) {
    for (const TestSetup& setup : bench.bench.setups) {
      engines_.push_back(std::make_unique<Engine>(
          read_circuit_text(decks_.text(setup, start()), "testbench:" + setup.name, reading())));
      ids_.emplace_back();
      for (const std::string& name : decks_.parameters())
        ids_.back().push_back(engines_.back()->circuit().parameters.find(name));
    }
  }

  std::vector<double> start() const { return decks_.start(); }

  SampleOutcome evaluate(const std::vector<double>& point) {
    const Testbench& bench = bench_.bench;
    std::vector<SetupResult> results(bench.setups.size());
    const auto known = [&](std::string_view name) { return decks_.condition(name, point); };
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
    if (purpose_ != Purpose::merit) return out;
    out += shortfall(outcome, bench_.sizing);
    const double merit = value_of(outcome, bench_.merit);
    return out > 0 || !(merit > 0) ? out : -std::log1p(merit);
  }

  void report(const SampleOutcome& outcome, const std::vector<double>& point, FunctionVerdict& out) const {
    out.ports = decks_.ports();
    for (std::size_t k = 0; k < outcome.values.size(); ++k) {
      if (!metric(k).hidden && !std::isnan(outcome.values[k]))
        out.metrics.emplace_back(metric(k).name, outcome.values[k]);
    }
    const std::vector<std::string> names = decks_.names();
    for (std::size_t k = 0; k < names.size(); ++k)
      out.sizes.emplace_back(names[k], decks_.value_at(k, point[k]));
    for (const FunctionGoal& goal : bench_.goals) complain(goal, outcome, out);
    out.works = out.reasons.empty();
    for (const TestSetup& setup : bench_.bench.setups)
      out.decks.emplace_back(setup.name, decks_.text(setup, point));
    if (purpose_ != Purpose::merit) return;
    for (const FunctionGoal& goal : bench_.sizing) complain(goal, outcome, out);
    if (out.reasons.empty()) out.merit = value_of(outcome, bench_.merit);
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
    std::string reason = goal.reason.empty() ? why : goal.reason + ": " + why;
    // Sizing may ask for more of what the function asks for.
    if (std::find(out.reasons.begin(), out.reasons.end(), reason) == out.reasons.end())
      out.reasons.push_back(std::move(reason));
  }

  void set(std::size_t setup, const std::vector<double>& point) {
    Engine& engine = *engines_[setup];
    std::vector<std::pair<ParameterId, double>> pinned;
    for (std::size_t k = 0; k < point.size(); ++k)
      pinned.emplace_back(ids_[setup][k], decks_.value_at(k, point[k]));
    engine.dae().load(pinned, {});
    engine.dae().forget_limits();
    engine.options_changed();
    engine.notes.clear();
  }

  const FunctionBench& bench_;
  Purpose purpose_;
  SizedTestbench decks_;
  std::vector<std::unique_ptr<Engine>> engines_;  ///< of the set-ups
  std::vector<std::vector<ParameterId>> ids_;     ///< of the numbers searched, in every set-up
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
  if (options.purpose != Purpose::look) {
    best = Evolution(*fixture, std::move(best), options, options.evaluations - out.evaluations)
               .run(out.evaluations);
  }
  out.shortfall = std::max(best.cost, 0.0);
  fixture->report(best.outcome, best.point, out);
  return out;
}

}  // namespace nullor
