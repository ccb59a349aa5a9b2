#include "nullor/design/testbench_sizing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/parallel.h"

namespace nullor {
namespace {

constexpr double kStep = 2e-3;  // of differences, in the unit box: above the noise of ngspice at reltol 1e-3

/// Variables and their starting values from the bounds; those of the specification are refused.
Specification with_variables(Specification specification, const Bounds& bounds,
                             const std::vector<double>& own) {
  if (!specification.variables.empty())
    throw InputError(ErrorKind::usage, "with a testbench the bounds say what varies",
                     specification.variables.front().where, "leave out [vary] and --vary");
  if (!specification.waveforms.empty())
    throw InputError(ErrorKind::usage, "with a testbench goals are metrics, not waveforms",
                     specification.waveforms.front().where);
  for (std::size_t k = 0; k < bounds.size(); ++k) {
    const Bound& b = bounds.list()[k];
    if (!b.drawn() || b.min == b.max) continue;
    Variable v;
    v.name = b.text;
    v.min = b.min;
    v.max = b.max;
    v.start = std::clamp(own[k], b.min, b.max);
    v.logarithmic = b.kind == Bound::Kind::logarithmic || wants_logarithm(b.min, b.max);
    v.integer = b.kind == Bound::Kind::integer;
    v.where = b.where;
    specification.variables.push_back(std::move(v));
  }
  return specification;
}

std::vector<std::string> metrics_of(const Specification& specification, const Testbench& bench) {
  std::vector<std::string> known, out;
  for (const MetricSpec& m : bench.metrics) known.push_back(m.name);
  for (const Goal& goal : specification.goals) {
    if (std::find(known.begin(), known.end(), goal.of) == known.end())
      throw InputError(ErrorKind::usage, "'" + bench.path + "' has no metric '" + goal.of + "'", goal.where,
                       did_you_mean(goal.of, known, fmt::format("it has {}", fmt::join(known, ", "))));
    out.push_back(goal.of);
  }
  return out;
}

/// "ss, -40" of one combination of the axes.
std::string place_name(const Dataset& dataset, const std::vector<std::int32_t>& at) {
  std::string out;
  for (std::size_t k = 0; k < at.size(); ++k)
    out += (k ? ", " : "") + dataset.options().axes[k].values[static_cast<std::size_t>(at[k])];
  return out;
}

/// Throws InputError(usage) for bounds of conditions: what a circuit meets is not what a designer chooses.
std::vector<double> own_values(const Dataset& dataset) {
  for (const Bound& b : dataset.sampler().bounds().list()) {
    if (dataset.bench().condition(b.name))
      throw InputError(ErrorKind::usage, "'" + b.text + "' is a condition, not a variable", b.where,
                       "leave it out of the bounds, and give its values by --axis or --set");
  }
  return TestbenchEvaluator(dataset.bench(), dataset.setting(dataset.axis_of(0))).own_values();
}

}  // namespace

TestbenchSizing::TestbenchSizing(const DatasetOptions& circuit, Specification specification, int jobs)
    : TestbenchSizing(
          [&] {
            DatasetOptions one = circuit;
            one.samples = 1;
            return Dataset(one);
          }(),
          std::move(specification), jobs) {}

TestbenchSizing::TestbenchSizing(const Dataset& dataset, Specification specification, int jobs)
    : SizingProblem(
          with_variables(std::move(specification), dataset.sampler().bounds(), own_values(dataset))),
      bounds_(dataset.sampler().bounds()),
      whole_(dataset.bench()),
      bench_(whole_.reduced_to(metrics_of(specification_, whole_))),
      ngspice_(dataset.options().engine == "ngspice"),
      jobs_(jobs) {
  for (const Goal& goal : specification_.goals) {
    const auto metric = std::find_if(bench_.metrics.begin(), bench_.metrics.end(),
                                     [&](const MetricSpec& m) { return m.name == goal.of; });
    metric_of_goal_.push_back(static_cast<std::size_t>(metric - bench_.metrics.begin()));
    units_.push_back(metric->unit);
  }
  for (std::size_t k = 0; k < bounds_.size(); ++k) {
    const Bound& b = bounds_.list()[k];
    if (b.kind == Bound::Kind::tied) moving_.push_back(k);
    if (!b.drawn()) continue;
    const bool varies = b.min < b.max;
    variable_of_drawn_.push_back(varies ? start_.size() : kFixed);
    if (!varies) continue;
    const Variable& v = specification_.variables[start_.size()];
    if (!v.integer) moving_.push_back(k);
    start_.push_back(v.to_unit(*v.start));
  }
  for (std::uint64_t row = 0; row < dataset.layout().combinations; ++row) {
    const std::vector<std::int32_t> at = dataset.axis_of(row);
    Place place;
    place.setting = dataset.setting(at);
    place.conditions = dataset.conditions(at);
    place.alone = std::make_unique<TestbenchEvaluator>(bench_, place.setting);
    place.gradients = std::make_unique<MetricGradients>(bench_, *place.alone, moving_);
    places_.push_back(std::move(place));
    if (dataset.layout().combinations > 1) readings_.push_back(place_name(dataset, at));
  }
}

TestbenchSizing::~TestbenchSizing() = default;

std::vector<double> TestbenchSizing::drawn_at(const std::vector<double>& u) const {
  std::vector<double> out;
  for (const Bound& b : bounds_.list()) {
    if (!b.drawn()) continue;
    const std::size_t variable = variable_of_drawn_[out.size()];
    out.push_back(variable == kFixed ? b.min : specification_.variables[variable].from_unit(u[variable]));
  }
  return out;
}

std::vector<std::pair<std::string, double>> TestbenchSizing::all_parameters(
    const std::vector<double>& u) const {
  const std::vector<double> values = bounds_.complete(drawn_at(u));
  std::vector<std::pair<std::string, double>> out;
  for (std::size_t k = 0; k < values.size(); ++k) out.emplace_back(bounds_.list()[k].text, values[k]);
  return out;
}

/// `outcomes[place][point]` as trials.
std::vector<Trial> TestbenchSizing::judged(std::span<const std::vector<double>> points,
                                           const std::vector<std::vector<SampleOutcome>>& outcomes) const {
  std::vector<Trial> out;
  for (std::size_t p = 0; p < points.size(); ++p) {
    Trial& trial = out.emplace_back();
    trial.u = points[p];
    std::vector<GoalReading> readings;
    for (std::size_t r = 0; r < places_.size() && trial.ok(); ++r) {
      GoalReading& reading = readings.emplace_back();
      for (std::size_t k = 0; k < names_.size() && trial.ok(); ++k) {
        const std::size_t metric = metric_of_goal_[k];
        reading.values.push_back(outcomes[r][p].values[metric]);
        if (!outcomes[r][p].missing[metric].empty())
          trial.failure = missing(k, r, outcomes[r][p].missing[metric]);
      }
    }
    if (trial.ok()) judge(readings, trial);
  }
  return out;
}

std::string TestbenchSizing::missing(std::size_t goal, std::size_t place, const std::string& why) const {
  return "'" + names_[goal] + "'" + (readings_.empty() ? "" : " at " + readings_[place]) +
         " has no value: " + why;
}

std::vector<Trial> TestbenchSizing::evaluate_many(std::span<const std::vector<double>> points) {
  std::vector<std::vector<SampleOutcome>> outcomes(places_.size());
  parallel_for(places_.size(), jobs_, [&](std::size_t r) {
    Place& place = places_[r];
    if (!place.many) place.many = make_evaluator(ngspice_ ? "ngspice" : "lanes", bench_, place.setting);
    std::vector<Sample> samples;
    for (const auto& u : points) samples.push_back({bounds_.complete(drawn_at(u)), place.conditions});
    outcomes[r] = place.many->evaluate_many(samples, [](std::size_t) { return true; });
  });
  measured_ += static_cast<long>(points.size() * places_.size());
  return judged(points, outcomes);
}

Trial TestbenchSizing::evaluate(const std::vector<double>& u, bool with_slopes) {
  if (with_slopes) return ngspice_ ? with_differences(u) : with_adjoints(u);
  return evaluate_many({&u, 1}).front();
}

Trial TestbenchSizing::verify(const std::vector<double>& u) {
  std::vector<std::vector<SampleOutcome>> outcomes(places_.size());
  parallel_for(places_.size(), jobs_, [&](std::size_t r) {
    TestbenchEvaluator evaluator(whole_, places_[r].setting);
    const SampleOutcome found = evaluator.evaluate(bounds_.complete(drawn_at(u)), places_[r].conditions);
    SampleOutcome& of_goals = outcomes[r].emplace_back();
    of_goals.failure = found.failure;
    of_goals.reason = found.reason;
    for (const MetricSpec& metric : bench_.metrics) {
      const auto at =
          static_cast<std::size_t>(std::find_if(whole_.metrics.begin(), whole_.metrics.end(),
                                                [&](const MetricSpec& m) { return m.name == metric.name; }) -
                                   whole_.metrics.begin());
      of_goals.values.push_back(found.values[at]);
      of_goals.missing.push_back(found.missing[at]);
    }
  });
  Trial out = judged({&u, 1}, outcomes).front();
  for (std::size_t r = 0; r < places_.size() && out.ok(); ++r) {
    const SampleOutcome& found = outcomes[r].front();
    if (found.ok()) continue;
    out.failure = fmt::format("the circuit is of class {}{}: {}",
                              whole_.classes()[static_cast<std::size_t>(found.failure)],
                              readings_.empty() ? "" : " at " + readings_[r], found.reason);
  }
  return out;
}

Trial TestbenchSizing::with_adjoints(const std::vector<double>& u) {
  Trial out;
  out.u = u;
  const std::vector<double> drawn = drawn_at(u), values = bounds_.complete(drawn);
  const std::vector<std::vector<double>> by_drawn = bounds_.slopes(drawn);
  std::vector<GoalReading> readings(places_.size());
  std::vector<std::string> failures(places_.size());
  parallel_for(places_.size(), jobs_, [&](std::size_t r) {
    Place& place = places_[r];
    if (!place.alone->is_legal(values, place.conditions, failures[r])) return;
    try {
      const auto metrics = place.gradients->evaluate(names_, bounds_.names(), values, place.conditions);
      for (std::size_t k = 0; k < metrics.size(); ++k) {
        if (!metrics[k].missing.empty()) {
          failures[r] = missing(k, r, metrics[k].missing);
          return;
        }
        readings[r].values.push_back(metrics[k].value);
        readings[r].slopes.push_back(by_place(u, metrics[k].slopes, by_drawn));
      }
    } catch (const InputError& error) {
      const bool elsewhere_fine = error.kind() == ErrorKind::singular ||
                                  error.kind() == ErrorKind::no_convergence ||
                                  error.kind() == ErrorKind::model;
      if (!elsewhere_fine) throw;
      failures[r] = error.what();
    }
  });
  measured_ += static_cast<long>(places_.size());
  for (const std::string& failure : failures) {
    if (out.failure.empty()) out.failure = failure;
  }
  if (out.ok()) judge(readings, out);
  return out;
}

/// dy/du from dy/dp of the moving parameters: through what is tied and the scale of each variable.
std::vector<double> TestbenchSizing::by_place(const std::vector<double>& u,
                                              const std::vector<double>& by_parameter,
                                              const std::vector<std::vector<double>>& by_drawn) const {
  std::vector<double> out(size(), 0.0);
  for (std::size_t d = 0; d < variable_of_drawn_.size(); ++d) {
    const std::size_t v = variable_of_drawn_[d];
    if (v == kFixed || specification_.variables[v].integer) continue;
    for (std::size_t m = 0; m < moving_.size(); ++m) out[v] += by_parameter[m] * by_drawn[moving_[m]][d];
    out[v] *= specification_.variables[v].slope(u[v]);
  }
  return out;
}

Trial TestbenchSizing::with_differences(const std::vector<double>& u) {
  std::vector<std::vector<double>> points = {u};
  std::vector<std::size_t> moved;
  for (std::size_t v = 0; v < size(); ++v) {
    if (specification_.variables[v].integer) continue;
    points.push_back(u);
    points.back()[v] += u[v] < 0.5 ? kStep : -kStep;
    moved.push_back(v);
  }
  const std::vector<Trial> trials = evaluate_many(points);
  Trial out = trials.front();
  if (!out.ok()) return out;
  out.shortfall_slopes.assign(out.shortfalls.size(), std::vector<double>(size(), 0.0));
  out.aim_slopes.assign(has_aim() ? size() : 0, 0.0);
  for (std::size_t k = 0; k < moved.size(); ++k) {
    const Trial& trial = trials[k + 1];
    if (!trial.ok()) continue;  // beside a hole: nothing is known of this direction
    const std::size_t v = moved[k];
    const double step = trial.u[v] - u[v];
    for (std::size_t s = 0; s < out.shortfalls.size(); ++s)
      out.shortfall_slopes[s][v] = (trial.shortfalls[s] - out.shortfalls[s]) / step;
    if (has_aim()) out.aim_slopes[v] = (trial.aim - out.aim) / step;
  }
  return out;
}

}  // namespace nullor
