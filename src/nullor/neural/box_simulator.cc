#include "nullor/neural/box_simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/parallel.h"
#include "nullor/base/si.h"
#include "nullor/neural/collocation.h"
#include "nullor/neural/collocation_sensitivity.h"
#include "nullor/neural/neural_session.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

/// A trained transient, and the instants that may become knots.
struct BoxSimulator::Probe {
  Waveform waveform;
  std::vector<double> corners, rises;
  double stop = 0;
};

double SurrogateAxis::value(double at) const {
  const double part = 0.5 * (at + 1);
  return logarithmic ? low * std::pow(high / low, part) : low + part * (high - low);
}

double SurrogateAxis::coordinate(double value) const {
  return 2 * (logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low)) - 1;
}

double SurrogateAxis::slope(double at) const {
  return 0.5 * (logarithmic ? value(at) * std::log(high / low) : high - low);
}

BoxSimulator::BoxSimulator(Circuit circuit, const TranCard& card, const Location& where,
                           std::vector<SurrogateAxis> axes, const TrainingOptions& how)
    : circuit_(std::move(circuit)),
      card_(card),
      where_(where),
      axes_(std::move(axes)),
      how_(how),
      basis_(collocation_basis(how)) {
  Engine engine(circuit_);
  for (SurrogateAxis& axis : axes_) axis.unit = engine.dae().parameter(axis.name).unit;
  unknowns_ = engine.dae().unknowns();
  n_ = engine.dae().size();
  std::vector<double> events;
  engine.dae().events(std::vector<double>(u(n_) + 1, 0.0).data(), events);
  if (!events.empty() || engine.dae().has_delays()) {
    throw InputError(ErrorKind::usage,
                     "a surrogate has no switches and no lossless lines: what they do does not follow the "
                     "parameters smoothly",
                     where, "replace a switch by a resistance that depends smoothly on its control");
  }
  for (const Output& o : choose_outputs(engine.dae(), circuit_.saves)) {
    if (o.unknown >= 0 && o.unknown < n_) saved_.push_back(o.unknown);
  }
  // Radau weights on [0, 1]: w = (1 + x) / (M P_(M-1)(x))^2 with x on [-1, 1], halved.
  const int nodes = basis_.nodes();
  for (const double s : basis_.node) {
    const double x = 2 * s - 1;
    double before = 1, now = x;
    for (int k = 2; k < nodes; ++k) {
      const double next = ((2 * k - 1) * x * now - (k - 1) * before) / k;
      before = now;
      now = next;
    }
    node_weights_.push_back(0.5 * (1 + x) / (nodes * nodes * now * now));
  }
}

// A fresh engine for every point: nothing of one run reaches the next, whatever thread makes it.
std::unique_ptr<Engine> BoxSimulator::engine_at(const std::vector<double>& point) const {
  auto engine = std::make_unique<Engine>(circuit_);
  Dae& dae = engine->dae();
  for (std::size_t j = 0; j < axes_.size(); ++j)
    dae.set(dae.parameter(axes_[j].name), axes_[j].value(point[j]));
  dae.set_transient(card_.step, card_.stop);
  return engine;
}

std::vector<double> BoxSimulator::corners_at(const std::vector<double>& point) const {
  std::vector<double> out = engine_at(point)->dae().breakpoints(0, card_.stop);
  const double same = 1e-12 * card_.stop;
  std::erase_if(out, [&](double t) { return t <= same || t >= card_.stop - same; });
  out.erase(std::unique(out.begin(), out.end(), [&](double a, double b) { return b - a <= same; }),
            out.end());
  return out;
}

// Instants at which the aligned signal rises through its level, found on the network itself.
std::vector<double> BoxSimulator::passages(const Waveform& waveform, double from, double until) const {
  constexpr int kPerWindow = 8;
  std::vector<double> out, x(u(n_));
  const auto above = [&](double t) {
    waveform.evaluate(t, x.data());
    return x[u(aligned_)] > level_;
  };
  bool last = above(from);
  double before = from;
  for (std::size_t w = 0; w < waveform.windows(); ++w) {
    for (int k = 1; k <= kPerWindow; ++k) {
      const double t = waveform.window_start(w) + waveform.window_length(w) * k / kPerWindow;
      if (t <= from || t > until) continue;
      const bool now = above(t);
      if (now && !last) {
        double low = before, high = t;
        while (high - low > 1e-15 * high) {
          const double middle = 0.5 * (low + high);
          if (middle <= low || middle >= high) break;
          (above(middle) ? high : low) = middle;
        }
        out.push_back(high);
      }
      last = now;
      before = t;
    }
  }
  return out;
}

