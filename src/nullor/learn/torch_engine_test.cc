#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/learn/predictor_pass.h"
#include "nullor/learn/predictor_training.h"
#include "nullor/learn/torch_test.h"
#include "nullor/learn/toy_rows.h"

namespace nullor::learn {
namespace {

class TorchEngine : public TorchTest {};

/// Two circuits, three shards, and a network with weights of chance.
class Case {
 public:
  explicit Case(const PredictorConfig& config)
      : rows_{toy_rows(toy_circuit("m3 b b vdd vdd p w={w1} l={l2}\n"), 30, 1, smooth),
              toy_rows(toy_circuit("r2 b 0 1k\n"), 10, 2, smooth)} {
    model_.config = config;
    model_.features = fit_features(rows_);
    model_.metrics = fit_scales(rows_);
    model_.classes = rows_[0].classes;
    for (const PredictionRows& set : rows_) tokens_.push_back(circuit_tokens(*set.circuit, config.tokens));
    weights_ = PredictorNetwork(config, model_.shape()).layout().start(Rng(3));
  }

  PredictorShape shape() const { return model_.shape(); }
  PredictorLoss evaluate(PredictorEngine& engine) const {
    return engine.evaluate(
        3, [&](std::size_t s) { return examples(s); }, weights_);
  }
  std::vector<float> gradient(PredictorEngine& engine) const {
    PredictorLoss whole;
    for (std::size_t s = 0; s < 3; ++s) whole += count_targets(set(s), rows_of(s), model_);
    const auto step = engine.step(
        3, [&](std::size_t s) { return examples(s); }, whole, weights_, Rng(4));
    return {step.gradient.begin(), step.gradient.end()};
  }

 private:
  static std::vector<std::size_t> rows_of(std::size_t shard) {
    std::vector<std::size_t> out(shard == 1 ? 7 : 10);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = k + (shard == 1 ? 20 : 0);
    return out;
  }
  const PredictionRows& set(std::size_t shard) const { return rows_[shard / 2]; }
  PredictorExamples examples(std::size_t shard) const {
    return examples_of(set(shard), tokens_[shard / 2], rows_of(shard), model_);
  }

  std::vector<PredictionRows> rows_;
  std::vector<CircuitTokens> tokens_;
  PredictorModel model_;
  std::vector<float> weights_;
};

/// |a - b| / |b|
double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double off = 0, all = 0;
  for (std::size_t k = 0; k < b.size(); ++k) {
    off += std::pow(double{a[k]} - double{b[k]}, 2);
    all += std::pow(double{b[k]}, 2);
  }
  return std::sqrt(off / all);
}

TEST_F(TorchEngine, AgreesWithTheNativeOneInLossAndGradient) {
  for (const char* text : {"16x2", "gnn", "attention", "paper", "pooled"}) {
    for (const bool validity : {true, false}) {
      PredictorConfig config = predictor_config(text);
      if (config.cross_layers > 0 && !validity) continue;  // once is enough of the large one
      config.validity = validity;
      const Case c(config);
      const auto torch = make_torch_engine(config, c.shape(), 1, "cpu", true);
      const auto native = make_native_engine(config, c.shape(), 1);
      const PredictorLoss a = c.evaluate(*torch), b = c.evaluate(*native);
      EXPECT_NEAR(a.total(config), b.total(config), 1e-4 * b.total(config)) << text;
      EXPECT_EQ(a.present, b.present);
      EXPECT_EQ(a.rows, b.rows);
      EXPECT_LT(distance(c.gradient(*torch), c.gradient(*native)), 1e-4) << text;
    }
  }
}

// What is left out hangs on the step alone, not on what was computed before.
TEST_F(TorchEngine, LeavesTheSameOutEveryTime) {
  PredictorConfig config = predictor_config("16x2");
  const Case whole(config);
  config.dropout = 0.3;
  const Case c(config);
  const auto engine = make_torch_engine(config, c.shape(), 1, "cpu", true);
  const std::vector<float> once = c.gradient(*engine);
  EXPECT_EQ(once, c.gradient(*engine));
  EXPECT_GT(distance(whole.gradient(*make_native_engine(predictor_config("16x2"), whole.shape(), 1)), once),
            0.1);
}

TEST_F(TorchEngine, TrainsAsTheNativeOneDoes) {
  const std::vector<PredictionRows> rows = {toy_rows(toy_circuit(), 200, 5, power_law)};
  const std::vector<PredictionRows> fresh = {toy_rows(rows[0].circuit, 50, 6, power_law)};
  const PredictorConfig config = predictor_config("16x1");
  PredictorTrainingOptions how;
  how.epochs = 6, how.rate = 3e-3, how.warm_up = 5, how.batch = 16, how.jobs = 1;
  const auto native = train_predictor(rows, fresh, config, how);
  how.engine = [](const PredictorConfig& c, const PredictorShape& s) {
    return make_torch_engine(c, s, 1, "cpu", true);
  };
  const auto torch = train_predictor(rows, fresh, config, how);
  const double n = native.curve.back().validation.total(config),
               t = torch.curve.back().validation.total(config);
  EXPECT_LT(n, 0.8 * native.curve.front().validation.total(config));
  EXPECT_NEAR(t, n, 0.02 * n);
}

TEST_F(TorchEngine, SaysThatThereIsNoSuchDevice) {
  const Case c(predictor_config("16x1"));
  try {
    make_torch_engine(predictor_config("16x1"), c.shape(), 1, "cuda", false);
    GTEST_SKIP() << "there is a CUDA device";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("no CUDA device"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nullor::learn
