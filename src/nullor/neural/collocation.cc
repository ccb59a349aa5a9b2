#include "nullor/neural/collocation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "nullor/neural/signal_sizes.h"
#include "nullor/neural/switch_watch.h"
#include "nullor/neural/training_start.h"
#include "nullor/neural/window_system.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr double kLocal = 0.02;  // share of the tolerance that one window may use: errors of windows add up
constexpr double kLargestGrowth = 2.5;  // of a window beside the one before
constexpr double kUnresolved = 1e-11;   // windows this short relative to the time are not controlled
constexpr double kSafety = 0.8;         // of the step controller
constexpr double kNewton = 0.3;         // Newton's error relative to that of a window

class Marcher {
 public:
  Marcher(Dae& dae, const SimulationOptions& options, const TrainingOptions& how, const FeatureBasis& basis,
          const std::vector<double>& x, const std::vector<double>& charges, Waveform& out)
      : dae_(dae),
        options_(options),
        how_(how),
        tolerance_(kLocal * how.tolerance),
        basis_(basis),
        system_(dae, basis, options.gmin, x),
        out_(out),
        n_(dae.size()),
        stride_(u(n_) + 1),
        x_(x),
        start_(x),
        charges_(charges),
        nodal_(u(basis.nodes()) * stride_, 0.0),
        weights_(n_, basis.features.count()),
        watch_(dae),
        psi_(u(basis.features.count())) {}

  void march(const TranCard& card, TrainingReport& report);

 private:
  void guess(double time, double length);
  void fit_weights(const WindowSystem::Window& window);
  void read_network(double s, double* x);
  void give_up(TrainingReport& report, double time, const WindowSystem::Result& last) const;

  Dae& dae_;
  const SimulationOptions& options_;
  const TrainingOptions& how_;
  double tolerance_;  ///< of one window
  const FeatureBasis& basis_;
  WindowSystem system_;
  Waveform& out_;
  int n_;
  std::size_t stride_;
  std::vector<double> x_;        ///< (n + 1) at the end of the last window
  std::vector<double> start_;    ///< (n + 1) at the beginning of the window, free unknowns just behind it
  std::vector<double> charges_;  ///< (n + 1) at the end of the last window
  std::vector<double> nodal_;    ///< (M x (n + 1))
  DenseMatrix weights_;          ///< (n x K)
  SwitchWatch watch_;
  WindowSystem::Window trained_;  ///< window of start_ and weights_
  bool known_ = false;            ///< the last trained network may be continued
  std::vector<double> psi_;       ///< (K)
};

// From the network last trained where it may be continued (it is the one before, or a longer one that was
// refused), else the last values.
void Marcher::guess(double time, double length) {
  constexpr double kLargestContinuation = 1.5;  // beyond this the features say nothing
  for (int m = 0; m < basis_.nodes(); ++m) {
    double* at = nodal_.data() + u(m) * stride_;
    if (!known_) {
      std::copy(x_.begin(), x_.end(), at);
      continue;
    }
    const double s = (time + length * basis_.node[u(m)] - trained_.start) / trained_.length;
    read_network(std::min(s, kLargestContinuation), at);
  }
}

void Marcher::fit_weights(const WindowSystem::Window& window) {
  const auto& algebraic = system_.algebraic();
  for (int i = 0; i < n_; ++i) {
    const bool free = algebraic[u(i)];
    const DenseMatrix& map = free ? basis_.free_weights : basis_.weights;
    const double base = free ? nodal_[u(basis_.nodes() - 1) * stride_ + u(i)] : x_[u(i)];
    start_[u(i)] = base;
    for (int m = 0; free && m < basis_.nodes(); ++m)
      start_[u(i)] += basis_.free_start[u(m)] * (nodal_[u(m) * stride_ + u(i)] - base);
    for (int k = 0; k < map.rows; ++k) {
      double sum = 0;
      for (int m = 0; m < basis_.nodes(); ++m) sum += map(k, m) * (nodal_[u(m) * stride_ + u(i)] - base);
      weights_(i, k) = sum;
    }
  }
  trained_ = window;
  known_ = true;
}

// The network last trained, at s of its window.
void Marcher::read_network(double s, double* x) {
  basis_.features.evaluate(s, psi_.data());
  for (int i = 0; i < n_; ++i) {
    const double* weight = weights_.row(i);
    double sum = start_[u(i)];
    for (std::size_t k = 0; k < psi_.size(); ++k) sum += weight[k] * psi_[k];
    x[i] = sum;
  }
}

void Marcher::give_up(TrainingReport& report, double time, const WindowSystem::Result& last) const {
  report.failed_at = time;
  report.failure.reason = last.singular ? "the equations of a time window have no unique solution"
                                        : "the time window became too short";
  report.failure.singular = last.singular;
  if (last.worst_unknown >= 0 && last.worst_unknown < n_) {
    report.failure.suspects.push_back("'" + dae_.unknowns()[u(last.worst_unknown)].name +
                                      "' does not settle" + devices_at(dae_, last.worst_unknown));
    report.failure.suspects.push_back("look for a solution that ends or jumps there with --engine numeric");
  }
}

