// Surrogates trained on the residual over time and parameters, without runs.

#include <fmt/format.h>

#include <Eigen/Dense>
#include <chrono>
#include <cmath>

#include "nullor/base/parallel.h"
#include "nullor/neural/signal_sizes.h"
#include "nullor/neural/surrogate_fit.h"
#include "nullor/neural/surrogate_trainer.h"
#include "nullor/neural/training_start.h"

namespace nullor {
namespace {

using Matrix = Eigen::MatrixXd;
using Eigen::Index;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// The circuit at one point, in the window that is being trained.
struct Place {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<WindowSystem> system;
  std::vector<double> x, charges;  ///< (n + 1) where the window begins
  std::vector<double> nodal;       ///< (M x (n + 1))
  std::unique_ptr<SignalSizes> sizes;
};

class PhysicsTraining {
 public:
  PhysicsTraining(BoxSimulator& box, const SurrogateOptions& how) : box_(box), how_(how) {}

  Surrogate run(SurrogateReport& report) {
    const auto began = std::chrono::steady_clock::now();
    const std::size_t axes = box_.axes().size();
    BoxFilling filling(axes, how_.seed), held_out(axes, how_.seed + 1);
    box_.lay_windows(box_corners(axes), how_.jobs);
    if (box_.time_moves()) {
      throw InputError(ErrorKind::usage,
                       "without runs nothing tells how periods or corners move with the parameters", {},
                       "leave out --physics-only");
    }
    points_ = box_corners(axes);
    const std::size_t wanted =
        std::max<std::size_t>(points_.size() + 2, std::min(u(how_.most_runs), std::size_t{1000}));
    while (points_.size() < wanted) points_.push_back(filling.next(true));
    project();
    start();
    report.windows = static_cast<long>(box_.windows().size());
    const std::size_t nodes = u(box_.basis().nodes());
    Matrix state = Matrix::Zero(static_cast<Index>(points_.size()),
                                static_cast<Index>(box_.unknowns().size() * box_.points_per_signal()));
    keep(
        state, 0, [](const Place& p, std::size_t, std::size_t i) { return p.x[i]; }, 1);
    for (std::size_t w = 0; w < box_.windows().size(); ++w) {
      report.rounds += train_window(w);
      keep(
          state, 1 + w * nodes,
          [&](const Place& p, std::size_t m, std::size_t i) {
            return p.nodal[m * (box_.unknowns().size() + 1) + i];
          },
          nodes);
      if (how_.progress)
        how_.progress(static_cast<double>(w + 1) / static_cast<double>(box_.windows().size()));
    }
    Surrogate out = network(state);
    certify_at_held_out(box_, how_, held_out, out);
    report.runs = static_cast<long>(points_.size());
    report.met = out.certificate().worst <= how_.tolerance;
    report.degree = degree_;
    report.certified = how_.held_out;
    report.left_out_error = loss_;
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (how_.say)
      how_.say(fmt::format("residual at {} points and all nodes, in units of each signal: {:.1e} rms",
                           points_.size(), loss_));
    return out;
  }

 private:
  // Features that two thirds of the points can tell apart; the network at the points is project_ of any
  // values.
  void project() {
    const std::vector<double> order(box_.axes().size(), 1.0);
    const int inputs = static_cast<int>(order.size());
    const auto count = [&](double d) {
      return ParameterNetwork::exponents_within(order, d).size() / order.size();
    };
    while (3 * count(degree_ + 1) <= 2 * points_.size()) degree_ += 1;
    exponents_ = ParameterNetwork::exponents_within(order, degree_);
    const auto features = static_cast<Index>(count(degree_)), rows = static_cast<Index>(points_.size());
    Matrix phi(rows, features);
    std::vector<double> row(static_cast<std::size_t>(features));
    for (Index r = 0; r < rows; ++r) {
      ParameterNetwork::features_at(exponents_, inputs, points_[static_cast<std::size_t>(r)].data(),
                                    row.data());
      phi.row(r) = Eigen::Map<const Eigen::RowVectorXd>(row.data(), features);
    }
    fit_ = phi.householderQr().solve(Matrix::Identity(rows, rows));
    project_ = phi * fit_;
  }

