#include "nullor/design/dataset_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "nullor/base/rng.h"

namespace nullor {
namespace {

bool is_absolute(const std::string& unit) { return unit == "dB" || unit == "deg"; }

double distance(double a, double b, bool absolute) {
  const double gap = std::fabs(a - b), size = std::max(std::fabs(a), std::fabs(b));
  return absolute || size == 0 ? gap : gap / size;
}

}  // namespace

Comparison compare_engines(const Dataset& dataset, int count, std::uint64_t seed,
                           const std::function<void(double)>& progress) {
  Comparison out;
  const std::vector<std::size_t> kept = dataset.bench().kept();
  std::vector<std::vector<double>> distances(kept.size());
  for (const std::size_t k : kept) {
    const MetricSpec& m = dataset.bench().metrics[k];
    out.metrics.push_back({m.name, is_absolute(m.unit) ? m.unit : "", 0, 0, 0, 0});
  }
  Rng random(seed);
  for (; out.samples < count; ++out.samples) {
    const std::uint64_t row = random.below(dataset.layout().rows());
    const auto axis = dataset.axis_of(row);
    const auto [parameters, conditions] = dataset.sample(row);
    const CircuitSetting setting = dataset.setting(axis);
    const auto ours = make_evaluator("native", dataset.bench(), setting)->evaluate(parameters, conditions);
    const auto theirs = make_evaluator("ngspice", dataset.bench(), setting)->evaluate(parameters, conditions);
    if (ours.failure != theirs.failure) {
      const auto name = [&](const SampleOutcome& o) {
        return dataset.columns().classes[static_cast<std::size_t>(o.failure)] +
               (o.reason.empty() ? "" : " (" + o.reason + ")");
      };
      out.differences.push_back(fmt::format("row {}: native {}; ngspice {}", row, name(ours), name(theirs)));
    }
    for (std::size_t k = 0; k < kept.size(); ++k) {
      const double a = ours.values[kept[k]], b = theirs.values[kept[k]];
      MetricAgreement& m = out.metrics[k];
      if (std::isnan(a) != std::isnan(b)) ++m.only_one;
      if (!std::isnan(a) && !std::isnan(b)) distances[k].push_back(distance(a, b, !m.unit.empty()));
    }
    if (progress) progress(static_cast<double>(out.samples + 1) / count);
  }
  for (std::size_t k = 0; k < kept.size(); ++k) {
    auto& d = distances[k];
    out.metrics[k].both = static_cast<int>(d.size());
    if (d.empty()) continue;
    std::sort(d.begin(), d.end());
    out.metrics[k].median = d[d.size() / 2];
    out.metrics[k].largest = d.back();
  }
  return out;
}

}  // namespace nullor
