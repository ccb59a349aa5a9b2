#include "nullor/neural/neural_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "nullor/neural/audit.h"
#include "nullor/neural/trainer_registry.h"
#include "nullor/simulate/unstable_rest.h"

namespace nullor {

std::vector<double> sampling_times(const Waveform& waveform, const TranCard& card) {
  constexpr int kPerWindow = 16;
  constexpr double kMostPrintSteps = 1e6;
  std::vector<double> out;
  if (card.step > 0 && card.stop / card.step <= kMostPrintSteps) {
    const long count = std::lround(std::floor(card.stop / card.step * (1 + 1e-12)));
    for (long k = 0; k <= count; ++k) out.push_back(static_cast<double>(k) * card.step);
  }
  for (std::size_t w = 0; w < waveform.windows(); ++w) {
    for (int k = 0; k < kPerWindow; ++k) {
      out.push_back(waveform.window_start(w) + waveform.window_length(w) * k / kPerWindow);
    }
  }
  out.push_back(card.stop);
  std::erase_if(out, [&](double t) { return t < card.start || t > card.stop; });
  std::sort(out.begin(), out.end());
  // Points that differ by rounding are one.
  out.erase(
      std::unique(out.begin(), out.end(), [&](double a, double b) { return b - a < 1e-12 * card.stop; }),
      out.end());
  return out;
}

TrainingReport train_checked(Engine& engine, const TranCard& card, const Location& where,
                             const TrainingOptions& how, Waveform& waveform) {
  const TrainingReport report =
      trainer_named(how.trainer).train(engine.dae(), engine.newton(), engine.options(), card, how, waveform);
  if (!report.start.converged)
    throw analysis_failed("operating point of the transient", report.failure, where);
  if (report.out_of_time) {
    throw InputError(
        ErrorKind::no_convergence,
        fmt::format("training reached {:g} s of {:g} s in the time allowed", report.failed_at, card.stop),
        where,
        how.trainer != "adam"         ? "give more with --time-limit, or loosen --tolerance"
        : how.adam.checkpoint.empty() ? "give more with --time-limit, or keep --checkpoint FILE"
                                      : "go on with --resume");
  }
  if (!report.finished) {
    throw analysis_failed(fmt::format("training at {:g} s", report.failed_at), report.failure, where);
  }
  return report;
}

namespace {

std::string summary_of(const TrainingReport& report, const Waveform& waveform, double seconds) {
  const std::string time =
      seconds < 1 ? fmt::format("{:.3g} ms", 1e3 * seconds) : fmt::format("{:.4g} s", seconds);
  std::string out = fmt::format("neural: {} windows, {} trained weights in {}; ", report.windows,
                                waveform.trained_weights(), time);
  if (report.loss == 0) return out + fmt::format("estimated error {:.1e} of a signal", report.error_estimate);
  return out + fmt::format(
                   "loss {:.2e} after {} epochs{}, largest residual between the points {:.1e} of its row",
                   report.loss, report.iterations, report.stalled ? " (stalled)" : "", report.error_estimate);
}

}  // namespace

std::vector<Table> NeuralSession::run(const AnalysisCard& card) {
  if (const auto* tran = std::get_if<TranCard>(&card.what)) return run_tran(*tran, card.where);
  return EngineSession::run(card);
}

std::vector<Table> NeuralSession::run_tran(const TranCard& card, const Location& where) {
  Engine& e = engine();
  TrainingOptions how = how_;
  how.progress = progress;
  how.status = status;
  const auto began = std::chrono::steady_clock::now();
  Waveform waveform;
  const TrainingReport report = train_checked(e, card, where, how, waveform);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  e.notes.push_back(summary_of(report, waveform, seconds.count()));
  if (report.jumps > 0)
    e.notes.push_back(fmt::format("neural: {} jumps, each passed within 1e-11 of its time", report.jumps));
  UnstableRest rest;
  std::vector<double> x(static_cast<std::size_t>(e.dae().size()) + 1, 0.0);
  for (std::size_t w = 0; w < waveform.windows(); ++w) {
    for (const double s : {0.0, 0.5}) {
      const double time = waveform.window_start(w) + s * waveform.window_length(w);
      waveform.evaluate(time, x.data());
      rest.see(e.dae(), e.newton(), time, x.data());
    }
  }
  if (auto remark = rest.remark(e.dae(), e.newton(), card.stop)) e.notes.push_back(std::move(*remark));
  if (how_.check) {
    const Audit against = audit(e.dae(), e.options(), card, waveform);
    if (const Audit::Signal* worst = against.worst_state()) {
      e.notes.push_back(
          fmt::format("check: {:.1e} from the numerical engine ({} steps, {:.3g} s), largest at {}",
                      worst->error, against.points, against.seconds, worst->name));
      e.notes.push_back(fmt::format("check: 1000 points of a signal are read off the network in {:.0f} us",
                                    1e6 * against.read_seconds));
    }
  }

  Table t;
  t.title = circuit().title;
  t.kind = "tran";
  t.plotname = "Transient Analysis";
  t.columns.push_back({"time", Quantity::time, {}, {}});
  const auto kept = choose_outputs(e.dae(), e.saves());
  for (const Output& o : kept) t.columns.push_back({o.name, o.quantity, {}, {}});
  for (const double time : sampling_times(waveform, card)) {
    waveform.evaluate(time, x.data());
    t.columns[0].real.push_back(time);
    append_row(e.dae(), kept, x, t, 1);
  }
  waveform_ = std::move(waveform);
  if (!report.curve.columns.empty()) {
    curves_.push_back(report.curve);
    curves_.back().title = circuit().title;
  }
  return {std::move(t)};
}

}  // namespace nullor
