#include "nullor/neural/waveform.h"

#include <algorithm>
#include <cassert>
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
  kinds_.push_back(Kind::features);
  places_.push_back(weights_.size());
  weights_.insert(weights_.end(), weights.a.begin(), weights.a.end());
}

void Waveform::append(double time, double length, Perceptron network) {
  assert(network.outputs() == size() && (networks_.empty() || networks_[0].widths() == network.widths()));
  times_.push_back(time);
  lengths_.push_back(length);
  start_.resize(start_.size() + signals_.size());
  network.evaluate(0, start_.data() + start_.size() - signals_.size());
  kinds_.push_back(Kind::perceptron);
  places_.push_back(networks_.size());
  networks_.push_back(std::move(network));
}

long Waveform::trained_weights() const {
  std::size_t count = weights_.size();
  for (const Perceptron& network : networks_) count += network.parameters().size();
  return static_cast<long>(count);
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
  return std::span(weights_).subspan(places_[w] + u(signal) * k, k);
}

std::size_t Waveform::window_at(double t) const {
  const auto after = std::upper_bound(times_.begin(), times_.end(), t);
  return after == times_.begin() ? 0 : static_cast<std::size_t>(after - times_.begin()) - 1;
}

void Waveform::evaluate(double t, double* x, double* x_t) const {
  const std::size_t w = window_at(t);
  const double h = lengths_[w], s = (t - times_[w]) / h;
  if (const Perceptron* net = network(w)) {
    net->evaluate(s, x, x_t);
    for (int i = 0; x_t && i < size(); ++i) x_t[i] /= h;
    return;
  }
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
  if (times.empty()) return;
  const FeatureReader reader(features_, times);
  std::size_t at = 0, w = window_at(times[0]);
  while (at < times.size()) {
    while (w + 1 < windows() && times_[w + 1] <= times[at]) ++w;
    const double limit = w + 1 < windows() ? times_[w + 1] : INFINITY;
    std::size_t stop = at + 1;
    while (stop < times.size() && times[stop] < limit) ++stop;
    const std::span<const double> here = times.subspan(at, stop - at);
    if (const Perceptron* net = network(w)) {
      for (std::size_t j = at; j < stop; ++j) out[j] = (times[j] - times_[w]) / lengths_[w];
      net->evaluate(signal, std::span(out + at, stop - at), out + at);
    } else {
      reader.read(weights(w, signal), start_values(w)[u(signal)], here, times_[w], lengths_[w], out + at);
    }
    at = stop;
  }
}

namespace {

std::string listed(const std::vector<Waveform::Signal>& signals, std::string Waveform::Signal::*what) {
  std::vector<std::string> out;
  for (const Waveform::Signal& s : signals) out.push_back(s.*what);
  return TensorFile::lines(out);
}

}  // namespace

void Waveform::write_networks(TensorFile& file) const {
  Tensor kind{{windows()}, {}};
  for (const Kind k : kinds_) kind.values.push_back(k == Kind::perceptron ? 1 : 0);
  file.tensors["kind"] = std::move(kind);
  for (int l = 0; l < networks_[0].layers(); ++l) {
    Tensor weight, bias;
    for (const Perceptron& network : networks_) {
      const Perceptron::Layer layer = network.layer(l);
      weight.shape = {networks_.size(), u(layer.outputs), u(layer.inputs)};
      bias.shape = {networks_.size(), u(layer.outputs)};
      weight.values.insert(weight.values.end(), layer.weight.begin(), layer.weight.end());
      bias.values.insert(bias.values.end(), layer.bias.begin(), layer.bias.end());
    }
    file.tensors["layer" + std::to_string(l) + ".weight"] = std::move(weight);
    file.tensors["layer" + std::to_string(l) + ".bias"] = std::move(bias);
  }
}

void Waveform::save(const std::string& path) const {
  const std::size_t n = signals_.size(), k = u(features_.count()), w = windows();
  TensorFile file;
  if (networks_.size() < w || w == 0) {
    file.tensors["skip"] = {{1}, {features_.skip}};
    file.tensors["slope"] = {{k - 1}, features_.slope};
    file.tensors["offset"] = {{k - 1}, features_.offset};
    file.tensors["scale"] = {{k - 1}, features_.scale};
    file.tensors["weights"] = {{w - networks_.size(), n, k}, weights_};
  }
  if (!networks_.empty()) write_networks(file);
  file.tensors["time"] = {{w}, times_};
  file.tensors["length"] = {{w}, lengths_};
  file.tensors["start"] = {{w, n}, start_};
  file.metadata = {{"format", networks_.empty() ? "nullor waveform 1" : "nullor waveform 2"},
                   {"names", listed(signals_, &Signal::name)},
                   {"units", listed(signals_, &Signal::unit)}};
  write_safetensors(file, path);
}

