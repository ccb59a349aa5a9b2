#include "nullor/design/bias_search.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace nullor {
namespace {

using Kind = graph::DeviceKind;
using graph::Device;
using graph::Topology;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr double kNoCurrent = 1e-9, kFullCurrent = 1e-6;  // [A]
constexpr double kSoft = 0.1;                             // [V]
constexpr double kJunction = 0.4;                         // forward of a junction that ought not conduct [V]
constexpr int kGrid = 9;
constexpr double kOutput = 0.3;      // what outputs off the rails are worth
constexpr double kRailShare = 0.05;  // of the supply: an output this near to a rail is at it

class Search {
 public:
  Search(BiasProbe& probe, std::span<const Duty> duties, std::span<const int> outputs, BiasPoint start,
         const std::function<bool(const BiasPoint&)>& enough, const BiasSearchOptions& options)
      : probe_(probe),
        duties_(duties),
        outputs_(outputs),
        best_(std::move(start)),
        enough_(enough),
        options_(options),
        last_(probe.solves() + options.most_solves) {
    for (std::size_t k = 0; k < probe.sources().size(); ++k) {
      if (probe.sources()[k].searched()) free_.push_back(k);
    }
  }

  BiasPoint run() {
    best_.score = score(best_);
    if (enough_(best_)) return std::move(best_);
    if (sweep() || centre_outputs()) return std::move(best_);
    for (double step = 0.25; step > 0.02 && left(); step *= 0.5) {
      if (refine(step)) return std::move(best_);
    }
    centre_outputs();
    return std::move(best_);
  }

 private:
  bool left() const { return probe_.solves() < last_; }

  /// (1), and kOutput for the outputs, by how far they are from the rails.
  double score(const BiasPoint& point) const {
    double sum = bias_score(point.states, duties_, options_.limits);
    const double supply = supply_of();
    for (const int output : outputs_) {
      const double v = probe_.voltage(output, point.x), off = std::min(v, supply - v) / (0.2 * supply);
      sum += kOutput * std::clamp(off, 0.0, 1.0) / static_cast<double>(outputs_.size());
    }
    return sum;
  }

  /// The place of a value between the ends of its search: linear for voltages, by decades for currents.
  double value_at(std::size_t source, double place) const {
    const PortSource& s = probe_.sources()[source];
    if (s.drive != PortDrive::current) return s.low + place * (s.high - s.low);
    const double near = std::min(std::fabs(s.low), std::fabs(s.high)),
                 far = std::max(std::fabs(s.low), std::fabs(s.high));
    return (s.high > 0 ? 1 : -1) * near * std::pow(far / near, place);
  }
  double place_of(std::size_t source, double value) const {
    const PortSource& s = probe_.sources()[source];
    if (s.drive != PortDrive::current) return (value - s.low) / (s.high - s.low);
    const double near = std::min(std::fabs(s.low), std::fabs(s.high)),
                 far = std::max(std::fabs(s.low), std::fabs(s.high));
    return std::log(std::fabs(value) / near) / std::log(far / near);
  }

  /// Tries one value; true: it is good enough to end the search.
  bool attempt(std::size_t source, double place) {
    if (!left() || place < 0 || place > 1) return false;
    BiasPoint trial{.values = best_.values, .x = best_.x};
    trial.values[source] = value_at(source, place);
    return trial.values[source] != best_.values[source] && take_if_better(std::move(trial));
  }

  bool take_if_better(BiasPoint trial) {
    if (!probe_.follow(trial.values, trial.x)) return false;
    trial.states = probe_.states(trial.x);
    trial.score = score(trial);
    if (!(trial.score > best_.score + 1e-9)) return false;
    best_ = std::move(trial);
    return enough_(best_);
  }

  bool sweep() {
    for (const std::size_t source : free_) {
      const bool clock = probe_.sources()[source].drive == PortDrive::clock;
      const int points = clock ? 2 : kGrid;
      for (int k = 0; k < points; ++k) {
        if (attempt(source, static_cast<double>(k) / (points - 1))) return true;
      }
    }
    return false;
  }

  bool refine(double step) {
    for (const std::size_t source : free_) {
      if (probe_.sources()[source].drive == PortDrive::clock) continue;
      for (const double to : {step, -step}) {
        const double place = place_of(source, best_.values[source]);
        if (attempt(source, place + to)) return true;
      }
    }
    return false;
  }

  bool at_rail(double v, double supply) const {
    return v < kRailShare * supply || v > (1 - kRailShare) * supply;
  }

