#include "nullor/learn/policy_gradient.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nullor/learn/naive_decoder.h"
#include "nullor/learn/sampler.h"
#include "nullor/learn/toy_decoder.h"

namespace nullor::learn {
namespace {

DecoderModel small_model() {
  DecoderConfig c;
  c.vocabulary = ToyLanguage().vocabulary();
  c.context = 40;
  c.layers = 1;
  c.heads = 2;
  c.width = 32;
  c.feed_forward = 32;
  c.slots = 3;
  return lively_model(c);
}

std::unique_ptr<TrainingBackend> backend_of(const DecoderModel& model) {
  return with(make_native_backend(model.config, 1), model);
}

/// Of two tokens behind the beginning.
double reward_of(int first, int second) { return first == second ? 1.0 : first == 4 ? 0.3 : 0.0; }

TEST(PolicyGradient, ComparesEachWithTheOthersOfItsGroup) {
  const std::vector<RewardedSequence> drawn = {{{}, {}, 1, 1}, {{}, {}, 2, 1}, {{}, {}, 1, 0},
                                               {{}, {}, 1, 0}, {{}, {}, 3, 1}, {{}, {}, 2, 1}};
  EXPECT_EQ(advantages(drawn), (std::vector<double>{1, 0, -0.5, -0.5, 0, 0}));
}

TEST(PolicyGradient, WeightsScaleEachSequencesShareOfLossAndGradient) {
  const DecoderModel model = small_model();
  const auto backend = backend_of(model);
  const auto sequences = encode(ToyLanguage(), toy_circuits(2, Rng(3)), {}, Rng(4), 1).sequences;
  TokenBatch both = sequences[0];
  both.weights.assign(both.tokens.size(), -0.7f);
  both.append(sequences[1]);
  ASSERT_EQ(both.weights.size(), both.tokens.size());
  EXPECT_NEAR(backend->evaluate(both),
              -0.7 * backend->evaluate(sequences[0]) + backend->evaluate(sequences[1]), 1e-4);
  const auto one = backend->gradient({&sequences[0], 1}, {}),
             other = backend->gradient({&sequences[1], 1}, {});
  std::vector<float> sum(one.size());
  const float n1 = static_cast<float>(sequences[0].counted()),
              n2 = static_cast<float>(sequences[1].counted());
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] = (-0.7f * n1 * one[k] + n2 * other[k]) / (n1 + n2);
  EXPECT_LT(distance(sum, backend->gradient({&both, 1}, {})), 1e-5);
}

/// Every sequence of two tokens, weighted by its probability and reward, against differences of the expected
/// reward by the equations in double precision.
TEST(PolicyGradient, IsTheGradientOfTheExpectedReward) {
  const DecoderModel model = small_model();
  const int vocabulary = model.config.vocabulary;
  const auto expected_reward = [&](const DecoderModel& at, TokenBatch* weighted) {
    const NaiveDecoder naive(at);
    const auto shares = [&](std::vector<int> tokens) {
      const std::vector<int> slots = ToyLanguage().slots(tokens);
      std::vector<double> p = naive.logits(tokens, slots).back();
      double total = 0;
      for (double& x : p) total += x = std::exp(x);
      for (double& x : p) x /= total;
      return p;
    };
    double out = 0;
    const auto first = shares({graph::kBeginToken});
    for (int a = 0; a < vocabulary; ++a) {
      const auto second = shares({graph::kBeginToken, a});
      for (int b = 0; b < vocabulary; ++b) {
        const double p = first[static_cast<std::size_t>(a)] * second[static_cast<std::size_t>(b)];
        out += p * reward_of(a, b);
        if (!weighted) continue;
        TokenBatch one = sequence_batch(ToyLanguage(), {graph::kBeginToken, a, b});
        one.weights.assign(2, static_cast<float>(p * reward_of(a, b)));
        weighted->append(one);
      }
    }
    return out;
  };
  TokenBatch all;
  expected_reward(model, &all);
  std::vector<float> gradient = backend_of(model)->gradient({&all, 1}, {});
  Rng rng(5);
  DecoderModel ahead = model, behind = model;
  double along = 0, size = 0;
  constexpr float kStep = 1.0f / 1024;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    const float direction = static_cast<float>(rng.normal());
    ahead.weights[k] += kStep * direction;
    behind.weights[k] -= kStep * direction;
    along -= all.counted() * double{gradient[k]} * double{direction};
    size += std::pow(all.counted() * double{gradient[k]}, 2);
  }
  const double difference =
      (expected_reward(ahead, nullptr) - expected_reward(behind, nullptr)) / (2 * double{kStep});
  EXPECT_GT(size, 0);
  EXPECT_NEAR(along, difference, 2e-3 * std::sqrt(size));
}

