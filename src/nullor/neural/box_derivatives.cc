// Derivatives of a run at fixed reference time, the layout of states, and the norm of errors.

#include <algorithm>
#include <cmath>

#include "nullor/neural/box_simulator.h"
#include "nullor/neural/collocation_sensitivity.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

std::vector<double> BoxSimulator::pack(const NodalValues& values) const {
  const std::size_t stride = u(n_) + 1, nodes = u(basis_.nodes()), points = points_per_signal();
  std::vector<double> out(u(n_) * points);
  for (std::size_t i = 0; i < u(n_); ++i) {
    double* of = out.data() + i * points;
    *of++ = values.start[i];
    for (const auto& window : values.nodal) {
      for (std::size_t m = 0; m < nodes; ++m) *of++ = window[m * stride + i];
    }
  }
  return out;
}

NodalValues BoxSimulator::unpack(const std::vector<double>& state) const {
  const std::size_t stride = u(n_) + 1, nodes = u(basis_.nodes()), points = points_per_signal();
  NodalValues out;
  out.start.assign(stride, 0.0);
  out.nodal.assign(windows_.size(), std::vector<double>(nodes * stride, 0.0));
  for (std::size_t i = 0; i < u(n_); ++i) {
    const double* of = state.data() + i * points;
    out.start[i] = *of++;
    for (auto& window : out.nodal) {
      for (std::size_t m = 0; m < nodes; ++m) window[m * stride + i] = *of++;
    }
  }
  return out;
}

std::vector<double> BoxSimulator::weights(const std::vector<double>& state) const {
  const std::size_t points = points_per_signal(), nodes = u(basis_.nodes());
  std::vector<double> along(points, 0.0), norm(u(n_), 0.0), out(u(n_) * points);
  for (std::size_t w = 0; w < windows_.size(); ++w) {
    for (std::size_t m = 0; m < nodes; ++m) along[1 + w * nodes + m] = windows_[w].length * node_weights_[m];
  }
  double voltage = 0, current = 0;
  for (std::size_t i = 0; i < u(n_); ++i) {
    for (std::size_t k = 0; k < points; ++k)
      norm[i] += along[k] * state[i * points + k] * state[i * points + k];
    if (unknowns_[i].nature == Nature::voltage) voltage = std::max(voltage, norm[i]);
    if (unknowns_[i].nature == Nature::current) current = std::max(current, norm[i]);
  }
  for (std::size_t i = 0; i < u(n_); ++i) {
    const double floor = 1e-6 * (unknowns_[i].nature == Nature::voltage   ? voltage
                                 : unknowns_[i].nature == Nature::current ? current
                                                                          : 0.0);
    const double size = std::max(norm[i], floor);
    for (std::size_t k = 0; k < points; ++k) out[i * points + k] = size > 0 ? std::sqrt(along[k] / size) : 0;
  }
  return out;
}

std::vector<double> BoxSimulator::relative_error(const std::vector<double>& difference,
                                                 const std::vector<double>& state) const {
  const std::vector<double> weight = weights(state);
  const std::size_t points = points_per_signal();
  std::vector<double> out(u(n_), 0.0);
  for (std::size_t i = 0; i < u(n_); ++i) {
    if (unknowns_[i].nature == Nature::current) continue;
    double sum = 0;
    for (std::size_t k = i * points; k < (i + 1) * points; ++k)
      sum += weight[k] * weight[k] * difference[k] * difference[k];
    out[i] = std::sqrt(sum);
  }
  return out;
}

