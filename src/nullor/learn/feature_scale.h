#pragma once
/// Numbers of devices and conditions on the scales that networks read: (ln x - centre) / spread for numbers
/// and positive conditions, (x - centre) / spread for other conditions.

#include <array>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/prediction_rows.h"
#include "nullor/learn/bias_currents.h"

namespace nullor::learn {

struct FeatureScale {
  struct Entry {
    bool logarithm = true;
    double centre = 0, spread = 1;
    double low = 0, high = 0;  ///< the least and the largest number learned from

    float scaled(double x) const;
    double logarithm_of(double x) const;  ///< or x itself
    /// How far outside of what was learned from, in widths of that range (at least one spread); 0 inside.
    double excess(double x) const;
  };
  std::vector<std::string> conditions;
  std::vector<Entry> condition;  ///< (conditions)
  std::vector<std::string> corners;
  std::array<std::array<Entry, graph::kSizedNumbers>, graph::kSizedKinds> number{};

  /// Numbers of a row: (devices, width of one device).
  static constexpr int kDeviceFeatures =
      graph::kSizedKinds * graph::kSizedNumbers + BiasCurrents::kDeviceFeatures;
  /// And of what concerns the whole circuit.
  int circuit_features() const {
    return static_cast<int>(condition.size() + corners.size()) + BiasCurrents::kCircuitFeatures;
  }
  /// Which corner of ours each of theirs is; -1: none.
  std::vector<int> corner_of(const PredictionRows& rows) const;
  /// Which of our conditions each of theirs is; -1: none.
  std::vector<int> condition_of(const PredictionRows& rows) const;
};

/// Mean and deviation over the rows of all circuits. Where all numbers are equal the spread is 1.
FeatureScale fit_features(std::span<const PredictionRows> rows);

/// Features of rows of one circuit in the order of its devices: numbers in the columns of the device's kind,
/// which tell the network what they mean; conditions, then one column a corner. Last come BiasCurrents.
struct ScaledFeatures {
  std::vector<float> devices;  ///< (n d, kDeviceFeatures)
  std::vector<float> circuit;  ///< (n, circuit_features())
};
/// Of the rows `which`, in this order.
ScaledFeatures features_of(const PredictionRows& rows, std::span<const std::size_t> which,
                           const FeatureScale& scale, const BiasCurrents& currents);

}  // namespace nullor::learn