TEST(PolicyGradient, LogProbabilitiesAreTheDecoders) {
  const DecoderModel model = small_model();
  const std::vector<RewardedSequence> drawn = {{{graph::kBeginToken, 2, 4, 5, graph::kEndToken}, {}, 0, 0}};
  const auto& tokens = drawn[0].tokens;
  EXPECT_NEAR(log_probabilities(*backend_of(model), ToyLanguage(), drawn)[0],
              log_likelihood(Decoder(model), tokens, ToyLanguage().slots(tokens)), 1e-4);
}

/// Forbids one token in three, others after each token.
class ToyMask : public graph::TokenMask {
 public:
  std::span<const std::uint8_t> allowed() override {
    for (std::size_t k = 0; k < allowed_.size(); ++k) allowed_[k] = (static_cast<int>(k) + last_) % 3 != 0;
    return allowed_;
  }
  void push(int token) override { last_ = token; }
  bool finished() const override { return last_ == graph::kEndToken; }

 private:
  int last_ = graph::kBeginToken;
  std::vector<std::uint8_t> allowed_ = std::vector<std::uint8_t>(ToyLanguage().vocabulary());
};

class MaskedSource : public SampleSource {
 public:
  std::vector<int> prefix(std::size_t) const override { return {5, graph::kBeginToken}; }
  std::unique_ptr<graph::TokenMask> make_mask(std::size_t) const override {
    return std::make_unique<ToyMask>();
  }
};

TEST(PolicyGradient, LogProbabilitiesAreThoseOfMaskedDraws) {
  const DecoderModel model = small_model();
  const SamplingOptions sampling{.jobs = 1, .most_tokens = 12, .keep_allowed = true, .seed = 3};
  const MaskedSource source;
  for (const Sample& sample : draw(Decoder(model), ToyLanguage(), 20, sampling, source)) {
    RewardedSequence one{.tokens = source.prefix(0), .allowed = sample.allowed, .group = 0, .reward = 0};
    one.tokens.insert(one.tokens.end(), sample.tokens.begin(), sample.tokens.end());
    EXPECT_NEAR(log_probabilities(*backend_of(model), ToyLanguage(), {&one, 1})[0], sample.log_probability,
                1e-4);
    one.allowed.clear();
    EXPECT_LT(log_probabilities(*backend_of(model), ToyLanguage(), {&one, 1})[0],
              sample.log_probability - 0.1);
  }
}

TEST(PolicyGradient, RaisesTheRewardOfWhatIsDrawn) {
  DecoderModel model = small_model();
  const auto backend = backend_of(model);
  const PolicyGradientOptions options{.rate = 3e-3, .step_tokens = 4096, .step = {}};
  long steps = 0;
  std::vector<double> means;
  for (std::uint64_t round = 0; round < 25; ++round) {
    model.weights = backend->state().weights;
    const auto samples = draw(Decoder(model), ToyLanguage(), 200,
                              {.jobs = 1, .most_tokens = 6, .seed = round}, SampleSource());
    std::vector<RewardedSequence> drawn;
    double mean = 0;
    for (const Sample& sample : samples) {
      RewardedSequence one{.tokens = {graph::kBeginToken}, .allowed = {}, .group = 0, .reward = 0};
      one.tokens.insert(one.tokens.end(), sample.tokens.begin(), sample.tokens.end());
      // Wanted are the resistor's token and no other.
      one.reward = static_cast<double>(std::count(sample.tokens.begin(), sample.tokens.end(), 2)) /
                   static_cast<double>(sample.tokens.size());
      mean += one.reward / 200;
      drawn.push_back(std::move(one));
    }
    means.push_back(mean);
    policy_gradient_pass(*backend, ToyLanguage(), drawn, {}, 40, options, Rng(round), steps);
  }
  EXPECT_LT(means.front(), 0.3);
  EXPECT_GT(means.back(), 0.9);
  EXPECT_GE(steps, 25);
}

}  // namespace
}  // namespace nullor::learn
