#include "nullor/learn/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "nullor/base/error.h"
#include "nullor/learn/toy_language.h"

namespace nullor::learn {
namespace {

DecoderModel random_model() {
  DecoderConfig c;
  c.vocabulary = ToyLanguage().vocabulary();
  c.context = 60;
  c.layers = 2;
  c.heads = 2;
  c.width = 32;
  c.feed_forward = 64;
  c.slots = 3;
  DecoderModel out = DecoderModel::random(c, Rng(3));
  Rng rng(4);
  for (float& w : out.weights) w += static_cast<float>(0.1 * rng.normal());
  return out;
}

/// "RESISTOR net net", one to `most` times, never a net twice in a row.
class ToyMask : public graph::TokenMask {
 public:
  explicit ToyMask(int most) : most_(most) {}

  std::span<const std::uint8_t> allowed() override {
    allowed_.assign(static_cast<std::size_t>(ToyLanguage().vocabulary()), 0);
    if (pin_ == 0) {
      allowed_[graph::kEndToken] = devices_ > 0;
      allowed_[ToyLanguage::kResistor] = devices_ < most_;
    } else {
      for (int net = 0; net < ToyLanguage::kNets; ++net)
        allowed_[static_cast<std::size_t>(ToyLanguage::kFirstNet + net)] = pin_ == 1 || net != last_;
    }
    return allowed_;
  }
  void push(int token) override {
    finished_ = token == graph::kEndToken;
    devices_ += token == ToyLanguage::kResistor;
    last_ = token - ToyLanguage::kFirstNet;
    pin_ = (pin_ + 1) % 3;
  }
  bool finished() const override { return finished_; }

 private:
  int most_, devices_ = 0, pin_ = 0, last_ = -1;
  bool finished_ = false;
  std::vector<std::uint8_t> allowed_;
};

/// Beginnings of many lengths, some longer than what is shown at once.
class ToySource : public SampleSource {
 public:
  std::vector<int> prefix(std::size_t index) const override {
    std::vector<int> out = {graph::kBeginToken};
    for (std::size_t k = 0; k < index % 7 * 2; ++k)
      out.insert(out.end(), {ToyLanguage::kResistor, ToyLanguage::kFirstNet + static_cast<int>(k % 8),
                             ToyLanguage::kFirstNet});
    return out;
  }
  std::unique_ptr<graph::TokenMask> make_mask(std::size_t index) const override {
    return std::make_unique<ToyMask>(1 + static_cast<int>(index % 6));
  }
};

void expect_same(const std::vector<Sample>& a, const std::vector<Sample>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(a[k].tokens, b[k].tokens) << k;
    EXPECT_EQ(a[k].log_probability, b[k].log_probability) << k;
    EXPECT_EQ(a[k].finished, b[k].finished) << k;
  }
}

class Sampler : public testing::Test {
 protected:
  std::vector<Sample> draw_with(int batch, int jobs, std::size_t count, double top_p = 1) const {
    SamplingOptions options;
    options.batch = batch;
    options.jobs = jobs;
    options.seed = 9;
    options.top_p = top_p;
    return draw(decoder_, ToyLanguage(), count, options, ToySource());
  }

  Decoder decoder_{random_model()};
};

TEST_F(Sampler, DrawsTheSameInAnyBatchAndOnAnyNumberOfThreads) {
  const auto one = draw_with(1, 1, 150);
  expect_same(draw_with(64, 1, 150), one);
  expect_same(draw_with(5, 3, 150), one);
  const auto few = draw_with(64, 2, 40);
  expect_same({one.begin(), one.begin() + 40}, few);
  EXPECT_NE(one[0].tokens, one[42].tokens);
}

TEST_F(Sampler, ObeysTheMask) {
  const auto samples = draw_with(64, 1, 300);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    ToyMask mask(1 + static_cast<int>(k % 6));
    for (const int token : samples[k].tokens) {
      ASSERT_TRUE(mask.allowed()[static_cast<std::size_t>(token)]) << k;
      mask.push(token);
    }
    EXPECT_TRUE(mask.finished());
    EXPECT_TRUE(samples[k].finished);
  }
}

