#include "nullor/learn/row_features.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/learn/pooled_sizes.h"

namespace nullor::learn {
namespace {

using Eigen::Index;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kNumbers = graph::kSizedNumbers;

Index rows_of(const RowSets& sets) {
  std::size_t rows = 0;
  for (const PredictionRows* set : sets) rows += set->rows();
  return static_cast<Index>(rows);
}

Index position(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : found - names.begin();
}

std::vector<std::string> conditions_of_all(const RowSets& sets) {
  std::vector<std::string> out = sets.front()->conditions;
  std::erase_if(out, [&](const std::string& name) {
    return std::any_of(sets.begin(), sets.end(),
                       [&](const PredictionRows* set) { return position(set->conditions, name) < 0; });
  });
  return out;
}

std::vector<std::string> corners_of_any(const RowSets& sets) {
  std::vector<std::string> out;
  for (const PredictionRows* set : sets) {
    for (const std::string& name : set->corners) {
      if (position(out, name) < 0) out.push_back(name);
    }
  }
  return out;
}

}  // namespace

RowFeatures::RowFeatures(const RowSets& training, Sizes sizes)
    : sizes_(sizes), conditions_(conditions_of_all(training)), corners_(corners_of_any(training)) {
  RowMatrix all;
  Index row = 0;
  for (const PredictionRows* set : training) {
    const RowMatrix one = raw(*set);
    if (row == 0) all.resize(rows_of(training), one.cols());
    all.middleRows(row, one.rows()) = one;
    row += one.rows();
  }
  for (Index at = 0; at < all.cols(); ++at) {
    const auto [column, varies] = learn(all, at);
    if (varies) kept_.push_back(column);
  }
  all.resize(0, 0);
  drop_repeated(training);
}

RowMatrix RowFeatures::raw(const PredictionRows& rows) const {
  const std::size_t per_row = rows.circuit->devices().size() * kNumbers;
  const auto sizes_at = [&](std::size_t row) {
    return std::span<const double>(rows.numbers).subspan(row * per_row, per_row);
  };
  const bool pooled = sizes_ == Sizes::pooled;
  const std::vector<double> nothing(pooled ? per_row : 0, 0.0);
  const auto wide = static_cast<Index>(pooled ? pooled_sizes(*rows.circuit, nothing).size() : per_row);
  const auto conditions = static_cast<Index>(conditions_.size());
  RowMatrix out = RowMatrix::Zero(static_cast<Index>(rows.rows()),
                                  wide + conditions + static_cast<Index>(corners_.size()));
  std::vector<Index> condition_at, corner_at;
  for (const std::string& name : conditions_) condition_at.push_back(position(rows.conditions, name));
  for (const std::string& name : rows.corners) corner_at.push_back(position(corners_, name));
  for (std::size_t k = 0; k < rows.rows(); ++k) {
    double* row = out.row(static_cast<Index>(k)).data();
    if (pooled) {
      std::ranges::copy(pooled_sizes(*rows.circuit, sizes_at(k)), row);
    } else {
      std::ranges::copy(sizes_at(k), row);
    }
    for (std::size_t c = 0; c < condition_at.size(); ++c) {
      const std::size_t first = k * rows.conditions.size();
      row[wide + static_cast<Index>(c)] =
          condition_at[c] < 0 ? kNone
                              : rows.condition_values[first + static_cast<std::size_t>(condition_at[c])];
    }
    const Index corner = corner_at[static_cast<std::size_t>(rows.corner[k])];
    if (corner >= 0) row[wide + conditions + corner] = 1;
  }
  return out;
}

double RowFeatures::Column::plain(double x) const { return sign == 0 ? x : std::log(sign * x); }

std::pair<RowFeatures::Column, bool> RowFeatures::learn(const RowMatrix& raw, Index at) const {
  Column out;
  out.raw = at;
  const Index plain = raw.cols() - static_cast<Index>(corners_.size() + conditions_.size());
  const bool are_sizes = at < plain, are_corners = at >= raw.cols() - static_cast<Index>(corners_.size());
  const auto x = raw.col(at).array();
  // Of pooled sizes the logarithm is taken already.
  const bool in_units = !are_corners && !(are_sizes && sizes_ == Sizes::pooled);
  if (in_units) out.sign = (x > 0).all() ? 1 : (x < 0).all() ? -1 : 0;
  std::vector<double> values;
  for (const double v : x) {
    const double f = out.plain(v);
    if (std::isfinite(f)) values.push_back(f);
  }
  if (values.empty()) return {out, false};
  double sum = 0, squares = 0, largest = 0;
  for (const double v : values) {
    sum += v;
    largest = std::max(largest, std::fabs(v));
  }
  out.mean = sum / static_cast<double>(values.size());
  for (const double v : values) squares += (v - out.mean) * (v - out.mean);
  out.deviation = std::sqrt(squares / static_cast<double>(values.size()));
  // Less than this is rounding.
  const double least = 1e-9 * (in_units && out.sign == 0 ? largest : 1);
  return {out, out.deviation > least};
}

void RowFeatures::drop_repeated(const RowSets& training) {
  const RowMatrix z = of(training);
  const Eigen::MatrixXd products = z.transpose() * z;
  std::vector<Index> single;
  for (Index j = 0; j < columns(); ++j) {
    const bool repeats = std::any_of(single.begin(), single.end(), [&](Index i) {
      return std::fabs(products(i, j)) > (1 - 1e-9) * std::sqrt(products(i, i) * products(j, j));
    });
    if (!repeats) single.push_back(j);
  }
  std::vector<Column> kept;
  for (const Index j : single) kept.push_back(kept_[static_cast<std::size_t>(j)]);
  kept_ = std::move(kept);
}

RowMatrix RowFeatures::of(const PredictionRows& rows) const {
  const RowMatrix x = raw(rows);
  RowMatrix out(x.rows(), columns());
  for (Index k = 0; k < x.rows(); ++k) {
    for (std::size_t j = 0; j < kept_.size(); ++j) {
      const Column& c = kept_[j];
      const double z = (c.plain(x(k, c.raw)) - c.mean) / c.deviation;
      out(k, static_cast<Index>(j)) = std::isfinite(z) ? z : 0;
    }
  }
  return out;
}

RowMatrix RowFeatures::of(const RowSets& sets) const {
  RowMatrix out(rows_of(sets), columns());
  Index row = 0;
  for (const PredictionRows* set : sets) {
    out.middleRows(row, static_cast<Index>(set->rows())) = of(*set);
    row += static_cast<Index>(set->rows());
  }
  return out;
}

RowMatrix targets_of(const RowSets& sets, std::span<const MetricScale> scales) {
  const std::size_t metrics = scales.size();
  RowMatrix out(rows_of(sets), static_cast<Index>(metrics + 1));
  Index row = 0;
  for (const PredictionRows* set : sets) {
    for (std::size_t k = 0; k < set->rows(); ++k, ++row) {
      for (std::size_t m = 0; m < metrics; ++m) {
        const double z = scales[m].scaled(set->metric_values[k * metrics + m]);
        out(row, static_cast<Index>(m)) = std::isfinite(z) ? z : kNone;
      }
      out(row, static_cast<Index>(metrics)) = set->failure[k] == 0 ? 1 : 0;
    }
  }
  return out;
}

bool is_legal(const PredictionRows& rows, std::size_t row) {
  return rows.classes[static_cast<std::size_t>(rows.failure[row])] != "illegal_geometry";
}

std::map<std::uint64_t, RowSets> by_circuit(std::span<const PredictionRows> training) {
  std::map<std::uint64_t, RowSets> out;
  for (const PredictionRows& set : training) {
    const PredictionRows& first = training.front();
    if (set.metrics != first.metrics || set.classes != first.classes)
      throw InputError(ErrorKind::usage,
                       first.name + " and " + set.name + " do not have the same metrics and classes", {},
                       "make their data sets with one testbench");
    if (set.failure.size() != set.rows() || set.metric_values.size() != set.rows() * set.metrics.size())
      throw InputError(ErrorKind::usage,
                       "rows of " + set.name + " have no metrics and classes to learn from");
    if (set.rows() > 0) out[set.circuit->fingerprint()].push_back(&set);
  }
  if (out.empty()) throw InputError(ErrorKind::usage, "no rows to learn from");
  return out;
}

}  // namespace nullor::learn