  void start() {
    places_.resize(points_.size());
    parallel_for(points_.size(), how_.jobs, [&](std::size_t k) {
      Place& p = places_[k];
      p.engine = box_.engine_at(points_[k]);
      Engine& e = *p.engine;
      const OperatingPoint start = start_of_windows(e.dae(), e.newton(), e.options(), box_.card(), p.charges);
      if (!start.converged) throw analysis_failed("operating point of the transient", start.failure, {});
      p.x = start.x;
      p.sizes = std::make_unique<SignalSizes>(e.dae(), e.options());
      p.sizes->see(p.x.data());
      p.system = std::make_unique<WindowSystem>(e.dae(), box_.basis(), e.options().gmin, p.x);
    });
  }

  // (1) of the header until the network stands still.
  long train_window(std::size_t w) {
    constexpr int kSteps = 25;
    const WindowSystem::Window window = box_.windows()[w];
    const std::size_t n = box_.unknowns().size(), stride = n + 1, nodes = u(box_.basis().nodes());
    extrapolate(w);
    long steps = 0;
    for (double last = INFINITY; steps < kSteps; ++steps) {
      std::vector<double> sums(places_.size(), 0.0);
      parallel_for(places_.size(), how_.jobs, [&](std::size_t k) {
        Place& p = places_[k];
        const Dae::HeldStates held(p.engine->dae());
        if (!p.system->linearize(window, p.nodal)) {
          throw InputError(ErrorKind::singular, "the equations of a time window have no unique solution");
        }
        std::vector<double> step(n * nodes);
        p.system->negative_residual(window, p.charges, step.data());
        p.system->solve_linearized(step.data());
        for (std::size_t m = 0; m < nodes; ++m) p.sizes->see(p.nodal.data() + m * stride);
        const std::vector<double>& scale = p.sizes->scale();
        for (std::size_t i = 0; i < n; ++i) {
          for (std::size_t m = 0; m < nodes; ++m) {
            const double dx = step[i * nodes + m];
            p.nodal[m * stride + i] += dx;
            if (box_.unknowns()[i].nature != Nature::current) sums[k] += dx * dx / (scale[i] * scale[i]);
          }
        }
      });
      double sum = 0;
      for (const double s : sums) sum += s;
      const double moved = std::sqrt(sum / static_cast<double>(places_.size() * n * nodes));
      to_network();
      if (!std::isfinite(moved)) {
        throw InputError(ErrorKind::no_convergence,
                         fmt::format("training on the residual fails at {:g} s", window.start), {},
                         "narrow the ranges of --over, or train on runs: leave out --physics-only");
      }
      if (moved < 1e-3 * how_.tolerance || moved > 0.7 * last) {
        loss_ = std::max(loss_, moved);
        if (moved < how_.tolerance || steps > 3) break;
      }
      last = moved;
    }
    // What the next window begins with is what the network has reached.
    parallel_for(places_.size(), how_.jobs, [&](std::size_t k) {
      Place& p = places_[k];
      const Dae::HeldStates held(p.engine->dae());
      p.system->linearize(window, p.nodal);
      const double* q = p.system->charges().data() + (nodes - 1) * stride;
      p.charges.assign(q, q + stride);
    });
    before_ = window;
    return steps;
  }