/// A wish, one device long, stands before what ToySource begins with.
class WishingSource : public ToySource {
 public:
  std::vector<int> prefix(std::size_t index) const override {
    std::vector<int> out = ToySource::prefix(index);
    out.insert(out.begin() + 1,
               {ToyLanguage::kResistor, ToyLanguage::kFirstNet + 3, ToyLanguage::kFirstNet + 2});
    return out;
  }
  std::vector<int> plain_prefix(std::size_t index) const override {
    return index % 5 == 4 ? std::vector<int>() : ToySource::prefix(index);
  }
};

TEST_F(Sampler, GuidanceIsTheSameInAnyBatchAndNoneWhereNothingIsWished) {
  SamplingOptions options;
  options.jobs = 1;
  options.guidance = 2.5;
  const std::vector<Sample> guided = draw(decoder_, ToyLanguage(), 60, options, WishingSource());
  options.batch = 3;
  expect_same(draw(decoder_, ToyLanguage(), 60, options, WishingSource()), guided);
  options.guidance = 1;
  const std::vector<Sample> plain = draw(decoder_, ToyLanguage(), 60, options, WishingSource());
  int changed = 0;
  for (std::size_t k = 0; k < 60; ++k) {
    const bool same = guided[k].tokens == plain[k].tokens;
    EXPECT_TRUE(same || k % 5 != 4) << k;
    changed += same ? 0 : 1;
  }
  EXPECT_GT(changed, 10);
}

// (1), with the logits of both sequences from log likelihoods of their continuations.
TEST_F(Sampler, GuidedDrawsHaveTheProbabilitiesOfBothPrefixes) {
  class OneToken : public WishingSource {
   public:
    std::unique_ptr<graph::TokenMask> make_mask(std::size_t) const override { return nullptr; }
  };
  SamplingOptions options{.guidance = 3, .jobs = 1};
  options.most_tokens = 1;
  const OneToken source;
  const std::size_t index = 2;
  const Sample sample = draw(decoder_, ToyLanguage(), index + 1, options, source).at(index);
  ASSERT_EQ(sample.tokens.size(), 1u);
  const auto log_p = [&](std::vector<int> tokens, int next) {
    tokens.push_back(next);
    return log_likelihood(decoder_, tokens, ToyLanguage().slots(tokens), tokens.size() - 1);
  };
  double total = 0, drawn = 0;
  for (int token = 0; token < ToyLanguage().vocabulary(); ++token) {
    const double a = log_p(source.prefix(index), token), b = log_p(source.plain_prefix(index), token),
                 weight = std::exp(b + options.guidance * (a - b));
    total += weight;
    if (token == sample.tokens[0]) drawn = weight;
  }
  EXPECT_NEAR(sample.log_probability, std::log(drawn / total), 1e-4);
}

TEST_F(Sampler, DrawsByTheModelsProbabilities) {
  SamplingOptions options;
  options.temperature = 0.7;
  options.most_tokens = 1;
  const std::size_t count = 4000;
  const auto samples = draw(decoder_, ToyLanguage(), count, options, SampleSource());
  std::map<int, double> share;
  for (const Sample& sample : samples) share[sample.tokens.at(0)] += 1.0 / count;
  DecoderRun run(decoder_, 1);
  KeyValueCache cache;
  const DecoderInput input{&cache, graph::kBeginToken, 0, true};
  const auto logits = run.forward({&input, 1});
  double total = 0;
  for (int k = 0; k < 11; ++k) total += std::exp(logits[static_cast<std::size_t>(k)] / 0.7);
  for (int k = 0; k < 11; ++k) {
    const double p = std::exp(logits[static_cast<std::size_t>(k)] / 0.7) / total;
    EXPECT_NEAR(share[k], p, 5 * std::sqrt(p / count)) << k;
  }
  for (const Sample& sample : samples)
    EXPECT_NEAR(std::exp(sample.log_probability),
                std::exp(logits[static_cast<std::size_t>(sample.tokens[0])] / 0.7) / total, 1e-5);
}

