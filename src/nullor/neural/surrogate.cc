#include "nullor/neural/surrogate.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/base/si.h"
#include "nullor/neural/inference.h"

namespace nullor {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::Index;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Eigen::Map<const RowMajor> view(const DenseMatrix& m) { return {m.a.data(), m.rows, m.columns}; }

}  // namespace

int Surrogate::find(std::string_view signal) const {
  const std::string name = lower(std::string(signal));
  for (int i = 0; i < size(); ++i) {
    const Waveform::Signal& s = parts_.signals[u(i)];
    if (s.name == name || "v(" + s.name + ")" == name) return i;
    if (name.size() > 3 && name.starts_with("i(") && s.name == name.substr(2, name.size() - 3) + "#branch")
      return i;
  }
  return -1;
}

std::vector<double> Surrogate::coordinates(const std::vector<std::pair<std::string, double>>& values) const {
  const auto& axes = parts_.axes;
  std::vector<std::string> names;
  for (const SurrogateAxis& axis : axes) names.push_back(axis.name);
  std::vector<double> out(axes.size(), NAN);
  for (const auto& [written, value] : values) {
    const auto at = std::find(names.begin(), names.end(), lower(written));
    if (at == names.end()) {
      throw InputError(ErrorKind::usage, "this surrogate has no parameter '" + written + "'", {},
                       did_you_mean(written, names, "it has " + fmt::format("{}", fmt::join(names, ", "))));
    }
    const auto j = static_cast<std::size_t>(at - names.begin());
    const SurrogateAxis& axis = axes[j];
    const double slack = 1e-12 * (axis.high - axis.low);
    if (!(value >= axis.low - slack && value <= axis.high + slack)) {
      throw InputError(ErrorKind::usage,
                       fmt::format("{} = {}{} is outside the box of this surrogate", names[j],
                                   format_si(value, 6), axis.unit),
                       {},
                       fmt::format("it was trained for {} to {}{}", format_si(axis.low, 6),
                                   format_si(axis.high, 6), axis.unit));
    }
    out[j] = std::clamp(axis.coordinate(value), -1.0, 1.0);
  }
  for (std::size_t j = 0; j < out.size(); ++j) {
    if (std::isnan(out[j])) {
      throw InputError(ErrorKind::usage, "no value for parameter '" + names[j] + "'", {},
                       fmt::format("add {}=VALUE to --at, between {} and {}", names[j],
                                   format_si(axes[j].low, 6), format_si(axes[j].high, 6)));
    }
  }
  return out;
}

// (1) of one signal.
std::vector<double> Surrogate::signal_state(int signal, const double* c) const {
  const auto length = static_cast<Index>(points()), modes = static_cast<Index>(parts_.modes);
  const auto from = static_cast<Index>(signal) * length;
  std::vector<double> out(parts_.base.begin() + from, parts_.base.begin() + from + length);
  if (modes > 0) {
    const Eigen::Map<const Eigen::MatrixXd> y(parts_.mode_values.data() + from * modes, length, modes);
    Eigen::Map<Eigen::VectorXd>(out.data(), length).noalias() +=
        y * Eigen::Map<const Eigen::VectorXd>(c, modes);
  }
  return out;
}

std::vector<double> Surrogate::state(const std::vector<double>& at) const {
  std::vector<double> c(u(parts_.network.outputs())), out;
  parts_.network.evaluate(at.data(), c.data());
  for (int i = 0; i < size(); ++i) {
    const std::vector<double> of = signal_state(i, c.data());
    out.insert(out.end(), of.begin(), of.end());
  }
  return out;
}

TimeMap Surrogate::time_map(const std::vector<double>& at) const {
  TimeMap out{parts_.reference_knots, parts_.reference_knots};
  if (parts_.knot_scale.empty()) return out;
  std::vector<double> c(u(parts_.network.outputs()));
  parts_.network.evaluate(at.data(), c.data());
  for (std::size_t k = 0; k < out.time.size(); ++k) {
    out.time[k] += parts_.knot_scale[k] * c[u(parts_.modes) + k];
    if (k > 0) out.time[k] = std::max(out.time[k], out.time[k - 1] * (1 + 1e-12));
  }
  return out;
}

Waveform Surrogate::waveform(const std::vector<double>& values, const TimeMap& map_of_time) const {
  const std::size_t nodes = parts_.node.size(), n = parts_.signals.size();
  const auto windows = map_of_time.placed(parts_.windows);
  Waveform out(parts_.signals, parts_.features);
  DenseMatrix weights(size(), parts_.features.count());
  std::vector<double> start(n);
  for (std::size_t w = 0; w < windows.size(); ++w) {
    for (std::size_t i = 0; i < n; ++i) {
      const double* x = values.data() + i * points() + 1 + w * nodes;
      const bool free = parts_.algebraic[i] != 0;
      const DenseMatrix& map = free ? parts_.free_weights : parts_.weights;
      const double base = free ? x[nodes - 1] : x[-1];
      start[i] = base;
      for (std::size_t m = 0; free && m < nodes; ++m) start[i] += parts_.free_start[m] * (x[m] - base);
      for (int k = 0; k < map.rows; ++k) {
        double sum = 0;
        for (std::size_t m = 0; m < nodes; ++m) sum += map(k, static_cast<int>(m)) * (x[m] - base);
        weights(static_cast<int>(i), k) = sum;
      }
    }
    out.append(windows[w].start, windows[w].length, start, weights);
  }
  return out;
}