  // The network of the window before goes on a little; the first begins at the start itself.
  void extrapolate(std::size_t w) {
    const std::size_t stride = box_.unknowns().size() + 1, nodes = u(box_.basis().nodes());
    for (Place& p : places_) {
      std::vector<double> next(nodes * stride, 0.0);
      for (std::size_t m = 0; m < nodes; ++m) {
        const double t = box_.windows()[w].start + box_.windows()[w].length * box_.basis().node[m];
        const double s = w == 0 ? 0 : std::min((t - before_.start) / before_.length, 1.2);
        const Cardinal cardinal(box_.basis(), s);
        const bool corner = w > 0 && on_knot(box_.windows()[w].start);
        for (std::size_t i = 0; i + 1 < stride; ++i) {
          const bool free = box_.algebraic()[i] != 0;
          double sum = free ? 0 : cardinal.start * p.x[i];
          for (std::size_t k = 0; w > 0 && k < nodes; ++k)
            sum += (free ? cardinal.free : cardinal.fixed)[k] * p.nodal[k * stride + i];
          next[m * stride + i] = w == 0 ? p.x[i] : corner ? p.nodal[(nodes - 1) * stride + i] : sum;
        }
      }
      if (w > 0) p.x.assign(p.nodal.end() - static_cast<std::ptrdiff_t>(stride), p.nodal.end());
      p.nodal = std::move(next);
    }
  }

  bool on_knot(double tau) const {
    for (const double k : box_.reference_knots()) {
      if (std::fabs(k - tau) <= 1e-12 * box_.reference_knots().back()) return true;
    }
    return false;
  }

  // Values at the points become what the network says there.
  void to_network() {
    const std::size_t size = places_.front().nodal.size();
    Matrix values(static_cast<Index>(places_.size()), static_cast<Index>(size));
    for (std::size_t k = 0; k < places_.size(); ++k)
      values.row(static_cast<Index>(k)) =
          Eigen::Map<const Eigen::RowVectorXd>(places_[k].nodal.data(), static_cast<Index>(size));
    const Matrix now = project_ * values;
    for (std::size_t k = 0; k < places_.size(); ++k) {
      for (std::size_t j = 0; j < size; ++j)
        places_[k].nodal[j] = now(static_cast<Index>(k), static_cast<Index>(j));
    }
  }

  template <class Read>
  void keep(Matrix& state, std::size_t first, const Read& read, std::size_t count) {
    for (std::size_t k = 0; k < places_.size(); ++k) {
      for (std::size_t i = 0; i < box_.unknowns().size(); ++i) {
        for (std::size_t m = 0; m < count; ++m)
          state(static_cast<Index>(k), static_cast<Index>(i * box_.points_per_signal() + first + m)) =
              read(places_[k], m, i);
      }
    }
  }

  // The features themselves are the modes: c_f = phi_f.
  Surrogate network(const Matrix& state) const {
    Surrogate::Parts parts = parts_of(box_);
    const std::size_t n = box_.unknowns().size(), length = box_.points_per_signal();
    const Matrix weights = fit_ * state;  // (F x n (1 + W M))
    const auto features = static_cast<std::size_t>(weights.rows());
    std::vector<double> identity(features * features, 0.0);
    for (std::size_t f = 0; f < features; ++f) identity[f * features + f] = 1;
    parts.modes = static_cast<int>(features);
    parts.network = ParameterNetwork(static_cast<int>(box_.axes().size()), parts.modes, exponents_, identity);
    parts.base.assign(n * length, 0.0);
    parts.mode_values.resize(n * features * length);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t f = 0; f < features; ++f) {
        for (std::size_t m = 0; m < length; ++m)
          parts.mode_values[(i * features + f) * length + m] =
              weights(static_cast<Index>(f), static_cast<Index>(i * length + m));
      }
    }
    return Surrogate(std::move(parts));
  }

  BoxSimulator& box_;
  const SurrogateOptions& how_;
  std::vector<std::vector<double>> points_;
  double degree_ = 0, loss_ = 0;
  std::vector<int> exponents_;
  Matrix fit_, project_;  // (F x N), (N x N)
  std::vector<Place> places_;
  WindowSystem::Window before_;
};

}  // namespace

Surrogate train_surrogate_on_physics(BoxSimulator& box, const SurrogateOptions& how,
                                     SurrogateReport& report) {
  return PhysicsTraining(box, how).run(report);
}

}  // namespace nullor