/// Allows everything but an end.
class EndlessSource : public SampleSource {
 public:
  std::unique_ptr<graph::TokenMask> make_mask(std::size_t) const override { return std::make_unique<Mask>(); }

 private:
  class Mask : public graph::TokenMask {
   public:
    std::span<const std::uint8_t> allowed() override { return allowed_; }
    void push(int token) override { EXPECT_NE(token, graph::kEndToken); }
    bool finished() const override { return false; }

   private:
    std::vector<std::uint8_t> allowed_ = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  };
};

TEST_F(Sampler, CutsOffWhatDoesNotEnd) {
  SamplingOptions options;
  for (const int most : {0, 17}) {
    options.most_tokens = most;
    for (const Sample& sample : draw(decoder_, ToyLanguage(), 5, options, EndlessSource())) {
      EXPECT_FALSE(sample.finished);
      EXPECT_EQ(sample.tokens.size(), most == 0 ? 60u : 17u);
    }
  }
}

TEST_F(Sampler, StopsWhenAsked) {
  SamplingOptions options;
  options.jobs = 1;
  options.batch = 2;
  const auto samples =
      draw(decoder_, ToyLanguage(), 100, options, ToySource(), [](double share) { return share < 0.1; });
  EXPECT_FALSE(samples[0].tokens.empty());
  EXPECT_TRUE(samples[50].tokens.empty());
}

TEST_F(Sampler, RefusesOptionsWithoutMeaning) {
  const auto refuses = [&](auto change) {
    SamplingOptions options;
    change(options);
    EXPECT_THROW(draw(decoder_, ToyLanguage(), 1, options, SampleSource()), InputError);
  };
  refuses([](SamplingOptions& o) { o.temperature = -1; });
  refuses([](SamplingOptions& o) { o.temperature = NAN; });
  refuses([](SamplingOptions& o) { o.top_p = 0; });
  refuses([](SamplingOptions& o) { o.top_p = 1.1; });
  refuses([](SamplingOptions& o) { o.top_k = -1; });
  refuses([](SamplingOptions& o) { o.batch = 0; });
}

class DrawToken : public testing::Test {
 protected:
  std::map<int, int> counts(const SamplingOptions& options, std::vector<std::uint8_t> allowed = {}) {
    std::map<int, int> out;
    Rng rng(1);
    double log_probability = 0;
    for (int k = 0; k < 2000; ++k) ++out[draw_token(logits_, allowed, options, rng, &log_probability)];
    return out;
  }

  // Probabilities 0.5, 0.25, 0.125, 0.125.
  std::vector<float> logits_ = {std::log(0.25f), std::log(0.5f), std::log(0.125f), std::log(0.125f)};
};

TEST_F(DrawToken, KeepsTheTopKAndTheFewestThatReachTopP) {
  SamplingOptions options;
  EXPECT_EQ(counts(options).size(), 4u);
  options.top_k = 3;
  EXPECT_EQ(counts(options).size(), 3u);
  EXPECT_EQ(counts(options).count(3), 0u);
  options.top_k = 0;
  options.top_p = 0.7;
  EXPECT_EQ(counts(options).size(), 2u);
  EXPECT_NEAR(counts(options)[1], 2000 * 2 / 3, 100);
  options.top_p = 0.4;
  EXPECT_EQ(counts(options)[1], 2000);
}

TEST_F(DrawToken, TakesTheMostLikelyAllowedTokenAtTemperatureZero) {
  SamplingOptions options;
  options.temperature = 0;
  EXPECT_EQ(counts(options)[1], 2000);
  EXPECT_EQ(counts(options, {1, 0, 1, 1})[0], 2000);
  EXPECT_EQ(counts(options, {0, 0, 0, 0})[-1], 2000);
}

}  // namespace
}  // namespace nullor::learn
