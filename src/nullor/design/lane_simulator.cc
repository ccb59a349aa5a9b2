#include "nullor/design/lane_simulator.h"

#include <algorithm>
#include <cmath>

#include "nullor/design/device_regions.h"
#include "nullor/simulate/engine.h"
#include "nullor/simulate/noise.h"
#include "nullor/simulate/small_signal.h"
#include "nullor/simulate/transient.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

bool is_temperature(const DcCard& card) { return card.axes.size() == 1 && card.axes[0].target == "temp"; }

}  // namespace

bool LaneSimulator::supports(const Circuit& circuit) {
  for (const AnalysisCard& card : circuit.analyses) {
    if (std::holds_alternative<OpCard>(card.what) || std::holds_alternative<AcCard>(card.what) ||
        std::holds_alternative<NoiseCard>(card.what))
      continue;
    if (const auto* dc = std::get_if<DcCard>(&card.what)) {
      const auto is_source = [&](const SweepAxis& axis) {
        const int instance = circuit.find_instance(axis.target);
        const char letter = instance < 0 ? 0 : circuit.instances[u(instance)].letter;
        return letter == 'v' || letter == 'i';
      };
      if (is_temperature(*dc) || std::all_of(dc->axes.begin(), dc->axes.end(), is_source)) continue;
    }
    if (const auto* tran = std::get_if<TranCard>(&card.what)) {
      if (!tran->use_initial_conditions) continue;
    }
    return false;
  }
  if (!circuit.initial_conditions.empty() || !circuit.node_sets.empty()) return false;
  return SimulationOptions::of(circuit).method != Integration::tr_bdf2;
}

LaneSimulator::LaneSimulator(const Circuit& circuit, bool regions)
    : engine_(circuit),
      transient_(engine_.dae(), engine_.newton(), engine_.options()),
      analyses_(circuit.analyses),
      outputs_(choose_outputs(engine_.dae().scalar(0), circuit.saves)),
      regions_(regions) {
  std::erase_if(outputs_, [](const Output& o) { return o.unknown < 0; });
}

Table LaneSimulator::begin_table(const char* kind) const {
  Table table;
  table.kind = kind;
  const std::string_view name(kind);
  if (name == "ac") table.columns.push_back({"frequency", Quantity::frequency, {}, {}});
  if (name == "tran") table.columns.push_back({"time", Quantity::time, {}, {}});
  for (const Output& o : outputs_) table.columns.push_back({o.name, o.quantity, {}, {}});
  return table;
}

LaneSimulator::Batch LaneSimulator::load(std::span<const Pinned> samples, std::span<const int> which,
                                         Results& results) {
  Batch batch;
  for (int lane = 0; lane < static_cast<int>(which.size()); ++lane) {
    batch.sample[lane] = which[u(lane)];
    batch.used.lanes[lane] = -1;
    if (engine_.load(lane, samples[u(which[u(lane)])])) drop(batch, lane, results);
  }
  engine_.setup();
  return batch;
}

/// The sample of the lane is for the scalar engine.
void LaneSimulator::drop(Batch& batch, int lane, Results& results) {
  results[u(batch.sample[lane])].reset();
  batch.sample[lane] = -1;
  batch.used.lanes[lane] = 0;
}

LaneSimulator::Results LaneSimulator::run(std::span<const Pinned> samples, const Ends& ends,
                                          std::vector<Start> starts) {
  Results results(samples.size());
  starts_ = std::move(starts);
  starts_.resize(samples.size());
  points_.assign(samples.size(), {});
  const bool moves = std::any_of(analyses_.begin(), analyses_.end(), [](const AnalysisCard& card) {
    return std::holds_alternative<TranCard>(card.what);
  });
  if (moves && !LaneTransient::supports(engine_.dae())) return results;
  const bool responds = std::any_of(analyses_.begin(), analyses_.end(), [](const AnalysisCard& card) {
    return std::holds_alternative<AcCard>(card.what) || std::holds_alternative<NoiseCard>(card.what);
  });
  if (responds && engine_.dae().has_delays()) return results;  // which are more than G + j omega C
  for (auto& result : results) result.emplace().ran = true;
  for (std::size_t first = 0; first < samples.size(); first += kLanes) {
    std::vector<int> which;
    for (std::size_t k = first; k < std::min(first + kLanes, samples.size()); ++k)
      which.push_back(static_cast<int>(k));
    steady(load(samples, which, results), samples, results);
  }
  for (const AnalysisCard& card : analyses_) {
    if (const auto* tran = std::get_if<TranCard>(&card.what)) move(*tran, samples, ends, results);
  }
  return results;
}

