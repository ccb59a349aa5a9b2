#include "nullor/learn/metric_scale.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nullor/base/error.h"
#include "nullor/base/rng.h"

namespace nullor::learn {
namespace {

using Form = MetricScale::Form;
constexpr double kUnmeasured = std::numeric_limits<double>::quiet_NaN();

/// Rows of one metric.
PredictionRows rows_of(std::vector<double> values) {
  PredictionRows out;
  out.metrics = {"m"};
  out.units = {"V"};
  out.corner.assign(values.size(), 0);
  out.metric_values = std::move(values);
  return out;
}

MetricScale scale_of(std::vector<double> values) { return fit_scales({{rows_of(std::move(values))}})[0]; }

/// exp(spread x), x from -1 to 1, every value an odd number of times.
std::vector<double> exponentials(double spread) {
  std::vector<double> out;
  for (int k = -50; k <= 50; ++k) out.push_back(std::exp(spread * k / 50));
  return out;
}

TEST(MetricScale, TakesWhatSpreadsAsItIs) {
  std::vector<double> decibels;
  for (int k = 0; k <= 100; ++k) decibels.push_back(k - 20);
  const MetricScale scale = scale_of(decibels);
  EXPECT_EQ(scale.form, Form::linear);
  EXPECT_DOUBLE_EQ(scale.centre, 30);
  EXPECT_DOUBLE_EQ(scale.spread, 34);  // half of 84 - 16
  EXPECT_DOUBLE_EQ(scale.scaled(64), 1);
  EXPECT_DOUBLE_EQ(scale.value(-1), -4);
  EXPECT_EQ(scale.name, "m");
  EXPECT_EQ(scale.unit_text, "V");
}

TEST(MetricScale, TakesLogarithmsBeyondADecade) {
  // From the 5 % to the 95 % quantile: exp(1.8 spread).
  EXPECT_EQ(scale_of(exponentials(std::log(9.9) / 1.8)).form, Form::linear);
  const MetricScale scale = scale_of(exponentials(std::log(10.1) / 1.8));
  EXPECT_EQ(scale.form, Form::logarithm);
  EXPECT_NEAR(scale.centre, 0, 1e-15);
  EXPECT_NEAR(scale.spread, 0.68 * std::log(10.1) / 1.8, 1e-12);
  EXPECT_NEAR(scale.scaled(std::exp(scale.spread)), 1, 1e-12);
  EXPECT_TRUE(std::isnan(scale.scaled(0)));
  EXPECT_TRUE(std::isnan(scale.scaled(-1)));
}

TEST(MetricScale, TakesSignedLogarithmsBeyondTwoDecadesOfBothSigns) {
  const auto both = [](double decades) {
    std::vector<double> values = exponentials(std::log(10) * decades / 1.8);
    const std::vector<double> positive = values;
    for (const double v : positive) values.push_back(-v);
    return values;
  };
  EXPECT_EQ(scale_of(both(1.9)).form, Form::linear);
  const MetricScale scale = scale_of(both(2.1));
  EXPECT_EQ(scale.form, Form::signed_logarithm);
  EXPECT_NEAR(scale.unit, std::pow(10, -2.1 / 2), 0.02 * scale.unit);
  EXPECT_NEAR(scale.centre, 0, 1e-9);
  EXPECT_NEAR(scale.scaled(-3), -scale.scaled(3), 1e-9);
}

TEST(MetricScale, LeavesZerosAndNegativesAsTheyAre) {
  std::vector<double> values = exponentials(6);
  values.push_back(0);
  EXPECT_EQ(scale_of(values).form, Form::linear);
  for (double& v : values) v = -v;
  EXPECT_EQ(scale_of(values).form, Form::linear);
  // Most values 0: no quantile to take as unit.
  values.assign(100, 0.0);
  values.insert(values.end(), {-1, 1e6});
  EXPECT_EQ(scale_of(values).form, Form::linear);
}

TEST(MetricScale, ComesBackAndKeepsTheOrder) {
  Rng rng(1);
  std::vector<double> narrow, wide, both;
  for (int k = 0; k < 500; ++k) {
    narrow.push_back(60 + rng.normal());
    wide.push_back(1e6 * std::exp(2 * rng.normal()));
    both.push_back(std::pow(10, rng.uniform(-6, 0)) * (k % 2 == 0 ? 1 : -1));
  }
  for (const auto& values : {narrow, wide, both}) {
    const MetricScale scale = scale_of(values);
    double before = scale.value(-3);
    for (int k = -29; k <= 30; ++k) {
      const double now = scale.value(0.1 * k);
      EXPECT_GT(now, before);
      EXPECT_NEAR(scale.scaled(now), 0.1 * k, 1e-9);
      before = now;
    }
  }
}

TEST(MetricScale, LearnsFromTheValuesThatAreThere) {
  const double inf = std::numeric_limits<double>::infinity();
  const MetricScale scale =
      fit_scales({{rows_of({kUnmeasured, 1, 4}), rows_of({}), rows_of({inf, 2, kUnmeasured})}})[0];
  EXPECT_DOUBLE_EQ(scale.centre, 2);
  const MetricScale none = scale_of({kUnmeasured, kUnmeasured});
  EXPECT_EQ(none.centre, 0);
  EXPECT_EQ(none.spread, 1);
  const MetricScale one = scale_of({kUnmeasured, -7});
  EXPECT_EQ(one.centre, -7);
  EXPECT_EQ(one.spread, 1);
  EXPECT_EQ(scale_of({5, 5, 5}).spread, 1);
  EXPECT_TRUE(std::isnan(scale.scaled(kUnmeasured)));
}

TEST(MetricScale, ReadsEachMetricFromItsColumn) {
  PredictionRows rows = rows_of({1, 100, 2, 200, 3, 300});
  rows.corner.resize(3);
  rows.metrics = {"a", "b"};
  rows.units = {"V", "A"};
  const auto scales = fit_scales({{rows}});
  ASSERT_EQ(scales.size(), 2u);
  EXPECT_EQ(scales[0].centre, 2);
  EXPECT_EQ(scales[1].centre, 200);
  EXPECT_EQ(scales[1].unit_text, "A");
}

TEST(MetricScale, RefusesRowsOfOtherMetrics) {
  PredictionRows other = rows_of({1});
  other.metrics = {"other"};
  EXPECT_THROW(fit_scales({{rows_of({1}), other}}), InputError);
  EXPECT_TRUE(fit_scales({}).empty());
}

}  // namespace
}  // namespace nullor::learn