void Surrogate::evaluate(const std::vector<double>& at, int signal, std::span<const double> times,
                         double* out) const {
  std::vector<double> c(u(parts_.network.outputs()));
  parts_.network.evaluate(at.data(), c.data());
  const std::vector<double> x = signal_state(signal, c.data());
  const auto placed = time_map(at).placed(parts_.windows);
  const auto nodes = static_cast<Index>(parts_.node.size()), count = static_cast<Index>(placed.size());
  const bool free = parts_.algebraic[u(signal)] != 0;
  Eigen::MatrixXd relative = Eigen::Map<const Eigen::MatrixXd>(x.data() + 1, nodes, count);
  Eigen::RowVectorXd base(count);
  for (Index w = 0; w < count; ++w) {
    base[w] = free ? relative(nodes - 1, w) : x[static_cast<std::size_t>(w * nodes)];
    relative.col(w).array() -= base[w];
  }
  const Eigen::MatrixXd weights = view(free ? parts_.free_weights : parts_.weights) * relative;
  if (free) base += Eigen::Map<const Eigen::RowVectorXd>(parts_.free_start.data(), nodes) * relative;
  const FeatureReader reader(parts_.features, times);
  std::size_t first = 0, w = 0;
  while (first < times.size()) {
    while (w + 1 < placed.size() && placed[w + 1].start <= times[first]) ++w;
    std::size_t last = first + 1;
    while (last < times.size() && (w + 1 == placed.size() || times[last] < placed[w + 1].start)) ++last;
    const auto column = static_cast<Index>(w);
    reader.read({weights.col(column).data(), u(parts_.features.count())}, base[column],
                times.subspan(first, last - first), placed[w].start, placed[w].length, out + first);
    first = last;
  }
}

void Surrogate::evaluate(const std::vector<double>& at, double t, double* x, double* x_t, double* x_p) const {
  const std::size_t n = parts_.signals.size(), nodes = parts_.node.size(), axes = parts_.axes.size();
  const std::size_t outputs = u(parts_.network.outputs()), modes = u(parts_.modes);
  std::vector<double> c(outputs), c_u(axes * outputs);
  parts_.network.evaluate(at.data(), c.data(), c_u.data());
  const TimeMap map = time_map(at);
  const double tau = map.inverse(t);
  std::size_t w = 0;
  while (w + 1 < parts_.windows.size() && parts_.windows[w + 1].start <= tau) ++w;
  const double s = (tau - parts_.windows[w].start) / parts_.windows[w].length;
  const double length = map.placed({parts_.windows[w]})[0].length;

  // psi and its slope carried back to the node values: B_m(s) and B_m'(s).
  const auto count = static_cast<Index>(parts_.features.count());
  Eigen::RowVectorXd psi(count), psi_s(count);
  parts_.features.evaluate(s, psi.data(), psi_s.data());
  struct Response {
    Eigen::RowVectorXd value, slope;
    double before = 0, before_s = 0;
  };
  Response fixed{psi * view(parts_.weights), psi_s * view(parts_.weights), 0, 0};
  fixed.before = 1 - fixed.value.sum();
  fixed.before_s = -fixed.slope.sum();
  Response free{psi * view(parts_.free_weights), psi_s * view(parts_.free_weights), 0, 0};
  const auto last = static_cast<Index>(nodes) - 1;
  free.value += Eigen::Map<const Eigen::RowVectorXd>(parts_.free_start.data(), last + 1);
  free.value[last] += 1 - free.value.sum();
  free.slope[last] -= free.slope.sum();

  for (std::size_t i = 0; i < n; ++i) {
    const Response& r = parts_.algebraic[i] ? free : fixed;
    const auto read = [&](const double* of) {  // value and slope by s, of X0 or of a mode
      const double* node = of + 1 + w * nodes;
      std::pair<double, double> out{r.before * node[-1], r.before_s * node[-1]};
      for (std::size_t m = 0; m < nodes; ++m) {
        out.first += r.value[static_cast<Index>(m)] * node[m];
        out.second += r.slope[static_cast<Index>(m)] * node[m];
      }
      return out;
    };
    auto [value, slope] = read(parts_.base.data() + i * points());
    std::vector<double> by(axes, 0.0);
    for (std::size_t k = 0; k < modes; ++k) {
      const auto mode = read(parts_.mode_values.data() + (i * modes + k) * points());
      value += c[k] * mode.first;
      slope += c[k] * mode.second;
      for (std::size_t j = 0; j < axes; ++j) by[j] += c_u[j * outputs + k] * mode.first;
    }
    const double rate = slope / length;
    if (x) x[i] = value;
    if (x_t) x_t[i] = rate;
    for (std::size_t j = 0; x_p && j < axes; ++j) {
      double moved = 0;  // dt(tau)/du: at fixed t reference time goes the other way
      if (!parts_.knot_scale.empty()) {
        std::vector<double> motion(map.time.size());
        for (std::size_t k = 0; k < motion.size(); ++k)
          motion[k] = parts_.knot_scale[k] * c_u[j * outputs + modes + k];
        moved = TimeMap::interpolate(map.reference, motion, tau);
      }
      x_p[j * n + i] = (by[j] - rate * moved) / parts_.axes[j].slope(at[j]);
    }
  }
}

}  // namespace nullor