void Marcher::march(const TranCard& card, TrainingReport& report) {
  const auto begin = std::chrono::steady_clock::now();
  const double stop = card.stop;
  // tmax bounds steps of low order; windows follow the tolerance.
  const double largest = std::min(stop / 4, dae_.largest_step());
  const auto smallest_at = [&](double t) {
    return std::max(16 * std::numeric_limits<double>::epsilon() * t, 1e-18 * stop);
  };
  std::vector<double> corners = dae_.breakpoints(0, stop);
  // Corners that differ by rounding are one.
  const double same = 1e-15 * stop;
  std::erase_if(corners, [&](double t) { return t <= same || t >= stop - same; });
  corners.push_back(stop);
  corners.erase(
      std::unique(corners.begin(), corners.end(), [&](double a, double b) { return b - a <= same; }),
      corners.end());
  const Dae::HeldStates held(dae_);
  SignalSizes sizes(dae_, options_);
  sizes.see(x_.data());
  watch_.begin(x_.data());

  double time = 0, proposal = std::min(largest, 0.1 * std::min(corners[0], stop));
  std::size_t next = 0;
  const double event_resolution = 1e-9 * stop;
  WindowSystem::Result solved;
  while (next < corners.size()) {
    if (how_.time_limit > 0 &&
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() > how_.time_limit) {
      report.out_of_time = true;
      report.failed_at = time;
      return;
    }
    const double left = corners[next] - time, smallest = smallest_at(time);
    double h = std::min(proposal, largest);
    bool on_corner = false;
    if (h >= 0.999 * left) {
      h = left;
      on_corner = true;
    } else if (h > 0.5 * left) {
      h = 0.5 * left;
    }
    const WindowSystem::Window window{time, h};
    guess(time, h);
    const std::vector<double>& scale = sizes.scale();
    solved = system_.solve(window, charges_, scale, kNewton * tolerance_, nodal_);
    report.iterations += solved.iterations;
    if (!solved.converged) {
      ++report.rejected;
      known_ = false;
      proposal = 0.25 * h;
      if (proposal < smallest) {
        give_up(report, time, solved);
        return;
      }
      continue;
    }
    fit_weights(window);
    const double crossing =
        h > event_resolution ? watch_.crossing(basis_.node, [&](double s, double* x) { read_network(s, x); })
                             : 0;
    if (crossing > 0) {
      ++report.rejected;
      proposal = crossing * h;
      continue;
    }
    const std::vector<double> sizes_before = sizes.largest();
    for (int m = 0; m < basis_.nodes(); ++m) sizes.see(nodal_.data() + u(m) * stride_);
    const double error = system_.defect(window, x_, charges_, nodal_, sizes.scale());
    const double factor = std::clamp(
        kSafety * std::pow(tolerance_ / std::max(error, 1e-300), 1.0 / basis_.nodes()), 0.2, kLargestGrowth);
    // A quantity without charge may jump where a source only bends (a diode that begins to conduct): below
    // what the numbers of time resolve, a window is taken as it is.
    const bool jump = !(error <= tolerance_) && h <= std::max(2 * smallest, kUnresolved * time);
    if (!(error <= tolerance_) && !jump) {
      ++report.rejected;
      sizes.forget(sizes_before);
      proposal = std::isfinite(error) ? std::min(factor, 0.9) * h : 0.2 * h;
      continue;
    }
    // Accepted.
    if (jump) {
      ++report.jumps;
    } else {
      report.error_estimate = std::max(report.error_estimate, error);
    }
    out_.append(time, h, std::span(start_).first(u(n_)), weights_);
    if (how_.record) {
      WindowRecord& kept = how_.record->emplace_back(WindowRecord{time, h, nodal_, {}});
      dae_.read_states(kept.discrete_states);
    }
    const double* end = nodal_.data() + u(basis_.nodes() - 1) * stride_;
    x_.assign(end, end + stride_);
    const double* q = system_.charges().data() + u(basis_.nodes() - 1) * stride_;
    charges_.assign(q, q + stride_);
    time = on_corner ? corners[next] : time + h;
    const bool switched = dae_.accept(x_.data(), time);
    watch_.begin(x_.data());
    ++report.windows;
    // A window cut short by a corner says little about the length that the tolerance allows.
    proposal = jump           ? kLargestGrowth * h
               : h < proposal ? std::max(factor * h, std::min(proposal, kLargestGrowth * h))
                              : factor * h;
    // Where time itself is rounded the network carries that noise, and continuing it would multiply it.
    known_ = !(on_corner || switched || h < WindowSystem::kShortWindow * time);
    if (on_corner) ++next;
    if (how_.progress) how_.progress(time / stop);
  }
  report.evaluations = system_.evaluations();
  report.factorizations = system_.factorizations();
  report.finished = true;
}

}  // namespace

FeatureBasis collocation_basis(const TrainingOptions& how) {
  return FeatureBasis::make(kLocal * how.tolerance, how.seed);
}

TrainingReport train_by_collocation(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                    const TranCard& card, const TrainingOptions& how, Waveform& out) {
  TrainingReport report;
  std::vector<double> charges;
  if (!start_training(dae, newton, options, card, charges, report)) return report;
  const FeatureBasis basis = collocation_basis(how);
  out = Waveform(signals_of(dae), basis.features);
  Marcher(dae, options, how, basis, report.start.x, charges, out).march(card, report);
  return report;
}

}  // namespace nullor
