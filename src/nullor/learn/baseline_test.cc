#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "nullor/base/error.h"
#include "nullor/learn/pooled_sizes.h"
#include "nullor/learn/row_predictor.h"
#include "nullor/learn/toy_rows.h"

namespace nullor::learn {
namespace {

using Row = std::vector<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMetrics = 2;

/// Smooth, with squares, products and a step at the corner; `speed` is missing where R is large, and some
/// rows fail.
int smooth(const ToyRow& row, double* gain, double* speed) {
  const double w = std::log(row.p[kW1] / 1e-6), c = std::log(row.p[kC] / 1e-12);
  *gain = 40 + 6 * w - 2 * w * w + 3 * w * c + 0.02 * row.temperature + (row.slow ? 2 : 0);
  *speed = row.p[kR] > 2e4 ? kNan : 1e6 * std::exp(0.7 * w - c + 0.3 * row.vdd + 0.1 * c * c);
  return row.p[kW1] < 5e-7 ? 1 : c + 0.5 * w > 0.6 ? 2 : 0;
}

/// Linear in logarithms but for the temperature, which has both signs.
int power_law(const ToyRow& row, double* gain, double* speed) {
  *gain = 20 * std::log10(row.p[kW1] / row.p[kL1] * row.p[kR]) + 0.05 * row.temperature - (row.slow ? 3 : 0);
  *speed = row.p[kIb] / (row.p[kC] * row.vdd);
  return row.p[kW2] > 2e-6;
}

/// What the columns of features should be, written without looking at those of the library: the seven
/// parameters and the supply by logarithms, temperature, corner; each to mean 0 and deviation 1.
class NaiveFeatures {
 public:
  explicit NaiveFeatures(const PredictionRows& training) {
    std::vector<Row> all;
    for (std::size_t k = 0; k < training.rows(); ++k) all.push_back(plain(training, k));
    for (std::size_t j = 0; j < all[0].size(); ++j) {
      double sum = 0, squares = 0;
      for (const Row& x : all) sum += x[j] / static_cast<double>(all.size());
      for (const Row& x : all) squares += (x[j] - sum) * (x[j] - sum) / static_cast<double>(all.size());
      mean_.push_back(sum);
      deviation_.push_back(std::sqrt(squares));
    }
  }
  Row of(const PredictionRows& rows, std::size_t k) const {
    Row out = plain(rows, k);
    for (std::size_t j = 0; j < out.size(); ++j) out[j] = (out[j] - mean_[j]) / deviation_[j];
    return out;
  }

 private:
  static Row plain(const PredictionRows& rows, std::size_t k) {
    Row out;
    for (std::size_t j = 0; j < kToyParameters; ++j)
      out.push_back(std::log(rows.parameter_values[k * kToyParameters + j]));
    out.push_back(std::log(rows.condition_values[2 * k]));
    out.push_back(rows.condition_values[2 * k + 1]);
    out.push_back(rows.corner[k]);
    return out;
  }

  Row mean_, deviation_;
};

Row gauss(std::vector<Row> a, Row b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i; r < n; ++r) pivot = std::fabs(a[r][i]) > std::fabs(a[pivot][i]) ? r : pivot;
    std::swap(a[i], a[pivot]);
    std::swap(b[i], b[pivot]);
    for (std::size_t r = i + 1; r < n; ++r) {
      const double f = a[r][i] / a[i][i];
      for (std::size_t c = i; c < n; ++c) a[r][c] -= f * a[i][c];
      b[r] -= f * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c) b[i] -= a[i][c] * b[c];
    b[i] /= a[i][i];
  }
  return b;
}

