#pragma once
/// Rows as columns of numbers, for predictors that know nothing of graphs.

#include <Eigen/Core>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nullor/design/prediction_rows.h"
#include "nullor/learn/metric_scale.h"

namespace nullor::learn {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowSets = std::vector<const PredictionRows*>;

/// Which columns, and how they are standardized, is learned from training rows:
///
///     z = (f(x) - mean) / deviation
///
/// with f = ln |x| for numbers that are never 0 and always of one sign, else f = x. Columns that are constant
/// over the training rows are left out, and so are those that follow linearly from one before them: W of two
/// transistors that are always the same counts once. What is not there, or has no logarithm where the
/// training rows had one, is taken as the mean: 0.
class RowFeatures {
 public:
  enum class Sizes {
    devices,  ///< every number of every device: for rows of one circuit
    pooled,   ///< figures that every circuit has, see pooled_sizes.h
  };

  /// The conditions that all sets have by name, and the corners that any has, follow the sizes.
  RowFeatures(const RowSets& training, Sizes sizes);

  Eigen::Index columns() const { return static_cast<Eigen::Index>(kept_.size()); }
  /// (rows, columns)
  RowMatrix of(const PredictionRows& rows) const;
  /// Of all of them, one below the other.
  RowMatrix of(const RowSets& sets) const;

 private:
  struct Column {
    Eigen::Index raw = 0;
    double sign = 0;  ///< of all training rows, where the logarithm is taken; else 0
    double mean = 0, deviation = 1;

    double plain(double x) const;  ///< f
  };

  RowMatrix raw(const PredictionRows& rows) const;
  /// What is known of a raw column, and whether it varies.
  std::pair<Column, bool> learn(const RowMatrix& raw, Eigen::Index at) const;
  void drop_repeated(const RowSets& training);

  Sizes sizes_;
  std::vector<std::string> conditions_, corners_;
  std::vector<Column> kept_;
};

/// What rows say: (rows, metrics + 1) the metrics on their scales, NaN where missing, and 1 where the class
/// is "ok", else 0.
RowMatrix targets_of(const RowSets& sets, std::span<const MetricScale> scales);

/// Whether the class of a row, which must be known, is other than "illegal_geometry": geometry that a rule of
/// the process forbids, which nobody has to learn.
bool is_legal(const PredictionRows& rows, std::size_t row);

/// Rows of each circuit, by fingerprint. Throws InputError(usage) for no rows, rows without metrics or
/// classes, and sets of different ones.
std::map<std::uint64_t, RowSets> by_circuit(std::span<const PredictionRows> training);

/// One model a circuit that was seen, and one of all rows for those that were not.
template <class Model>
class CircuitModels {
 public:
  /// Model(const RowSets&, RowFeatures::Sizes, more...)
  template <class... More>
  explicit CircuitModels(std::span<const PredictionRows> training, const More&... more)
      : CircuitModels(by_circuit(training), more...) {}

  const Model& of(const PredictionRows& rows) const {
    const auto found = seen_.find(rows.circuit->fingerprint());
    return found != seen_.end() ? found->second : all_;
  }
  const Model& of_all() const { return all_; }

 private:
  template <class... More>
  explicit CircuitModels(const std::map<std::uint64_t, RowSets>& circuits, const More&... more)
      : all_(joined(circuits), RowFeatures::Sizes::pooled, more...) {
    for (const auto& [fingerprint, sets] : circuits)
      seen_.emplace(fingerprint, Model(sets, RowFeatures::Sizes::devices, more...));
  }
  static RowSets joined(const std::map<std::uint64_t, RowSets>& circuits) {
    RowSets out;
    for (const auto& [fingerprint, sets] : circuits) out.insert(out.end(), sets.begin(), sets.end());
    return out;
  }

  Model all_;
  std::map<std::uint64_t, Model> seen_;
};

}  // namespace nullor::learn
