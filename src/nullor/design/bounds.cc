#include "nullor/design/bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "nullor/math/var.h"
#include "nullor/simulate/vector_expression.h"

namespace nullor {
namespace {

[[noreturn]] void refuse(const Bound& bound, const std::string& what, const std::string& hint = {}) {
  throw InputError(ErrorKind::usage, "'" + bound.text + "' " + what, bound.where, hint);
}

void check(const Bound& b) {
  constexpr double kWhole = 0x1p53;
  if (b.kind == Bound::Kind::fixed && !std::isfinite(b.value)) refuse(b, "is fixed at what is no number");
  if (!b.drawn()) return;
  if (!std::isfinite(b.min)) refuse(b, fmt::format("has no finite min ({})", b.min));
  if (!std::isfinite(b.max)) refuse(b, fmt::format("has no finite max ({})", b.max));
  if (b.min > b.max) refuse(b, fmt::format("has its min {:g} above its max {:g}", b.min, b.max));
  if (!std::isfinite(b.max - b.min)) refuse(b, "has bounds too far apart");
  if (b.kind == Bound::Kind::logarithmic && !(b.min > 0))
    refuse(b, fmt::format("is drawn by its logarithm, and its min is {:g}", b.min), "use type linear");
  if (b.kind == Bound::Kind::integer && (b.min != std::floor(b.min) || b.max != std::floor(b.max) ||
                                         std::max(std::fabs(b.min), std::fabs(b.max)) > kWhole)) {
    refuse(b, fmt::format("is an integer, and its bounds are {:g} and {:g}", b.min, b.max));
  }
}

template <class T>
T tied_value(const Bound& bound, const std::map<std::string, T, std::less<>>& known) {
  VectorScope<T> scope;
  scope.other = [&](std::string_view name) -> std::optional<Samples<T>> {
    const auto found = known.find(name);
    if (found == known.end()) return std::nullopt;
    return Samples<T>::constant(found->second);
  };
  return evaluate_scalar(bound.expression, scope);
}

}  // namespace

double Bound::at(double u) const {
  switch (kind) {
    case Kind::linear:
      return std::min(min + u * (max - min), max);
    case Kind::logarithmic:
      return std::clamp(min * std::pow(max / min, u), min, max);
    case Kind::integer:
      return std::min(min + std::floor(u * (max - min + 1)), max);
    default:
      return value;
  }
}

Bounds::Bounds(std::vector<Bound> list) : list_(std::move(list)) {
  std::map<std::string, double, std::less<>> readable;  // by an expression of the present line
  std::vector<std::string> names;
  for (const Bound& b : list_) {
    check(b);
    if (std::find(names.begin(), names.end(), b.name) != names.end()) refuse(b, "stands here twice");
    names.push_back(b.name);
    if (b.kind != Bound::Kind::tied) readable[b.name] = b.drawn() ? 0.5 * (b.min + b.max) : b.value;
    drawn_ += b.drawn();
  }
  for (const Bound& b : list_) {
    if (b.kind != Bound::Kind::tied) continue;
    for (const Expression::Node& node : b.expression.nodes) {
      if (node.kind != Expression::Kind::name || readable.contains(node.name)) continue;
      const bool below = std::find(names.begin(), names.end(), node.name) != names.end();
      if (!below && (node.name == "pi" || node.name == "e")) continue;
      throw InputError(ErrorKind::usage,
                       fmt::format("'{}' is tied to '{}', which {}", b.text, node.name,
                                   below ? "is tied itself, further below or here" : "is not in this file"),
                       b.where, did_you_mean(node.name, names));
    }
    // Unknown functions and the like show here and not at the first sample.
    try {
      readable[b.name] = tied_value(b, readable);
    } catch (const InputError& e) {
      refuse(b, std::string("cannot be computed: ") + e.what(), e.hint());
    }
  }
}

std::vector<std::string> Bounds::names() const {
  std::vector<std::string> out;
  for (const Bound& b : list_) out.push_back(b.name);
  return out;
}

std::vector<double> Bounds::complete(std::span<const double> drawn) const {
  std::vector<double> out;
  std::map<std::string, double, std::less<>> known;
  std::size_t next = 0;
  for (const Bound& b : list_) {
    if (b.kind != Bound::Kind::tied) known[b.name] = b.drawn() ? drawn[next++] : b.value;
  }
  for (const Bound& b : list_) {
    if (b.kind == Bound::Kind::tied) {
      const double value = tied_value(b, known);
      if (!std::isfinite(value)) refuse(b, fmt::format("comes to {}", value));
      known[b.name] = value;
    }
    out.push_back(known[b.name]);
  }
  return out;
}

std::vector<std::vector<double>> Bounds::slopes(std::span<const double> drawn) const {
  Tape tape;
  std::map<std::string, Var, std::less<>> known;
  std::vector<int> inputs;
  for (const Bound& b : list_) {
    if (b.kind == Bound::Kind::tied) continue;
    Var value(b.value);
    if (b.drawn()) {
      value = Var::input(tape, drawn[inputs.size()]);
      inputs.push_back(value.node);
    }
    known[b.name] = value;
  }
  std::vector<std::vector<double>> out;
  for (const Bound& b : list_) {
    if (b.kind == Bound::Kind::tied) known[b.name] = tied_value(b, known);
    const Var& value = known[b.name];
    const std::vector<double> by_node = tape.gradient(value.tape ? value.node : -1);
    std::vector<double>& row = out.emplace_back();
    for (const int input : inputs) row.push_back(by_node[static_cast<std::size_t>(input)]);
  }
  return out;
}

}  // namespace nullor
