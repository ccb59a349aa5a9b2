#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/error.h"
#include "nullor/base/test_folder.h"
#include "nullor/learn/decoder.h"
#include "nullor/learn/decoder_training.h"
#include "nullor/learn/torch_test.h"
#include "nullor/learn/toy_decoder.h"

namespace nullor::learn {
namespace {

class TorchBackend : public TorchTest {
 protected:
  static DecoderModel model_of(bool rotary, bool tied) {
    DecoderConfig c;
    c.vocabulary = ToyLanguage().vocabulary();
    c.context = 40;
    c.layers = 2;
    c.heads = 2;
    c.width = 48;
    c.feed_forward = 64;
    c.slots = 3;
    c.rotary = rotary;
    c.tied = tied;
    return lively_model(c);
  }

  static std::vector<TokenBatch> shards() {
    const auto circuits = toy_circuits(20, Rng(2));
    auto sequences = encode(ToyLanguage(), circuits, {}, Rng(3), 1).sequences;
    sequences[3].weights.assign(sequences[3].tokens.size(), -0.5f);
    TokenBatch& masked = sequences[4];
    for (std::size_t k = 0; k < masked.tokens.size(); ++k) {
      for (int token = 0; token < ToyLanguage().vocabulary(); ++token)
        masked.allowed.push_back(token == masked.targets[k] || (token + k) % 2 == 0);
    }
    return make_steps(std::move(sequences), 100, 100000, Rng(1)).at(0);
  }
};

TEST_F(TorchBackend, AgreesWithTheNativeOneInLossGradientAndSteps) {
  for (const bool rotary : {false, true}) {
    const DecoderModel model = model_of(rotary, !rotary);
    const auto torch = with(make_torch_backend(model.config, 1, "cpu", true), model);
    const auto native = with(make_native_backend(model.config, 1), model);
    for (const TokenBatch& shard : shards())
      EXPECT_NEAR(torch->evaluate(shard), native->evaluate(shard), 1e-4 * native->evaluate(shard));
    EXPECT_LT(distance(torch->gradient(shards(), {}), native->gradient(shards(), {})), 1e-5);
    StepSettings settings;
    for (; settings.step <= 4; ++settings.step)
      EXPECT_NEAR(torch->step(shards(), settings), native->step(shards(), settings), 0.05);
    EXPECT_LT(distance(torch->state().weights, native->state().weights), 1e-4);
    EXPECT_LT(distance(torch->state().square, native->state().square), 1e-3);
  }
}

TEST_F(TorchBackend, ForetellsWhatTheDecoderForetells) {
  const DecoderModel model = model_of(true, true);
  const auto backend = with(make_torch_backend(model.config, 1, "cpu", true), model);
  const auto circuits = toy_circuits(1, Rng(9));
  const TokenBatch sequence = encode(ToyLanguage(), circuits, {}, Rng(3), 1).sequences[0];
  std::vector<int> tokens = sequence.tokens;
  tokens.push_back(sequence.targets.back());
  EXPECT_NEAR(backend->evaluate(sequence), -log_likelihood(Decoder(model), tokens, sequence.slots), 1e-4);
}

TEST_F(TorchBackend, GoesOnFromACheckpointToTheSameWeights) {
  const TestFolder folder;
  const auto circuits = toy_circuits(20, Rng(1));
  TrainingOptions options;
  options.epochs = 4;
  options.shard_tokens = 128;
  options.step_tokens = 256;
  options.step.dropout = 0.1;
  const auto train = [&](const TrainingHooks& hooks) {
    const DecoderModel model = model_of(false, true);
    const auto backend = make_torch_backend(model.config, 1, "cpu", true);
    return train_decoder(ToyLanguage(), circuits, {}, model.config, *backend, options, hooks);
  };
  options.folder = folder.path("whole");
  const auto whole = train({});
  options.folder = folder.path("parts");
  TrainingHooks stop;
  stop.progress = [](double share, double) { return share < 0.6; };
  EXPECT_TRUE(train(stop).interrupted);
  options.resume = true;
  EXPECT_EQ(train({}).model.weights, whole.model.weights);
}

TEST_F(TorchBackend, RefusesADeviceThatIsNotThere) {
  const DecoderModel model = model_of(false, true);
  try {
    EXPECT_NE(make_torch_backend(model.config, 1, "cuda", false), nullptr);
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("CUDA"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nullor::learn