/// Predictions of targets (NaN: missing) by ridge regression on columns z and their squares.
Row naive_ridge(const PredictionRows& training, const Row& targets, const PredictionRows& asked,
                double ridge) {
  const NaiveFeatures features(training);
  const std::size_t columns = features.of(training, 0).size(), squares = columns - 1;  // not of the corner
  Row mean(squares, 0), deviation(squares, 0);
  const auto n = static_cast<double>(training.rows());
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t k = 0; k < training.rows(); ++k) {
      const Row z = features.of(training, k);
      for (std::size_t j = 0; j < squares; ++j)
        (pass == 0 ? mean : deviation)[j] +=
            (pass == 0 ? z[j] * z[j] : std::pow(z[j] * z[j] - mean[j], 2)) / n;
    }
  }
  const auto terms = [&](const PredictionRows& rows, std::size_t k) {
    Row out = features.of(rows, k);
    for (std::size_t j = 0; j < squares; ++j)
      out.push_back((out[j] * out[j] - mean[j]) / std::sqrt(deviation[j]));
    out.push_back(1);
    return out;
  };
  const std::size_t size = columns + squares + 1;
  std::vector<Row> a(size, Row(size, 0));
  Row b(size, 0);
  double there = 0;
  for (std::size_t k = 0; k < training.rows(); ++k) {
    if (std::isnan(targets[k])) continue;
    ++there;
    const Row x = terms(training, k);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) a[i][j] += x[i] * x[j];
      b[i] += x[i] * targets[k];
    }
  }
  for (std::size_t i = 0; i + 1 < size; ++i) a[i][i] += ridge * there;
  const Row weights = gauss(a, b);
  Row out;
  for (std::size_t k = 0; k < asked.rows(); ++k) {
    const Row x = terms(asked, k);
    out.push_back(std::inner_product(x.begin(), x.end(), weights.begin(), 0.0));
  }
  return out;
}

Row scaled_column(const PredictionRows& rows, const MetricScale& scale, std::size_t metric) {
  Row out;
  for (std::size_t k = 0; k < rows.rows(); ++k)
    out.push_back(scale.scaled(rows.metric_values[k * kMetrics + metric]));
  return out;
}

TEST(Ridge, SolvesTheNormalEquations) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 700, 1, smooth)};
  const PredictionRows asked = toy_rows(training[0].circuit, 100, 2, smooth);
  const auto scales = fit_scales(training);
  ASSERT_EQ(scales[1].form, MetricScale::Form::logarithm);
  for (const double ridge : {1e-3, 0.1}) {
    BaselineOptions options;
    options.ridge = ridge;
    const Predictions found = fit_ridge(training, scales, options)->predict(asked);
    for (std::size_t m = 0; m < kMetrics; ++m) {
      const Row naive = naive_ridge(training[0], scaled_column(training[0], scales[m], m), asked, ridge);
      for (std::size_t k = 0; k < asked.rows(); ++k)
        EXPECT_NEAR(scales[m].scaled(found.metrics[k * kMetrics + m]), naive[k], 1e-8) << k;
    }
    Row valid;
    for (const auto failure : training[0].failure) valid.push_back(failure == 0);
    const Row naive = naive_ridge(training[0], valid, asked, ridge);
    int outside = 0;
    for (std::size_t k = 0; k < asked.rows(); ++k) {
      EXPECT_NEAR(found.valid[k], std::clamp(naive[k], 0.0, 1.0), 1e-9);
      outside += naive[k] < 0 || naive[k] > 1;
    }
    EXPECT_GT(outside, 0);
  }
}

TEST(Ridge, IsExactOnPowerLaws) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 400, 3, power_law)};
  const PredictionRows asked = toy_rows(training[0].circuit, 100, 4, power_law);
  BaselineOptions options;
  options.ridge = 0;
  const Predictions found = fit_ridge(training, fit_scales(training), options)->predict(asked);
  for (std::size_t k = 0; k < found.metrics.size(); ++k)
    EXPECT_NEAR(found.metrics[k] / asked.metric_values[k], 1, 1e-8) << k;
}

