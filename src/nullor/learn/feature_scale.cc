#include "nullor/learn/feature_scale.h"

#include <algorithm>
#include <cmath>

namespace nullor::learn {
namespace {

using graph::kSizedNumbers;

/// Current sources can point either way; a device without a number has 0 there.
double logarithm(double x) { return std::log(std::max(std::abs(x), 1e-30)); }

class Moments {
 public:
  void add(double f, double x) {
    if (count_ == 0) low_ = high_ = x;
    low_ = std::min(low_, x), high_ = std::max(high_, x);
    ++count_;
    const double off = f - mean_;
    mean_ += off / static_cast<double>(count_);
    square_ += off * (f - mean_);
  }
  FeatureScale::Entry entry(bool log) const {
    if (count_ == 0) return {log, 0, 1, 0, 0};
    const double deviation = std::sqrt(square_ / static_cast<double>(count_));
    return {log, mean_, deviation > 1e-9 * std::max(1.0, std::abs(mean_)) ? deviation : 1.0, low_, high_};
  }

 private:
  std::size_t count_ = 0;
  double mean_ = 0, square_ = 0, low_ = 0, high_ = 0;
};

template <class List>
std::vector<int> places(const List& theirs, const List& ours) {
  std::vector<int> out;
  for (const auto& name : theirs) {
    const auto found = std::find(ours.begin(), ours.end(), name);
    out.push_back(found == ours.end() ? -1 : static_cast<int>(found - ours.begin()));
  }
  return out;
}

}  // namespace

float FeatureScale::Entry::scaled(double x) const {
  return static_cast<float>(((logarithm_of(x)) - centre) / spread);
}

double FeatureScale::Entry::logarithm_of(double x) const { return logarithm ? learn::logarithm(x) : x; }

double FeatureScale::Entry::excess(double x) const {
  const double at = logarithm_of(x), from = logarithm_of(low), to = logarithm_of(high);
  const double off = std::max({from - at, at - to, 0.0});
  // Rounding is no excess.
  return off <= 1e-9 * std::max(1.0, std::abs(at)) ? 0 : off / std::max(to - from, spread);
}

std::vector<int> FeatureScale::corner_of(const PredictionRows& rows) const {
  return places(rows.corners, corners);
}

std::vector<int> FeatureScale::condition_of(const PredictionRows& rows) const {
  return places(rows.conditions, conditions);
}

FeatureScale fit_features(std::span<const PredictionRows> all) {
  FeatureScale out;
  std::array<std::array<Moments, kSizedNumbers>, graph::kSizedKinds> numbers;
  for (const PredictionRows& rows : all) {
    for (const std::string& c : rows.conditions) {
      if (std::find(out.conditions.begin(), out.conditions.end(), c) == out.conditions.end())
        out.conditions.push_back(c);
    }
    for (const std::string& c : rows.corners) {
      if (std::find(out.corners.begin(), out.corners.end(), c) == out.corners.end()) out.corners.push_back(c);
    }
    const auto& devices = rows.circuit->devices();
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      for (std::size_t d = 0; d < devices.size(); ++d) {
        const auto kind = static_cast<std::size_t>(devices[d].kind);
        for (std::size_t k = 0; k < info(devices[d].kind).numbers.size(); ++k) {
          const double x = rows.numbers[(r * devices.size() + d) * kSizedNumbers + k];
          numbers[kind][k].add(logarithm(x), std::abs(x));
        }
      }
    }
  }
  for (std::size_t kind = 0; kind < graph::kSizedKinds; ++kind) {
    for (std::size_t k = 0; k < kSizedNumbers; ++k) out.number[kind][k] = numbers[kind][k].entry(true);
  }
  for (const std::string& name : out.conditions) {
    std::vector<double> values;
    for (const PredictionRows& rows : all) {
      const auto at =
          std::find(rows.conditions.begin(), rows.conditions.end(), name) - rows.conditions.begin();
      const auto width = static_cast<std::ptrdiff_t>(rows.conditions.size());
      for (std::ptrdiff_t r = 0; at < width && r < static_cast<std::ptrdiff_t>(rows.rows()); ++r)
        values.push_back(rows.condition_values[static_cast<std::size_t>(r * width + at)]);
    }
    const bool positive = std::all_of(values.begin(), values.end(), [](double x) { return x > 0; });
    Moments moments;
    for (const double x : values) moments.add(positive ? logarithm(x) : x, x);
    out.condition.push_back(moments.entry(positive));
  }
  return out;
}

ScaledFeatures features_of(const PredictionRows& rows, std::span<const std::size_t> which,
                           const FeatureScale& scale, const BiasCurrents& currents) {
  constexpr std::size_t kWide = FeatureScale::kDeviceFeatures, kOwn = kWide - BiasCurrents::kDeviceFeatures;
  const auto& devices = rows.circuit->devices();
  const std::vector<int> corners = scale.corner_of(rows), conditions = scale.condition_of(rows);
  const auto wide = static_cast<std::size_t>(scale.circuit_features());
  ScaledFeatures out;
  out.devices.assign(which.size() * devices.size() * kWide, 0.0f);
  out.circuit.assign(which.size() * wide, 0.0f);
  std::vector<float> flows(devices.size() * BiasCurrents::kDeviceFeatures);
  for (std::size_t n = 0; n < which.size(); ++n) {
    const std::size_t r = which[n], size = devices.size() * kSizedNumbers;
    const std::span<const double> numbers(rows.numbers.data() + r * size, size);
    float* to_circuit = out.circuit.data() + n * wide;
    currents.features(numbers, flows,
                      {to_circuit + wide - BiasCurrents::kCircuitFeatures, BiasCurrents::kCircuitFeatures});
    for (std::size_t d = 0; d < devices.size(); ++d) {
      const auto kind = static_cast<std::size_t>(devices[d].kind);
      float* to = out.devices.data() + (n * devices.size() + d) * kWide;
      for (std::size_t k = 0; k < info(devices[d].kind).numbers.size(); ++k)
        to[kind * kSizedNumbers + k] = scale.number[kind][k].scaled(numbers[d * kSizedNumbers + k]);
      std::copy_n(flows.data() + d * BiasCurrents::kDeviceFeatures, BiasCurrents::kDeviceFeatures, to + kOwn);
    }
    for (std::size_t c = 0; c < conditions.size(); ++c) {
      if (conditions[c] >= 0)
        to_circuit[conditions[c]] = scale.condition[static_cast<std::size_t>(conditions[c])].scaled(
            rows.condition_values[r * conditions.size() + c]);
    }
    const int corner = corners[static_cast<std::size_t>(rows.corner[r])];
    if (corner >= 0) to_circuit[scale.condition.size() + static_cast<std::size_t>(corner)] = 1;
  }
  return out;
}

}  // namespace nullor::learn
