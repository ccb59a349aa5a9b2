#include "nullor/neural/time_map.h"

#include <algorithm>
#include <cmath>

namespace nullor {
namespace {

/// How many windows of a list lie before a time, in fractions, and back.
struct Count {
  std::vector<double> time, count;

  explicit Count(const std::vector<WindowSystem::Window>& windows) {
    for (const auto& w : windows) {
      time.push_back(w.start);
      count.push_back(static_cast<double>(count.size()));
    }
    time.push_back(windows.back().start + windows.back().length);
    count.push_back(static_cast<double>(count.size()));
  }
  double before(double t) const { return TimeMap::interpolate(time, count, t); }
  double when(double n) const { return TimeMap::interpolate(count, time, n); }
};

/// Ends of windows from `from` to about `to`, each spanning `share` of a window of some list.
std::vector<double> ends(const std::vector<Count>& counts, double from, double to, double share) {
  std::vector<double> out;
  double t = from;
  do {
    double next = INFINITY;
    for (const Count& c : counts) next = std::min(next, c.when(c.before(t) + share));
    t = next;
    out.push_back(t);
  } while (t < to);
  return out;
}

}  // namespace

std::size_t TimeMap::segment(double tau) const {
  const auto after = std::upper_bound(reference.begin() + 1, reference.end() - 1, tau);
  return static_cast<std::size_t>(after - reference.begin()) - 1;
}

double TimeMap::interpolate(const std::vector<double>& x, const std::vector<double>& y, double at) {
  const auto after = std::upper_bound(x.begin() + 1, x.end() - 1, at);
  const auto k = static_cast<std::size_t>(after - x.begin()) - 1;
  return y[k] + (y[k + 1] - y[k]) * ((at - x[k]) / (x[k + 1] - x[k]));
}

std::vector<WindowSystem::Window> TimeMap::placed(const std::vector<WindowSystem::Window>& windows) const {
  std::vector<WindowSystem::Window> out;
  for (const auto& w : windows) {
    const std::size_t k = segment(w.start + 0.5 * w.length);
    const double slope = (time[k + 1] - time[k]) / (reference[k + 1] - reference[k]);
    out.push_back({time[k] + (w.start - reference[k]) * slope, w.length * slope});
  }
  return out;
}

std::vector<WindowSystem::Window> merge_windows(const std::vector<std::vector<WindowSystem::Window>>& lists,
                                                const std::vector<double>& knots, double share) {
  std::vector<Count> counts;
  for (const auto& list : lists) counts.emplace_back(list);
  std::vector<WindowSystem::Window> out;
  for (std::size_t k = 0; k + 1 < knots.size(); ++k) {
    const double from = knots[k], to = knots[k + 1];
    // As few windows as the share allows, then a smaller share for which the last one ends on the knot.
    const std::size_t number = ends(counts, from, to, share).size();
    double low = 0, high = share;
    constexpr int kHalvings = 40;
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = 0.5 * (low + high);
      double t = from;
      for (std::size_t j = 0; j < number && t < to; ++j) {
        double next = INFINITY;
        for (const Count& c : counts) next = std::min(next, c.when(c.before(t) + middle));
        t = next;
      }
      (t >= to ? high : low) = middle;
    }
    double start = from;
    const std::vector<double> stops = ends(counts, from, to, high);
    for (std::size_t j = 0; j < stops.size(); ++j) {
      const double stop = j + 1 < stops.size() ? stops[j] : to;
      out.push_back({start, stop - start});
      start = stop;
    }
  }
  return out;
}

}  // namespace nullor
