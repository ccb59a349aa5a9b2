#include "nullor/neural/waveform.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/io/safetensors.h"
#include "nullor/neural/inference.h"

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

namespace {

std::string joined(const std::vector<Waveform::Signal>& signals, std::string Waveform::Signal::*what) {
  std::string out;
  for (const Waveform::Signal& s : signals) out += (out.empty() ? "" : "\n") + s.*what;
  return out;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == '\n') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

}  // namespace

void Waveform::save(const std::string& path) const {
  const std::size_t n = signals_.size(), k = u(features_.count()), w = windows();
  TensorFile file;
  file.tensors["skip"] = {{1}, {features_.skip}};
  file.tensors["slope"] = {{k - 1}, features_.slope};
  file.tensors["offset"] = {{k - 1}, features_.offset};
  file.tensors["scale"] = {{k - 1}, features_.scale};
  file.tensors["time"] = {{w}, times_};
  file.tensors["length"] = {{w}, lengths_};
  file.tensors["start"] = {{w, n}, start_};
  file.tensors["weights"] = {{w, n, k}, weights_};
  file.metadata = {{"format", "nullor waveform 1"},
                   {"names", joined(signals_, &Signal::name)},
                   {"units", joined(signals_, &Signal::unit)}};
  write_safetensors(file, path);
}

Waveform Waveform::load(const std::string& path) { return from(read_safetensors(path), path); }

Waveform Waveform::from(const TensorFile& file, const std::string& path) {
  if (file.note("format") != "nullor waveform 1") {
    throw InputError(ErrorKind::input_output, "'" + path + "' holds no waveform network");
  }
  Waveform out;
  const std::vector<std::string> names = lines(file.note("names")), units = lines(file.note("units"));
  const auto& slope = file.at("slope", 1);
  const auto& weights = file.at("weights", 3);
  const auto& time = file.at("time", 1);
  const std::size_t n = names.size(), k = slope.values.size() + 1, w = time.values.size();
  const auto fits = [](const Tensor& t, std::vector<std::size_t> shape) { return t.shape == shape; };
  if (w == 0 || k > 65 || units.size() != n || !fits(file.at("skip", 1), {1}) ||
      !fits(file.at("offset", 1), {k - 1}) || !fits(file.at("scale", 1), {k - 1}) ||
      !fits(file.at("length", 1), {w}) || !fits(file.at("start", 2), {w, n}) || !fits(weights, {w, n, k})) {
    throw InputError(ErrorKind::input_output, "the arrays of '" + path + "' do not fit each other");
  }
  for (std::size_t i = 0; i < n; ++i) out.signals_.push_back({names[i], units[i]});
  out.features_ = Features(file.at("skip", 1).values[0], slope.values, file.at("offset", 1).values,
                           file.at("scale", 1).values);
  out.times_ = time.values;
  out.lengths_ = file.at("length", 1).values;
  out.start_ = file.at("start", 2).values;
  out.weights_ = weights.values;
  for (std::size_t j = 0; j < w; ++j) {
    if (!(out.lengths_[j] > 0) || (j > 0 && !(out.times_[j] > out.times_[j - 1]))) {
      throw InputError(ErrorKind::input_output, "the windows of '" + path + "' are not in order");
    }
  }
  return out;
}

}  // namespace nullor
