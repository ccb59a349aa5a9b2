#include "nullor/design/geometry_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nullor {
namespace {

bool near(double a, double b) { return std::fabs(a - b) <= 1e-9 * std::fabs(b); }

bool holds(double x, double low, double high, bool closed) {
  return (x > low || near(x, low)) && ((x < high && !near(x, high)) || (closed && near(x, high)));
}

}  // namespace

const std::vector<ModelBin>* GeometryRule::family_of(std::string_view name) const {
  if (const auto colon = name.rfind(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
  auto found = families_.find(name);
  if (found == families_.end()) found = families_.find(name.substr(0, name.rfind('.')));
  return found == families_.end() ? nullptr : &found->second;
}

std::optional<std::size_t> GeometryRule::find(const std::vector<ModelBin>& bins, double l, double w) {
  for (const bool closed : {false, true}) {
    for (std::size_t k = 0; k < bins.size(); ++k) {
      const ModelBin& b = bins[k];
      if (holds(l, b.l_min, b.l_max, closed) && holds(w, b.w_min, b.w_max, closed)) return k;
    }
  }
  return std::nullopt;
}

std::string GeometryRule::explain(const std::vector<ModelBin>& bins, double l, double w) {
  double l_min = HUGE_VAL, l_max = 0, w_min = HUGE_VAL, w_max = 0;
  for (const ModelBin& b : bins) {
    l_min = std::min(l_min, b.l_min), l_max = std::max(l_max, b.l_max);
    w_min = std::min(w_min, b.w_min), w_max = std::max(w_max, b.w_max);
  }
  std::string out;
  const auto side = [&](const char* name, double x, double low, double high) {
    const bool below = x < low && !near(x, low), above = x > high && !near(x, high);
    if (!below && !above) return;
    out += fmt::format("{}{} {:.4g} um is {} {:.4g} um", out.empty() ? "" : ", ", name, 1e6 * x,
                       below ? "below" : "above", 1e6 * (below ? low : high));
  };
  side("L", l, l_min, l_max);
  side("W", w, w_min, w_max);
  if (!out.empty()) return out;
  return fmt::format("no bin holds L {:.4g} um with W {:.4g} um", 1e6 * l, 1e6 * w);
}

}  // namespace nullor
