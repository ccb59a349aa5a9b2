#include "nullor/simulate/difference_gradient.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nullor/base/parallel.h"
#include "nullor/simulate/measure.h"

namespace nullor {
namespace {

/// The measurement with one parameter moved, or nothing.
std::optional<double> objective(const Circuit& original, const std::string& of, const std::string& parameter,
                                double value, double points) {
  Circuit circuit = original;
  // Near rounding: the noise of a value is what a difference multiplies.
  circuit.options["reltol"] = 1e-9;
  circuit.options["vntol"] = 1e-12;
  circuit.options["abstol"] = 1e-16;
  circuit.options["chgtol"] = 1e-24;
  circuit.saves.clear();
  try {
    Engine engine(std::move(circuit));
    engine.dae().set(engine.dae().parameter(parameter), value);
    std::vector<Table> tables;
    for (AnalysisCard card : engine.circuit().analyses) {
      auto* tran = std::get_if<TranCard>(&card.what);
      if (!tran) continue;
      const double step = tran->stop / points;
      tran->max_step = tran->max_step > 0 ? std::min(tran->max_step, step) : step;
      for (Table& table : engine.run(card)) tables.push_back(std::move(table));
    }
    const std::vector<double> values = engine.circuit().parameters.evaluate();
    const auto known = [&](std::string_view name) -> std::optional<double> {
      const ParameterId id = engine.circuit().parameters.find(name);
      if (id == kNoParameter) return std::nullopt;
      return values[static_cast<std::size_t>(id)];
    };
    for (const Reading& reading : measure_all(engine.circuit().measures, tables, known)) {
      if (reading.name == of && reading.ok() && std::isfinite(reading.value)) return reading.value;
    }
  } catch (const InputError&) {
  }
  return std::nullopt;
}

}  // namespace

std::vector<DifferenceRow> difference_gradient(const Circuit& circuit, const GradientResult& expected,
                                               const DifferenceOptions& how) {
  // Halvings go on until two extrapolations agree, or the steps are so short that rounding is all they see. A
  // derivative that is nothing beside value over parameter need not agree with itself.
  constexpr int kSteps = 7;
  constexpr double kAgree = 1e-6, kNothing = 1e-2;
  std::vector<DifferenceRow> out(expected.rows.size());
  parallel_for(out.size(), how.jobs, [&](std::size_t k) {
    const GradientRow& row = expected.rows[k];
    DifferenceRow& to = out[k];
    to.name = row.name;
    const double by_objective = row.derivative == 0 ? INFINITY : std::fabs(expected.value / row.derivative);
    double step = how.largest_step * std::min(row.value == 0 ? INFINITY : std::fabs(row.value), by_objective);
    if (row.value == 0) step *= 0.1;  // nothing but the objective tells how far its slope holds
    if (!std::isfinite(step) || step == 0) step = how.largest_step;
    // E(h) needs D(h) and D(2h).
    const double least = row.value == 0 ? 0 : kNothing * std::fabs(expected.value / row.value);
    std::vector<double> d, e;
    to.doubt = INFINITY;
    for (int s = 0; s < kSteps; ++s, step *= 0.5) {
      const auto up = objective(circuit, expected.of, row.name, row.value + step, how.points);
      const auto down = objective(circuit, expected.of, row.name, row.value - step, how.points);
      if (!up || !down) {
        d.clear();
        e.clear();
        continue;
      }
      d.push_back((*up - *down) / (2 * step));
      if (d.size() < 2) continue;
      e.push_back((4 * d.back() - d[d.size() - 2]) / 3);
      if (e.size() < 2) continue;
      const double apart = std::fabs(e.back() - e[e.size() - 2]);
      if (apart < to.doubt) to = {row.name, e.back(), apart, true};
      if (apart <= kAgree * std::max(std::fabs(e.back()), least)) break;
    }
  });
  return out;
}

}  // namespace nullor
