#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/learn/row_features.h"
#include "nullor/learn/row_predictor.h"

namespace nullor::learn {
namespace {

using Eigen::Index;

/// Rows that are multiplied at once: their products stay in the cache.
constexpr Index kQueries = 64, kTraining = 512;

/// The nearest rows so far of one query.
class Nearest {
 public:
  struct Row {
    double distance = 0;  ///< squared, less what is the same for all
    Index index = 0;
  };

  explicit Nearest(std::size_t count) : count_(count) {}

  /// Indices rise from call to call: of equals the first stays.
  void offer(double distance, Index index) {
    if (rows_.size() == count_ && distance >= rows_.back().distance) return;
    if (rows_.size() == count_) rows_.pop_back();
    const auto at = std::upper_bound(rows_.begin(), rows_.end(), distance,
                                     [](double d, const Row& row) { return d < row.distance; });
    rows_.insert(at, {distance, index});
  }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::size_t count_;
  std::vector<Row> rows_;
};

class NeighbourModel {
 public:
  NeighbourModel(const RowSets& sets, RowFeatures::Sizes sizes, std::span<const MetricScale> scales)
      : features_(sets, sizes), z_(features_.of(sets)), targets_(targets_of(sets, scales)) {
    half_squares_ = 0.5 * z_.rowwise().squaredNorm();
    for (const PredictionRows* set : sets) {
      failure_.insert(failure_.end(), set->failure.begin(), set->failure.end());
      classes_ = set->classes.size();
    }
    std::vector<Index> everything(static_cast<std::size_t>(z_.rows()));
    for (std::size_t k = 0; k < everything.size(); ++k) everything[k] = static_cast<Index>(k);
    fallback_ = mean_of(everything, Eigen::RowVectorXd::Zero(targets_.cols()));
  }

  void predict(const PredictionRows& rows, std::size_t neighbours, std::span<const MetricScale> scales,
               Predictions& out) const {
    const RowMatrix queries = features_.of(rows);
    for (Index first = 0; first < queries.rows(); first += kQueries) {
      const RowMatrix block = queries.middleRows(first, std::min(kQueries, queries.rows() - first));
      const auto nearest = search(block, neighbours);
      for (Index k = 0; k < block.rows(); ++k)
        append(block.row(k), nearest[static_cast<std::size_t>(k)].rows(), scales, out);
    }
  }

 private:
  /// |q - x|^2 / 2 less |q|^2 / 2 is |x|^2 / 2 - q x: one product of matrices for many pairs.
  std::vector<Nearest> search(const RowMatrix& queries, std::size_t neighbours) const {
    std::vector<Nearest> out(static_cast<std::size_t>(queries.rows()), Nearest(neighbours));
    RowMatrix distances;
    for (Index first = 0; first < z_.rows(); first += kTraining) {
      const Index count = std::min(kTraining, z_.rows() - first);
      distances.noalias() = -queries * z_.middleRows(first, count).transpose();
      for (Index k = 0; k < queries.rows(); ++k) {
        Nearest& nearest = out[static_cast<std::size_t>(k)];
        for (Index j = 0; j < count; ++j)
          nearest.offer(distances(k, j) + half_squares_[first + j], first + j);
      }
    }
    return out;
  }

  void append(const Eigen::RowVectorXd& query, const std::vector<Nearest::Row>& nearest,
              std::span<const MetricScale> scales, Predictions& out) const {
    std::vector<Index> rows;
    std::vector<double> shares(classes_, 0);
    // Anew, since the products lose what is small beside the squares.
    double distance = std::numeric_limits<double>::infinity();
    for (const auto& row : nearest) {
      rows.push_back(row.index);
      shares[static_cast<std::size_t>(failure_[static_cast<std::size_t>(row.index)])] +=
          1 / static_cast<double>(nearest.size());
      distance = std::min(distance, (query - z_.row(row.index)).norm());
    }
    const Eigen::RowVectorXd mean = mean_of(rows, fallback_);
    for (std::size_t m = 0; m < scales.size(); ++m)
      out.metrics.push_back(scales[m].value(mean[static_cast<Index>(m)]));
    out.valid.push_back(mean[mean.size() - 1]);
    out.classes.insert(out.classes.end(), shares.begin(), shares.end());
    out.strangeness.push_back(distance);
  }

  /// Of the targets that are there; `otherwise` where none is.
  Eigen::RowVectorXd mean_of(const std::vector<Index>& rows, const Eigen::RowVectorXd& otherwise) const {
    Eigen::RowVectorXd out = otherwise;
    for (Index t = 0; t < targets_.cols(); ++t) {
      double sum = 0, count = 0;
      for (const Index k : rows) {
        if (std::isnan(targets_(k, t))) continue;
        sum += targets_(k, t);
        ++count;
      }
      if (count > 0) out[t] = sum / count;
    }
    return out;
  }

  RowFeatures features_;
  RowMatrix z_;                   ///< (rows, columns)
  RowMatrix targets_;             ///< (rows, metrics + 1)
  Eigen::VectorXd half_squares_;  ///< (rows) |z|^2 / 2
  std::vector<std::int32_t> failure_;
  std::size_t classes_ = 0;
  Eigen::RowVectorXd fallback_;  ///< (metrics + 1) means of all rows
};

class Neighbours : public RowPredictor {
 public:
  Neighbours(std::span<const PredictionRows> training, std::span<const MetricScale> scales, int neighbours)
      : neighbours_(static_cast<std::size_t>(neighbours)),
        scales_(scales.begin(), scales.end()),
        models_(training, scales_) {}

  std::string name() const override { return "neighbours"; }

  Predictions predict(const PredictionRows& rows) const override {
    Predictions out;
    models_.of(rows).predict(rows, neighbours_, scales_, out);
    return out;
  }

 private:
  std::size_t neighbours_;
  std::vector<MetricScale> scales_;
  CircuitModels<NeighbourModel> models_;
};

}  // namespace

std::unique_ptr<RowPredictor> fit_neighbours(std::span<const PredictionRows> training,
                                             std::span<const MetricScale> scales,
                                             const BaselineOptions& options) {
  if (options.neighbours < 1) throw InputError(ErrorKind::usage, "at least one neighbour is needed");
  return std::make_unique<Neighbours>(training, scales, options.neighbours);
}

}  // namespace nullor::learn