/// Lanes outside `good` are for the scalar engine.
void LaneSimulator::keep(Batch& batch, const Mask& good, Results& results) {
  for (int lane = 0; lane < kLanes; ++lane) {
    if (batch.used[lane] && !good[lane]) drop(batch, lane, results);
  }
}

/// What is known of each sample's operating point, else those of the samples before; nothing where a lane has
/// neither.
std::optional<std::vector<Lanes>> LaneSimulator::start_of(const Batch& batch,
                                                          const std::vector<Lanes>& near) const {
  std::vector<Lanes> x = near;
  x.resize(unknowns().size() + 1, Lanes(0.0));
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!batch.used[lane]) continue;
    const Start& own = starts_[u(batch.sample[lane])];
    if (own.empty() && near.empty()) return std::nullopt;
    for (std::size_t r = 0; r < own.size(); ++r) x[r].set(lane, own[r]);
  }
  return x;
}

/// Operating points of the samples at hand; they become those of the samples before.
std::vector<Lanes> LaneSimulator::operating_point(Batch& batch, std::vector<Lanes>& near, Results& results) {
  const auto start = start_of(batch, near);
  const auto found = engine_.operating_point(batch.used, start ? &*start : nullptr);
  keep(batch, engine_.agreeing(batch.used && found.converged, found.x), results);
  if (batch.used.none()) return found.x;
  // Lanes without an answer would lead the next samples astray.
  int first = 0;
  while (!batch.used[first]) ++first;
  near = found.x;
  for (Lanes& v : near) {
    for (int lane = 0; lane < kLanes; ++lane) {
      if (!batch.used[lane]) v.set(lane, v[first]);
    }
  }
  return found.x;
}

/// Everything but transients.
void LaneSimulator::steady(const Batch& loaded, std::span<const Pinned> samples, Results& results) {
  Batch batch = loaded;
  std::optional<std::vector<Lanes>> x;
  const auto operating_point_once = [&] {
    if (x) return;
    x = operating_point(batch, near_, results);
    for (int lane = 0; lane < kLanes; ++lane) {
      if (batch.used[lane]) points_[u(batch.sample[lane])] = lane_of(*x, lane);
    }
  };
  for (const AnalysisCard& card : analyses_) {
    if (batch.used.none()) return;
    if (std::holds_alternative<OpCard>(card.what)) {
      operating_point_once();
      for (int lane = 0; lane < kLanes; ++lane) {
        if (!batch.used[lane]) continue;
        SetupResult& result = *results[u(batch.sample[lane])];
        result.tables.push_back(begin_table("op"));
        append_row(engine_.dae().scalar(lane), outputs_, lane_of(*x, lane), result.tables.back(), 0);
        if (regions_) result.regions = regions_of(lane, *x);
      }
    }
    if (const auto* ac = std::get_if<AcCard>(&card.what)) {
      operating_point_once();
      if (!batch.used.none()) respond(*ac, *x, batch, results);
    }
    if (const auto* noise = std::get_if<NoiseCard>(&card.what)) {
      operating_point_once();
      if (!batch.used.none()) add_noise(*noise, card.where, *x, batch, results);
    }
    if (const auto* dc = std::get_if<DcCard>(&card.what)) {
      if (is_temperature(*dc)) {
        sweep_temperature(*dc, batch, samples, results);
      } else {
        sweep_sources(*dc, batch, results);
      }
      x.reset();
    }
  }
}

void LaneSimulator::respond(const AcCard& card, const std::vector<Lanes>& x, Batch& batch, Results& results) {
  const std::vector<double> points = frequencies(card.sweep);
  for (int lane = 0; lane < kLanes; ++lane) {
    if (batch.used[lane]) results[u(batch.sample[lane])]->tables.push_back(begin_table("ac"));
  }
  engine_.ac(x, points,
             [&](std::size_t k, const std::vector<LaneEngine::Complex>& solution, const Mask& good) {
               for (int lane = 0; lane < kLanes; ++lane) {
                 if (!batch.used[lane]) continue;
                 if (!good[lane]) {
                   drop(batch, lane, results);
                   continue;
                 }
                 Table& table = results[u(batch.sample[lane])]->tables.back();
                 table.columns[0].real.push_back(points[k]);
                 for (std::size_t c = 0; c < outputs_.size(); ++c)
                   table.columns[1 + c].complex.push_back(solution[u(outputs_[c].unknown)][lane]);
               }
             });
}