// All rows together know of one circuit more than it shows itself: the current of its source is a feature of
// every circuit.
TEST(Ridge, PredictsCircuitsThatItHasNotSeen) {
  const auto current = [](const ToyRow& row, double* gain, double* speed) {
    *gain = 10 * std::log10(row.p[kIb] / 1e-5);
    *speed = 1e15 * row.p[kIb] * row.p[kIb] * row.vdd;
    return 0;
  };
  const char *follower = "m3 vout b x vdd p w={w2} l=1u\n", *divider = "r2 vout 0 {2*r}\n";
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 300, 5, current),
                                                toy_rows(toy_circuit(follower), 300, 6, current)};
  const PredictionRows asked = toy_rows(toy_circuit(divider), 100, 7, current);
  ASSERT_NE(asked.circuit->fingerprint(), training[0].circuit->fingerprint());
  ASSERT_NE(asked.circuit->fingerprint(), training[1].circuit->fingerprint());
  BaselineOptions options;
  options.ridge = 1e-9;
  const Predictions found = fit_ridge(training, fit_scales(training), options)->predict(asked);
  for (std::size_t k = 0; k < asked.rows(); ++k) {
    EXPECT_NEAR(found.metrics[2 * k], asked.metric_values[2 * k], 1e-3) << k;
    EXPECT_NEAR(found.metrics[2 * k + 1] / asked.metric_values[2 * k + 1], 1, 1e-3) << k;
  }
}

TEST(Ridge, SaysTheMedianOfWhatACircuitNeverHad) {
  const auto silent = [](const ToyRow& row, double* gain, double* speed) {
    smooth(row, gain, speed);
    *speed = kNan;
    return 0;
  };
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 50, 8, smooth),
                                                toy_rows(toy_circuit("r2 b 0 1k\n"), 50, 9, silent)};
  const auto scales = fit_scales(training);
  const Predictions found = fit_ridge(training, scales)->predict(training[1]);
  for (std::size_t k = 0; k < 50; ++k) EXPECT_DOUBLE_EQ(found.metrics[2 * k + 1], scales[1].value(0));
}

// Ten rows and twenty weights: rows far away must not come out as numbers without end.
TEST(Ridge, StaysNearWhatItHasSeen) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 10, 10, smooth)};
  const auto scales = fit_scales(training);
  PredictionRows far = toy_rows(training[0].circuit, 50, 11, smooth);
  for (double& number : far.numbers) number *= 1000;
  for (const double ridge : {0.0, 1e-3}) {
    BaselineOptions options;
    options.ridge = ridge;
    const Predictions found = fit_ridge(training, scales, options)->predict(far);
    for (std::size_t m = 0; m < kMetrics; ++m) {
      double low = 1e300, high = -1e300;
      for (const double z : scaled_column(training[0], scales[m], m)) {
        if (std::isnan(z)) continue;
        low = std::min(low, z - 1);
        high = std::max(high, z + 1);
      }
      for (std::size_t k = 0; k < far.rows(); ++k) {
        const double z = scales[m].scaled(found.metrics[k * kMetrics + m]);
        EXPECT_GE(z, low - 1e-9);
        EXPECT_LE(z, high + 1e-9);
      }
    }
  }
}

/// Rows of the training by rising distance.
std::vector<std::size_t> nearest(const NaiveFeatures& features, const PredictionRows& training,
                                 const PredictionRows& asked, std::size_t k, double* least) {
  const Row q = features.of(asked, k);
  std::vector<std::pair<double, std::size_t>> all;
  for (std::size_t i = 0; i < training.rows(); ++i) {
    const Row x = features.of(training, i);
    double sum = 0;
    for (std::size_t j = 0; j < q.size(); ++j) sum += (q[j] - x[j]) * (q[j] - x[j]);
    all.emplace_back(sum, i);
  }
  std::sort(all.begin(), all.end());
  *least = std::sqrt(all[0].first);
  std::vector<std::size_t> out;
  for (const auto& [distance, row] : all) out.push_back(row);
  return out;
}

