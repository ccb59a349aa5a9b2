#include "nullor/neural/levenberg_marquardt.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "nullor/neural/lm_window.h"
#include "nullor/neural/signal_sizes.h"
#include "nullor/neural/switch_watch.h"
#include "nullor/neural/training_start.h"

namespace nullor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kLocal = 0.1;       // share of the tolerance that one window may use: errors add up
constexpr double kResidual = 0.003;  // of that: what the nodes are solved to
constexpr double kSafety = 0.8, kShrink = 0.2, kGrow = 2;  // of the step controller
constexpr double kOrder = 10;                              // with which the defect falls, about
constexpr double kShortest = 1e-9;                         // window, of the transient

class Marcher {
 public:
  Marcher(Dae& dae, const SimulationOptions& options, const TranCard& card, const TrainingOptions& how,
          const std::vector<double>& x)
      : dae_(dae),
        card_(card),
        how_(how),
        scale_(EquationScale::find(dae, options.gmin, x, card.stop)),
        window_(dae, options.gmin, scale_, how.lm, how.seed),
        sizes_(dae, options),
        watch_(dae),
        x_(x) {}

  void march(TrainingReport& report, Waveform& out);

 private:
  void guess(double time, double length);
  void record(TrainingReport& report, double time, double length, const LmWindow::Result& solved,
              double error);

  Dae& dae_;
  const TranCard& card_;
  const TrainingOptions& how_;
  EquationScale scale_;
  LmWindow window_;
  SignalSizes sizes_;
  SwitchWatch watch_;
  std::vector<double> x_;  ///< (n + 1) at the end of the last window
  Perceptron last_;        ///< network of the window before, when it may be continued
  double last_start_ = 0, last_length_ = 0;
};

// The network of the window before goes on, within a little of its own length.
void Marcher::guess(double time, double length) {
  constexpr double kFurthest = 1.15;
  window_.begin(time, length, x_);
  if (last_.layers() <= 0) return;
  const std::size_t stride = x_.size();
  std::vector<double> states(window_.nodes().size() * stride, 0.0);
  for (std::size_t j = 0; j < window_.nodes().size(); ++j) {
    const double s = (time + length * window_.nodes()[j] - last_start_) / last_length_;
    last_.evaluate(std::min(s, kFurthest), states.data() + j * stride);
  }
  window_.fit(states);
}

void Marcher::record(TrainingReport& report, double time, double length, const LmWindow::Result& solved,
                     double error) {
  Table& curve = report.curve;
  if (curve.columns.empty()) {
    curve.plotname = "Training";
    curve.kind = "training";
    curve.columns = {{"time", Quantity::time, {}, {}},          {"length", Quantity::time, {}, {}},
                     {"residual_loss", Quantity::none, {}, {}}, {"defect_loss", Quantity::none, {}, {}},
                     {"iterations", Quantity::none, {}, {}},    {"damping", Quantity::none, {}, {}}};
  }
  const double row[] = {time,          length, solved.residual, error, static_cast<double>(solved.iterations),
                        solved.damping};
  for (std::size_t c = 0; c < std::size(row); ++c) curve.columns[c].real.push_back(row[c]);
}

void Marcher::march(TrainingReport& report, Waveform& out) {
  const auto begin = Clock::now();
  const double stop = card_.stop, local = kLocal * how_.tolerance, shortest = kShortest * stop;
  std::vector<double> corners = dae_.breakpoints(0, stop);
  std::erase_if(corners, [&](double t) { return t <= 1e-15 * stop || t >= stop * (1 - 1e-15); });
  corners.push_back(stop);
  const Dae::HeldStates held(dae_);
  sizes_.see(x_.data());
  watch_.begin(x_.data());
  std::vector<double> state(x_.size(), 0.0);
  double time = 0, proposal = std::min(0.05 * stop, 0.25 * corners[0]);
  for (std::size_t next = 0; next < corners.size();) {
    if (how_.time_limit > 0 &&
        std::chrono::duration<double>(Clock::now() - begin).count() > how_.time_limit) {
      report.out_of_time = true;
      report.failed_at = time;
      return;
    }
    const double left = corners[next] - time;
    if (left <= 1e-15 * stop) {
      ++next;
      continue;
    }
    double h = std::min(proposal, 0.25 * stop);
    const bool on_corner = h >= 0.999 * left;
    h = on_corner ? left : h > 0.5 * left ? 0.5 * left : h;

    guess(time, h);
    const LmWindow::Result solved = window_.solve(kResidual * local);
    report.iterations += solved.iterations;
    const double crossing =
        h > shortest ? watch_.crossing(window_.nodes(), [&](double s, double* x) { window_.read(s, x); }) : 0;
    if (crossing > 0) {
      ++report.rejected;
      proposal = crossing * h;
      continue;
    }
    for (const double s : window_.nodes()) {
      window_.read(s, state.data());
      sizes_.see(state.data());
    }
    const double error = window_.defect(sizes_.scale());
    const double factor =
        std::isfinite(error)
            ? std::clamp(kSafety * std::pow(local / std::max(error, 1e-300), 1 / kOrder), kShrink, kGrow)
            : kShrink;
    record(report, time, h, solved, error);
    if (!(error <= local)) {
      ++report.rejected;
      proposal = std::min(factor, 0.8) * h;
      if (proposal < shortest) {
        report.failed_at = time;
        report.failure.reason = "the time window became too short";
        return;
      }
      continue;
    }
    report.error_estimate = std::max(report.error_estimate, error);
    last_ = window_.waveform();
    last_start_ = time;
    last_length_ = h;
    window_.read(1, x_.data());
    time = on_corner ? corners[next] : time + h;
    out.append(last_start_, time - last_start_, last_);
    const bool switched = dae_.accept(x_.data(), time);
    watch_.begin(x_.data());
    if (on_corner || switched) last_ = Perceptron();
    ++report.windows;
    proposal = h < proposal ? std::max(factor * h, std::min(proposal, kGrow * h)) : factor * h;
    if (on_corner) ++next;
    if (how_.progress) how_.progress(time / stop);
    if (how_.status) how_.status(fmt::format("defect {:.1e}  window {}", error, report.windows));
  }
  report.evaluations = window_.evaluations();
  report.finished = true;
}

}  // namespace

TrainingReport train_by_levenberg_marquardt(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                            const TranCard& card, const TrainingOptions& how, Waveform& out) {
  TrainingReport report;
  std::vector<double> charges;
  if (!start_training(dae, newton, options, card, charges, report)) return report;
  out = Waveform(signals_of(dae));
  Marcher(dae, options, card, how, report.start.x).march(report, out);
  return report;
}

}  // namespace nullor
