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

std::vector<Trial> PredictedSizing::evaluate_many(std::span<const std::vector<double>> points) {
  const std::size_t places = rows_.rows(), p = rows_.parameters.size(), m = predictor_.model().metrics.size();
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
  const Predictions predicted = predictor_.predict(rows);
  predicted_ += static_cast<long>(points.size());
  std::vector<Trial> out;
  for (std::size_t k = 0; k < points.size(); ++k) {
    Trial& trial = out.emplace_back();
    trial.u = points[k];
    std::vector<GoalReading> readings(places);
    for (std::size_t r = 0; r < places; ++r) {
      const std::size_t row = k * places + r;
      if (predicted.valid[row] < 0.5) trial.failure = "is predicted to fail";
      for (const std::size_t metric : metric_of_goal_)
        readings[r].values.push_back(predicted.metrics[row * m + metric]);
    }
    if (trial.ok()) judge(readings, trial);
  }
  return out;
}

Trial PredictedSizing::evaluate(const std::vector<double>& u, bool) { return evaluate_many({&u, 1}).front(); }

std::vector<std::vector<double>> PredictedSizing::promising(std::size_t count, std::size_t candidates,
                                                            std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Trial> good;
  for (std::size_t first = 0; first < candidates; first += side_by_side()) {
    std::vector<std::vector<double>> points;
    for (std::size_t k = first; k < std::min(candidates, first + side_by_side()); ++k) {
      // Every other one near the circuit's own sizes, which somebody chose.
      std::vector<double> u(size());
      for (std::size_t v = 0; v < u.size(); ++v)
        u[v] = k % 2 ? rng.uniform() : std::clamp(start_[v] + 0.2 * rng.normal(), 0.0, 1.0);
      points.push_back(on_grid(std::move(u)));
    }
    for (Trial& trial : evaluate_many(points)) {
      if (trial.ok()) good.push_back(std::move(trial));
    }
  }
  const std::size_t kept = std::min(count, good.size());
  std::partial_sort(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(kept), good.end(),
                    [](const Trial& a, const Trial& b) {
                      return a.worst() < b.worst() || (a.worst() == b.worst() && a.aim < b.aim);
                    });
  std::vector<std::vector<double>> out;
  for (std::size_t k = 0; k < kept; ++k) out.push_back(good[k].u);
  return out;
}

}  // namespace nullor::learn
