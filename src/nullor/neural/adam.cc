#include "nullor/neural/adam.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include "nullor/base/file.h"
#include "nullor/neural/adam_checkpoint.h"
#include "nullor/neural/adam_step.h"
#include "nullor/neural/training_start.h"
#include "nullor/neural/window_loss.h"

namespace nullor {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

/// Equal windows, a boundary moved to the corner of a source that is near.
std::vector<double> boundaries(const Dae& dae, double stop, int windows) {
  constexpr double kNear = 0.25;  // of a window
  std::vector<double> out = {0};
  const std::vector<double> corners = dae.breakpoints(0, stop);
  for (int w = 1; w < windows; ++w) {
    double at = stop * w / windows, nearest = kNear * stop / windows;
    const double even = at;
    for (const double t : corners) {
      if (std::fabs(t - even) < nearest && t < stop) nearest = std::fabs(t - even), at = t;
    }
    out.push_back(at);
  }
  out.push_back(stop);
  return out;
}

double rate_at(const AdamOptions& how, long epoch) {
  constexpr double kLast = 0.01;
  const double part = static_cast<double>(epoch) / static_cast<double>(how.epochs);
  switch (how.schedule) {
    case Schedule::cosine:
      return how.rate * (kLast + (1 - kLast) * 0.5 * (1 + std::cos(std::numbers::pi * part)));
    case Schedule::exponential:
      return how.rate * std::pow(kLast, part);
    default:
      return how.rate;
  }
}

Table curve_of(const std::vector<double>& rows) {
  const char* const names[] = {"epoch", "window", "loss", "initial_loss", "equation_loss", "rate"};
  Table out;
  out.plotname = "Training";
  out.kind = "training";
  for (std::size_t c = 0; c < std::size(names); ++c) {
    Column column{names[c], Quantity::none, {}, {}};
    for (std::size_t k = c; k < rows.size(); k += std::size(names)) column.real.push_back(rows[k]);
    out.columns.push_back(std::move(column));
  }
  return out;
}

template <class Real>
class AdamTraining {
 public:
  AdamTraining(Dae& dae, const SimulationOptions& options, const TranCard& card, const TrainingOptions& how,
               const std::vector<double>& x, TrainingReport& report)
      : dae_(dae),
        card_(card),
        how_(how),
        adam_(how.adam),
        scale_(EquationScale::find(dae, options.gmin, x, card.stop)),
        loss_(dae, options.gmin, scale_, adam_),
        step_(loss_.network().parameters().size()),
        report_(report),
        bounds_(boundaries(dae, card.stop, adam_.windows)),
        x_(x),
        task_(task_of(dae, card, how)) {}

  void run(Waveform& out);

 private:
  using Terms = typename WindowLoss<Real>::Terms;
  std::vector<Real>& parameters() { return loss_.network().parameters(); }

  void draw();
  void resume(Waveform& out);
  void begin_window(std::size_t w);
  void end_window(std::size_t w, Waveform& out);
  bool train(std::size_t w);
  void keep_best(const Terms& terms);
  bool recover();
  void record(std::size_t w, const Terms& terms, double rate);
  void save();
  void talk(std::size_t w, const Terms& terms);

