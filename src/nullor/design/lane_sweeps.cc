// The .dc analyses of LaneSimulator: of the temperature, and of sources.
#include <algorithm>
#include <cmath>

#include "nullor/design/lane_simulator.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr std::size_t kPast = 4;  // solutions that are continued

/// Of one Newton step's error beside the tolerance: offsets drift by less than a microvolt between two
/// temperatures.
constexpr double kSweepShare = 1e-9;

using Solutions = std::vector<std::vector<Lanes>*>;

/// Continues solutions at equal distances, the last one first, by the polynomial through all of them.
std::vector<Lanes> extrapolate(const Solutions& past) {
  static constexpr double kWeights[kPast][kPast] = {{1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};
  std::vector<Lanes> x(past[0]->size(), Lanes(0.0));
  for (std::size_t k = 0; k < past.size(); ++k) {
    const Lanes weight(kWeights[past.size() - 1][k]);
    for (std::size_t r = 0; r < x.size(); ++r) x[r] += weight * (*past[k])[r];
  }
  return x;
}

/// Up to kPast of x[begin .. end - 1], from the first one on (direction 1) or from the last one (-1).
Solutions window(std::vector<std::vector<Lanes>>& x, std::size_t begin, std::size_t end, int direction) {
  Solutions out;
  for (std::size_t k = 0; k < std::min(kPast, end - begin); ++k)
    out.push_back(&x[direction > 0 ? begin + k : end - 1 - k]);
  return out;
}

std::size_t nearest(const std::vector<double>& values, double wanted) {
  const auto distance = [&](double v) { return std::fabs(v - wanted); };
  const auto closer = [&](double a, double b) { return distance(a) < distance(b); };
  return static_cast<std::size_t>(std::min_element(values.begin(), values.end(), closer) - values.begin());
}

}  // namespace

/// Every point begins at the one before, as in Engine::run_dc.
void LaneSimulator::sweep_sources(const DcCard& card, Batch& batch, Results& results) {
  const Dae& first = engine_.dae().scalar(0);
  std::vector<ParameterHandle> sources;
  for (const SweepAxis& axis : card.axes) sources.push_back(sweep_target(first, axis));
  const std::vector<double> inner = sweep_values(card.axes[0]);
  const std::vector<double> outer =
      card.axes.size() > 1 ? sweep_values(card.axes[1]) : std::vector<double>{0};
  const bool voltage =
      first.circuit().instances[u(first.circuit().find_instance(card.axes[0].target))].letter == 'v';
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!batch.used[lane]) continue;
    Table table = begin_table("dc");
    table.columns.insert(
        table.columns.begin(),
        {voltage ? "v-sweep" : "i-sweep", voltage ? Quantity::voltage : Quantity::current, {}, {}});
    results[u(batch.sample[lane])]->tables.push_back(std::move(table));
  }
  for (const double at_outer : outer) {
    if (sources.size() > 1) engine_.dae().hold_source(sources[1], at_outer);
    std::vector<Lanes> x;
    for (const double value : inner) {
      engine_.dae().hold_source(sources[0], value);
      const auto found = engine_.operating_point(batch.used, x.empty() ? nullptr : &x);
      keep(batch, x.empty() ? engine_.agreeing(batch.used && found.converged, found.x) : found.converged,
           results);
      if (batch.used.none()) break;
      x = found.x;
      for (int lane = 0; lane < kLanes; ++lane) {
        if (!batch.used[lane]) continue;
        Table& table = results[u(batch.sample[lane])]->tables.back();
        table.columns[0].real.push_back(value);
        append_row(engine_.dae().scalar(lane), outputs_, lane_of(x, lane), table, 1);
      }
    }
  }
  engine_.dae().release_sources();
}

/// From the temperature of the operating point that is known, down to the one end and then up to the other.
void LaneSimulator::sweep_temperature(const DcCard& card, Batch& batch, std::span<const Pinned> samples,
                                      Results& results) {
  const std::vector<double> temperatures = sweep_values(card.axes[0]);
  const std::size_t middle = nearest(temperatures, temperature_of(batch));
  std::vector<std::vector<Lanes>> x(temperatures.size());
  const auto solve = [&](std::size_t k, const Solutions& past) {
    for (int lane = 0; lane < kLanes; ++lane) {
      if (batch.used[lane] && engine_.dae().set_temperature(lane, temperatures[k]))
        drop(batch, lane, results);
    }
    engine_.setup();
    if (past.empty()) {
      x[k] = operating_point(batch, near_swept_, results);
      return;
    }
    const std::vector<Lanes> start = extrapolate(past);
    auto found = engine_.operating_point(batch.used, &start, true, kSweepShare);
    keep(batch, found.converged, results);
    x[k] = std::move(found.x);
  };
  solve(middle, {});
  for (std::size_t k = middle; k-- > 0 && !batch.used.none();) solve(k, window(x, k + 1, middle + 1, 1));
  for (std::size_t k = middle + 1; k < x.size() && !batch.used.none(); ++k) solve(k, window(x, 0, k, -1));
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!batch.used[lane]) continue;
    Table table = begin_table("dc");
    table.columns.insert(table.columns.begin(), {"temp-sweep", Quantity::temperature, {}, {}});
    for (std::size_t k = 0; k < x.size(); ++k) {
      table.columns[0].real.push_back(temperatures[k]);
      append_row(engine_.dae().scalar(lane), outputs_, lane_of(x[k], lane), table, 1);
    }
    results[u(batch.sample[lane])]->tables.push_back(std::move(table));
    engine_.load(lane, samples[u(batch.sample[lane])]);
  }
  engine_.setup();
}

/// [degC] of the first sample at hand.
double LaneSimulator::temperature_of(const Batch& batch) const {
  int first = 0;
  while (first + 1 < kLanes && !batch.used[first]) ++first;
  return engine_.dae().scalar(first).environment().temperature - kCelsiusZero;
}

}  // namespace nullor
