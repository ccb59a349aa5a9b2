#include "nullor/neural/waveform.h"

#include <algorithm>
#include <cmath>

#include "nullor/neural/tanh_table.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

void Waveform::append(double time, double length, std::span<const double> start, const DenseMatrix& weights) {
  times_.push_back(time);
  lengths_.push_back(length);
  start_.insert(start_.end(), start.begin(), start.end());
  weights_.insert(weights_.end(), weights.a.begin(), weights.a.end());
}

int Waveform::find(std::string_view name) const {
  const auto at =
      std::find_if(signals_.begin(), signals_.end(), [&](const Signal& s) { return s.name == name; });
  return at == signals_.end() ? -1 : static_cast<int>(at - signals_.begin());
}

std::span<const double> Waveform::start_values(std::size_t w) const {
  return std::span(start_).subspan(w * signals_.size(), signals_.size());
}

std::span<const double> Waveform::weights(std::size_t w, int signal) const {
  const std::size_t k = u(features_.count());
  return std::span(weights_).subspan((w * signals_.size() + u(signal)) * k, k);
}

std::size_t Waveform::window_at(double t) const {
  const auto after = std::upper_bound(times_.begin(), times_.end(), t);
  return after == times_.begin() ? 0 : static_cast<std::size_t>(after - times_.begin()) - 1;
}

void Waveform::evaluate(double t, double* x, double* x_t) const {
  const std::size_t w = window_at(t);
  const double h = lengths_[w], s = (t - times_[w]) / h;
  const int count = features_.count();
  std::vector<double> psi(u(count)), psi_s(u(count));
  features_.evaluate(s, psi.data(), psi_s.data());
  for (int i = 0; i < size(); ++i) {
    const auto weight = weights(w, i);
    double value = start_values(w)[u(i)], slope = 0;
    for (int k = 0; k < count; ++k) {
      value += weight[u(k)] * psi[u(k)];
      slope += weight[u(k)] * psi_s[u(k)];
    }
    x[i] = value;
    if (x_t) x_t[i] = slope / h;
  }
}

void Waveform::evaluate(int signal, std::span<const double> times, double* out) const {
  std::size_t at = 0;
  while (at < times.size()) {
    const std::size_t w = window_at(times[at]);
    const double limit = w + 1 < windows() ? times_[w + 1] : INFINITY;
    std::size_t stop = at + 1;
    while (stop < times.size() && times[stop] < limit) ++stop;
    evaluate_features(features_, weights(w, signal), start_values(w)[u(signal)], times.subspan(at, stop - at),
                      times_[w], lengths_[w], out + at);
    at = stop;
  }
}

}  // namespace nullor