BoxSimulator::Probe BoxSimulator::train_at(const std::vector<double>& point) const {
  constexpr int kTries = 8;
  Probe out;
  out.corners = corners_at(point);
  const double from = out.corners.empty() ? 0 : out.corners.back();
  TranCard card = card_;
  for (int k = 0; k < kTries; ++k) {
    const auto engine = engine_at(point);
    out.stop = card.stop;
    train_checked(*engine, card, where_, how_, out.waveform);
    if (aligned_ < 0) return out;
    out.rises = passages(out.waveform, from, out.waveform.end());
    if (passages_ < 2) return out;
    const double count = static_cast<double>(out.rises.size());
    if (out.rises.size() >= passages_) {
      out.rises.resize(passages_);
      const double end = out.rises.back() + periods_behind_ * (out.rises.back() - *(out.rises.end() - 2));
      if (end <= card.stop) return out;
      card.stop = 1.001 * end;
    } else {
      card.stop *= count < 1 ? 2 : 1.1 * static_cast<double>(passages_ + 1) / count;
    }
  }
  throw InputError(ErrorKind::no_convergence,
                   fmt::format("the oscillation has not {} periods at one point of the box", passages_),
                   where_, "narrow the ranges of --over");
}

// On its own a circuit oscillates when no source moves and a signal rises through its middle again and again.
void BoxSimulator::look_for_oscillation(Probe& centre) {
  const auto engine = engine_at(std::vector<double>(axes_.size(), 0.0));
  const double from = centre.corners.empty() ? 0 : centre.corners.back(), stop = card_.stop;
  constexpr int kLook = 64, kSamples = 4000;
  std::vector<double> first(u(n_) + 1), now(u(n_) + 1), x(u(n_));
  engine->dae().excitation(from + 1e-9 * stop, false, first.data());
  for (int k = 1; k <= kLook; ++k) {
    engine->dae().excitation(from + (stop - from) * k / kLook, false, now.data());
    if (now != first) return;
  }
  std::vector<double> low(u(n_), INFINITY), high(u(n_), -INFINITY);
  for (int k = 0; k <= kSamples; ++k) {
    centre.waveform.evaluate(from + (stop - from) * k / kSamples, x.data());
    for (int i = 0; i < n_; ++i) {
      low[u(i)] = std::min(low[u(i)], x[u(i)]);
      high[u(i)] = std::max(high[u(i)], x[u(i)]);
    }
  }
  for (int i = 0; i < n_; ++i) {
    if (unknowns_[u(i)].nature != Nature::voltage || !(high[u(i)] > low[u(i)])) continue;
    if (aligned_ < 0 || high[u(i)] - low[u(i)] > 1.0001 * (high[u(aligned_)] - low[u(aligned_)]))
      aligned_ = i;
  }
  if (aligned_ < 0) return;
  level_ = 0.5 * (low[u(aligned_)] + high[u(aligned_)]);
  centre.rises = passages(centre.waveform, from, centre.waveform.end());
  if (centre.rises.size() < 2) aligned_ = -1;
}

std::vector<double> BoxSimulator::knots_of(const Probe& probe) const {
  std::vector<double> out = {0};
  out.insert(out.end(), probe.corners.begin(), probe.corners.end());
  if (aligned_ < 0) {
    out.push_back(card_.stop);
    return out;
  }
  out.insert(out.end(), probe.rises.begin(), probe.rises.end());
  out.push_back(out.back() + periods_behind_ * (out.back() - *(out.end() - 2)));
  return out;
}

void BoxSimulator::refuse_corners() const {
  throw InputError(ErrorKind::usage, "corners of the sources come and go inside the box", where_,
                   "narrow the ranges of --over, or change the end of .tran");
}

