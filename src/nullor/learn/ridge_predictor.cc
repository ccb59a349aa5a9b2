#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/learn/row_features.h"
#include "nullor/learn/row_predictor.h"

namespace nullor::learn {
namespace {

using Eigen::Index;

/// Rows that are multiplied at once: what they take stays in the cache.
constexpr Index kBlock = 512;

/// A constant, standardized columns z, and their squares, standardized.
class QuadraticTerms {
 public:
  QuadraticTerms() = default;
  explicit QuadraticTerms(const RowMatrix& z) : columns_(z.cols()) {
    for (Index j = 0; j < columns_; ++j) {
      const auto square = z.col(j).array().square();
      const double mean = square.mean(), deviation = std::sqrt((square - mean).square().mean());
      if (deviation > 1e-9 && !has_two_values(z.col(j))) squares_.push_back({j, mean, deviation});
    }
  }

  Index count() const { return 1 + columns_ + static_cast<Index>(squares_.size()); }
  void write(const double* z, double* out) const {
    *out++ = 1;
    out = std::copy_n(z, columns_, out);
    for (const Square& s : squares_) *out++ = (z[s.column] * z[s.column] - s.mean) / s.deviation;
  }

 private:
  struct Square {
    Index column = 0;
    double mean = 0, deviation = 1;
  };

  /// Such as a corner: the square then follows linearly from the column.
  static bool has_two_values(const Eigen::Ref<const Eigen::VectorXd, 0, Eigen::InnerStride<>>& z) {
    const double first = z[0];
    Index other = 0;
    while (other + 1 < z.size() && z[other] == first) ++other;
    return (z.array() == first || z.array() == z[other]).all();
  }

  Index columns_ = 0;
  std::vector<Square> squares_;
};

/// (X'X + n ridge D) W = X'T by Cholesky, where D is 1 but 0 for the constant. Where columns depend on each
/// other and the ridge is too small to tell them apart, it is raised until it does.
Eigen::MatrixXd solve_ridge(const Eigen::MatrixXd& gram, const Eigen::MatrixXd& right, Index rows,
                            double ridge) {
  Eigen::VectorXd penalty = Eigen::VectorXd::Ones(gram.rows());
  penalty[0] = 0;
  for (;; ridge = std::max(10 * ridge, 1e-13)) {
    Eigen::MatrixXd matrix = gram;
    matrix.diagonal() += static_cast<double>(rows) * ridge * penalty;
    const Eigen::LLT<Eigen::MatrixXd> factor(matrix);
    if (ridge > 1 || (factor.info() == Eigen::Success && factor.rcond() > 1e-14)) return factor.solve(right);
  }
}

class RidgeModel {
 public:
  RidgeModel(const RowSets& sets, RowFeatures::Sizes sizes, std::span<const MetricScale> scales, double ridge)
      : features_(sets, sizes) {
    const RowMatrix z = features_.of(sets), targets = targets_of(sets, scales);
    terms_ = QuadraticTerms(z);
    weights_ = Eigen::MatrixXd::Zero(terms_.count(), targets.cols());
    low_ = high_ = Eigen::RowVectorXd::Zero(targets.cols());
    // Targets that are there in the same rows share one factorization.
    std::map<std::vector<bool>, std::vector<Index>> alike;
    for (Index t = 0; t < targets.cols(); ++t) {
      std::vector<bool> there;
      for (const double v : targets.col(t)) there.push_back(!std::isnan(v));
      alike[there].push_back(t);
    }
    for (const auto& [there, columns] : alike) {
      std::vector<Index> rows;
      for (Index k = 0; k < z.rows(); ++k) {
        if (there[static_cast<std::size_t>(k)]) rows.push_back(k);
      }
      if (!rows.empty()) fit(z, targets, rows, columns, ridge);
    }
    low_.tail<1>().setZero();
    high_.tail<1>().setOnes();
  }

  /// (rows, targets)
  RowMatrix predict(const PredictionRows& rows) const {
    const RowMatrix z = features_.of(rows);
    RowMatrix terms(z.rows(), terms_.count());
    for (Index k = 0; k < z.rows(); ++k) terms_.write(z.row(k).data(), terms.row(k).data());
    RowMatrix out = terms * weights_;
    for (Index k = 0; k < out.rows(); ++k) out.row(k) = out.row(k).cwiseMax(low_).cwiseMin(high_);
    return out;
  }

 private:
  void fit(const RowMatrix& z, const RowMatrix& targets, const std::vector<Index>& rows,
           const std::vector<Index>& columns, double ridge) {
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(terms_.count(), terms_.count());
    Eigen::MatrixXd right = Eigen::MatrixXd::Zero(terms_.count(), static_cast<Index>(columns.size()));
    const auto all = static_cast<Index>(rows.size());
    for (Index first = 0; first < all; first += kBlock) {
      const Index count = std::min(kBlock, all - first);
      RowMatrix terms(count, terms_.count()), wanted(count, right.cols());
      for (Index k = 0; k < count; ++k) {
        const Index row = rows[static_cast<std::size_t>(first + k)];
        terms_.write(z.row(row).data(), terms.row(k).data());
        for (Index t = 0; t < wanted.cols(); ++t)
          wanted(k, t) = targets(row, columns[static_cast<std::size_t>(t)]);
      }
      gram.selfadjointView<Eigen::Lower>().rankUpdate(terms.transpose());
      right.noalias() += terms.transpose() * wanted;
    }
    const Eigen::MatrixXd solved = solve_ridge(gram, right, all, ridge);
    for (Index t = 0; t < right.cols(); ++t) {
      const Index column = columns[static_cast<std::size_t>(t)];
      weights_.col(column) = solved.col(t);
      double least = targets(rows.front(), column), largest = least;
      for (const Index row : rows) {
        least = std::min(least, targets(row, column));
        largest = std::max(largest, targets(row, column));
      }
      low_[column] = least - 1;
      high_[column] = largest + 1;
    }
  }

  RowFeatures features_;
  QuadraticTerms terms_;
  Eigen::MatrixXd weights_;        ///< (terms, targets)
  Eigen::RowVectorXd low_, high_;  ///< (targets) what predictions are kept within
};

class Ridge : public RowPredictor {
 public:
  Ridge(std::span<const PredictionRows> training, std::span<const MetricScale> scales, double ridge)
      : scales_(scales.begin(), scales.end()), models_(training, scales_, ridge) {}

  std::string name() const override { return "ridge"; }

  Predictions predict(const PredictionRows& rows) const override {
    const RowMatrix found = models_.of(rows).predict(rows);
    Predictions out;
    for (Index k = 0; k < found.rows(); ++k) {
      for (std::size_t m = 0; m < scales_.size(); ++m)
        out.metrics.push_back(scales_[m].value(found(k, static_cast<Index>(m))));
      out.valid.push_back(found(k, found.cols() - 1));
    }
    return out;
  }

 private:
  std::vector<MetricScale> scales_;
  CircuitModels<RidgeModel> models_;
};

}  // namespace

std::unique_ptr<RowPredictor> fit_ridge(std::span<const PredictionRows> training,
                                        std::span<const MetricScale> scales, const BaselineOptions& options) {
  if (!(options.ridge >= 0)) throw InputError(ErrorKind::usage, "the ridge must not be negative");
  return std::make_unique<Ridge>(training, scales, options.ridge);
}

}  // namespace nullor::learn
