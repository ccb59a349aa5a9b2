#include "nullor/design/deck_sizing.h"

#include <fmt/format.h>

#include <algorithm>

#include "nullor/netlist/analysis_card.h"

namespace nullor {

DeckSizing::DeckSizing(Circuit circuit, Specification specification, DifferentiableTransient* transient)
    : SizingProblem(std::move(specification)), circuit_(std::move(circuit)) {
  request_.transient = transient;
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

Trial DeckSizing::evaluate(const std::vector<double>& u, bool with_slopes) {
  return evaluate(u, with_slopes, false);
}

Trial DeckSizing::verify(const std::vector<double>& u) { return evaluate(u, false, true); }

Trial DeckSizing::evaluate(const std::vector<double>& u, bool with_slopes, bool tight) {
  Trial out;
  out.u = u;
  ++measured_;
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

void DeckSizing::read_values(const std::vector<GradientResult>& results, Trial& trial) {
  units_.clear();
  GoalReading reading;
  for (const GradientResult& r : results) {
    units_.push_back(r.unit);
    if (!r.failure.empty() && trial.failure.empty()) trial.failure = r.failure;
    reading.values.push_back(r.value);
    if (r.rows.empty()) continue;
    std::vector<double>& slopes = reading.slopes.emplace_back();
    for (std::size_t v = 0; v < r.rows.size(); ++v)
      slopes.push_back(r.rows[v].derivative * specification_.variables[v].slope(trial.u[v]));
  }
  if (trial.ok()) judge({&reading, 1}, trial);
}

}  // namespace nullor
