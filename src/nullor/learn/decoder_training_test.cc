#include "nullor/learn/decoder_training.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/learn/decoder.h"
#include "nullor/learn/toy_language.h"

namespace nullor::learn {
namespace {

DecoderConfig small_config() {
  DecoderConfig c;
  c.vocabulary = ToyLanguage().vocabulary();
  c.context = 40;
  c.layers = 2;
  c.heads = 2;
  c.width = 48;
  c.feed_forward = 96;
  c.slots = 3;
  return c;
}

TrainingOptions quick_options() {
  TrainingOptions options;
  options.epochs = 6;
  options.rate = 3e-3;
  options.warm_up = 5;
  options.shard_tokens = 128;
  options.step_tokens = 256;
  options.jobs = 2;
  return options;
}

TrainingSummary train(const TrainingOptions& options, int circuits = 20, const TrainingHooks& hooks = {}) {
  const auto all = toy_circuits(circuits + 5, Rng(1));
  const auto backend = make_native_backend(small_config(), 2);
  const std::span<const graph::Topology> view(all);
  return train_decoder(ToyLanguage(), view.first(static_cast<std::size_t>(circuits)), view.last(5),
                       small_config(), *backend, options, hooks);
}

// In a fixed order, 20 circuits can be learnt by heart: what remains is which of them comes.
TEST(DecoderTraining, LearnsTwentyCircuitsByHeart) {
  TrainingOptions options = quick_options();
  options.epochs = 300;
  options.step.decay = 0;
  options.fresh_order = false;
  const TrainingSummary summary = train(options);
  const EpochRecord& last = summary.curve.back();
  const double tokens_a_circuit = last.tokens / 300 / 20;
  EXPECT_LT(last.training_nats, 1.2 * std::log(20.0) / tokens_a_circuit);
  EXPECT_GT(summary.curve.front().training_nats, 1.5);
  EXPECT_GT(last.validation_nats, 2 * last.training_nats);
  EXPECT_LT(summary.best_epoch, 300);
}

TEST(DecoderTraining, GoesOnFromACheckpointToTheSameWeights) {
  const TestFolder folder;
  TrainingOptions options = quick_options();
  options.step.dropout = 0.1;
  options.folder = folder.path("whole");
  const TrainingSummary whole = train(options);
  options.folder = folder.path("parts");
  int steps = 0;
  TrainingHooks stop;
  stop.progress = [&](double share, double) { return share < 0.6 || ++steps < 2; };
  EXPECT_TRUE(train(options, 20, stop).interrupted);
  options.resume = true;
  TrainingHooks count;
  int epochs = 0;
  count.epoch = [&](const EpochRecord&) { ++epochs; };
  const TrainingSummary rest = train(options, 20, count);
  EXPECT_GT(epochs, 0);
  EXPECT_LT(epochs, 6);
  EXPECT_EQ(rest.model.weights, whole.model.weights);
  EXPECT_EQ(rest.curve.size(), 6u);
  EXPECT_EQ(read_file(folder.path("parts/weights.safetensors")),
            read_file(folder.path("whole/weights.safetensors")));
  EXPECT_EQ(train(options, 20, count).model.weights, whole.model.weights);
}

TEST(DecoderTraining, ValidatesByTheDecodersLikelihood) {
  TrainingOptions options = quick_options();
  options.epochs = 1;
  const TrainingSummary summary = train(options);
  const auto all = toy_circuits(25, Rng(1));
  // Validation writes its circuits in the order of stream 1.
  const EncodedSet set = encode(ToyLanguage(), std::span(all).last(5), {}, Rng(options.seed).split(1), 1);
  const Decoder decoder(summary.model);
  double nats = 0;
  for (const TokenBatch& s : set.sequences) {
    std::vector<int> tokens = s.tokens;
    tokens.push_back(s.targets.back());
    nats -= log_likelihood(decoder, tokens, s.slots);
  }
  EXPECT_NEAR(summary.curve[0].validation_bits, (nats / std::log(2.0) - set.order_bits) / 5, 1e-3);
  EXPECT_GT(set.order_bits, 5);
}

/// Two conditions before every circuit.
class ConditionedLanguage : public ToyLanguage {
 public:
  std::vector<int> encode(const graph::Topology& topology, Rng& rng,
                          double* order_bits = nullptr) const override {
    std::vector<int> out = {5, 6};
    const std::vector<int> rest = ToyLanguage::encode(topology, rng, order_bits);
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
  }
};

TEST(DecoderTraining, GivesTheConditionsWithoutLearningThem) {
  const auto circuits = toy_circuits(1, Rng(1));
  const TokenBatch plain = encode(ToyLanguage(), circuits, {}, Rng(1), 1).sequences[0];
  const TokenBatch given = encode(ConditionedLanguage(), circuits, {}, Rng(1), 1).sequences[0];
  EXPECT_EQ(std::vector(given.tokens.begin(), given.tokens.begin() + 3), (std::vector{5, 6, 1}));
  EXPECT_EQ(std::vector(given.targets.begin(), given.targets.begin() + 3),
            (std::vector{-1, -1, ToyLanguage::kResistor}));
  EXPECT_EQ(given.targets.back(), graph::kEndToken);
  EXPECT_EQ(plain.counted(), given.counted());
}

TEST(DecoderTraining, StepsHoldEverySequenceOnce) {
  const auto circuits = toy_circuits(200, Rng(1));
  const EncodedSet set = encode(ToyLanguage(), circuits, {}, Rng(1), 2);
  const auto steps = make_steps(set.sequences, 100, 300, Rng(2));
  int sequences = 0;
  for (const Step& step : steps) {
    std::size_t tokens = 0;
    for (const TokenBatch& shard : step) {
      EXPECT_LE(shard.tokens.size(), 100u);
      EXPECT_EQ(shard.slots.size(), shard.tokens.size());
      tokens += shard.tokens.size();
      sequences += shard.sequences();
    }
    EXPECT_LE(tokens, 300u);
  }
  EXPECT_EQ(sequences, 200);
}

TEST(DecoderTraining, RateRisesThenFalls) {
  TrainingOptions options;
  options.rate = 2;
  options.warm_up = 10;
  options.final_share = 0.25;
  EXPECT_DOUBLE_EQ(scheduled_rate(options, 5, 0), 1);
  EXPECT_DOUBLE_EQ(scheduled_rate(options, 10, 0), 2);
  EXPECT_DOUBLE_EQ(scheduled_rate(options, 99, 0.5), 1.25);
  EXPECT_DOUBLE_EQ(scheduled_rate(options, 99, 1), 0.5);
  options.schedule = RateSchedule::linear;
  EXPECT_DOUBLE_EQ(scheduled_rate(options, 99, 0.1), 1.85);
  options.schedule = RateSchedule::constant;
  EXPECT_DOUBLE_EQ(scheduled_rate(options, 99, 0.9), 2);
}

TEST(DecoderTraining, RefusesWhatItCannotDo) {
  const TestFolder folder;
  const auto refuses = [&](auto change, ErrorKind kind, int circuits = 20) {
    TrainingOptions options = quick_options();
    options.epochs = 1;
    change(options);
    try {
      train(options, circuits);
      ADD_FAILURE() << "accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
    }
  };
  refuses([](TrainingOptions& o) { o.epochs = 0; }, ErrorKind::usage);
  refuses([](TrainingOptions& o) { o.rate = NAN; }, ErrorKind::usage);
  refuses([](TrainingOptions& o) { o.step.dropout = 1; }, ErrorKind::usage);
  refuses([](TrainingOptions&) {}, ErrorKind::usage, 0);
  TrainingOptions first = quick_options();
  first.epochs = 1;
  first.folder = folder.path();
  train(first);
  const auto resume = [&](TrainingOptions& o) {
    o.folder = folder.path();
    o.resume = true;
  };
  refuses([&](TrainingOptions& o) { resume(o), o.rate *= 2; }, ErrorKind::usage);
  refuses(resume, ErrorKind::usage, 19);
  const std::string bytes = read_file(folder.path("checkpoint.safetensors"));
  write_file(folder.path("checkpoint.safetensors"), bytes.substr(0, bytes.size() / 2));
  refuses(resume, ErrorKind::input_output);
}

}  // namespace
}  // namespace nullor::learn
