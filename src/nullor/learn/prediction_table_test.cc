#include "nullor/learn/prediction_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/learn/prediction_score.h"

namespace nullor::learn {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Six rows of two metrics; the third is illegal, the fifth unstable and the last has no speed.
PredictionRows truth() {
  PredictionRows out;
  out.name = "toy";
  out.metrics = {"gain", "speed"};
  out.units = {"dB", "Hz"};
  out.classes = {"ok", "illegal_geometry", "unstable"};
  out.corner.assign(6, 0);
  out.failure = {0, 0, 1, 0, 2, 0};
  out.metric_values = {10, 1e3, 20, 1e5, kMissing, kMissing, 40, 1e7, 50, 1e8, 30, kMissing};
  return out;
}

Predictions predictions() {
  Predictions out;
  out.valid = {0.9, 0.6, 0.7, 0.4, 0.5, 0.8};
  out.classes = {0.8, 0.1, 0.1, 0.4, 0.3, 0.3, 0.1, 0.7, 0.2, 0.2, 0.1, 0.7, 0.6, 0.1, 0.3, 0.9, 0.1, 0};
  out.metrics = {11, 2e3, 18, 1e5, 0, 1, 44, 5e6, 0, 1, 36, 1};
  out.low = {9, 1e3, 17, 2e5, 0, 0, 41, 1e6, 0, 0, 29, 0};
  out.high = {12, 3e3, 21, 3e5, 0, 0, 45, 2e7, 0, 0, 31, 0};
  return out;
}

TEST(PredictionTable, CountsTheRowsThatItShould) {
  const auto scales = fit_scales({{truth()}});
  ASSERT_EQ(scales[1].form, MetricScale::Form::logarithm);
  const PredictionFigures all = score(predictions(), truth(), scales, false);
  EXPECT_EQ(all.rows, 6u);
  EXPECT_EQ(all.valid_rows, 4u);
  // True 0.9, 0.8, 0.6, 0.4 against 0.7 and 0.5: 5 of 8 pairs.
  EXPECT_DOUBLE_EQ(all.auroc, 5.0 / 8);
  EXPECT_NEAR(all.average_precision, (1 + 1 + 3.0 / 4 + 4.0 / 6) / 4, 1e-15);
  EXPECT_DOUBLE_EQ(all.f1, 2.0 * 3 / (2 * 3 + 2 + 1));
  EXPECT_NEAR(all.calibration_error, (0.1 + 0.4 + 0.7 + 0.6 + 0.5 + 0.2) / 6, 1e-12);
  EXPECT_DOUBLE_EQ(all.class_accuracy, 4.0 / 6);

  const PredictionFigures legal = score(predictions(), truth(), scales, true);
  EXPECT_EQ(legal.rows, 5u);
  EXPECT_EQ(legal.valid_rows, 4u);
  EXPECT_DOUBLE_EQ(legal.auroc, 3.0 / 4);
  EXPECT_DOUBLE_EQ(legal.class_accuracy, 3.0 / 5);
}

TEST(PredictionTable, ComparesMetricsOfValidRows) {
  const auto scales = fit_scales({{truth()}});
  const PredictionFigures found = score(predictions(), truth(), scales, false);
  ASSERT_EQ(found.metrics.size(), 2u);
  const MetricFigures &gain = found.metrics[0], &speed = found.metrics[1];
  EXPECT_EQ(gain.name, "gain");
  EXPECT_EQ(gain.unit, "dB");
  EXPECT_EQ(gain.rows, 4u);
  EXPECT_DOUBLE_EQ(gain.relative_error, 0.1);  // 0.1, 0.1, 0.1, 0.2
  EXPECT_DOUBLE_EQ(gain.absolute_error, 3);    // 1, 2, 4, 6
  EXPECT_DOUBLE_EQ(gain.r_squared, 1 - 57.0 / 500);
  EXPECT_NEAR(gain.scaled_r_squared, gain.r_squared, 1e-12);
  EXPECT_DOUBLE_EQ(gain.spearman, 1);
  EXPECT_DOUBLE_EQ(gain.coverage, 0.75);
  EXPECT_EQ(speed.rows, 3u);
  EXPECT_DOUBLE_EQ(speed.relative_error, 0.5);  // 1, 0, 0.5
  // In factors of ln 2 and ln 10: errors 1, 0, 1 around truths at -2, 0, 2 decades.
  EXPECT_NEAR(speed.scaled_r_squared, 1 - 2 * std::pow(std::log(2) / std::log(100), 2) / 2, 1e-12);
  EXPECT_DOUBLE_EQ(speed.coverage, 2.0 / 3);
}

TEST(PredictionTable, LeavesTruthsWithoutALogarithmOutOfTheScaleAlone) {
  const auto scales = fit_scales({{truth()}});
  PredictionRows other = truth();
  other.metric_values[11] = -5;
  const MetricFigures speed = score(predictions(), other, scales, false).metrics[1];
  EXPECT_EQ(speed.rows, 4u);
  EXPECT_EQ(speed.scaled_r_squared, score(predictions(), truth(), scales, false).metrics[1].scaled_r_squared);
}

TEST(PredictionTable, HasNoFigureOfWhatIsNotPredicted) {
  Predictions partly = predictions();
  partly.valid.clear();
  partly.classes.clear();
  partly.low.clear();
  partly.high.clear();
  const auto scales = fit_scales({{truth()}});
  const PredictionFigures found = score(partly, truth(), scales, false);
  EXPECT_TRUE(std::isnan(found.auroc));
  EXPECT_TRUE(std::isnan(found.f1));
  EXPECT_TRUE(std::isnan(found.class_accuracy));
  EXPECT_TRUE(std::isnan(found.metrics[0].coverage));
  EXPECT_DOUBLE_EQ(found.metrics[0].relative_error, 0.1);
  const PredictionFigures nothing = score(Predictions{}, truth(), scales, false);
  EXPECT_TRUE(std::isnan(nothing.metrics[0].relative_error));
  EXPECT_EQ(nothing.metrics[0].rows, 4u);
}

TEST(PredictionTable, PoolsCircuits) {
  const auto scales = fit_scales({{truth()}});
  Predictions worse = predictions();
  for (double& v : worse.metrics) v *= 1.5;
  const std::vector<Predictions> both = {predictions(), worse};
  const std::vector<PredictionRows> truths = {truth(), truth()};
  const PredictionFigures found = score(both, truths, scales, true);
  EXPECT_EQ(found.rows, 10u);
  EXPECT_EQ(found.metrics[0].rows, 8u);
  // 0.1, 0.1, 0.1, 0.2, then 0.65, 0.35, 0.65, 0.8.
  EXPECT_NEAR(found.metrics[0].relative_error, (0.2 + 0.35) / 2, 1e-12);
  EXPECT_DOUBLE_EQ(found.auroc, 0.75);
}

TEST(PredictionTable, PrintsEveryFigure) {
  const auto scales = fit_scales({{truth()}});
  Predictions partly = predictions();
  partly.classes.clear();
  const PredictionFigures found = score(partly, truth(), scales, false);
  EXPECT_EQ(
      to_text(found),
      "6 rows, 4 valid\n"
      "    AUROC   average precision       F1   calibration error   class accuracy\n"
      "    0.625              0.8542   0.6667              0.4167                -\n"
      "\n"
      "metric     rows   relative error   absolute error        R2  scaled R2  Spearman  coverage  unit\n"
      "gain          4             10 %                3     0.886      0.886         1      75 %  dB\n"
      "speed         3             50 %             1000    0.6212     0.9773         1   66.67 %  Hz\n");
  const auto json = to_json(found);
  EXPECT_EQ(json["rows"], 6);
  EXPECT_EQ(json["metrics"][1]["name"], "speed");
  EXPECT_EQ(json["metrics"][1]["coverage"], found.metrics[1].coverage);
  EXPECT_EQ(nlohmann::json::parse(json.dump())["class_accuracy"], nullptr);
}

TEST(PredictionTable, RefusesRowsThatSayNothing) {
  const auto scales = fit_scales({{truth()}});
  PredictionRows blind = truth(), other = truth();
  blind.failure.clear();
  other.metrics[0] = "other";
  EXPECT_THROW(score(predictions(), blind, scales, false), InputError);
  EXPECT_THROW(score(predictions(), other, scales, false), InputError);
}

}  // namespace
}  // namespace nullor::learn
