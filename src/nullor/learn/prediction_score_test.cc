#include "nullor/learn/prediction_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nullor/base/rng.h"

namespace nullor::learn {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Scores on a coarse grid, so that many are equal, and truths that they say something about.
struct Drawn {
  std::vector<double> score;
  std::vector<char> truth;

  Drawn(std::uint64_t seed, int rows, int levels) {
    Rng rng(seed);
    for (int k = 0; k < rows; ++k) {
      score.push_back(static_cast<double>(rng.below(static_cast<std::uint64_t>(levels))) / levels);
      truth.push_back(rng.uniform() < 0.2 + 0.6 * score.back());
    }
  }
};

double auroc_by_pairs(const std::vector<double>& score, const std::vector<char>& truth) {
  double won = 0, pairs = 0;
  for (std::size_t a = 0; a < score.size(); ++a) {
    for (std::size_t b = 0; b < score.size(); ++b) {
      if (!truth[a] || truth[b]) continue;
      ++pairs;
      won += score[a] > score[b] ? 1 : score[a] == score[b] ? 0.5 : 0;
    }
  }
  return won / pairs;
}

/// Precision at every true row's score, counted anew for each.
double average_precision_by_counting(const std::vector<double>& score, const std::vector<char>& truth) {
  double sum = 0, yes = 0;
  for (std::size_t a = 0; a < score.size(); ++a) {
    if (!truth[a]) continue;
    double said = 0, right = 0;
    for (std::size_t b = 0; b < score.size(); ++b) {
      said += score[b] >= score[a];
      right += score[b] >= score[a] && truth[b];
    }
    sum += right / said;
    ++yes;
  }
  return sum / yes;
}

double rank_by_counting(const std::vector<double>& values, std::size_t k) {
  double below = 0, same = 0;
  for (const double v : values) {
    below += v < values[k];
    same += v == values[k];
  }
  return below + (same + 1) / 2;
}

double spearman_by_counting(const std::vector<double>& p, const std::vector<double>& t) {
  const auto n = static_cast<double>(p.size());
  double sp = 0, st = 0, spp = 0, stt = 0, spt = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const double a = rank_by_counting(p, k), b = rank_by_counting(t, k);
    sp += a;
    st += b;
    spp += a * a;
    stt += b * b;
    spt += a * b;
  }
  return (n * spt - sp * st) / std::sqrt((n * spp - sp * sp) * (n * stt - st * st));
}

TEST(Auroc, IsTheShareOfPairsInTheRightOrder) {
  for (const int levels : {2, 7, 1000}) {
    const Drawn d(1, 300, levels);
    EXPECT_NEAR(auroc(d.score, d.truth), auroc_by_pairs(d.score, d.truth), 1e-13) << levels;
  }
}

// Three of four pairs in the right order; precision 1 at the first true one, 2/3 at the second.
TEST(Auroc, AgreesWithAnExampleByHand) {
  const std::vector<double> score = {0.1, 0.4, 0.35, 0.8};
  const std::vector<char> truth = {0, 0, 1, 1};
  EXPECT_DOUBLE_EQ(auroc(score, truth), 0.75);
  EXPECT_NEAR(average_precision(score, truth), (1 + 2.0 / 3) / 2, 1e-15);
}

TEST(Auroc, TurnsRoundWithTheScoreAndKeepsMonotonicChanges) {
  const Drawn d(2, 400, 13);
  std::vector<double> less, changed;
  for (const double s : d.score) {
    less.push_back(-s);
    changed.push_back(std::exp(3 * s) - 7);
  }
  EXPECT_NEAR(auroc(less, d.truth), 1 - auroc(d.score, d.truth), 1e-13);
  EXPECT_EQ(auroc(changed, d.truth), auroc(d.score, d.truth));
  EXPECT_EQ(average_precision(changed, d.truth), average_precision(d.score, d.truth));
}

TEST(Auroc, OfOneScoreForAllIsAHalf) {
  const std::vector<double> score(5, 0.3);
  EXPECT_DOUBLE_EQ(auroc(score, std::vector<char>{1, 0, 0, 1, 0}), 0.5);
  EXPECT_DOUBLE_EQ(average_precision(score, std::vector<char>{1, 0, 0, 1, 0}), 0.4);
}

TEST(AveragePrecision, IsThePrecisionAtTheTrueOnes) {
  for (const int levels : {2, 7, 1000}) {
    const Drawn d(3, 300, levels);
    EXPECT_NEAR(average_precision(d.score, d.truth), average_precision_by_counting(d.score, d.truth), 1e-13)
        << levels;
  }
}

