#include "nullor/simulate/objective.h"

#include <algorithm>

#include "nullor/simulate/measure.h"
#include "nullor/simulate/polyline.h"
#include "nullor/simulate/samples.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// The curve at the places of the table's samples.
template <class T>
Samples<T> resampled(const ReferenceCurve& curve, const std::vector<double>& places) {
  const Polyline<double> line{curve.x, curve.y};
  Samples<T> out;
  for (const double place : places) {
    out.re.emplace_back(*line.at(std::clamp(place, curve.x.front(), curve.x.back())));
  }
  return out;
}

template <class T>
struct Read {
  T value{};
  std::string unit;
};

/// The objective over any scalar; `parameter` gives the values of `.param` names.
template <class T>
Read<T> read(const ObjectiveScope& where, const std::string& of, const Waveforms<T>& waves,
             const std::function<std::optional<T>(std::string_view)>& parameter) {
  std::map<std::string, Samples<T>, std::less<>> known;
  std::map<std::string, std::string, std::less<>> failed;
  VectorScope<T> scope;
  scope.waveforms = &waves;
  scope.other = [&](std::string_view name) -> std::optional<Samples<T>> {
    if (const auto found = known.find(name); found != known.end()) return found->second;
    if (const auto found = failed.find(name); found != failed.end()) {
      throw InputError(ErrorKind::specification,
                       "measurement '" + found->first + "' has no value: " + found->second);
    }
    for (const ReferenceCurve& curve : where.curves) {
      if (curve.name == name) return resampled<T>(curve, waves.scale());
    }
    if (const auto value = parameter(name)) return Samples<T>::constant(*value);
    return std::nullopt;
  };
  const auto measured = std::find_if(where.measures.begin(), where.measures.end(),
                                     [&](const MeasureCard& m) { return m.name == of; });
  if (measured == where.measures.end()) {
    auto file = std::make_shared<SourceFile>(SourceFile{"--of", of});
    const Expression expression = parse_expression(of, Location{file, 1, 1});
    const Samples<T> samples = evaluate_vector(expression, scope);
    if (samples.size() != 1) {
      throw InputError(ErrorKind::usage, "'" + of + "' is a waveform, and an objective must be one number",
                       {}, "reduce it, e.g. vecmax(" + of + "), or name a .meas");
    }
    return {samples.re[0], std::string(unit_of(quantity_of(expression)))};
  }
  for (const MeasureCard& card : where.measures) {
    if (card.analysis != measured->analysis) continue;
    const Measured<T> m = measure(card, scope);
    if (card.name == of) {
      if (!m.ok()) {
        throw InputError(ErrorKind::specification,
                         "measurement '" + card.name + "' has no value: " + m.failure, card.where);
      }
      return {m.value, m.unit};
    }
    if (m.ok()) {
      known[card.name] = Samples<T>::constant(m.value);
    } else {
      failed[card.name] = m.failure;
    }
  }
  throw InputError(ErrorKind::usage, "'" + of + "' is no measurement");
}

}  // namespace

Objective read_objective(const ObjectiveScope& scope, const std::string& of, const Table& table,
                         bool with_derivatives) {
  const auto parameter_id = [&](std::string_view name) { return scope.circuit->parameters.find(name); };
  if (!with_derivatives) {
    const TableWaveforms waves(table);
    const auto plain = read<double>(scope, of, waves, [&](std::string_view name) -> std::optional<double> {
      const ParameterId id = parameter_id(name);
      return id == kNoParameter ? std::nullopt : std::optional(scope.parameters[u(id)]);
    });
    return {plain.value, plain.unit, {}, {}};
  }
  Tape tape;
  TapedWaveforms waves(table, tape);
  std::map<ParameterId, Var> inputs;
  const auto taped = read<Var>(scope, of, waves, [&](std::string_view name) -> std::optional<Var> {
    const ParameterId id = parameter_id(name);
    if (id == kNoParameter) return std::nullopt;
    const auto [at, fresh] = inputs.try_emplace(id);
    if (fresh) at->second = Var::input(tape, scope.parameters[u(id)]);
    return at->second;
  });
  Objective out{taped.value.v, taped.unit, {}, {}};
  if (!taped.value.tape) return out;
  const std::vector<double> slopes = tape.gradient(taped.value.node);
  for (const auto& [id, input] : inputs) out.direct[id] = slopes[u(input.node)];
  for (const auto& input : waves.inputs()) {
    const std::size_t rows = table.rows();
    auto& weights = out.weights[input.column];
    weights.resize(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      weights[r].first = slopes[u(input.first) + r];
      if (input.is_complex) weights[r].second = slopes[u(input.first) + rows + r];
    }
  }
  return out;
}

}  // namespace nullor
