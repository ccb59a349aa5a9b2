#pragma once
/// How good predictions are: of a yes or no by its probability, of a number, of an interval. Every function
/// takes what was predicted and what was true, of equal length; NaN where a figure has no meaning (one class
/// alone, no rows, a prediction that is NaN). An interval with an end that is NaN holds nothing.

#include <span>
#include <vector>

namespace nullor::learn {

/// Area under the receiver operating characteristic: the chance that a true one has the larger score, ties
/// count half.
double auroc(std::span<const double> score, std::span<const char> truth);
/// Average precision: sum over the true ones, by falling score, of the precision there; ties are taken
/// together.
double average_precision(std::span<const double> score, std::span<const char> truth);
/// 2 TP / (2 TP + FP + FN) with score >= threshold taken as yes.
double f1(std::span<const double> score, std::span<const char> truth, double threshold = 0.5);
/// Expected calibration error: mean over `bins` bins of equal width, weighted by their rows, of |share of
/// true ones - mean probability|. Source: C. Guo, G. Pleiss, Y. Sun, K. Weinberger, On calibration of modern
/// neural networks (2017), (3).
double calibration_error(std::span<const double> probability, std::span<const char> truth, int bins = 15);

/// Median of |p - t| / |t| [1]; 0 where both are 0.
double median_relative_error(std::span<const double> predicted, std::span<const double> truth);
double median_absolute_error(std::span<const double> predicted, std::span<const double> truth);
/// 1 - sum (t - p)^2 / sum (t - mean t)^2
double r_squared(std::span<const double> predicted, std::span<const double> truth);
/// Correlation of ranks; ties have their mean rank.
double spearman(std::span<const double> predicted, std::span<const double> truth);
/// Share of truths in [low, high].
double coverage(std::span<const double> low, std::span<const double> high, std::span<const double> truth);

/// Middle of the values, mean of the middle two; NaN where one is NaN, or there is none.
double median(std::vector<double> values);

/// Conformalized quantile regression: the smallest q for which [low - q, high + q] holds the truth of a share
/// of at least ceil((n + 1) level) / n of these n rows; then it holds a new row's, drawn alike, with a
/// probability of at least `level`. Infinite for too few rows. Source: Y. Romano, E. Patterson, E. Candes,
/// Conformalized quantile regression (2019), section 4.
double conformal_margin(std::span<const double> low, std::span<const double> high,
                        std::span<const double> truth, double level);

}  // namespace nullor::learn