TEST(F1, CountsHitsAgainstMissesAndFalseAlarms) {
  // 2 hits, 1 false alarm, 1 miss; a score at the threshold is a yes.
  const std::vector<double> score = {0.9, 0.5, 0.7, 0.2, 0.1};
  const std::vector<char> truth = {1, 1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(f1(score, truth), 2.0 * 2 / (2 * 2 + 1 + 1));
  EXPECT_DOUBLE_EQ(f1(score, truth, 0.8), 2.0 * 1 / (2 * 1 + 0 + 2));
}

TEST(CalibrationError, WeighsTheGapsOfTheBins) {
  // Two bins: in the lower 0.2 is said and 1 of 2 holds, in the upper 0.9 and 1 of 1.
  EXPECT_NEAR(calibration_error(std::vector<double>{0.2, 0.2, 0.9}, std::vector<char>{1, 0, 1}, 2),
              2.0 / 3 * 0.3 + 1.0 / 3 * 0.1, 1e-15);
  // One bin: gaps of both signs cancel.
  EXPECT_NEAR(calibration_error(std::vector<double>{0.25, 0.75}, std::vector<char>{0, 1}, 1), 0, 1e-15);
  EXPECT_NEAR(calibration_error(std::vector<double>{1, 0, 0}, std::vector<char>{1, 0, 1}), 1.0 / 3, 1e-15);
}

TEST(CalibrationError, VanishesWhereProbabilitiesAreTrue) {
  Rng rng(4);
  std::vector<double> right, bold;
  std::vector<char> truth;
  for (int k = 0; k < 100000; ++k) {
    right.push_back(rng.uniform());
    bold.push_back(right.back() > 0.5 ? 1 : 0);
    truth.push_back(rng.uniform() < right.back());
  }
  EXPECT_LT(calibration_error(right, truth), 0.01);
  EXPECT_NEAR(calibration_error(bold, truth), 0.25, 0.01);
}

TEST(Median, IsTheMiddle) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median({5}), 5);
  EXPECT_EQ(median({1, kInfinity, 2, kInfinity, kInfinity}), kInfinity);
}

TEST(MedianErrors, AreThoseOfTheMiddleRow) {
  const std::vector<double> predicted = {11, -30, 100}, truth = {10, -20, 400};
  EXPECT_DOUBLE_EQ(median_relative_error(predicted, truth), 0.5);
  EXPECT_DOUBLE_EQ(median_absolute_error(predicted, truth), 10);
  EXPECT_EQ(median_relative_error(std::vector<double>{0}, std::vector<double>{0}), 0);
  EXPECT_EQ(median_relative_error(std::vector<double>{1}, std::vector<double>{0}), kInfinity);
}

TEST(RSquared, ComparesWithTheMean) {
  const std::vector<double> truth = {1, 2, 3, 6};
  EXPECT_DOUBLE_EQ(r_squared(truth, truth), 1);
  EXPECT_DOUBLE_EQ(r_squared(std::vector<double>(4, 3.0), truth), 0);
  EXPECT_DOUBLE_EQ(r_squared(std::vector<double>{2, 2, 3, 5}, truth), 1 - 2.0 / 14);
  EXPECT_LT(r_squared(std::vector<double>(4, 6.0), truth), 0);
}

TEST(Spearman, IsTheCorrelationOfRanks) {
  for (const int levels : {3, 20, 1000}) {
    const Drawn a(5, 200, levels), b(6, 200, 11);
    std::vector<double> mixed;
    for (std::size_t k = 0; k < 200; ++k) mixed.push_back(std::round(4 * (a.score[k] + b.score[k])));
    EXPECT_NEAR(spearman(a.score, mixed), spearman_by_counting(a.score, mixed), 1e-12) << levels;
  }
}

TEST(Spearman, SeesTheOrderAlone) {
  const std::vector<double> t = {0.1, 5, 2, 40, -3};
  std::vector<double> rising, falling;
  for (const double v : t) {
    rising.push_back(v * v * v);
    falling.push_back(std::exp(-v));
  }
  EXPECT_DOUBLE_EQ(spearman(rising, t), 1);
  EXPECT_DOUBLE_EQ(spearman(falling, t), -1);
  // Without ties: 1 - 6 sum d^2 / (n (n^2 - 1)), d = 1, 1, 0, 0, 0.
  EXPECT_DOUBLE_EQ(spearman(std::vector<double>{2, 1, 3, 4, 5}, std::vector<double>{1, 2, 3, 4, 5}), 0.9);
}

