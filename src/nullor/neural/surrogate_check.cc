#include "nullor/neural/surrogate_check.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "nullor/base/parallel.h"

namespace nullor {
namespace {

double median(std::vector<double> v) {
  if (v.empty()) return 0;
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

/// Places in ascending order.
std::vector<double> ranks(const std::vector<double>& v) {
  std::vector<std::size_t> order(v.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return v[a] < v[b]; });
  std::vector<double> out(v.size());
  for (std::size_t k = 0; k < order.size(); ++k) out[order[k]] = static_cast<double>(k);
  return out;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    ab += (a[k] - mean_a) * (b[k] - mean_b);
    aa += (a[k] - mean_a) * (a[k] - mean_a);
    bb += (b[k] - mean_b) * (b[k] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

}  // namespace

double waveform_distance(const BoxSimulator& box, const Waveform& got, const Waveform& want) {
  constexpr int kPerWindow = 16;
  const std::size_t n = box.unknowns().size();
  std::vector<double> x(n), exact(n), difference(n, 0.0), size(n, 0.0);
  for (std::size_t w = 0; w < want.windows(); ++w) {
    for (int k = 0; k < kPerWindow; ++k) {
      const double t = want.window_start(w) + want.window_length(w) * (k + 0.5) / kPerWindow;
      got.evaluate(t, x.data());
      want.evaluate(t, exact.data());
      for (std::size_t i = 0; i < n; ++i) {
        difference[i] += want.window_length(w) * (x[i] - exact[i]) * (x[i] - exact[i]);
        size[i] += want.window_length(w) * exact[i] * exact[i];
      }
    }
  }
  double voltage = 0, worst = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (box.unknowns()[i].nature == Nature::voltage) voltage = std::max(voltage, size[i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Nature nature = box.unknowns()[i].nature;
    const double of = std::max(size[i], nature == Nature::voltage ? 1e-6 * voltage : 0.0);
    if (nature != Nature::current && of > 0) worst = std::max(worst, std::sqrt(difference[i] / of));
  }
  return worst;
}

SurrogateCheck check_surrogate(const BoxSimulator& box, const Surrogate& surrogate, double tolerance,
                               int jobs) {
  SurrogateCheck out;
  const SurrogateCertificate& c = surrogate.parts().certificate;
  out.certificate = c.at_held_out;
  const std::size_t count = c.at_held_out.size(), axes = box.axes().size();
  const auto point = [&](std::size_t k) {
    const auto from = c.held_out.begin() + static_cast<std::ptrdiff_t>(k * axes);
    return std::vector<double>(from, from + static_cast<std::ptrdiff_t>(axes));
  };
  out.error.resize(count);
  parallel_for(count, jobs, [&](std::size_t k) {
    out.error[k] = waveform_distance(box, surrogate.at(point(k)), box.reference(point(k), tolerance));
  });
  std::vector<double> times(1000), values(times.size()), seconds;
  for (std::size_t k = 0; k < times.size(); ++k)
    times[k] = surrogate.parts().stop * static_cast<double>(k) / static_cast<double>(times.size() - 1);
  for (std::size_t k = 0; k < count; ++k) {
    const int signal = static_cast<int>(k % static_cast<std::size_t>(surrogate.size()));
    const auto began = std::chrono::steady_clock::now();
    surrogate.evaluate(point(k), signal, times, values.data());
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    const double ratio = out.error[k] / out.certificate[k];
    out.too_low += ratio > 1 ? 1.0 / static_cast<double>(count) : 0;
    out.worst_ratio = std::max(out.worst_ratio, ratio);
  }
  if (count == 0) return out;
  out.worst = *std::max_element(out.error.begin(), out.error.end());
  out.median = median(out.error);
  out.seconds = median(seconds);
  out.rank_correlation = correlation(ranks(out.error), ranks(out.certificate));
  return out;
}

}  // namespace nullor
