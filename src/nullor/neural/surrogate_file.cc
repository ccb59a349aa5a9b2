// A surrogate as named arrays, and back from a file that may hold anything.

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/neural/surrogate.h"

namespace nullor {
namespace {

constexpr const char* kFormat = "nullor surrogate 1";

template <class T>
std::vector<double> numbers(const std::vector<T>& from) {
  return {from.begin(), from.end()};
}

/// Whole numbers in [0, most].
template <class T>
std::vector<T> whole(const Tensor& tensor, double most, const std::string& path) {
  std::vector<T> out;
  for (const double v : tensor.values) {
    if (!(v >= 0 && v <= most) || v != std::floor(v))
      throw InputError(ErrorKind::input_output,
                       "'" + path + "' holds a number where a small whole one belongs");
    out.push_back(static_cast<T>(v));
  }
  return out;
}

bool ascending(const std::vector<double>& v) {
  for (std::size_t k = 0; k < v.size(); ++k) {
    if (!std::isfinite(v[k]) || (k > 0 && !(v[k] > v[k - 1]))) return false;
  }
  return true;
}

DenseMatrix matrix(const Tensor& t) {
  DenseMatrix out(static_cast<int>(t.shape[0]), static_cast<int>(t.shape[1]));
  out.a = t.values;
  return out;
}

}  // namespace

TensorFile Surrogate::to_file() const {
  const Parts& p = parts_;
  const std::size_t n = p.signals.size(), axes = p.axes.size(), nodes = p.node.size();
  const std::size_t features = static_cast<std::size_t>(p.network.features());
  const std::size_t outputs = static_cast<std::size_t>(p.network.outputs());
  const std::size_t modes = static_cast<std::size_t>(p.modes), k = p.features.slope.size();
  TensorFile file;
  auto& t = file.tensors;
  std::vector<double> low, high, logarithmic, start, length;
  std::vector<std::string> names, units, parameters, parameter_units;
  for (const SurrogateAxis& a : p.axes) {
    low.push_back(a.low);
    high.push_back(a.high);
    logarithmic.push_back(a.logarithmic);
    parameters.push_back(a.name);
    parameter_units.push_back(a.unit);
  }
  for (const auto& s : p.signals) names.push_back(s.name), units.push_back(s.unit);
  for (const auto& w : p.windows) start.push_back(w.start), length.push_back(w.length);
  t["low"] = {{axes}, low};
  t["high"] = {{axes}, high};
  t["logarithmic"] = {{axes}, logarithmic};
  t["exponents"] = {{features, axes}, numbers(p.network.exponents())};
  t["parameter_weights"] = {{features, outputs}, p.network.weights()};
  t["base"] = {{n, points()}, p.base};
  t["modes"] = {{n, modes, points()}, p.mode_values};
  t["window_start"] = {{start.size()}, start};
  t["window_length"] = {{length.size()}, length};
  t["knots"] = {{p.reference_knots.size()}, p.reference_knots};
  t["knot_scale"] = {{p.knot_scale.size()}, p.knot_scale};
  t["skip"] = {{1}, {p.features.skip}};
  t["slope"] = {{k}, p.features.slope};
  t["offset"] = {{k}, p.features.offset};
  t["scale"] = {{k}, p.features.scale};
  t["node"] = {{nodes}, p.node};
  t["weights"] = {{k + 1, nodes}, p.weights.a};
  t["free_weights"] = {{k + 1, nodes}, p.free_weights.a};
  t["free_start"] = {{nodes}, p.free_start};
  t["algebraic"] = {{n}, numbers(p.algebraic)};
  t["saved"] = {{p.saved.size()}, numbers(p.saved)};
  t["stop"] = {{1}, {p.stop}};
  t["runs"] = {{1}, {static_cast<double>(p.runs)}};
  t["training"] = {{2}, {p.window_tolerance, static_cast<double>(p.seed)}};
  t["certificate"] = {{2}, {p.certificate.tolerance, p.certificate.worst}};
  t["certificate_of_signal"] = {{p.certificate.of_signal.size()}, p.certificate.of_signal};
  t["held_out"] = {{p.certificate.at_held_out.size(), axes}, p.certificate.held_out};
  t["at_held_out"] = {{p.certificate.at_held_out.size()}, p.certificate.at_held_out};
  file.metadata = {{"format", kFormat},
                   {"title", p.title},
                   {"names", TensorFile::lines(names)},
                   {"units", TensorFile::lines(units)},
                   {"parameters", TensorFile::lines(parameters)},
                   {"parameter_units", TensorFile::lines(parameter_units)}};
  return file;
}

void Surrogate::save(const std::string& path) const { write_safetensors(to_file(), path); }

Surrogate Surrogate::load(const std::string& path) { return from(read_safetensors(path), path); }

Surrogate Surrogate::from(const TensorFile& file, const std::string& path) {
  const auto found = file.metadata.find("format");
  if (found == file.metadata.end() || found->second != kFormat) {
    throw InputError(ErrorKind::input_output, "'" + path + "' holds no surrogate", {},
                     "make one with: nullor surrogate deck.cir --over PARAM=LOW:HIGH -o " + path);
  }
  const auto refuse = [&] {
    throw InputError(ErrorKind::input_output, "the arrays of '" + path + "' do not fit each other");
  };
  const auto require = [&](bool holds) {
    if (!holds) refuse();
  };
  Parts p;
  p.title = file.note("title");
  const auto names = file.list("names"), units = file.list("units");
  const auto parameters = file.list("parameters"), parameter_units = file.list("parameter_units");
  const auto& low = file.at("low", 1).values;
  const auto& high = file.at("high", 1).values;
  const auto logarithmic = whole<int>(file.at("logarithmic", 1), 1, path);
  const std::size_t axes = low.size(), n = names.size();
  require(axes > 0 && axes <= 32 && high.size() == axes && logarithmic.size() == axes &&
          parameters.size() == axes && parameter_units.size() == axes && units.size() == n);
  for (std::size_t j = 0; j < axes; ++j) {
    require(std::isfinite(low[j]) && std::isfinite(high[j]) && low[j] < high[j] &&
            (!logarithmic[j] || low[j] > 0));
    p.axes.push_back({parameters[j], parameter_units[j], low[j], high[j], logarithmic[j] != 0});
  }
  for (std::size_t i = 0; i < n; ++i) p.signals.push_back({names[i], units[i]});

  const auto& start = file.at("window_start", 1).values;
  const auto& length = file.at("window_length", 1).values;
  p.reference_knots = file.at("knots", 1).values;
  require(!start.empty() && length.size() == start.size() && ascending(start) &&
          p.reference_knots.size() >= 2 && ascending(p.reference_knots));
  for (std::size_t w = 0; w < start.size(); ++w) {
    require(std::isfinite(length[w]) && length[w] > 0);
    p.windows.push_back({start[w], length[w]});
  }
  const double begin = p.reference_knots.front(), end = p.reference_knots.back();
  require(start.front() == begin && std::fabs(start.back() + length.back() - end) <= 1e-9 * (end - begin));
  p.knot_scale = file.at("knot_scale", 1).values;
  require(p.knot_scale.empty() || p.knot_scale.size() == p.reference_knots.size());

  const auto& slope = file.at("slope", 1).values;
  const std::size_t k = slope.size();
  require(k <= 64 && file.at("skip", 1).values.size() == 1 && file.at("offset", 1).values.size() == k &&
          file.at("scale", 1).values.size() == k);
  p.features =
      Features(file.at("skip", 1).values[0], slope, file.at("offset", 1).values, file.at("scale", 1).values);
  p.node = file.at("node", 1).values;
  const std::size_t nodes = p.node.size();
  const std::vector<std::size_t> map_shape = {k + 1, nodes};
  require(nodes > 0 && nodes <= 64 && file.at("weights", 2).shape == map_shape &&
          file.at("free_weights", 2).shape == map_shape && file.at("free_start", 1).values.size() == nodes);
  p.weights = matrix(file.at("weights", 2));
  p.free_weights = matrix(file.at("free_weights", 2));
  p.free_start = file.at("free_start", 1).values;
  p.algebraic = whole<char>(file.at("algebraic", 1), 1, path);
  p.saved = whole<int>(file.at("saved", 1), static_cast<double>(n) - 1, path);
  require(p.algebraic.size() == n);

  const Tensor& exponents = file.at("exponents", 2);
  const Tensor& weights = file.at("parameter_weights", 2);
  const Tensor& modes = file.at("modes", 3);
  const std::size_t points = 1 + p.windows.size() * nodes;
  require(exponents.shape[1] == axes && weights.shape[0] == exponents.shape[0] && modes.shape[0] == n &&
          modes.shape[2] == points && modes.shape[1] <= 100000 &&
          weights.shape[1] == modes.shape[1] + p.knot_scale.size() && weights.shape[1] <= 1000000);
  p.modes = static_cast<int>(modes.shape[1]);
  p.mode_values = modes.values;
  p.network = ParameterNetwork(static_cast<int>(axes), static_cast<int>(weights.shape[1]),
                               whole<int>(exponents, ParameterNetwork::kLargestDegree, path), weights.values);
  const Tensor& base = file.at("base", 2);
  require(base.shape[0] == n && base.shape[1] == points);
  p.base = base.values;

  const auto one = [&](const char* name) {
    const auto& v = file.at(name, 1).values;
    require(v.size() == 1 && v[0] >= 0 && v[0] < 1e15);
    return v[0];
  };
  p.stop = one("stop");
  p.runs = static_cast<long>(one("runs"));
  const auto& training = file.at("training", 1).values;
  require(training.size() == 2 && training[0] > 0 && training[0] < 1 && training[1] >= 0 &&
          training[1] < 9e15);
  p.window_tolerance = training[0];
  p.seed = static_cast<std::uint64_t>(training[1]);
  const auto& certificate = file.at("certificate", 1).values;
  const Tensor& held_out = file.at("held_out", 2);
  require(certificate.size() == 2 && held_out.shape[1] == axes &&
          file.at("at_held_out", 1).values.size() == held_out.shape[0] &&
          file.at("certificate_of_signal", 1).values.size() == n);
  p.certificate = {certificate[0], certificate[1], file.at("certificate_of_signal", 1).values,
                   held_out.values, file.at("at_held_out", 1).values};
  return Surrogate(std::move(p));
}

}  // namespace nullor
