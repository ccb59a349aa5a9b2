// What was wrong with the published pipeline of ZeroSim with validity, one test each. That a log which says
// "error" is no failure, and that results of an earlier run are not read again, is tested where simulators
// are started: design/ngspice_evaluator_test.cc.
#include <set>

#include "nullor/learn/prediction_table.h"
#include "nullor/learn/row_predictor.h"
#include "nullor/learn/toy_predictor.h"

namespace nullor::learn {
namespace {

// Parameters were injected by position: where counts or orders differed, nothing was simulated, and all
// samples counted as failures.
TEST(PublishedDefects, ParametersGoByName) {
  const PredictionRows rows = toy_rows(toy_circuit(), 60, 1, smooth);
  const NetworkPredictor predictor(quick_model(rows));
  PredictionRows other = rows;
  std::reverse(other.parameters.begin(), other.parameters.end());
  other.parameters.push_back("of_something_else");
  other.parameter_values.clear();
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    for (std::size_t k = kToyParameters; k-- > 0;)
      other.parameter_values.push_back(rows.parameter_values[r * kToyParameters + k]);
    other.parameter_values.push_back(17);
  }
  other.numbers.clear();
  other.evaluate_numbers();
  EXPECT_EQ(other.numbers, rows.numbers);
  expect_close(predictor.predict(other), predictor.predict(rows));
}

/// Illegal where a transistor is too narrow; else unstable by its capacitor.
int narrow_or_unstable(const ToyRow& row, double* gain, double* speed) {
  const double w = std::log(row.p[kW1] / 1e-6), c = std::log(row.p[kC] / 1e-12);
  const bool illegal = row.p[kW1] < 1e-6;
  *gain = illegal ? kNan : 40 + 6 * w;
  *speed = illegal ? kNan : 1e6 * std::exp(-c);
  return illegal ? 1 : c > 0.5 ? 2 : 0;
}

// Nearly all failures were geometries that the process forbids, which a box around W and L tells as well: on
// legal rows, where figures are taken, it knows nothing.
TEST(PublishedDefects, TheBoxRuleIsWorthNothingOnLegalRows) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 400, 1, narrow_or_unstable)};
  const PredictionRows test = toy_rows(toy_circuit(), 400, 2, narrow_or_unstable);
  const auto scales = fit_scales(training);
  const Predictions box = fit_box_rule(training)->predict(test);
  EXPECT_GT(score(box, test, scales, /*legal_only=*/false).auroc, 0.75);
  EXPECT_NEAR(score(box, test, scales, /*legal_only=*/true).auroc, 0.5, 0.05);
  const NetworkPredictor network(quick_model(training[0], "16x1", 30));
  EXPECT_GT(score(network.predict(test), test, scales, /*legal_only=*/true).auroc, 0.9);
}

// Unstable amplifiers counted as successes, since their simulation ended with numbers.
TEST(PublishedDefects, UnstableRowsAreNotValidThoughTheyHaveMetrics) {
  const PredictionRows rows = toy_rows(toy_circuit(), 400, 1, narrow_or_unstable);
  const NetworkPredictor predictor(quick_model(rows, "16x1", 30));
  const Predictions predicted = predictor.predict(rows);
  double unstable = 0, ok = 0, unstable_rows = 0, ok_rows = 0;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    if (rows.failure[r] == 2) {
      ASSERT_TRUE(std::isfinite(rows.metric_values[r * kMetrics]));
      unstable += predicted.valid[r], ++unstable_rows;
    } else if (rows.failure[r] == 0) {
      ok += predicted.valid[r], ++ok_rows;
    }
  }
  EXPECT_LT(unstable / unstable_rows, 0.25);
  EXPECT_GT(ok / ok_rows, 0.75);
  EXPECT_EQ(score(predicted, rows, predictor.model().metrics, false).valid_rows,
            static_cast<std::size_t>(ok_rows));
}

// A metric of a failed run was 1e9, and went into mean and deviation.
TEST(PublishedDefects, MissingMetricsDoNotMoveTheScales) {
  const auto with_failures = [](double missing) {
    return toy_rows(toy_circuit(), 300, 1, [=](const ToyRow& row, double* gain, double* speed) {
      const bool fails = row.p[kC] > 1.5e-12;
      *gain = fails ? missing : 40 + std::log(row.p[kW1]);
      *speed = fails ? missing : 1e6 * row.vdd;
      return fails ? 2 : 0;
    });
  };
  const PredictionRows rows = with_failures(kNan);
  std::vector<std::size_t> working;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    if (rows.failure[r] == 0) working.push_back(r);
  }
  ASSERT_LT(working.size(), rows.rows());
  const PredictionRows ok = rows.picked(working), sentinel = with_failures(1e9);
  const PredictorModel model = quick_model(rows, "8x1", 1);
  const auto expected = fit_scales({&ok, 1}), spoilt = fit_scales({&sentinel, 1});
  for (std::size_t m = 0; m < kMetrics; ++m) {
    EXPECT_EQ(model.metrics[m].centre, expected[m].centre);
    EXPECT_EQ(model.metrics[m].spread, expected[m].spread);
    EXPECT_GT(std::fabs(spoilt[m].centre - expected[m].centre) + spoilt[m].spread - expected[m].spread,
              0.1 * expected[m].spread);
  }
}

