#include "nullor/learn/predictor_training.h"

#include <numeric>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/learn/prediction_score.h"
#include "nullor/learn/toy_predictor.h"

namespace nullor::learn {
namespace {

/// A law that everything small can learn; all rows work.
int plain_law(const ToyRow& row, double* gain, double* speed) {
  *gain = 20 * std::log10(row.p[kW1] / row.p[kL1] * row.p[kR]);
  *speed = row.p[kIb] / (row.p[kC] * row.vdd);
  return 0;
}

PredictorTrained train(const PredictionRows& rows, const PredictorTrainingOptions& options,
                       const PredictorHooks& hooks = {}) {
  return train_predictor({&rows, 1}, {&rows, 1}, predictor_config("16x1"), options, hooks);
}

TEST(PredictorTraining, GivesTheSameBytesForAnyNumberOfThreads) {
  const PredictionRows rows = toy_rows(toy_circuit(), 150, 1, smooth);
  PredictorTrainingOptions options = quick_training();
  PredictorConfig config = predictor_config("16x1");
  config.dropout = 0.1;
  const PredictorTrained one = train_predictor({&rows, 1}, {&rows, 1}, config, options);
  EXPECT_EQ(one.curve.size(), 3u);
  for (const int jobs : {2, 3}) {
    options.jobs = jobs;
    const PredictorTrained more = train_predictor({&rows, 1}, {&rows, 1}, config, options);
    EXPECT_EQ(more.model.weights, one.model.weights) << jobs;
    EXPECT_EQ(more.curve.back().validation.metrics, one.curve.back().validation.metrics);
  }
  options.seed = 2;
  EXPECT_NE(train_predictor({&rows, 1}, {&rows, 1}, config, options).model.weights, one.model.weights);
}

TEST(PredictorTraining, GoesOnFromACheckpointToTheSameWeights) {
  const TestFolder folder;
  const PredictionRows rows = toy_rows(toy_circuit(), 100, 1, smooth);
  PredictorTrainingOptions options = quick_training(5);
  options.folder = folder.path("whole");
  const PredictorTrained whole = train(rows, options);
  options.folder = folder.path("parts");
  int steps = 0;
  PredictorHooks stop;
  stop.progress = [&](double share, double) { return share < 0.5 || ++steps < 2; };
  EXPECT_TRUE(train(rows, options, stop).interrupted);
  options.resume = true;
  int epochs = 0;
  PredictorHooks count;
  count.epoch = [&](const PredictorEpoch&) { ++epochs; };
  const PredictorTrained rest = train(rows, options, count);
  EXPECT_GT(epochs, 0);
  EXPECT_LT(epochs, 5);
  EXPECT_FALSE(rest.interrupted);
  EXPECT_EQ(rest.model.weights, whole.model.weights);
  ASSERT_EQ(rest.curve.size(), 5u);
  write_predictor(whole.model, folder.path("whole.safetensors"));
  write_predictor(rest.model, folder.path("rest.safetensors"));
  EXPECT_TRUE(read_file(folder.path("rest.safetensors")) == read_file(folder.path("whole.safetensors")));
  options.rate = 1e-3;
  EXPECT_THROW(train(rows, options), InputError) << "a checkpoint of another training";
}

TEST(PredictorTraining, LearnsASimpleLawByHeart) {
  const PredictionRows rows = toy_rows(toy_circuit(), 64, 3, plain_law);
  const NetworkPredictor predictor(quick_model(rows, "32x2", 250), "network", 1);
  const Predictions predicted = predictor.predict(rows);
  for (std::size_t m = 0; m < kMetrics; ++m) {
    Row truth, found;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      truth.push_back(rows.metric_values[r * kMetrics + m]);
      found.push_back(predicted.metrics[r * kMetrics + m]);
    }
    EXPECT_LT(median_relative_error(found, truth), 0.05) << rows.metrics[m];
    // Medians of the rows alone, for what is known without looking at a circuit.
    const Row middle(truth.size(), median(truth));
    EXPECT_LT(median_relative_error(found, truth), 0.3 * median_relative_error(middle, truth));
  }
}

TEST(PredictorTraining, RefusesWhatNothingCanBeLearnedFrom) {
  const PredictionRows rows = toy_rows(toy_circuit(), 20, 3, plain_law);
  EXPECT_THROW(train_predictor({}, {}, predictor_config("16x1"), quick_training()), InputError);
  const PredictionRows illegal =
      toy_rows(toy_circuit(), 20, 3, [](const ToyRow&, double* gain, double* speed) {
        *gain = *speed = kNan;
        return 1;
      });
  EXPECT_THROW(train(illegal, quick_training()), InputError);
  PredictionRows other = rows;
  other.classes.push_back("another");
  const std::vector<PredictionRows> both = {rows, other};
  EXPECT_THROW(train_predictor(both, {}, predictor_config("16x1"), quick_training()), InputError);
  PredictorTrainingOptions wild = quick_training();
  wild.rate = 1;
  wild.warm_up = 0;
  wild.epochs = 0;
  EXPECT_THROW(train(rows, wild), InputError);
}

TEST(PredictorFile, HoldsAllThatPredictionsNeed) {
  const TestFolder folder;
  const PredictionRows rows = toy_rows(toy_circuit(), 200, 1, smooth);
  PredictorModel model = quick_model(rows);
  calibrate(model, {&rows, 1}, {&rows, 1});
  model.unseen_errors = PredictionErrors{std::vector<double>(model.metrics.size(), 0.25), 0.75, -0.5};
  model.notes["remark"] = "kept";
  write_predictor(model, folder.path("m.safetensors"));
  const PredictorModel back = read_predictor(folder.path("m.safetensors"));
  EXPECT_EQ(back.notes.at("remark"), "kept");
  ASSERT_TRUE(back.unseen_errors);
  EXPECT_EQ(back.unseen_errors->margins, model.unseen_errors->margins);
  EXPECT_EQ(back.unseen_errors->validity_slope, 0.75);
  EXPECT_EQ(back.unseen_errors->validity_shift, -0.5);
  const PredictionRows more = toy_rows(toy_circuit(), 50, 2, smooth);
  const Predictions a = NetworkPredictor(model).predict(more), b = NetworkPredictor(back).predict(more);
  EXPECT_EQ(a.metrics, b.metrics);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
  EXPECT_EQ(a.valid, b.valid);
  EXPECT_EQ(a.classes, b.classes);
  EXPECT_EQ(a.strangeness, b.strangeness);
  EXPECT_TRUE(NetworkPredictor(back).knows(*more.circuit));
  for (const double x : a.low) EXPECT_TRUE(std::isfinite(x));
}

TEST(PredictorFile, RefusesWhatIsCutShortOrChanged) {
  const TestFolder folder;
  const PredictionRows rows = toy_rows(toy_circuit(), 40, 1, smooth);
  PredictorModel model = quick_model(rows, "8x1", 1);
  const std::string path = folder.path("m.safetensors");
  write_predictor(model, path);
  const std::string whole = read_file(path);
  ASSERT_NO_THROW(parse_predictor(whole, "m"));
  for (std::size_t size = 0; size < whole.size(); size += 97)
    EXPECT_THROW(parse_predictor(std::string_view(whole).substr(0, size), "m"), InputError) << size;
  model.weights[5] = NAN;
  write_predictor(model, path);
  EXPECT_THROW(read_predictor(path), InputError);
  std::string changed = whole;
  changed.replace(changed.find("nullor predictor 1"), 18, "nullor predictor 9");
  EXPECT_THROW(parse_predictor(changed, "m"), InputError);
}

TEST(NetworkPredictor, DoesNotMindTheOrderOfRows) {
  const PredictionRows rows = toy_rows(toy_circuit(), 100, 1, smooth);
  PredictorModel model = quick_model(rows);
  calibrate(model, {&rows, 1}, {&rows, 1});
  const NetworkPredictor predictor(model);
  const Predictions straight = predictor.predict(rows);
  std::vector<std::size_t> order(rows.rows());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = (37 * k + 11) % order.size();
  const Predictions shuffled = predictor.predict(rows.picked(order));
  for (std::size_t k = 0; k < order.size(); ++k) {
    for (std::size_t m = 0; m < kMetrics; ++m) {
      const double expected = straight.metrics[order[k] * kMetrics + m];
      EXPECT_NEAR(shuffled.metrics[k * kMetrics + m], expected, 1e-5 * std::fabs(expected));
    }
    EXPECT_NEAR(shuffled.valid[k], straight.valid[order[k]], 1e-5);
    EXPECT_NEAR(shuffled.strangeness[k], straight.strangeness[order[k]], 1e-4);
  }
  const Predictions alone = predictor.predict(rows.picked({7}));
  EXPECT_NEAR(alone.metrics[0], straight.metrics[7 * kMetrics], 1e-5 * std::fabs(alone.metrics[0]));
}

TEST(NetworkPredictor, DoesNotMindNamesAndTheOrderOfDevices) {
  const Circuit text = read_circuit_text(
      "toy\n.model sn nmos level=1\n.model sp pmos level=1\n"
      ".param w1=1u l1=1u w2=2u l2=1u r=1k c=1p ib=1u\n"
      "cload 0 q {c}\nmload q zz top top sp l={l2} w={w2}\nisome zz 0 {ib}\nrsome q top {r}\n"
      "mdrive q plus 0 0 sn l={l1} w={w1}\n.end\n");
  const std::vector<std::pair<std::string, int>> ports = {
      {"vdd", text.find_node("top")}, {"vinp", text.find_node("plus")}, {"vout", text.find_node("q")}};
  const auto other = std::make_shared<const graph::SizedCircuit>(text, "", ports);
  const PredictionRows rows = toy_rows(toy_circuit(), 100, 1, smooth);
  PredictionRows disguised = rows;
  disguised.circuit = other;
  disguised.evaluate_numbers();
  for (const char* config : {"16x1", "gnn", "pooled"}) {
    PredictorModel model = quick_model(rows, config, 1);
    calibrate(model, {&rows, 1}, {&rows, 1});
    const NetworkPredictor predictor(model);
    EXPECT_TRUE(predictor.knows(*other));
    expect_close(predictor.predict(disguised), predictor.predict(rows));
  }
}

/// By a parameter of one row: central differences of what is predicted, over so wide a step that single
/// precision does not show.
double difference(const NetworkPredictor& predictor, PredictionRows row, std::size_t parameter,
                  std::size_t metric, double step) {
  const double middle = row.parameter_values[parameter];
  double ends[2];
  for (const int side : {0, 1}) {
    row.parameter_values[parameter] = middle * (1 + (side ? step : -step));
    row.evaluate_numbers();
    ends[side] = predictor.predict(row).metrics[metric];
  }
  return (ends[1] - ends[0]) / (2 * step * middle);
}

TEST(NetworkPredictor, HasTheGradientOfItsPredictions) {
  // With a mirror, so that the current of the supply follows from sizes.
  const PredictionRows rows = toy_rows(toy_circuit("m3 b b vdd vdd p w={w1} l={l2}\n"), 200, 1, smooth);
  for (const char* config : {"16x1", "gnn"}) {
    const NetworkPredictor predictor(quick_model(rows, config, 4));
    for (const std::size_t r : {std::size_t{0}, std::size_t{5}}) {
      const PredictionRows row = rows.picked({r});
      for (std::size_t m = 0; m < kMetrics; ++m) {
        const std::vector<double> slopes = predictor.gradient(rows, r, m);
        ASSERT_EQ(slopes.size(), kToyParameters);
        double largest = 0;
        for (std::size_t p = 0; p < kToyParameters; ++p)
          largest = std::max(largest, std::fabs(slopes[p] * row.parameter_values[p]));
        ASSERT_GT(largest, 0);
        for (std::size_t p = 0; p < kToyParameters; ++p) {
          const double expected = difference(predictor, row, p, m, 5e-3);
          EXPECT_NEAR(slopes[p] * row.parameter_values[p], expected * row.parameter_values[p], 5e-3 * largest)
              << config << " " << rows.parameters[p] << " " << rows.metrics[m];
        }
      }
    }
  }
}

// What logistic regression promises: on the rows it was fitted on, as many work as the probabilities add up
// to.
TEST(Calibrate, MakesProbabilitiesAddUpToWhatWorks) {
  const auto by_chance = [](const ToyRow& row, double* gain, double* speed) {
    *gain = 1, *speed = 1;
    return std::fmod(row.p[kC] * 1e15, 7) + 3 * std::log(row.p[kW1] / 1e-6) > 3 ? 0 : 2;
  };
  const PredictionRows few = toy_rows(toy_circuit(), 60, 1, by_chance),
                       fresh = toy_rows(toy_circuit(), 500, 2, by_chance);
  PredictorModel model = quick_model(few, "16x1", 60);
  const auto off = [&] {
    const Predictions p = NetworkPredictor(model).predict(fresh);
    double sum = 0;
    for (std::size_t r = 0; r < fresh.rows(); ++r) sum += p.valid[r] - (fresh.failure[r] == 0 ? 1 : 0);
    return std::abs(sum);
  };
  std::vector<char> truth;
  for (const int f : fresh.failure) truth.push_back(f == 0);
  const double before = calibration_error(NetworkPredictor(model).predict(fresh).valid, truth);
  calibrate(model, {&few, 1}, {&fresh, 1});
  EXPECT_LT(off(), 2 + 2 * std::abs(model.errors.validity_shift));
  EXPECT_LT(calibration_error(NetworkPredictor(model).predict(fresh).valid, truth), before);
  EXPECT_GT(model.errors.validity_slope, 0);
}

// Of the rows of a circuit that a model had not learned from, so many lie inside the intervals as promised
// when they are widened by what those rows need.
TEST(Calibrate, WidensIntervalsForUnseenCircuits) {
  const PredictionRows seen = toy_rows(toy_circuit(), 300, 1, plain_law),
                       unseen = toy_rows(toy_circuit("r2 vout 0 1k\n"), 250, 2, plain_law);
  PredictorModel model = quick_model(seen, "16x1", 20);
  calibrate(model, {&seen, 1}, {&seen, 1});
  const auto inside = [&](const PredictionRows& rows) {
    const Predictions p = NetworkPredictor(model).predict(rows);
    double count = 0;
    for (std::size_t k = 0; k < p.low.size(); ++k)
      count += p.low[k] <= rows.metric_values[k] && rows.metric_values[k] <= p.high[k];
    return count / static_cast<double>(p.low.size());
  };
  const double on_seen = inside(seen), before = inside(unseen);
  EXPECT_LT(before, 0.8) << "or there is nothing to learn here";
  const PredictorModel itself = model;
  EXPECT_EQ(calibrate_for_unseen(model, {&itself, 1}, {&seen, 1}), 0u);
  EXPECT_FALSE(model.unseen_errors);
  EXPECT_EQ(calibrate_for_unseen(model, {&itself, 1}, {&unseen, 1}), 1u);
  EXPECT_NEAR(inside(unseen), model.level, 0.02);
  EXPECT_EQ(inside(seen), on_seen);
}

}  // namespace
}  // namespace nullor::learn