// More rows than are multiplied at once, and no whole number of blocks.
TEST(Neighbours, AreThoseOfAPlainSearch) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 1100, 12, smooth)};
  const PredictionRows asked = toy_rows(training[0].circuit, 150, 13, smooth);
  const auto scales = fit_scales(training);
  const Predictions found = fit_neighbours(training, scales)->predict(asked);
  const NaiveFeatures features(training[0]);
  const Row z[kMetrics] = {scaled_column(training[0], scales[0], 0),
                           scaled_column(training[0], scales[1], 1)};
  int partly_missing = 0;
  for (std::size_t k = 0; k < asked.rows(); ++k) {
    double least = 0;
    const auto near = nearest(features, training[0], asked, k, &least);
    EXPECT_NEAR(found.strangeness[k], least, 1e-12);
    double shares[3] = {0, 0, 0};
    for (std::size_t i = 0; i < 5; ++i) shares[training[0].failure[near[i]]] += 0.2;
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(found.classes[3 * k + c], shares[c], 1e-12);
    EXPECT_NEAR(found.valid[k], shares[0], 1e-12);
    for (std::size_t m = 0; m < kMetrics; ++m) {
      double sum = 0, count = 0;
      for (std::size_t i = 0; i < 5; ++i) {
        if (std::isnan(z[m][near[i]])) continue;
        sum += z[m][near[i]];
        ++count;
      }
      if (count == 0) continue;
      partly_missing += count < 5;
      EXPECT_NEAR(scales[m].scaled(found.metrics[k * kMetrics + m]), sum / count, 1e-9) << k;
    }
  }
  EXPECT_GT(partly_missing, 10);
}

TEST(Neighbours, RecallTheirOwnRows) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 600, 14, power_law)};
  BaselineOptions options;
  options.neighbours = 1;
  const Predictions found = fit_neighbours(training, fit_scales(training), options)->predict(training[0]);
  for (std::size_t k = 0; k < found.metrics.size(); ++k)
    EXPECT_NEAR(found.metrics[k] / training[0].metric_values[k], 1, 1e-12);
  for (const double s : found.strangeness) EXPECT_EQ(s, 0);
}

TEST(Neighbours, TakeTheMeanOfAllForWhatNoneOfThemHas) {
  int row = 0;
  const auto rarely = [&](const ToyRow&, double* gain, double* speed) {
    *gain = ++row;
    *speed = row == 40 ? 3 : row == 80 ? 6 : kNan;
    return 0;
  };
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 100, 15, rarely)};
  BaselineOptions options;
  options.neighbours = 1;
  const Predictions found = fit_neighbours(training, fit_scales(training), options)->predict(training[0]);
  EXPECT_NEAR(found.metrics[1], 4.5, 1e-12);
  EXPECT_NEAR(found.metrics[2 * 39 + 1], 3, 1e-12);
  EXPECT_NEAR(found.metrics[2 * 79 + 1], 6, 1e-12);
  EXPECT_NEAR(found.metrics[2 * 79], 80, 1e-12);
}

TEST(Neighbours, AreAllThereAreOfFewRows) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 3, 16, power_law)};
  BaselineOptions options;
  options.neighbours = 7;
  const auto scales = fit_scales(training);
  const Predictions found = fit_neighbours(training, scales, options)->predict(training[0]);
  const Row z = scaled_column(training[0], scales[0], 0);
  EXPECT_NEAR(scales[0].scaled(found.metrics[0]), (z[0] + z[1] + z[2]) / 3, 1e-12);
}

// Two devices that always have the same W are one number, as is one whose W is twice that of another.
TEST(Neighbours, CountEachFreeNumberOnce) {
  const auto same = [](const std::string& more) {
    const std::vector<PredictionRows> training = {toy_rows(toy_circuit(more), 200, 17, smooth)};
    const PredictionRows asked = toy_rows(training[0].circuit, 20, 18, smooth);
    return fit_neighbours(training, fit_scales(training))->predict(asked).strangeness;
  };
  const auto one = same(""), several = same("m3 x vinp vdd 0 n w={3*w1} l={l1}\nr9 x 0 {r}\nc9 b x 2p\n");
  for (std::size_t k = 0; k < one.size(); ++k) EXPECT_NEAR(several[k], one[k], 1e-9);
}

