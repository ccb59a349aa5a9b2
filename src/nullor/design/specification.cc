#include "nullor/design/specification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/si.h"

namespace nullor {
namespace {

constexpr double kLogRatio = 10;  // bounds further apart than this are searched by their logarithm

[[noreturn]] void refuse(const std::string& what, const Location& where = {}, const std::string& hint = {}) {
  throw InputError(ErrorKind::usage, what, where, hint);
}

double number(const std::string& text, const std::string& whole) {
  const auto value = parse_si(text);
  if (!value || !std::isfinite(*value)) refuse(fmt::format("'{}' in '{}' is not a number", text, whole));
  return *value;
}

/// "1%" or "0.01".
double share(std::string text, const std::string& whole) {
  const bool percent = text.ends_with('%');
  if (percent) text.pop_back();
  return number(text, whole) * (percent ? 0.01 : 1);
}

}  // namespace

double Variable::to_unit(double value) const {
  const double v = std::clamp(value, min, max);
  return logarithmic ? std::log(v / min) / std::log(max / min) : (v - min) / (max - min);
}

double Variable::from_unit(double place) const {
  const double p = std::clamp(place, 0.0, 1.0);
  const double value = logarithmic ? min * std::pow(max / min, p) : min + p * (max - min);
  return std::clamp(integer ? std::round(value) : value, min, max);
}

double Variable::slope(double place) const {
  return logarithmic ? from_unit(place) * std::log(max / min) : max - min;
}

bool wants_logarithm(double min, double max) { return min > 0 && max > kLogRatio * min; }

Variable parse_variable(const std::string& text) {
  const auto equal = text.find('='), colon = text.find(':', equal == std::string::npos ? 0 : equal);
  if (equal == std::string::npos || equal == 0 || colon == std::string::npos) {
    refuse("'" + text + "' does not say what may vary between which values", {},
           "for example --vary wn=0.5u:20u");
  }
  Variable out;
  out.name = text.substr(0, equal);
  std::string upper = text.substr(colon + 1);
  std::optional<std::string> scale;
  if (const auto second = upper.find(':'); second != std::string::npos) {
    scale = upper.substr(second + 1);
    upper.resize(second);
    if (scale != "log" && scale != "linear") {
      refuse("'" + *scale + "' in '" + text + "' is not a scale", {}, "log or linear");
    }
  }
  out.min = number(text.substr(equal + 1, colon - equal - 1), text);
  out.max = number(upper, text);
  out.logarithmic = scale ? *scale == "log" : wants_logarithm(out.min, out.max);
  return out;
}

Goal parse_goal(const std::string& text) {
  Goal out;
  for (const auto& [word, flag] : {std::pair("min:", &Goal::minimize), std::pair("max:", &Goal::maximize)}) {
    if (text.starts_with(word) && text.size() > 4) {
      out.of = text.substr(4);
      out.*flag = true;
      return out;
    }
  }
  // The last relation counts: expressions may hold others.
  for (const auto& [sign, bound] : {std::pair(">=", &Goal::at_least), std::pair("<=", &Goal::at_most)}) {
    const auto at = text.rfind(sign);
    if (at == std::string::npos || at == 0) continue;
    out.of = text.substr(0, at);
    out.*bound = number(text.substr(at + 2), text);
    return out;
  }
  const auto at = text.rfind('=');
  if (at == std::string::npos || at == 0) {
    refuse("'" + text + "' is no goal", {},
           "goals read gain>=20, power<=1m, frequency=2.4G, frequency=2.4G+-1%, min:power or max:gain");
  }
  out.of = text.substr(0, at);
  std::string value = text.substr(at + 1);
  if (const auto room = value.find("+-"); room != std::string::npos) {
    out.within = share(value.substr(room + 2), text);
    value.resize(room);
  }
  out.equal = number(value, text);
  return out;
}

void check_specification(const Specification& specification) {
  if (specification.variables.empty()) {
    refuse("nothing may vary", {}, "say what with --vary wn=0.5u:20u, or in [vary] of a --spec file");
  }
  if (specification.goals.empty() && specification.waveforms.empty()) {
    refuse("there is no goal", {}, "say one with --goal \"gain>=20\", or in [goals] of a --spec file");
  }
  for (const Variable& v : specification.variables) {
    if (!(v.max > v.min)) {
      refuse(fmt::format("'{}' has no room between {:g} and {:g}", v.name, v.min, v.max), v.where);
    }
    if (v.logarithmic && !(v.min > 0)) {
      refuse(fmt::format("'{}' is searched by its logarithm, and its lower bound is {:g}", v.name, v.min),
             v.where, "give a bound above zero, or scale = \"linear\"");
    }
    if (v.start && !(*v.start >= v.min && *v.start <= v.max)) {
      refuse(fmt::format("'{}' starts at {:g}, outside {:g} to {:g}", v.name, *v.start, v.min, v.max),
             v.where);
    }
  }
  const Goal* aim = nullptr;
  for (const Goal& g : specification.goals) {
    if (!g.at_least && !g.at_most && !g.equal && !g.minimize && !g.maximize) {
      refuse("the goal '" + g.of + "' says nothing", g.where,
             "at_least, at_most, equal, minimize = true or maximize = true");
    }
    if (g.equal && !(g.within > 0)) refuse("the goal '" + g.of + "' leaves no room within", g.where);
    if (g.at_least && g.at_most && !(*g.at_least < *g.at_most)) {
      refuse(
          fmt::format("the goal '{}' asks for at least {:g} and at most {:g}", g.of, *g.at_least, *g.at_most),
          g.where);
    }
    if (!g.minimize && !g.maximize) continue;
    if (aim || (g.minimize && g.maximize)) {
      refuse("'" + (aim ? aim->of : g.of) + "' and '" + g.of + "' cannot both be driven to their end",
             g.where, "keep one, and bound the other with at_least or at_most");
    }
    aim = &g;
  }
}

}  // namespace nullor