// The rows that a model was judged by were normalised with their own statistics.
TEST(PublishedDefects, RowsThatAreNotLearnedFromDoNotMoveTheScales) {
  const std::vector<PredictionRows> training = {toy_rows(toy_circuit(), 60, 1, smooth)};
  std::vector<PredictionRows> like = {toy_rows(toy_circuit(), 60, 2, smooth)}, far = like;
  for (double& x : far[0].metric_values) x = 1e3 * x + 1e5;
  for (double& x : far[0].numbers) x *= 10;
  const auto train = [&](const std::vector<PredictionRows>& validation) {
    return train_predictor(training, validation, predictor_config("8x1"), quick_training(2)).model;
  };
  const PredictorModel a = train(like), b = train(far);
  EXPECT_EQ(a.weights, b.weights);
  for (std::size_t m = 0; m < kMetrics; ++m) {
    EXPECT_EQ(a.metrics[m].centre, b.metrics[m].centre);
    EXPECT_EQ(a.metrics[m].spread, b.metrics[m].spread);
  }
  for (std::size_t kind = 0; kind < graph::kSizedKinds; ++kind) {
    for (std::size_t k = 0; k < graph::kSizedNumbers; ++k)
      EXPECT_EQ(a.features.number[kind][k].centre, b.features.number[kind][k].centre);
  }
  // What one row is predicted to be does not hang on the rows beside it.
  const NetworkPredictor predictor(a);
  const PredictionRows together = far[0].picked({3, 4, 5, 6});
  expect_close(predictor.predict(together.picked({0})).metrics,
               {predictor.predict(together).metrics[0], predictor.predict(together).metrics[1]});
}

// Parameters were looked up with keys that were never there: none of them reached the model.
TEST(PublishedDefects, EveryParameterReachesTheModel) {
  const PredictionRows rows = toy_rows(toy_circuit(), 60, 1, smooth);
  for (const char* config : {"16x1", "paper", "gnn", "pooled"}) {
    const NetworkPredictor predictor(quick_model(rows.picked({0, 1, 2, 3, 4, 5, 6, 7}), config, 1));
    const PredictionRows one = rows.picked({9});
    const double before = predictor.predict(one).metrics[0];
    for (std::size_t k = 0; k < kToyParameters; ++k) {
      PredictionRows other = one;
      other.parameter_values[k] *= 2;
      other.evaluate_numbers();
      EXPECT_NE(predictor.predict(other).metrics[0], before) << config << " " << rows.parameters[k];
    }
  }
}

// W, L and M of a transistor were an unordered set to the attention.
TEST(PublishedDefects, WidthIsNotLength) {
  const PredictionRows rows = toy_rows(toy_circuit(), 60, 1, smooth);
  for (const char* config : {"16x1", "paper"}) {
    const NetworkPredictor predictor(quick_model(rows.picked({0, 1, 2, 3, 4, 5, 6, 7}), config, 1));
    PredictionRows one = rows.picked({9}), other = one;
    std::swap(other.parameter_values[kW1], other.parameter_values[kL1]);
    ASSERT_NE(one.parameter_values[kW1], one.parameter_values[kL1]);
    other.evaluate_numbers();
    EXPECT_NE(predictor.predict(other).metrics[0], predictor.predict(one).metrics[0]) << config;
  }
}

// The division was by rows: the same sizes at another corner were learned from and judged by.
TEST(PublishedDefects, RowsOfASampleStayTogether) {
  PredictionRows rows = toy_rows(toy_circuit(), 600, 1, smooth);
  for (std::size_t r = 0; r < rows.rows(); ++r) rows.sample[r] = static_cast<std::int64_t>(r / 3);
  const RowParts parts = divide({&rows, 1}, {}, 1);
  std::set<std::int64_t> seen;
  std::size_t count = 0;
  for (const auto* part : {&parts.training, &parts.validation, &parts.calibration, &parts.test}) {
    ASSERT_EQ(part->size(), 1u);
    const PredictionRows& in = part->front();
    EXPECT_GT(in.rows(), 0u);
    count += in.rows();
    std::set<std::int64_t> here(in.sample.begin(), in.sample.end());
    EXPECT_EQ(3 * here.size(), in.rows());
    for (const std::int64_t sample : here) EXPECT_TRUE(seen.insert(sample).second) << sample;
  }
  EXPECT_EQ(count, rows.rows());
}

// No circuit was held out: every one that was judged had been learned from.
TEST(PublishedDefects, CircuitsThatWereNotLearnedFromAreToldApart) {
  const auto other = toy_circuit("r9 vout 0 5k\n");
  const PredictionRows rows = toy_rows(toy_circuit(), 60, 1, smooth), unseen = toy_rows(other, 5, 1, smooth);
  const NetworkPredictor predictor(quick_model(rows, "8x1", 1));
  EXPECT_TRUE(predictor.knows(*rows.circuit));
  EXPECT_FALSE(predictor.knows(*other));
  EXPECT_EQ(predictor.predict(unseen).metrics.size(), 5 * kMetrics);
}

}  // namespace
}  // namespace nullor::learn