void LaneSimulator::add_noise(const NoiseCard& card, const Location& where, const std::vector<Lanes>& x,
                              Batch& batch, Results& results) {
  const std::vector<double> points = frequencies(card.sweep);
  std::vector<std::optional<NoiseAnalysis>> noise(kLanes);
  const std::vector<double>* weights = nullptr;
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!batch.used[lane]) continue;
    const Dae& dae = engine_.dae().whole(lane);
    noise[u(lane)].emplace(dae, card, where, lane_of(x, lane).data());
    weights = &noise[u(lane)]->output();
  }
  std::vector<std::complex<double>> one(x.size());
  engine_.adjoint(x, *weights, points,
                  [&](std::size_t k, const std::vector<LaneEngine::Complex>& y, const Mask& good) {
                    keep(batch, good, results);
                    for (int lane = 0; lane < kLanes; ++lane) {
                      if (!batch.used[lane]) continue;
                      for (std::size_t r = 0; r < one.size(); ++r) one[r] = y[r][lane];
                      noise[u(lane)]->add(points[k], one);
                    }
                  });
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!batch.used[lane]) continue;
    for (Table& table : noise[u(lane)]->tables())
      results[u(batch.sample[lane])]->tables.push_back(std::move(table));
  }
}

/// A transient of every sample that is still in: a lane that is done takes the next one.
void LaneSimulator::move(const TranCard& card, std::span<const Pinned> samples, const Ends& ends,
                         Results& results) {
  std::vector<int> waiting;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    if (results[k]) waiting.push_back(static_cast<int>(k));
  }
  Batch batch;
  std::size_t taken = 0;
  std::vector<Lanes> x(u(engine_.dae().size()) + 1, Lanes(0.0));
  bool begun = false;
  // Puts the next sample that has a start into the lane.
  const auto take = [&](int lane, std::vector<Lanes>& at) {
    while (taken < waiting.size()) {
      batch.sample[lane] = waiting[taken++];
      if (!engine_.load(lane, samples[u(batch.sample[lane])])) {
        engine_.setup();
        Mask one{};
        one.lanes[lane] = -1;
        std::vector<Lanes> near = at;
        const Start& own = starts_[u(batch.sample[lane])];
        for (std::size_t r = 0; r < own.size(); ++r) near[r].set(lane, own[r]);
        const bool known = begun || !own.empty();
        const auto start = engine_.operating_point(one, known ? &near : nullptr, false);
        if (engine_.agreeing(one && start.converged, start.x)[lane]) {
          for (std::size_t r = 0; r < at.size(); ++r) at[r].set(lane, start.x[r][lane]);
          begun = true;
          results[u(batch.sample[lane])]->tables.push_back(begin_table("tran"));
          return true;
        }
      }
      results[u(batch.sample[lane])].reset();
    }
    return false;
  };
  Mask used{};
  for (int lane = 0; lane < kLanes; ++lane) {
    if (take(lane, x)) used.lanes[lane] = -1;
  }
  transient_.run(
      card, x, used,
      [&](int lane, double time, const std::vector<double>& at) {
        if (time < card.start) return true;
        Table& table = results[u(batch.sample[lane])]->tables.back();
        table.columns[0].real.push_back(time);
        append_row(engine_.dae().scalar(lane), outputs_, at, table, 1);
        return !(is_doubled(table.rows()) && ends(u(batch.sample[lane]), table));
      },
      [&](int lane, const std::string& why, std::vector<Lanes>& at) {
        if (!why.empty()) results[u(batch.sample[lane])].reset();
        return take(lane, at);
      });
}

std::vector<DeviceRegion> LaneSimulator::regions_of(int lane, const std::vector<Lanes>& x) {
  const Dae& dae = engine_.dae().whole(lane);
  return device_regions(dae, lane_of(x, lane));
}

}  // namespace nullor