TEST(Neighbours, TellNewRowsFromStrangeOnes) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 500, 19, smooth)};
  const auto neighbours = fit_neighbours(training, fit_scales(training));
  PredictionRows asked = toy_rows(training[0].circuit, 50, 20, smooth);
  const auto usual = neighbours->predict(asked).strangeness;
  for (double& number : asked.numbers) number *= 30;
  const auto strange = neighbours->predict(asked).strangeness;
  EXPECT_GT(*std::min_element(strange.begin(), strange.end()), *std::max_element(usual.begin(), usual.end()));
}

/// W and L of the transistors set by hand: one row of the toy circuit.
void set_sizes(PredictionRows& rows, std::size_t row, const Row& wlwl) {
  const auto& devices = rows.circuit->devices();
  for (std::size_t d = 0; d < devices.size(); ++d) {
    double* numbers = &rows.numbers[(row * devices.size() + d) * graph::kSizedNumbers];
    const bool nmos = devices[d].kind == graph::SizedKind::nmos;
    if (!nmos && devices[d].kind != graph::SizedKind::pmos) continue;
    numbers[0] = wlwl[nmos ? 0 : 2];
    numbers[1] = wlwl[nmos ? 1 : 3];
  }
}

TEST(BoxRule, AsksForTheBoxOfTheLegalRows) {
  int row = 0;
  const auto classes = [&](const ToyRow&, double* gain, double* speed) {
    constexpr int kClasses[] = {0, 0, 2, 1};
    *gain = row;
    *speed = row == 1 ? kNan : 10.0 * row;
    return kClasses[row++];
  };
  std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 4, 21, classes)};
  set_sizes(training[0], 0, {1, 10, 2, 20});
  set_sizes(training[0], 1, {3, 12, 2, 20});
  set_sizes(training[0], 2, {2, 11, 4, 24});  // unstable, but legal
  set_sizes(training[0], 3, {9, 9, 9, 9});
  PredictionRows asked = toy_rows(training[0].circuit, 6, 22, smooth);
  set_sizes(asked, 0, {1, 12, 4, 20});    // corners of the box
  set_sizes(asked, 1, {2, 11, 3, 22});    // within
  set_sizes(asked, 2, {4, 11, 3, 22});    // W of nmos too large
  set_sizes(asked, 3, {2, 9, 3, 22});     // L of nmos too small
  set_sizes(asked, 4, {2, 11, 1, 22});    // W of pmos
  set_sizes(asked, 5, {2, 11, 3, 24.5});  // L of pmos
  const Predictions found = fit_box_rule(training)->predict(asked);
  for (std::size_t k = 0; k < 6; ++k) {
    const bool inside = k < 2;
    EXPECT_DOUBLE_EQ(found.valid[k], inside ? 2.0 / 3 : 0) << k;
    EXPECT_DOUBLE_EQ(found.classes[3 * k], found.valid[k]);
    EXPECT_DOUBLE_EQ(found.classes[3 * k + 1], inside ? 0 : 1);
    EXPECT_DOUBLE_EQ(found.classes[3 * k + 2], inside ? 1.0 / 3 : 0);
    EXPECT_DOUBLE_EQ(found.metrics[2 * k], 1.5);
    EXPECT_DOUBLE_EQ(found.metrics[2 * k + 1], 20);
  }
}

TEST(BoxRule, KnowsEachCircuitThatItHasSeen) {
  const auto always = [](int failure, double value) {
    return [=](const ToyRow&, double* gain, double* speed) {
      *gain = *speed = value;
      return failure;
    };
  };
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 30, 23, always(0, 5)),
                                                toy_rows(toy_circuit("r2 b 0 1k\n"), 10, 24, always(2, 7))};
  const auto rule = fit_box_rule(training);
  EXPECT_EQ(rule->predict(training[0]).valid[3], 1);
  EXPECT_EQ(rule->predict(training[1]).valid[3], 0);
  EXPECT_EQ(rule->predict(training[1]).metrics[0], 7);
  PredictionRows unseen = training[0];
  unseen.circuit = toy_circuit("c2 b 0 1p\n");
  unseen.numbers = toy_rows(unseen.circuit, 30, 23, smooth).numbers;
  EXPECT_EQ(rule->predict(unseen).valid[3], 0.75);
  EXPECT_EQ(rule->predict(unseen).metrics[0], 5);
  // Nothing outside of the box was ever seen: what lies there is called illegal.
  for (double& number : unseen.numbers) number *= 100;
  EXPECT_EQ(rule->predict(unseen).valid[3], 0);
  EXPECT_EQ(rule->predict(unseen).classes[3 * 3 + 1], 1);
}

