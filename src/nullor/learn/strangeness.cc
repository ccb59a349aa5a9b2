#include "nullor/learn/strangeness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/si.h"

namespace nullor::learn {
namespace {

struct Part {
  double excess;
  std::string words;
};

void compare(const std::string& what, double x, const FeatureScale::Entry& learned, std::vector<Part>& out) {
  // Of the range: the very end of a box is hardly ever drawn.
  constexpr double kWorthSaying = 0.01;
  const double excess = learned.excess(x);
  if (!(excess > kWorthSaying)) return;
  const bool below = x < learned.low;
  out.push_back({excess, fmt::format("{} is {}, {} {}", what, format_si(x), below ? "below" : "above",
                                     format_si(below ? learned.low : learned.high))});
}

}  // namespace

std::vector<std::string> strange_parts(const PredictorModel& model, const PredictionRows& rows,
                                       std::size_t row) {
  std::vector<Part> parts;
  const auto& devices = rows.circuit->devices();
  for (std::size_t d = 0; d < devices.size(); ++d) {
    const auto kind = static_cast<std::size_t>(devices[d].kind);
    const auto names = info(devices[d].kind).numbers;
    for (std::size_t k = 0; k < names.size(); ++k)
      compare(fmt::format("{} of {}", names[k], devices[d].name),
              std::abs(rows.numbers[(row * devices.size() + d) * graph::kSizedNumbers + k]),
              model.features.number[kind][k], parts);
  }
  const std::vector<int> conditions = model.features.condition_of(rows);
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    if (conditions[c] >= 0)
      compare(rows.conditions[c], rows.condition_values[row * conditions.size() + c],
              model.features.condition[static_cast<std::size_t>(conditions[c])], parts);
  }
  const auto corner = static_cast<std::size_t>(rows.corner[row]);
  if (model.features.corner_of(rows)[corner] < 0)
    parts.push_back({1, fmt::format("corner '{}' was never learned from", rows.corners[corner])});
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.excess > b.excess; });
  std::vector<std::string> out;
  for (Part& part : parts) out.push_back(std::move(part.words));
  return out;
}

}  // namespace nullor::learn
