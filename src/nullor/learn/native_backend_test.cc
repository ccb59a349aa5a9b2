#include <gtest/gtest.h>

#include <cmath>

#include "nullor/learn/decoder.h"
#include "nullor/learn/naive_decoder.h"
#include "nullor/learn/toy_decoder.h"

namespace nullor::learn {
namespace {

DecoderConfig config_of(bool rotary, bool tied) {
  DecoderConfig c;
  c.vocabulary = ToyLanguage().vocabulary();
  c.context = 90;
  c.layers = 2;
  c.heads = 2;
  c.width = 32;
  c.feed_forward = 40;
  c.slots = 3;
  c.rotary = rotary;
  c.tied = tied;
  return c;
}

/// Of the toy language, and one sequence longer than a block of queries.
std::vector<TokenBatch> shards_of(int count) {
  const auto circuits = toy_circuits(count, Rng(2));
  const EncodedSet set = encode(ToyLanguage(), circuits, {}, Rng(3), 1);
  std::vector<TokenBatch> out(3);
  for (std::size_t k = 0; k < set.sequences.size(); ++k) out[k % 3].append(set.sequences[k]);
  TokenBatch longer;
  Rng rng(4);
  for (int k = 0; k < 83; ++k) {
    longer.tokens.push_back(static_cast<int>(rng.below(11)));
    longer.targets.push_back(k % 5 == 0 ? -1 : static_cast<int>(rng.below(11)));
    longer.slots.push_back(static_cast<int>(rng.below(3)));
  }
  longer.starts.push_back(83);
  out[1].append(longer);
  return out;
}

/// Mean of -log p by the equations in double precision.
double naive_loss(const DecoderModel& model, std::span<const TokenBatch> shards) {
  const NaiveDecoder naive(model);
  double out = 0;
  int counted = 0;
  for (const TokenBatch& shard : shards) {
    for (int s = 0; s < shard.sequences(); ++s) {
      const auto start = static_cast<std::size_t>(shard.starts[static_cast<std::size_t>(s)]);
      const auto length = static_cast<std::size_t>(shard.starts[static_cast<std::size_t>(s) + 1]) - start;
      const auto logits = naive.logits(std::span(shard.tokens).subspan(start, length),
                                       std::span(shard.slots).subspan(start, length));
      for (std::size_t t = 0; t < length; ++t) {
        const int target = shard.targets[start + t];
        if (target < 0) continue;
        double total = 0;
        for (const double logit : logits[t]) total += std::exp(logit);
        out += std::log(total) - logits[t][static_cast<std::size_t>(target)];
        ++counted;
      }
    }
  }
  return out / counted;
}

class NativeBackendShapes : public testing::TestWithParam<std::pair<bool, bool>> {};

TEST_P(NativeBackendShapes, GradientIsThatOfTheEquationsByDifferences) {
  const DecoderModel model = lively_model(config_of(GetParam().first, GetParam().second));
  const auto shards = shards_of(6);
  const auto backend = with(make_native_backend(model.config, 2), model);
  const std::vector<float> gradient = backend->gradient(shards, {});
  double loss = 0;
  int counted = 0;
  for (const TokenBatch& shard : shards) {
    loss += backend->evaluate(shard);
    counted += shard.counted();
  }
  EXPECT_NEAR(loss / counted, naive_loss(model, shards), 1e-6);
  Rng rng(7);
  for (const WeightShape& array : WeightPlaces(model.config).arrays) {
    // Along a random direction within each array.
    std::vector<float> direction(array.size());
    double along = 0, size = 0;
    for (std::size_t k = 0; k < array.size(); ++k) {
      direction[k] = static_cast<float>(rng.normal());
      along += double{gradient[array.place + k]} * double{direction[k]};
      size += std::pow(double{gradient[array.place + k]}, 2);
    }
    const auto moved = [&](float step) {
      DecoderModel out = model;
      for (std::size_t k = 0; k < array.size(); ++k) out.weights[array.place + k] += step * direction[k];
      return naive_loss(out, shards);
    };
    constexpr float kStep = 1.0f / 1024;
    const double difference = (moved(kStep) - moved(-kStep)) / (2 * kStep);
    EXPECT_NEAR(along, difference, 2e-3 * std::sqrt(size) + 2e-5) << array.name;
    EXPECT_GT(size, 0) << array.name;
  }
}

INSTANTIATE_TEST_SUITE_P(NativeBackend, NativeBackendShapes,
                         testing::Values(std::pair(false, true), std::pair(true, false)));

TEST(NativeBackend, LossIsTheDecodersLikelihood) {
  const DecoderModel model = lively_model(config_of(true, true));
  const auto circuits = toy_circuits(1, Rng(9));
  const TokenBatch sequence = encode(ToyLanguage(), circuits, {}, Rng(3), 1).sequences[0];
  const auto backend = with(make_native_backend(model.config, 1), model);
  std::vector<int> tokens = sequence.tokens;
  tokens.push_back(sequence.targets.back());
  EXPECT_NEAR(backend->evaluate(sequence), -log_likelihood(Decoder(model), tokens, sequence.slots), 1e-4);
}

std::vector<float> trained(int jobs, double dropout) {
  const DecoderModel model = lively_model(config_of(false, true));
  const auto shards = shards_of(30);
  const auto backend = with(make_native_backend(model.config, jobs), model);
  StepSettings settings;
  settings.dropout = dropout;
  for (; settings.step <= 5; ++settings.step) backend->step(shards, settings);
  return backend->state().weights;
}

TEST(NativeBackend, StepsTheSameOnAnyNumberOfThreads) {
  EXPECT_EQ(trained(1, 0), trained(3, 0));
  EXPECT_EQ(trained(1, 0.2), trained(2, 0.2));
  EXPECT_NE(trained(1, 0.2), trained(1, 0));
}

TEST(NativeBackend, LeavesOutAStepThatIsNotFinite) {
  DecoderModel model = lively_model(config_of(false, true));
  model.weights[3] = NAN;
  const auto backend = with(make_native_backend(model.config, 1), model);
  EXPECT_FALSE(std::isfinite(backend->step(shards_of(30), {})));
  EXPECT_EQ(backend->state().weights[4], model.weights[4]);
}

}  // namespace
}  // namespace nullor::learn
