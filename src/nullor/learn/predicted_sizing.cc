#include "nullor/learn/predicted_sizing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/netlist/text.h"

namespace nullor::learn {
namespace {

/// One row a combination of the axes, all with the circuit's own sizes.
PredictionRows rows_of(const TestbenchSizing& sizing, const DatasetOptions& circuit) {
  DatasetOptions one = circuit;
  one.samples = 1;
  const Dataset dataset(one);
  PredictionQuery query;
  query.files = circuit.files;
  query.testbench = circuit.testbench;
  query.set = circuit.set;
  for (const auto& [name, value] : sizing.all_parameters(sizing.start())) {
    query.parameters.push_back(netlist::lower(name));
    query.values.push_back(value);
  }
  std::size_t corner_axis = circuit.axes.size();
  for (std::size_t a = 0; a < circuit.axes.size(); ++a) {
    if (circuit.axes[a].name == kCornerAxis) corner_axis = a;
  }
  if (corner_axis < circuit.axes.size()) query.corner = circuit.axes[corner_axis].values.front();
  const PredictionRows first = query_rows(query);
  const std::size_t places = dataset.layout().combinations;
  PredictionRows out = first.picked(std::vector<std::size_t>(places, 0));
  if (corner_axis < circuit.axes.size()) out.corners = circuit.axes[corner_axis].values;
  for (std::size_t r = 0; r < places; ++r) {
    const std::vector<std::int32_t> at = dataset.axis_of(r);
    const std::vector<double> conditions = dataset.conditions(at);
    std::copy(conditions.begin(), conditions.end(),
              out.condition_values.begin() + static_cast<std::ptrdiff_t>(r * conditions.size()));
    if (corner_axis < circuit.axes.size()) out.corner[r] = at[corner_axis];
  }
  return out;
}

double largest(const std::vector<double>& shortfalls) {
  return shortfalls.empty() ? 0 : *std::max_element(shortfalls.begin(), shortfalls.end());
}

}  // namespace

PredictedSizing::PredictedSizing(const TestbenchSizing& sizing, const DatasetOptions& circuit,
                                 const NetworkPredictor& predictor)
    : SizingProblem(sizing.specification()),
      sizing_(sizing),
      predictor_(predictor),
      rows_(rows_of(sizing, circuit)) {
  start_ = sizing.start();
  units_ = sizing.units();
  readings_ = sizing.readings();
  const std::vector<MetricScale>& metrics = predictor.model().metrics;
  for (const Goal& goal : specification_.goals) {
    const auto found =
        std::find_if(metrics.begin(), metrics.end(), [&](const MetricScale& m) { return m.name == goal.of; });
    if (found == metrics.end())
      throw InputError(ErrorKind::usage, fmt::format("the predictor knows no metric '{}'", goal.of),
                       goal.where, "train one on data sets that keep it, or leave out --screen");
    metric_of_goal_.push_back(static_cast<std::size_t>(found - metrics.begin()));
  }
}

Predictions PredictedSizing::predict(std::span<const std::vector<double>> points) const {
  const std::size_t places = rows_.rows(), p = rows_.parameters.size();
  std::vector<std::size_t> which;
  for (std::size_t k = 0; k < points.size(); ++k) {
    for (std::size_t r = 0; r < places; ++r) which.push_back(r);
  }
  PredictionRows rows = rows_.picked(which);
  for (std::size_t k = 0; k < points.size(); ++k) {
    const auto values = sizing_.all_parameters(points[k]);
    for (std::size_t r = 0; r < places; ++r) {
      for (std::size_t j = 0; j < p; ++j) rows.parameter_values[(k * places + r) * p + j] = values[j].second;
    }
  }
  rows.evaluate_numbers();
  return predictor_.predict(rows);
}

std::vector<Trial> PredictedSizing::evaluate_many(std::span<const std::vector<double>> points) {
  const std::size_t places = rows_.rows(), m = predictor_.model().metrics.size();
  const Predictions predicted = predict(points);
  predicted_ += static_cast<long>(points.size());
  std::vector<Trial> out;
  for (std::size_t k = 0; k < points.size(); ++k) {
    Trial& trial = out.emplace_back();
    trial.u = points[k];
    const Lesson correct = correction(points[k]);
    std::vector<GoalReading> readings(places);
    for (std::size_t r = 0; r < places; ++r) {
      const std::size_t row = k * places + r;
      if (predicted.valid[row] + correct.valid < 0.5) trial.failure = "is predicted to fail";
      for (std::size_t g = 0; g < metric_of_goal_.size(); ++g) {
        const double median = predicted.metrics[row * m + metric_of_goal_[g]];
        readings[r].values.push_back(scale(g).value(scale(g).scaled(median) + correct.values[g]));
      }
    }
    if (trial.ok()) judge(readings, trial);
  }
  return out;
}

Trial PredictedSizing::evaluate(const std::vector<double>& u, bool) { return evaluate_many({&u, 1}).front(); }

PredictedSizing::Lesson PredictedSizing::correction(const std::vector<double>& u) const {
  constexpr double kReach = 0.2;  // h of (1)
  Lesson out{{}, 0, std::vector<double>(metric_of_goal_.size())};
  double all = 1, with_values = 1;
  for (const Lesson& lesson : lessons_) {
    double square = 0;
    for (std::size_t v = 0; v < u.size(); ++v) square += (u[v] - lesson.u[v]) * (u[v] - lesson.u[v]);
    const double weight = std::exp(-square / (2 * kReach * kReach * static_cast<double>(u.size())));
    all += weight;
    out.valid += weight * lesson.valid;
    if (lesson.values.empty()) continue;
    with_values += weight;
    for (std::size_t g = 0; g < out.values.size(); ++g) out.values[g] += weight * lesson.values[g];
  }
  out.valid /= all;
  for (double& value : out.values) value /= with_values;
  return out;
}

void PredictedSizing::learn(std::span<const Trial> simulated) {
  if (simulated.size() <= lessons_.size()) return;
  const std::span<const Trial> fresh = simulated.subspan(lessons_.size());
  std::vector<std::vector<double>> points;
  for (const Trial& trial : fresh) points.push_back(trial.u);
  const Predictions predicted = predict(points);
  const std::size_t places = rows_.rows(), m = predictor_.model().metrics.size();
  for (std::size_t k = 0; k < fresh.size(); ++k) {
    const Trial& trial = fresh[k];
    const auto valid = std::span(predicted.valid).subspan(k * places, places);
    Lesson lesson{trial.u, (trial.ok() ? 1.0 : 0.0) - *std::min_element(valid.begin(), valid.end()), {}};
    for (std::size_t g = 0; trial.ok() && g < metric_of_goal_.size(); ++g) {
      const std::size_t row = k * places + static_cast<std::size_t>(trial.worst_at[g]);
      const double above =
          scale(g).scaled(trial.values[g]) - scale(g).scaled(predicted.metrics[row * m + metric_of_goal_[g]]);
      lesson.values.push_back(std::isfinite(above) ? above : 0);
    }
    lessons_.push_back(std::move(lesson));
  }
}

std::vector<std::vector<double>> PredictedSizing::propose(std::span<const Trial> simulated,
                                                          const Screening& how) {
  const Trial& best = *std::min_element(simulated.begin(), simulated.end(),
                                        [](const Trial& a, const Trial& b) { return a.worst() < b.worst(); });
  if (round_ > 0 && (round_ >= how.rounds || !(best.worst() < best_))) return {};
  best_ = best.worst();
  learn(simulated);
  Rng rng(how.seed + static_cast<std::uint64_t>(round_));
  // The first round looks around what somebody chose, the others closer to what was found.
  const double spread = round_++ > 0 ? 0.1 : 0.2;
  const std::vector<double>& centre = best.ok() ? best.u : start_;
  std::vector<Trial> good;
  for (std::size_t first = 0; first < how.candidates; first += side_by_side()) {
    std::vector<std::vector<double>> points;
    for (std::size_t k = first; k < std::min(how.candidates, first + side_by_side()); ++k) {
      std::vector<double> u(size());
      for (std::size_t v = 0; v < u.size(); ++v)
        u[v] = k % 2 ? rng.uniform() : std::clamp(centre[v] + spread * rng.normal(), 0.0, 1.0);
      points.push_back(on_grid(std::move(u)));
    }
    for (Trial& trial : evaluate_many(points)) {
      if (trial.ok()) good.push_back(std::move(trial));
    }
  }
  const std::size_t kept = std::min(how.together, good.size());
  std::partial_sort(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(kept), good.end(),
                    [](const Trial& a, const Trial& b) {
                      const double x = largest(a.shortfalls), y = largest(b.shortfalls);
                      return x < y || (x == y && a.aim < b.aim);
                    });
  std::vector<std::vector<double>> out;
  for (std::size_t k = 0; k < kept; ++k) out.push_back(good[k].u);
  return out;
}

}  // namespace nullor::learn