Waveform Waveform::load(const std::string& path) { return from(read_safetensors(path), path); }

namespace {

[[noreturn]] void do_not_fit(const std::string& path) {
  throw InputError(ErrorKind::input_output, "the arrays of '" + path + "' do not fit each other");
}

}  // namespace

void Waveform::read_features(const TensorFile& file, const std::string& path) {
  const auto& slope = file.at("slope", 1);
  const std::size_t k = slope.values.size() + 1, w = windows() - networks_.size();
  const auto fits = [](const Tensor& t, std::vector<std::size_t> shape) { return t.shape == shape; };
  const auto& weights = file.at("weights", 3);
  if (k > 65 || !fits(file.at("skip", 1), {1}) || !fits(file.at("offset", 1), {k - 1}) ||
      !fits(file.at("scale", 1), {k - 1}) || !fits(weights, {w, signals_.size(), k})) {
    do_not_fit(path);
  }
  features_ = Features(file.at("skip", 1).values[0], slope.values, file.at("offset", 1).values,
                       file.at("scale", 1).values);
  weights_ = weights.values;
  std::size_t at = 0;
  for (std::size_t j = 0; j < windows(); ++j) {
    if (kinds_[j] == Kind::features) places_[j] = at, at += signals_.size() * k;
  }
}

// Fills networks_, kinds_ and the places of the windows that have one.
void Waveform::read_networks(const TensorFile& file, const std::string& path) {
  constexpr std::size_t kWidest = 4096;
  const auto& kind = file.at("kind", 1);
  if (kind.values.size() != windows()) do_not_fit(path);
  std::size_t count = 0;
  for (std::size_t j = 0; j < windows(); ++j) {
    if (kind.values[j] != 1) continue;
    kinds_[j] = Kind::perceptron;
    places_[j] = count++;
  }
  std::vector<const Tensor*> tensors;
  std::vector<int> widths = {1};
  for (int l = 0; file.tensors.count("layer" + std::to_string(l) + ".weight"); ++l) {
    const auto& weight = file.at("layer" + std::to_string(l) + ".weight", 3);
    const auto& bias = file.at("layer" + std::to_string(l) + ".bias", 2);
    if (weight.shape[0] != count || weight.shape[2] != u(widths.back()) || weight.shape[1] == 0 ||
        weight.shape[1] > kWidest || bias.shape[0] != count || bias.shape[1] != weight.shape[1]) {
      do_not_fit(path);
    }
    widths.push_back(static_cast<int>(weight.shape[1]));
    tensors.push_back(&weight);
    tensors.push_back(&bias);
  }
  if (tensors.empty() || count == 0 || u(widths.back()) != signals_.size()) do_not_fit(path);
  for (std::size_t j = 0; j < count; ++j) {
    Perceptron network(widths);
    auto to = network.parameters().begin();
    for (const Tensor* t : tensors) {
      const auto size = static_cast<std::ptrdiff_t>(t->values.size() / count);
      to = std::copy_n(t->values.begin() + static_cast<std::ptrdiff_t>(j) * size, size, to);
    }
    networks_.push_back(std::move(network));
  }
}

Waveform Waveform::from(const TensorFile& file, const std::string& path) {
  const std::string& format = file.note("format");
  if (format != "nullor waveform 1" && format != "nullor waveform 2") {
    throw InputError(ErrorKind::input_output, "'" + path + "' holds no waveform network");
  }
  Waveform out;
  const std::vector<std::string> names = file.list("names"), units = file.list("units");
  const std::size_t n = names.size(), w = file.at("time", 1).values.size();
  const auto& start = file.at("start", 2);
  if (w == 0 || units.size() != n || file.at("length", 1).values.size() != w || start.shape[0] != w ||
      start.shape[1] != n) {
    do_not_fit(path);
  }
  for (std::size_t i = 0; i < n; ++i) out.signals_.push_back({names[i], units[i]});
  out.times_ = file.at("time", 1).values;
  out.lengths_ = file.at("length", 1).values;
  out.start_ = start.values;
  out.kinds_.assign(w, Kind::features);
  out.places_.assign(w, 0);
  if (format == "nullor waveform 2") out.read_networks(file, path);
  if (out.networks_.size() < w) out.read_features(file, path);
  for (std::size_t j = 0; j < w; ++j) {
    if (!(out.lengths_[j] > 0) || (j > 0 && !(out.times_[j] > out.times_[j - 1]))) {
      throw InputError(ErrorKind::input_output, "the windows of '" + path + "' are not in order");
    }
  }
  return out;
}

}  // namespace nullor