TEST(Coverage, CountsEndsAsInside) {
  const std::vector<double> low = {0, 0, 0, kNoValue}, high = {1, 1, 1, 2};
  EXPECT_DOUBLE_EQ(coverage(low, high, std::vector<double>{0, 1, 1.5, 1}), 0.5);
}

TEST(ConformalMargin, IsTheSmallestThatHoldsEnoughRows) {
  Rng rng(7);
  std::vector<double> low, high, truth;
  for (int k = 0; k < 57; ++k) {
    low.push_back(rng.normal());
    high.push_back(low.back() + rng.uniform());
    truth.push_back(2 * rng.normal());
  }
  for (const double level : {0.5, 0.9, 0.95}) {
    const double q = conformal_margin(low, high, truth, level);
    const auto inside = [&](double margin) {
      int count = 0;
      for (std::size_t k = 0; k < truth.size(); ++k)
        count += truth[k] >= low[k] - margin && truth[k] <= high[k] + margin;
      return count;
    };
    EXPECT_GE(inside(q + 1e-12), std::ceil(58 * level)) << level;
    EXPECT_LT(inside(q - 1e-9), std::ceil(58 * level)) << level;
  }
}

// A margin from n rows covers a new row with a probability between `level` and level + 1 / (n + 1): so do
// many new rows, each with a margin of its own. Standard deviation of the share: 0.005.
TEST(ConformalMargin, CoversNewRowsAsAsked) {
  Rng rng(8);
  for (const double level : {0.8, 0.9}) {
    int covered = 0;
    constexpr int kRounds = 4000, kRows = 59;
    for (int round = 0; round < kRounds; ++round) {
      const std::vector<double> low(kRows, -0.1), high(kRows, 0.3);
      std::vector<double> truth(kRows);
      for (double& t : truth) t = rng.normal();
      const double q = conformal_margin(low, high, truth, level), fresh = rng.normal();
      covered += fresh >= -0.1 - q && fresh <= 0.3 + q;
    }
    EXPECT_NEAR(static_cast<double>(covered) / kRounds, level + 0.5 / (kRows + 1), 0.02) << level;
  }
}

TEST(ConformalMargin, NarrowsWhatIsTooWide) {
  const std::vector<double> low(20, -10), high(20, 10), truth(20, 3);
  EXPECT_DOUBLE_EQ(conformal_margin(low, high, truth, 0.9), -7);
}

TEST(ConformalMargin, IsInfiniteForTooFewRows) {
  const std::vector<double> low(9, 0), high(9, 1), truth = {2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_DOUBLE_EQ(conformal_margin(low, high, truth, 0.9), 9);  // ceil(10 x 0.9) = 9 of 9
  EXPECT_EQ(conformal_margin(low, high, truth, 0.91), kInfinity);
  EXPECT_EQ(conformal_margin({}, {}, {}, 0.1), kInfinity);
}

TEST(Scores, AreNaNWhereTheyMeanNothing) {
  const std::vector<double> score = {0.1, 0.9}, spoilt = {0.1, kNoValue}, none;
  const std::vector<char> all = {1, 1}, nobody = {0, 0}, both = {0, 1}, empty;
  EXPECT_TRUE(std::isnan(auroc(score, all)));
  EXPECT_TRUE(std::isnan(auroc(score, nobody)));
  EXPECT_TRUE(std::isnan(auroc(spoilt, both)));
  EXPECT_TRUE(std::isnan(average_precision(score, nobody)));
  EXPECT_TRUE(std::isnan(average_precision(spoilt, both)));
  EXPECT_TRUE(std::isnan(f1(none, empty)));
  EXPECT_TRUE(std::isnan(f1(spoilt, both)));
  EXPECT_TRUE(std::isnan(calibration_error(none, empty)));
  EXPECT_TRUE(std::isnan(calibration_error(spoilt, both)));
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isnan(median({1, kNoValue, 2})));
  EXPECT_TRUE(std::isnan(median_relative_error(spoilt, score)));
  EXPECT_TRUE(std::isnan(median_absolute_error(none, none)));
  EXPECT_TRUE(std::isnan(r_squared(score, std::vector<double>{1, 1})));
  EXPECT_TRUE(std::isnan(r_squared(spoilt, score)));
  EXPECT_TRUE(std::isnan(r_squared(none, none)));
  EXPECT_TRUE(std::isnan(spearman(score, std::vector<double>{1, 1})));
  EXPECT_TRUE(std::isnan(spearman(spoilt, score)));
  EXPECT_TRUE(std::isnan(spearman(none, none)));
  EXPECT_TRUE(std::isnan(coverage(none, none, none)));
}

}  // namespace
}  // namespace nullor::learn