// (1) of the header: derivatives on fixed windows, then the motion of the windows.
void BoxSimulator::differentiate(Engine& engine, const MarchResult& solved,
                                 const std::vector<WindowSystem::Window>& windows, SurrogateRun& run) const {
  const std::size_t stride = u(n_) + 1, nodes = u(basis_.nodes()), points = points_per_signal();
  const std::size_t axes = axes_.size(), knots = reference_.size(), size = u(n_) * points;
  std::vector<ParameterHandle> wanted;
  for (const SurrogateAxis& axis : axes_) wanted.push_back(engine.dae().parameter(axis.name));
  std::vector<WindowRecord> records;
  for (std::size_t w = 0; w < windows.size(); ++w)
    records.push_back({windows[w].start, windows[w].length, solved.values.nodal[w], {}});
  const ForwardSensitivity by =
      forward_sensitivity(engine, card_, basis_, records, solved.values.start, wanted);
  run.state_u.resize(axes * size);
  run.knots_u.assign(axes * knots, 0.0);
  for (std::size_t j = 0; j < axes; ++j) {
    const double slope = axes_[j].slope(run.u[j]);
    NodalValues values;
    values.start.assign(by.start.begin() + static_cast<std::ptrdiff_t>(j * stride),
                        by.start.begin() + static_cast<std::ptrdiff_t>((j + 1) * stride));
    for (const auto& window : by.nodal) {
      const auto from = window.begin() + static_cast<std::ptrdiff_t>(j * nodes * stride);
      values.nodal.emplace_back(from, from + static_cast<std::ptrdiff_t>(nodes * stride));
    }
    const std::vector<double> packed = pack(values);
    for (std::size_t k = 0; k < size; ++k) run.state_u[j * size + k] = slope * packed[k];
  }
  if (aligned_ < 0 && !corners_move_) return;

  // dx/dt at every node, (n x (1 + W M)); at the start nothing moves.
  std::vector<double> rate(size, 0.0);
  std::vector<Cardinal> slopes;
  for (const double s : basis_.node) slopes.push_back(Cardinal::slope(basis_, s));
  for (std::size_t i = 0; i < u(n_); ++i) {
    for (std::size_t w = 0; w < windows.size(); ++w) {
      const double* x = run.state.data() + i * points + 1 + w * nodes;
      for (std::size_t m = 0; m < nodes; ++m) {
        const bool free = solved.algebraic[i];
        double sum = free ? 0 : slopes[m].start * x[-1];
        for (std::size_t k = 0; k < nodes; ++k) sum += (free ? slopes[m].free : slopes[m].fixed)[k] * x[k];
        rate[i * points + 1 + w * nodes + m] = sum / windows[w].length;
      }
    }
  }
  // The last node of the window that ends on each knot.
  std::vector<std::size_t> at_knot(knots, 0);
  for (std::size_t w = 0, k = 1; w < windows_.size() && k < knots; ++w) {
    if (windows_[w].start + windows_[w].length >= reference_[k] * (1 - 1e-12)) at_knot[k++] = (w + 1) * nodes;
  }
  for (std::size_t j = 0; j < axes; ++j) {
    double* moved = run.knots_u.data() + j * knots;
    const std::size_t corners = knots - 2 - passages_;
    if (corners_move_) {
      constexpr double kStep = 1e-4;
      std::vector<double> before = run.u, after = run.u;
      before[j] -= kStep;
      after[j] += kStep;
      const std::vector<double> a = corners_at(before), b = corners_at(after);
      for (std::size_t k = 0; k < corners && a.size() == corners && b.size() == corners; ++k)
        moved[1 + k] = (b[k] - a[k]) / (2 * kStep);
    }
    for (std::size_t k = 1 + corners; k < 1 + corners + passages_; ++k) {
      const std::size_t at = u(aligned_) * points + at_knot[k];
      moved[k] = -run.state_u[j * size + at] / rate[at];
    }
    if (passages_ >= 2) {
      const std::size_t last = knots - 2;
      moved[last + 1] = moved[last] + periods_behind_ * (moved[last] - moved[last - 1]);
    }
    const std::vector<double> motion(moved, moved + knots);
    for (std::size_t w = 0; w < windows_.size(); ++w) {
      for (std::size_t m = 0; m < nodes; ++m) {
        const double tau = windows_[w].start + windows_[w].length * basis_.node[m];
        const double shift = TimeMap::interpolate(reference_, motion, tau);
        for (std::size_t i = 0; i < u(n_); ++i) {
          const std::size_t at = i * points + 1 + w * nodes + m;
          run.state_u[j * size + at] += rate[at] * shift;
        }
      }
    }
  }
}

}  // namespace nullor
