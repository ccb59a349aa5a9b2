#include "nullor/design/sizing_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nullor/netlist/analysis_card.h"

namespace nullor {
namespace {

constexpr double kMargin = 1e-4;

double narrowed(double within) { return within - std::min(kMargin, within / 4); }

}  // namespace

double Trial::worst() const {
  if (!ok()) return std::numeric_limits<double>::infinity();
  double out = 0;
  for (const double s : shortfalls) out = std::max(out, s);
  return out;
}

SizingProblem::SizingProblem(Circuit circuit, Specification specification, DifferentiableTransient* transient)
    : circuit_(std::move(circuit)), specification_(std::move(specification)) {
  check_specification(specification_);
  request_.transient = transient;
  for (const Goal& goal : specification_.goals) {
    if (goal.minimize || goal.maximize) aim_ = static_cast<int>(names_.size());
    names_.push_back(goal.of);
  }
  for (std::size_t k = 0; k < specification_.waveforms.size(); ++k) {
    const WaveformGoal& w = specification_.waveforms[k];
    const std::string curve = fmt::format("curve{}", k), name = fmt::format("distance{}", k);
    request_.curves.push_back(w.curve);
    request_.curves.back().name = curve;
    auto file = std::make_shared<SourceFile>(SourceFile{w.signal, w.signal});
    (void)parse_expression(w.signal,
                           Location{file, 1, 1});  // alone, so that a slip is shown as it was written
    const std::string text = fmt::format("tran {} rms '({})-{}'", name, w.signal, curve);
    auto card = std::make_shared<SourceFile>(SourceFile{"waveform goal", text});
    request_.measures.push_back(parse_measure(text, Location{card, 1, 1}));
    names_.push_back(name);
  }
  Dae dae(circuit_);
  for (const Variable& v : specification_.variables) {
    request_.wrt.push_back(v.name);
    start_.push_back(v.to_unit(v.start ? *v.start : dae.get(dae.parameter(v.name, v.where))));
  }
}

std::vector<double> SizingProblem::parameters(const std::vector<double>& u) const {
  std::vector<double> out;
  for (std::size_t k = 0; k < size(); ++k) out.push_back(specification_.variables[k].from_unit(u[k]));
  return out;
}

Trial SizingProblem::evaluate(const std::vector<double>& u, bool with_slopes) {
  return evaluate(u, with_slopes, false);
}

Trial SizingProblem::verify(const std::vector<double>& u) { return evaluate(u, false, true); }

Trial SizingProblem::evaluate(const std::vector<double>& u, bool with_slopes, bool tight) {
  Trial out;
  out.u = u;
  // A fresh engine each time: the result depends on u alone, in whatever order points are tried.
  Engine engine(circuit_);
  const std::vector<double> values = parameters(u);
  try {
    for (std::size_t k = 0; k < size(); ++k)
      engine.dae().set(engine.dae().parameter(request_.wrt[k]), values[k]);
    GradientRequest request = request_;
    if (tight) {
      engine.options().reltol = std::min(engine.options().reltol, 1e-6);
      engine.options_changed();
      request.transient = nullptr;
    }
    read_values(gradients(engine, names_, request, !with_slopes), out);
  } catch (const InputError& error) {
    const bool elsewhere_fine = error.kind() == ErrorKind::singular ||
                                error.kind() == ErrorKind::no_convergence || error.kind() == ErrorKind::model;
    if (!elsewhere_fine) throw;
    out.failure = error.what();
  }
  return out;
}

void SizingProblem::add_shortfall(Trial& trial, double value, const std::vector<double>& slopes, double bound,
                                  double sign, double room) const {
  const double scale = bound == 0 ? 1 : std::fabs(bound);
  trial.shortfalls.push_back(sign * (value - bound) / scale - room);
  if (slopes.empty()) return;
  std::vector<double> row(slopes);
  for (double& s : row) s *= sign / scale;
  trial.shortfall_slopes.push_back(std::move(row));
}

void SizingProblem::read_values(const std::vector<GradientResult>& results, Trial& trial) {
  units_.clear();
  for (const GradientResult& r : results) {
    units_.push_back(r.unit);
    if (!r.failure.empty() && trial.failure.empty()) trial.failure = r.failure;
    trial.values.push_back(r.value);
  }
  if (!trial.ok()) return;
  for (std::size_t k = 0; k < results.size(); ++k) {
    const double y = results[k].value;
    if (!std::isfinite(y)) {
      trial.failure = fmt::format("'{}' is not finite", names_[k]);
      return;
    }
    std::vector<double> slopes;  // by u
    for (std::size_t v = 0; v < results[k].rows.size(); ++v)
      slopes.push_back(results[k].rows[v].derivative * specification_.variables[v].slope(trial.u[v]));
    if (k >= specification_.goals.size()) {
      const WaveformGoal& w = specification_.waveforms[k - specification_.goals.size()];
      add_shortfall(trial, y / w.swing, slopes, 0, 1, narrowed(w.within));
      if (!slopes.empty()) {
        for (double& s : trial.shortfall_slopes.back()) s /= w.swing;
      }
      continue;
    }
    const Goal& goal = specification_.goals[k];
    if (goal.at_least) add_shortfall(trial, y, slopes, *goal.at_least, -1, -kMargin);
    if (goal.at_most) add_shortfall(trial, y, slopes, *goal.at_most, 1, -kMargin);
    if (goal.equal) {
      add_shortfall(trial, y, slopes, *goal.equal, 1, narrowed(goal.within));
      add_shortfall(trial, y, slopes, *goal.equal, -1, narrowed(goal.within));
    }
    if (static_cast<int>(k) != aim_) continue;
    const double sign = goal.minimize ? 1 : -1;
    trial.aim = sign * y;
    trial.aim_slopes = slopes;
    for (double& s : trial.aim_slopes) s *= sign;
  }
}

}  // namespace nullor