std::vector<std::unique_ptr<RowPredictor>> all_baselines(const std::vector<PredictionRows>& training) {
  const auto scales = fit_scales(training);
  std::vector<std::unique_ptr<RowPredictor>> out;
  out.push_back(fit_box_rule(training));
  out.push_back(fit_ridge(training, scales));
  out.push_back(fit_neighbours(training, scales));
  return out;
}

TEST(Baselines, DoNotLookAtTheAnswers) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 200, 25, smooth)};
  const PredictionRows asked = toy_rows(training[0].circuit, 40, 26, smooth);
  PredictionRows blind = asked;
  blind.metric_values.clear();
  blind.failure.clear();
  for (const auto& one : all_baselines(training)) {
    const Predictions a = one->predict(asked), b = one->predict(blind);
    EXPECT_EQ(a.valid, b.valid) << one->name();
    EXPECT_EQ(a.metrics, b.metrics) << one->name();
    EXPECT_EQ(a.classes, b.classes) << one->name();
    EXPECT_EQ(a.valid.size(), 40u);
    EXPECT_EQ(a.metrics.size(), 80u);
    EXPECT_TRUE(a.low.empty());
  }
}

TEST(Baselines, JoinSetsOfOneCircuit) {
  const PredictionRows whole = toy_rows(toy_circuit(), 60, 27, smooth);
  std::vector<PredictionRows> parts(2, whole);
  for (std::size_t part = 0; part < 2; ++part) {
    const auto half = [&](auto& list) {
      const auto middle = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
      part == 0 ? list.erase(middle, list.end()) : list.erase(list.begin(), middle);
    };
    half(parts[part].numbers);
    half(parts[part].condition_values);
    half(parts[part].corner);
    half(parts[part].metric_values);
    half(parts[part].failure);
  }
  // The same circuit under another name, with its corners and conditions in another order.
  parts[1].name = "other";
  std::swap(parts[1].corners[0], parts[1].corners[1]);
  for (auto& corner : parts[1].corner) corner = 1 - corner;
  std::swap(parts[1].conditions[0], parts[1].conditions[1]);
  for (std::size_t k = 0; k < 30; ++k)
    std::swap(parts[1].condition_values[2 * k], parts[1].condition_values[2 * k + 1]);
  const auto together = all_baselines({whole}), joined = all_baselines(parts);
  const PredictionRows asked = toy_rows(whole.circuit, 20, 28, smooth);
  for (std::size_t k = 0; k < together.size(); ++k) {
    EXPECT_EQ(joined[k]->predict(asked).metrics, together[k]->predict(asked).metrics);
    EXPECT_EQ(joined[k]->predict(asked).valid, together[k]->predict(asked).valid);
  }
}

TEST(Baselines, SayANumberForCornersAndConditionsNeverSeen) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 100, 29, smooth)};
  PredictionRows asked = toy_rows(training[0].circuit, 10, 30, smooth);
  asked.corners = {"ff", "sf"};
  asked.conditions = {"load", "temperature"};
  PredictionRows unseen = toy_rows(toy_circuit("q1 vout b 0 qn\n.model qn npn\n"), 10, 31, smooth);
  for (const auto& one : all_baselines(training)) {
    for (const PredictionRows* rows : {&asked, &unseen}) {
      const Predictions found = one->predict(*rows);
      for (const double v : found.metrics) EXPECT_TRUE(std::isfinite(v)) << one->name();
      for (const double v : found.valid) EXPECT_TRUE(v >= 0 && v <= 1) << one->name();
    }
  }
}

