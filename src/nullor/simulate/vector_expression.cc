#include "nullor/simulate/vector_expression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "nullor/simulate/vector_functions.h"

namespace nullor {
namespace {

using Node = Expression::Node;
using Kind = Expression::Kind;

// The constants of ngspice's plot "const".
constexpr std::array<std::pair<std::string_view, double>, 11> kConstants = {{
    {"pi", std::numbers::pi},
    {"e", std::numbers::e},
    {"c", 2.99792458e8},
    {"kelvin", -273.15},
    {"echarge", 1.6021766208e-19},
    {"boltz", 1.38064852e-23},
    {"planck", 6.62607004e-34},
    {"true", 1},
    {"yes", 1},
    {"false", 0},
    {"no", 0},
}};

// A probe's name split into plot, letter and the function its suffix asks for: "tran1.vdb" -> "tran1.", 'v',
// "db".
struct Probe {
  std::string plot;
  char letter = 0;
  std::string_view function;
};

std::optional<Probe> probe_of(std::string_view name) {
  Probe out;
  const auto dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    out.plot = name.substr(0, dot + 1);
    name.remove_prefix(dot + 1);
  }
  if (name.empty() || (name[0] != 'v' && name[0] != 'i')) return std::nullopt;
  out.letter = name[0];
  const std::string_view suffix = name.substr(1);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSuffixes = {
      {{"", ""}, {"r", "re"}, {"i", "im"}, {"m", "mag"}, {"p", "ph"}, {"db", "db"}}};
  for (const auto& [letters, function] : kSuffixes) {
    if (letters == suffix) {
      out.function = function;
      return out;
    }
  }
  return std::nullopt;
}

template <class T>
class Walk {
 public:
  Walk(const Expression& expression, const VectorScope<T>& scope) : expression_(expression), scope_(scope) {}

  Samples<T> node(std::size_t index) const {
    const Node& node = expression_.nodes[index];
    try {
      switch (node.kind) {
        case Kind::number:
          return Samples<T>::constant(T(node.number));
        case Kind::name:
          return name(node, node.name);
        case Kind::call:
          return call(node);
        case Kind::unary:
          return unary(node);
        case Kind::binary:
          return combine(node.name, argument(node, 0), argument(node, 1));
        case Kind::ternary:
          return choose(node);
      }
    } catch (const InputError& e) {
      if (e.where().file) throw;
      throw InputError(e.kind(), e.what(), expression_.locate(node), e.hint());
    }
    return {};
  }

 private:
  Samples<T> argument(const Node& parent, std::size_t k) const {
    return node(static_cast<std::size_t>(parent.arguments.at(k)));
  }

  std::optional<Samples<T>> find(std::string_view name) const {
    if (scope_.waveforms) {
      if (auto found = scope_.waveforms->column(name)) return found;
    }
    if (scope_.other) return scope_.other(name);
    return std::nullopt;
  }

  [[noreturn]] void unknown(const Node& node, const std::string& name, const std::string& what) const {
    std::vector<std::string> candidates =
        scope_.waveforms ? scope_.waveforms->names() : std::vector<std::string>{};
    std::string hint = did_you_mean(name, candidates);
    if (hint.empty() && !candidates.empty()) {
      hint = "there are " + std::to_string(candidates.size()) + " vectors:";
      for (std::size_t k = 0; k < std::min<std::size_t>(candidates.size(), 8); ++k)
        hint += " " + candidates[k];
      if (candidates.size() > 8) hint += " ...";
    }
    throw InputError(ErrorKind::netlist, "no " + what + " '" + name + "'", expression_.locate(node), hint);
  }

  Samples<T> name(const Node& node, const std::string& text) const {
    if (auto found = find(text)) return *found;
    if (text == "i" || text == "j") return {{T(0)}, {T(1)}, Quantity::none};
    for (const auto& [constant, value] : kConstants) {
      if (constant == text) return Samples<T>::constant(T(value));
    }
    unknown(node, text, "vector");
  }

  // The text of a node or element name, which may look like a number.
  std::string word(const Node& parent, std::size_t k) const {
    const Node& node = expression_.nodes[static_cast<std::size_t>(parent.arguments.at(k))];
    if (node.kind == Kind::name) return node.name;
    if (node.kind == Kind::number && node.number == std::floor(node.number) &&
        std::fabs(node.number) < 1e15) {
      return std::to_string(static_cast<long long>(node.number));
    }
    throw InputError(ErrorKind::netlist, "a probe takes names, not expressions", expression_.locate(node));
  }

  Samples<T> potential(const Node& node, const Probe& probe, const std::string& name) const {
    if (probe.letter == 'v' && (name == "0" || name == "gnd")) return Samples<T>::constant(T(0));
    const std::string full = probe.plot + probe.letter + "(" + name + ")";
    auto found = find(full);
    if (!found) unknown(node, full, probe.letter == 'v' ? "voltage" : "current");
    return *found;
  }

