#include "nullor/neural/surrogate_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace nullor {
namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;

constexpr double kShareOfSlopes = 0.25;    // a derivative by u beside a value, in the modes
constexpr double kShareOfCurrents = 0.01;  // branch currents beside voltages: they are derivatives
constexpr double kShareOfModes = 0.03;     // of the tolerance, left out with the modes
constexpr Index kMostModes = 300;

/// Snapshots as columns: of each run its value relative to the first, then its derivatives.
Matrix snapshots(const std::vector<SurrogateRun>& runs, const std::vector<double>& weight) {
  const auto size = static_cast<Index>(weight.size());
  const auto axes = static_cast<Index>(runs[0].u.size()), count = static_cast<Index>(runs.size());
  Matrix s(size, count * (1 + axes));
  const Eigen::Map<const Eigen::ArrayXd> w(weight.data(), size), first(runs[0].state.data(), size);
  for (Index r = 0; r < count; ++r) {
    const SurrogateRun& run = runs[static_cast<std::size_t>(r)];
    s.col(r * (1 + axes)) = w * (Eigen::Map<const Eigen::ArrayXd>(run.state.data(), size) - first);
    for (Index j = 0; j < axes; ++j)
      s.col(r * (1 + axes) + 1 + j) =
          kShareOfSlopes * w * Eigen::Map<const Eigen::ArrayXd>(run.state_u.data() + j * size, size);
  }
  return s;
}

}  // namespace

Surrogate::Parts parts_of(const BoxSimulator& box) {
  Surrogate::Parts parts;
  parts.title = box.circuit().title;
  parts.axes = box.axes();
  for (const UnknownInfo& info : box.unknowns()) parts.signals.push_back({info.name, info.unit});
  parts.saved = box.saved();
  parts.stop = box.card().stop;
  parts.features = box.basis().features;
  parts.node = box.basis().node;
  parts.weights = box.basis().weights;
  parts.free_weights = box.basis().free_weights;
  parts.free_start = box.basis().free_start;
  parts.algebraic = box.algebraic();
  parts.windows = box.windows();
  parts.reference_knots = box.reference_knots();
  parts.window_tolerance = box.training().tolerance;
  parts.seed = box.training().seed;
  return parts;
}

Surrogate fit_surrogate(const BoxSimulator& box, const std::vector<SurrogateRun>& runs, double tolerance,
                        ParameterFit& fit) {
  const std::size_t points = box.points_per_signal(), n = box.unknowns().size(), size = n * points;
  const std::size_t axes = box.axes().size(), knots = box.reference_knots().size();
  std::vector<double> weight = box.weights(runs[0].state);
  const double least = 1e-9 * *std::max_element(weight.begin(), weight.end());
  for (std::size_t k = 0; k < size; ++k) {
    if (box.unknowns()[k / points].nature == Nature::current) weight[k] *= kShareOfCurrents;
    // The start has no length in time, but the first window begins with it.
    if (k % points == 0) weight[k] = weight[k + 1];
    weight[k] = std::max(weight[k], least);
  }
  const Matrix s = snapshots(runs, weight);
  const Matrix gram = s.transpose() * s;
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(gram);
  const Eigen::VectorXd& energy = eigen.eigenvalues();  // ascending
  const Index columns = energy.size();
  const double allowed = std::pow(kShareOfModes * tolerance, 2) * static_cast<double>(runs.size());
  Index modes = 0;
  double left = std::max(gram.trace(), 0.0);
  while (modes < std::min(columns, kMostModes) && left > allowed &&
         energy[columns - 1 - modes] > 1e-15 * energy[columns - 1]) {
    left -= energy[columns - 1 - modes];
    ++modes;
  }
  const Matrix amplitude_map = eigen.eigenvectors().rightCols(modes).rowwise().reverse();
  const Eigen::VectorXd singular = energy.tail(modes).reverse().cwiseMax(0.0).cwiseSqrt();
  const Matrix y = s * amplitude_map * singular.cwiseInverse().asDiagonal();
  const Matrix amplitudes = amplitude_map * singular.asDiagonal();  // (columns x modes)

  // A knot that is late shifts every edge behind it: in the norm, by about 2 pi times the shift in periods.
  std::vector<double> knot_scale;
  const auto& reference = box.reference_knots();
  for (const SurrogateRun& run : runs) {
    if (run.knots != reference ||
        std::any_of(run.knots_u.begin(), run.knots_u.end(), [](double v) { return v != 0; }))
      knot_scale.assign(knots, 0.0);
  }
  for (std::size_t k = 0; k < knot_scale.size(); ++k) {
    const std::size_t from = std::max<std::size_t>(k, 1);
    knot_scale[k] = (reference[from] - reference[from - 1]) / (2 * std::numbers::pi);
  }

  ParameterSamples samples;
  samples.inputs = static_cast<int>(axes);
  samples.outputs = static_cast<int>(modes) + static_cast<int>(knot_scale.size());
  for (std::size_t r = 0; r < runs.size(); ++r) {
    samples.u.insert(samples.u.end(), runs[r].u.begin(), runs[r].u.end());
    const auto row = static_cast<Index>(r * (1 + axes));
    for (Index k = 0; k < modes; ++k) samples.values.push_back(amplitudes(row, k));
    for (std::size_t k = 0; k < knot_scale.size(); ++k)
      samples.values.push_back((runs[r].knots[k] - reference[k]) / knot_scale[k]);
    for (std::size_t j = 0; j < axes; ++j) {
      for (Index k = 0; k < modes; ++k)
        samples.values_u.push_back(amplitudes(row + 1 + static_cast<Index>(j), k) / kShareOfSlopes);
      for (std::size_t k = 0; k < knot_scale.size(); ++k)
        samples.values_u.push_back(runs[r].knots_u[j * knots + k] / knot_scale[k]);
    }
  }

  Surrogate::Parts parts = parts_of(box);
  parts.knot_scale = knot_scale;
  parts.modes = static_cast<int>(modes);
  parts.network = fit_parameter_network(samples, fit);
  parts.base = runs[0].state;
  parts.mode_values.resize(size * static_cast<std::size_t>(modes));
  for (std::size_t i = 0; i < n; ++i) {
    for (Index k = 0; k < modes; ++k) {
      double* to = parts.mode_values.data() +
                   (i * static_cast<std::size_t>(modes) + static_cast<std::size_t>(k)) * points;
      for (std::size_t m = 0; m < points; ++m)
        to[m] = y(static_cast<Index>(i * points + m), k) / weight[i * points + m];
    }
  }
  parts.runs = static_cast<long>(runs.size());
  return Surrogate(std::move(parts));
}

}  // namespace nullor