void BoxSimulator::lay_windows(const std::vector<std::vector<double>>& points, int jobs) {
  const std::vector<double> middle(axes_.size(), 0.0);
  Probe centre = train_at(middle);
  look_for_oscillation(centre);
  std::vector<Probe> probes(points.size());
  const auto train_all = [&] {
    parallel_for(points.size(), jobs, [&](std::size_t k) { probes[k] = train_at(points[k]); });
  };
  train_all();
  if (aligned_ >= 0) {
    // As many passages as the fastest point has until the end; the slowest runs on until it has as many.
    const auto count = [](const Probe& p) { return p.rises.size(); };
    passages_ = count(centre);
    for (const Probe& p : probes) passages_ = std::max(passages_, count(p));
    constexpr std::size_t kMost = 1000;
    passages_ = std::min(passages_, kMost);
    constexpr double kMargin = 0.1;  // periods, for points that are faster than all seen
    periods_behind_ = kMargin;
    const auto behind = [&](const Probe& p) {
      if (p.rises.size() < passages_) return;
      const double period = p.rises[passages_ - 1] - p.rises[passages_ - 2];
      periods_behind_ = std::max(periods_behind_, (card_.stop - p.rises[passages_ - 1]) / period + kMargin);
    };
    behind(centre);
    for (const Probe& p : probes) behind(p);
    centre = train_at(middle);
    train_all();
  }
  for (const Probe& p : probes) {
    if (p.corners.size() != centre.corners.size()) refuse_corners();
    for (std::size_t k = 0; k < p.corners.size(); ++k) {
      corners_move_ = corners_move_ || std::fabs(p.corners[k] - centre.corners[k]) > 1e-12 * card_.stop;
    }
  }
  reference_ = knots_of(centre);
  std::vector<std::vector<WindowSystem::Window>> lists;
  const auto add = [&](const Probe& p) {
    TimeMap map{reference_, knots_of(p)};
    auto& list = lists.emplace_back();
    for (std::size_t w = 0; w < p.waveform.windows(); ++w) {
      const double start = map.inverse(p.waveform.window_start(w));
      const double stop = map.inverse(p.waveform.window_start(w) + p.waveform.window_length(w));
      list.push_back({start, stop - start});
    }
  };
  add(centre);
  for (const Probe& p : probes) add(p);
  windows_ = merge_windows(lists, reference_);
  const auto engine = engine_at(middle);
  algebraic_ = solve(middle, centre, windows_, *engine).algebraic;
}

// On the shared windows, from the trained network.
MarchResult BoxSimulator::solve(const std::vector<double>& point, const Probe& probe,
                                const std::vector<WindowSystem::Window>& windows, Engine& engine) const {
  NodalValues guess;
  const std::size_t stride = u(n_) + 1, nodes = u(basis_.nodes());
  for (const auto& w : windows) {
    auto& x = guess.nodal.emplace_back(nodes * stride, 0.0);
    for (std::size_t m = 0; m < nodes; ++m) {
      // The last node belongs to this window, not to the next.
      const double s = m + 1 < nodes ? basis_.node[m] : 1 - 1e-9;
      probe.waveform.evaluate(w.start + s * w.length, x.data() + m * stride);
    }
  }
  MarchResult out = march_windows(engine, card_, basis_, windows, guess);
  if (!out.solved) {
    std::string place;
    for (std::size_t j = 0; j < axes_.size(); ++j)
      place += fmt::format(" {}={}", axes_[j].name, format_si(axes_[j].value(point[j])));
    throw analysis_failed(fmt::format("solution at{}, {:g} s", place, out.failed_at), out.failure, where_);
  }
  return out;
}

SurrogateRun BoxSimulator::run(const std::vector<double>& point) const {
  SurrogateRun out;
  out.u = point;
  const Probe probe = train_at(point);
  out.knots = knots_of(probe);
  if (out.knots.size() != reference_.size()) refuse_corners();
  const auto windows = TimeMap{reference_, out.knots}.placed(windows_);
  const auto engine = engine_at(point);
  const MarchResult solved = solve(point, probe, windows, *engine);
  out.state = pack(solved.values);
  differentiate(*engine, solved, windows, out);
  return out;
}

Waveform BoxSimulator::reference(const std::vector<double>& point, double tolerance) const {
  TrainingOptions tight = how_;
  tight.tolerance = tolerance;
  Waveform out;
  train_checked(*engine_at(point), card_, where_, tight, out);
  return out;
}

bool BoxSimulator::correct(const std::vector<double>& point, const std::vector<double>& knots,
                           std::vector<double>& state) const {
  const auto engine = engine_at(point);
  const MarchResult solved = march_windows(
      *engine, card_, basis_, TimeMap{reference_, knots}.placed(windows_), unpack(state), {.steps = 1});
  if (!solved.solved) return false;
  state = pack(solved.values);
  return true;
}

}  // namespace nullor
