#include "nullor/design/metric_gradients.h"

#include <algorithm>
#include <cmath>

#include "nullor/design/device_regions.h"
#include "nullor/math/var.h"
#include "nullor/simulate/gradient.h"
#include "nullor/simulate/vector_expression.h"

namespace nullor {

std::vector<MetricGradient> MetricGradients::evaluate(const std::vector<std::string>& metrics,
                                                      const std::vector<std::string>& names,
                                                      std::span<const double> parameters,
                                                      std::span<const double> conditions) {
  names_ = &names;
  parameters_ = parameters;
  conditions_ = conditions;
  known_.clear();
  std::vector<MetricGradient> out;
  for (const std::string& name : metrics) out.push_back(metric(name));
  return out;
}

const MetricGradient& MetricGradients::metric(const std::string& name) {
  if (const auto found = known_.find(name); found != known_.end()) return found->second;
  const auto spec = std::find_if(bench_.metrics.begin(), bench_.metrics.end(),
                                 [&](const MetricSpec& m) { return m.name == name; });
  if (spec->value) {
    known_[name] = computed(*spec->value);
  } else {
    for (std::size_t k = 0; k < bench_.setups.size(); ++k) {
      if (bench_.setups[k].name == spec->setup) measure(k);
    }
  }
  MetricGradient& out = known_[name];
  if (out.missing.empty() && !std::isfinite(out.value)) out.missing = "it is not a finite number";
  if (!out.missing.empty() || !spec->valid) return out;
  std::string why = missing_in(*spec->valid);
  if (why.empty() && !holds(*spec->valid))
    why = spec->reason.empty() ? "not " + spec->valid->text : spec->reason;
  out.missing = why;
  return out;
}

/// Why the first metric that is read and missing is so.
std::string MetricGradients::missing_in(const Expression& expression) {
  for (const Expression::Node& node : expression.nodes) {
    const bool is_metric = node.kind == Expression::Kind::name &&
                           std::any_of(bench_.metrics.begin(), bench_.metrics.end(),
                                       [&](const auto& m) { return m.name == node.name; });
    if (!is_metric) continue;
    const std::string& why = metric(node.name).missing;
    if (!why.empty()) return node.name + ": " + why;
  }
  return "";
}

bool MetricGradients::holds(const Expression& expression) { return computed(expression).value != 0; }

MetricGradient MetricGradients::computed(const Expression& expression) {
  MetricGradient out;
  out.slopes.resize(wanted_.size());
  out.missing = missing_in(expression);
  if (!out.missing.empty()) return out;
  Tape tape;
  std::map<std::string, Var, std::less<>> inputs;  // metrics and parameters
  VectorScope<Var> scope;
  scope.other = [&](std::string_view name) -> std::optional<Samples<Var>> {
    if (const auto found = inputs.find(name); found != inputs.end())
      return Samples<Var>::constant(found->second);
    for (std::size_t k = 0; k < bench_.conditions.size(); ++k) {
      if (bench_.conditions[k].name == name) return Samples<Var>::constant(Var(conditions_[k]));
    }
    std::optional<double> value;
    if (const auto found = known_.find(name); found != known_.end()) value = found->second.value;
    for (std::size_t k = 0; k < names_->size() && !value; ++k) {
      if ((*names_)[k] == name) value = parameters_[k];
    }
    if (!value) return std::nullopt;
    return Samples<Var>::constant(inputs[std::string(name)] = Var::input(tape, *value));
  };
  const Var result = evaluate_scalar(expression, scope);
  out.value = result.v;
  const std::vector<double> by_node = tape.gradient(result.tape ? result.node : -1);
  for (const auto& [name, input] : inputs) {
    const double weight = by_node[static_cast<std::size_t>(input.node)];
    const auto inner = known_.find(name);
    for (std::size_t w = 0; w < wanted_.size() && weight != 0; ++w) {
      out.slopes[w] += weight * (inner != known_.end() ? inner->second.slopes[w]
                                                       : static_cast<double>((*names_)[wanted_[w]] == name));
    }
  }
  return out;
}

/// All metrics of one set-up.
void MetricGradients::measure(std::size_t setup) {
  const TestSetup& s = bench_.setups[setup];
  std::vector<const MetricSpec*> own;
  for (const MetricSpec& m : bench_.metrics) {
    if (m.setup == s.name) own.push_back(&m);
  }
  std::string left_out = s.when ? missing_in(*s.when) : "";
  if (s.when && left_out.empty() && !holds(*s.when))
    left_out = s.reason.empty() ? "not " + s.when->text : s.reason;
  if (!left_out.empty()) {
    for (const MetricSpec* m : own) {
      known_[m->name] = {0, std::vector<double>(wanted_.size()), "not simulated: " + left_out};
    }
    return;
  }
  try {
    const std::string ended = evaluator_.end_of_transient(setup, parameters_, conditions_);
    if (!ended.empty()) {
      for (const MetricSpec* m : own) known_[m->name] = {0, std::vector<double>(wanted_.size()), ended};
      return;
    }
    differentiate(setup, own);
  } catch (const InputError& e) {
    evaluator_.stopped(setup);
    throw InputError(e.kind(), "set-up '" + s.name + "': " + e.what(), e.where(), e.hint());
  }
}

void MetricGradients::differentiate(std::size_t setup, const std::vector<const MetricSpec*>& own) {
  Engine& engine = evaluator_.engine_at(setup, parameters_, conditions_);
  GradientRequest request;
  for (const std::size_t k : wanted_) request.wrt.push_back(evaluator_.handles(setup)[k].name);
  std::vector<std::string> of;
  for (const MetricSpec* m : own) {
    if (m->meas) {
      of.push_back(m->name);
      request.measures.push_back(*m->meas);
      request.measures.back().name = m->name;
      continue;
    }
    const auto regions = device_regions(engine.dae(), engine.operating_point(m->where).x);
    const auto low =
        std::count_if(regions.begin(), regions.end(), [](const auto& r) { return r.margin < 0; });
    known_[m->name] = {static_cast<double>(low), std::vector<double>(wanted_.size()), ""};
  }
  const std::vector<GradientResult> results = gradients(engine, of, request, wanted_.empty());
  for (std::size_t k = 0; k < of.size(); ++k) {
    MetricGradient& out = known_[of[k]];
    out.value = results[k].value;
    out.missing = results[k].failure;
    for (const GradientRow& row : results[k].rows) out.slopes.push_back(row.derivative);
    out.slopes.resize(wanted_.size());
  }
}

}  // namespace nullor