  bool centre_outputs() {
    for (const int output : outputs_) {
      for (const std::size_t source : free_) {
        const double supply = supply_of();
        if (!at_rail(probe_.voltage(output, best_.x), supply)) break;
        if (probe_.sources()[source].drive != PortDrive::voltage) continue;
        bisect(source, output, 0.5 * supply);
        if (enough_(best_)) return true;
      }
    }
    return enough_(best_);
  }

  double supply_of() const {
    double supply = 0;
    for (const PortSource& s : probe_.sources()) {
      if (s.drive == PortDrive::voltage) supply = std::max(supply, s.high);
    }
    return supply;
  }

  /// Between a quarter of the range below the present value and as much above.
  void bisect(std::size_t source, int output, double wanted) {
    const PortSource& s = probe_.sources()[source];
    const double reach = 0.15 * (s.high - s.low), now = best_.values[source];
    const auto at = [&](double value, BiasPoint& point) {
      point = {.values = best_.values, .x = best_.x};
      point.values[source] = value;
      return left() && probe_.follow(point.values, point.x);
    };
    BiasPoint low, high, middle;
    double a = std::max(s.low, now - reach), b = std::min(s.high, now + reach);
    if (!at(a, low) || !at(b, high)) return;
    const bool rises = probe_.voltage(output, high.x) > wanted;
    if (rises == (probe_.voltage(output, low.x) > wanted)) return;
    constexpr int kHalvings = 24;
    for (int k = 0; k < kHalvings; ++k) {
      const double m = 0.5 * (a + b);
      if (!at(m, middle)) return;
      const double v = probe_.voltage(output, middle.x);
      if (std::fabs(v - wanted) < 0.1 * wanted) break;
      ((v > wanted) == rises ? b : a) = m;
    }
    middle.states = probe_.states(middle.x);
    middle.score = score(middle);
    if (middle.score > best_.score) best_ = std::move(middle);
  }

  BiasProbe& probe_;
  std::span<const Duty> duties_;
  std::span<const int> outputs_;
  BiasPoint best_;
  const std::function<bool(const BiasPoint&)>& enough_;
  const BiasSearchOptions& options_;
  long last_;
  std::vector<std::size_t> free_;
};

}  // namespace

std::vector<Duty> duties(const Topology& topology, std::span<const PortSource> sources) {
  std::vector<char> toggles(topology.nets.size(), 0);
  for (const PortSource& source : sources) {
    if (source.drive == PortDrive::clock) toggles[u(source.net)] = 1;
  }
  for (const Device& device : topology.devices) {
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      if (graph::info(device.kind).pins[pin].role == graph::PinRole::output) toggles[u(device.nets[pin])] = 1;
    }
  }
  std::vector<Duty> out;
  for (const Device& device : topology.devices) {
    const auto [a, control, b] = std::tuple(device.nets[0], device.nets[1], device.nets[2]);
    const bool mos = device.kind == Kind::nmos || device.kind == Kind::pmos;
    if (device.kind > Kind::pnp || a == b || (mos && control == b))
      out.push_back(Duty::none);
    else
      out.push_back(toggles[u(control)] ? Duty::toggle : Duty::conduct);
  }
  return out;
}

double bias_score(std::span<const DeviceState> states, std::span<const Duty> duties,
                  const BiasLimits& limits) {
  double sum = 0;
  int count = 0;
  for (const DeviceState& state : states) {
    const Duty duty = duties[u(state.device)];
    if (duty == Duty::none) continue;
    ++count;
    if (state.current < kNoCurrent) {
      sum += std::clamp(state.drive, -1.0, 0.0);
      continue;
    }
    const double range = std::log10(kFullCurrent / kNoCurrent);
    sum += std::min(1.0, std::log10(state.current / kNoCurrent) / range);
    if (duty == Duty::conduct) sum += 0.5 / (1 + std::exp(-state.headroom / kSoft));
    if (state.current > limits.ceiling) sum -= std::log10(state.current / limits.ceiling);
    sum -= std::clamp((state.forward - kJunction) / kJunction, 0.0, 1.0);
  }
  return count == 0 ? 0 : sum / count;
}

BiasPoint search_bias(BiasProbe& probe, std::span<const Duty> duties, std::span<const int> outputs,
                      BiasPoint start, const std::function<bool(const BiasPoint&)>& enough,
                      const BiasSearchOptions& options) {
  return Search(probe, duties, outputs, std::move(start), enough, options).run();
}

}  // namespace nullor