  Samples<T> measured(const Node& node, const Probe& probe) const {
    if (node.arguments.empty() || node.arguments.size() > (probe.letter == 'v' ? 2u : 1u)) {
      throw InputError(ErrorKind::netlist,
                       "'" + node.name + "' takes one name" + (probe.letter == 'v' ? " or two" : ""),
                       expression_.locate(node));
    }
    Samples<T> out = potential(node, probe, word(node, 0));
    if (node.arguments.size() == 2) out = combine<T>("-", out, potential(node, probe, word(node, 1)));
    if (probe.function.empty()) return out;
    return *call_vector_function<T>(probe.function, std::span(&out, 1), scale(), scope_.degrees);
  }

  std::span<const double> scale() const {
    return scope_.waveforms ? std::span<const double>(scope_.waveforms->scale()) : std::span<const double>{};
  }

  Samples<T> call(const Node& node) const {
    if (node.name == "[]") return element(node);
    if (const auto probe = probe_of(node.name)) return measured(node, *probe);
    std::vector<Samples<T>> arguments;
    for (std::size_t k = 0; k < node.arguments.size(); ++k) arguments.push_back(argument(node, k));
    if (auto result = call_vector_function<T>(node.name, arguments, scale(), scope_.degrees)) return *result;
    const auto names = vector_function_names();
    const bool known = std::find(names.begin(), names.end(), node.name) != names.end();
    throw InputError(
        ErrorKind::netlist,
        known ? "function '" + node.name + "' takes one argument" : "no function '" + node.name + "'",
        expression_.locate(node), known ? "" : did_you_mean(node.name, names));
  }

  // x[k], and x[a, b] for samples a to b.
  Samples<T> element(const Node& node) const {
    const Samples<T> x = argument(node, 0);
    const auto index = [&](std::size_t k) {
      const double at = value(argument(node, k).re.at(0));
      if (!(at >= 0) || at >= static_cast<double>(x.size())) {
        throw InputError(ErrorKind::netlist,
                         "index out of range: the vector has " + std::to_string(x.size()) + " samples",
                         expression_.locate(node));
      }
      return static_cast<std::size_t>(at);
    };
    const std::size_t first = index(1), last = node.arguments.size() > 2 ? index(2) : first;
    Samples<T> out{{}, {}, x.quantity};
    for (std::size_t k = first; k <= last; ++k) {
      out.re.push_back(x.re[k]);
      if (x.is_complex()) out.im.push_back(x.im[k]);
    }
    return out;
  }

  Samples<T> unary(const Node& node) const {
    Samples<T> out = argument(node, 0);
    if (node.name == "+") return out;
    for (T& v : out.re) v = node.name == "-" ? -v : T(value(v) == 0 ? 1.0 : 0.0);
    for (T& v : out.im) v = -v;
    if (node.name == "!") out.im.clear();
    return out;
  }

  Samples<T> choose(const Node& node) const {
    const Samples<T> condition = argument(node, 0);
    if (condition.size() == 1) return argument(node, value(condition.re[0]) != 0 ? 1 : 2);
    const Samples<T> yes = argument(node, 1), no = argument(node, 2);
    Samples<T> out = combine<T>("+", combine<T>("*", condition, yes), no);  // checks the lengths
    for (std::size_t k = 0; k < out.size(); ++k) {
      const Samples<T>& side = value(condition.re[k]) != 0 ? yes : no;
      const std::size_t j = side.size() == 1 ? 0 : k;
      out.re[k] = side.re[j];
      if (out.is_complex()) out.im[k] = side.is_complex() ? side.im[j] : T(0);
    }
    return out;
  }

  const Expression& expression_;
  const VectorScope<T>& scope_;
};

}  // namespace

template <class T>
Samples<T> evaluate_vector(const Expression& expression, const VectorScope<T>& scope) {
  if (expression.nodes.empty()) throw InputError(ErrorKind::netlist, "an empty expression", expression.where);
  return Walk<T>(expression, scope).node(expression.nodes.size() - 1);
}

template <class T>
T evaluate_scalar(const Expression& expression, const VectorScope<T>& scope) {
  const Samples<T> out = evaluate_vector(expression, scope);
  if (out.size() != 1) {
    throw InputError(
        ErrorKind::netlist,
        "'" + expression.text + "' has " + std::to_string(out.size()) + " samples where one number is wanted",
        expression.where, "mean(), maximum() or an index [k] make one number of a vector");
  }
  return out.re[0];
}

Quantity quantity_of(const Expression& expression) {
  if (expression.nodes.empty()) return Quantity::none;
  const Node& root = expression.root();
  if (root.kind == Kind::name) return root.name.ends_with("#branch") ? Quantity::current : Quantity::none;
  if (root.kind != Kind::call) return Quantity::none;
  if (const auto probe = probe_of(root.name)) {
    if (probe->function == "db") return Quantity::decibel;
    if (probe->function == "ph") return Quantity::none;  // radians
    return probe->letter == 'v' ? Quantity::voltage : Quantity::current;
  }
  return root.name == "db" ? Quantity::decibel : Quantity::none;
}

template Samples<double> evaluate_vector(const Expression&, const VectorScope<double>&);
template Samples<Var> evaluate_vector(const Expression&, const VectorScope<Var>&);
template double evaluate_scalar(const Expression&, const VectorScope<double>&);
template Var evaluate_scalar(const Expression&, const VectorScope<Var>&);

}  // namespace nullor