  Dae& dae_;
  const TranCard& card_;
  const TrainingOptions& how_;
  const AdamOptions& adam_;
  EquationScale scale_;
  WindowLoss<Real> loss_;
  AdamStep<Real> step_;
  TrainingReport& report_;
  std::vector<double> bounds_, x_;
  std::string task_;
  AdamCheckpoint now_;  ///< its arrays of the present window are filled by save() alone
  std::vector<Real> best_;
  Clock::time_point began_ = Clock::now(), saved_ = began_, talked_ = began_;
};

template <class Real>
void AdamTraining<Real>::draw() {
  constexpr double kSteepness = 6, kLastLayer = 0.3;
  std::vector<int> widths = {1};
  widths.insert(widths.end(), adam_.hidden.begin(), adam_.hidden.end());
  widths.push_back(dae_.size());
  Perceptron network(widths);
  Rng rng(how_.seed);
  network.draw(rng, kSteepness, kLastLayer);
  std::transform(network.parameters().begin(), network.parameters().end(), parameters().begin(),
                 [](double p) { return static_cast<Real>(p); });
}

// The next window starts from the trained network of this one, with fresh moments.
template <class Real>
void AdamTraining<Real>::begin_window(std::size_t w) {
  loss_.set_window(bounds_[w], bounds_[w + 1] - bounds_[w], x_);
  step_ = AdamStep<Real>(parameters().size());
  best_ = parameters();
  now_.epoch = now_.reference_epoch = 0;
  now_.rate_factor = 1;
  now_.best_loss = now_.reference_loss = INFINITY;
}

template <class Real>
void AdamTraining<Real>::end_window(std::size_t w, Waveform& out) {
  parameters() = best_;
  Perceptron network = loss_.waveform();
  network.evaluate(1, x_.data());
  const double defect = loss_.defect();
  if (!(defect <= report_.error_estimate)) report_.error_estimate = defect;
  out.append(bounds_[w], bounds_[w + 1] - bounds_[w], std::move(network));
}

template <class Real>
void AdamTraining<Real>::resume(Waveform& out) {
  now_ = AdamCheckpoint::read(adam_.checkpoint, task_);
  if (now_.parameters.size() != parameters().size() || now_.trained.size() >= bounds_.size())
    throw InputError(ErrorKind::input_output, "'" + adam_.checkpoint + "' is of another network");
  const auto load = [](const std::vector<double>& from, std::vector<Real>& to) {
    to.resize(from.size());
    std::transform(from.begin(), from.end(), to.begin(), [](double v) { return static_cast<Real>(v); });
  };
  const AdamCheckpoint read = now_;
  for (std::size_t w = 0; w < read.trained.size(); ++w) {
    begin_window(w);
    load(read.trained[w], best_);
    end_window(w, out);
  }
  if (read.trained.size() + 1 == bounds_.size()) return;
  begin_window(read.trained.size());
  now_ = read;
  load(read.parameters, parameters());
  load(read.best, best_);
  load(read.mean, step_.mean);
  load(read.square, step_.square);
  step_.steps = read.steps;
}

template <class Real>
void AdamTraining<Real>::save() {
  if (adam_.checkpoint.empty()) return;
  const auto& p = parameters();
  now_.parameters.assign(p.begin(), p.end());
  now_.best.assign(best_.begin(), best_.end());
  now_.mean.assign(step_.mean.begin(), step_.mean.end());
  now_.square.assign(step_.square.begin(), step_.square.end());
  now_.steps = step_.steps;
  now_.write(adam_.checkpoint, task_);
  saved_ = Clock::now();
}

template <class Real>
void AdamTraining<Real>::talk(std::size_t w, const Terms& terms) {
  talked_ = Clock::now();
  const double windows = static_cast<double>(bounds_.size() - 1);
  if (how_.progress) {
    how_.progress(
        (static_cast<double>(w) + static_cast<double>(now_.epoch) / static_cast<double>(adam_.epochs)) /
        windows);
  }
  if (how_.status) {
    how_.status(fmt::format("loss {:.1e}  defect {:.1e}  window {}/{}", terms.loss, loss_.defect(), w + 1,
                            bounds_.size() - 1));
  }
}

template <class Real>
void AdamTraining<Real>::keep_best(const Terms& terms) {
  constexpr double kOpen = 0.5, kGain = 0.99;
  if (terms.least_weight >= kOpen && terms.loss < now_.best_loss) {
    now_.best_loss = terms.loss;
    best_ = parameters();
  }
  // While weights are still opening the loss says little.
  if (terms.least_weight < kOpen || terms.loss < kGain * now_.reference_loss) {
    now_.reference_epoch = now_.epoch;
    if (terms.least_weight >= kOpen) now_.reference_loss = terms.loss;
  }
}

// After a loss that is no number: back, and slower. False when that has been tried too often.
template <class Real>
bool AdamTraining<Real>::recover() {
  constexpr double kLeast = 1e-6;
  now_.rate_factor *= 0.5;
  parameters() = best_;
  step_ = AdamStep<Real>(parameters().size());
  return now_.rate_factor > kLeast;
}

template <class Real>
void AdamTraining<Real>::record(std::size_t w, const Terms& terms, double rate) {
  const long every = std::max<long>(1, adam_.epochs * adam_.windows / 2000);
  if (now_.epoch % every != 0 && now_.epoch + 1 != adam_.epochs) return;
  const double epoch = static_cast<double>(static_cast<long>(w) * adam_.epochs + now_.epoch);
  for (const double v : {epoch, static_cast<double>(w), terms.loss, adam_.initial_weight * terms.initial,
                         terms.equation, rate})
    now_.curve.push_back(v);
}

// False when the time is up.
template <class Real>
bool AdamTraining<Real>::train(std::size_t w) {
  constexpr double kTalk = 0.3;  // [s]
  Terms terms;
  for (; now_.epoch < adam_.epochs; ++now_.epoch) {
    if (how_.time_limit > 0 && since(began_) > how_.time_limit) return false;
    if (since(saved_) > adam_.checkpoint_interval) save();
    terms = loss_.evaluate();
    ++report_.iterations;
    const double rate = now_.rate_factor * rate_at(adam_, now_.epoch);
    record(w, terms, rate);
    if (!std::isfinite(terms.loss)) {
      if (!recover()) return true;
      continue;
    }
    keep_best(terms);
    step_.apply(loss_.network().gradient(), rate, parameters());
    if (since(talked_) > kTalk) talk(w, terms);
    if (adam_.patience > 0 && now_.epoch - now_.reference_epoch >= adam_.patience) {
      now_.stalled = true;
      break;
    }
  }
  if (!std::isfinite(now_.best_loss)) {  // causal weights never opened
    best_ = parameters();
    now_.best_loss = terms.loss;
  }
  return true;
}

template <class Real>
void AdamTraining<Real>::run(Waveform& out) {
  draw();
  bool begun = false;
  if (adam_.resume) {
    resume(out);
    begun = true;
  }
  for (std::size_t w = now_.trained.size(); w + 1 < bounds_.size(); ++w) {
    if (!begun) begin_window(w);
    begun = false;
    if (!train(w)) {
      save();
      report_.out_of_time = true;
      report_.failed_at = bounds_[w];
      return;
    }
    if (!std::isfinite(now_.best_loss)) {
      report_.failed_at = bounds_[w];
      report_.failure.reason = "the loss is not a number at any rate";
      return;
    }
    now_.total_loss += now_.best_loss;
    end_window(w, out);
    now_.trained.emplace_back(best_.begin(), best_.end());
    save();
  }
  report_.windows = static_cast<long>(bounds_.size()) - 1;
  report_.loss = now_.total_loss / static_cast<double>(report_.windows);
  report_.stalled = now_.stalled;
  report_.evaluations = loss_.evaluations();
  report_.curve = curve_of(now_.curve);
  report_.finished = true;
}

}  // namespace

TrainingReport train_by_adam(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                             const TranCard& card, const TrainingOptions& how, Waveform& out) {
  TrainingReport report;
  std::vector<double> charges;
  if (!start_training(dae, newton, options, card, charges, report)) return report;
  out = Waveform(signals_of(dae));
  if (how.adam.double_precision) {
    AdamTraining<double>(dae, options, card, how, report.start.x, report).run(out);
  } else {
    AdamTraining<float>(dae, options, card, how, report.start.x, report).run(out);
  }
  return report;
}

}  // namespace nullor