TEST(Baselines, LearnFromASingleRow) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 1, 32, power_law)};
  const PredictionRows asked = toy_rows(training[0].circuit, 3, 33, power_law);
  for (const auto& one : all_baselines(training))
    EXPECT_NEAR(one->predict(asked).metrics[4], training[0].metric_values[0], 1e-9) << one->name();
}

TEST(Baselines, RefuseWhatNothingCanBeLearnedFrom) {
  const PredictionRows good = toy_rows(toy_circuit(), 5, 34, smooth);
  PredictionRows blind = good, other = good;
  blind.failure.clear();
  other.classes.push_back("more");
  const auto scales = fit_scales({{good}});
  for (const std::vector<PredictionRows>& training :
       {std::vector<PredictionRows>{}, {blind}, {good, other}, {toy_rows(good.circuit, 0, 1, smooth)}}) {
    EXPECT_THROW(fit_box_rule(training), InputError);
    EXPECT_THROW(fit_ridge(training, scales), InputError);
    EXPECT_THROW(fit_neighbours(training, scales), InputError);
  }
  EXPECT_THROW(fit_ridge({{good}}, scales, {.ridge = -1}), InputError);
  EXPECT_THROW(fit_ridge({{good}}, scales, {.ridge = kNan}), InputError);
  EXPECT_THROW(fit_neighbours({{good}}, scales, {.neighbours = 0}), InputError);
}

TEST(PooledSizes, DescribeEachKind) {
  const auto circuit = toy_circuit("m3 x vinp y 0 n w=1u l=1u\n");
  std::vector<double> numbers(circuit->devices().size() * graph::kSizedNumbers, 0.0);
  int nmos = 0;
  for (std::size_t d = 0; d < circuit->devices().size(); ++d) {
    double* to = &numbers[d * graph::kSizedNumbers];
    switch (circuit->devices()[d].kind) {
      case graph::SizedKind::nmos:
        to[0] = nmos == 0 ? 2 : 8;
        to[1] = nmos++ == 0 ? 1 : 4;
        to[2] = 3;
        break;
      case graph::SizedKind::capacitor:
        to[0] = 5;
        break;
      case graph::SizedKind::current_source:
        to[0] = -7;
        break;
      default:
        to[0] = to[1] = to[2] = 1;
    }
  }
  ASSERT_EQ(nmos, 2);
  const auto found = pooled_sizes(*circuit, numbers);
  const double ln2 = std::log(2.0), ln3 = std::log(3.0);
  // Count; then mean, least, largest and deviation of ln W = (1, 3) ln 2, ln L = (0, 2) ln 2 and ln M.
  const std::vector<double> of_nmos = {2, 2 * ln2, ln2, 3 * ln2, ln2, ln2, 0, 2 * ln2, ln2, ln3, ln3, ln3, 0};
  for (std::size_t k = 0; k < of_nmos.size(); ++k) EXPECT_NEAR(found[k], of_nmos[k], 1e-14) << k;
  // ln W M / L is ln 6 twice, ln W L M is ln 6 and ln 96.
  const std::size_t ratios = 13 * graph::kSizedKinds;
  const std::vector<double> of_ratios = {ln2 + ln3,     ln2 + ln3, ln2 + ln3,     0,
                                         3 * ln2 + ln3, ln2 + ln3, 5 * ln2 + ln3, 2 * ln2};
  for (std::size_t k = 0; k < 8; ++k) EXPECT_NEAR(found[ratios + k], of_ratios[k], 1e-14) << k;
  EXPECT_NEAR(found[ratios + 16], std::log(5.0), 1e-14);
  EXPECT_NEAR(found[ratios + 17], std::log(7.0), 1e-14);
  EXPECT_EQ(found.size(), ratios + 18);
  const auto diode = 13 * static_cast<std::size_t>(graph::SizedKind::diode);
  EXPECT_EQ(found[diode], 0);
  EXPECT_TRUE(std::isnan(found[diode + 1]));
}

}  // namespace
}  // namespace nullor::learn
