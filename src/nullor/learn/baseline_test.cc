#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/error.h"
#include "nullor/learn/pooled_sizes.h"
#include "nullor/learn/row_predictor.h"
#include "nullor/learn/toy_rows.h"

namespace nullor::learn {
namespace {

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
  out.push_back(fit_perceptron(training, scales));
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
    EXPECT_THROW(fit_perceptron(training, scales), InputError);
  }
  EXPECT_THROW(fit_ridge({{good}}, scales, {.ridge = -1}), InputError);
  EXPECT_THROW(fit_ridge({{good}}, scales, {.ridge = kNan}), InputError);
  EXPECT_THROW(fit_neighbours({{good}}, scales, {.neighbours = 0}), InputError);
  EXPECT_THROW(fit_perceptron({{good}}, scales, {.perceptron_width = 0}), InputError);
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
