#include "nullor/learn/decoder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/learn/naive_decoder.h"
#include "nullor/learn/toy_decoder.h"

namespace nullor::learn {
namespace {

DecoderConfig small_config(bool rotary, bool tied) {
  DecoderConfig c;
  c.vocabulary = 11;
  c.context = 80;
  c.layers = 2;
  c.heads = 3;
  c.width = 72;
  c.feed_forward = 104;
  c.slots = 3;
  c.rotary = rotary;
  c.tied = tied;
  return c;
}

std::vector<int> random_numbers(int count, int below, Rng rng) {
  std::vector<int> out;
  for (int k = 0; k < count; ++k)
    out.push_back(static_cast<int>(rng.below(static_cast<std::uint64_t>(below))));
  return out;
}

/// Logits of every position, `chunk` tokens at a time.
std::vector<float> all_logits(const Decoder& decoder, std::span<const int> tokens, std::span<const int> slots,
                              std::size_t chunk) {
  DecoderRun run(decoder, static_cast<int>(chunk));
  KeyValueCache cache;
  std::vector<float> out;
  for (std::size_t begin = 0; begin < tokens.size(); begin += chunk) {
    std::vector<DecoderInput> inputs;
    for (std::size_t t = begin; t < std::min(begin + chunk, tokens.size()); ++t)
      inputs.push_back({&cache, tokens[t], slots[t], true});
    const auto logits = run.forward(inputs);
    out.insert(out.end(), logits.begin(), logits.end());
  }
  return out;
}

class DecoderShapes : public testing::TestWithParam<std::pair<bool, bool>> {
 protected:
  DecoderModel model_ = lively_model(small_config(GetParam().first, GetParam().second), 5);
  std::vector<int> tokens_ = random_numbers(70, 11, Rng(2)), slots_ = random_numbers(70, 3, Rng(3));
};

TEST_P(DecoderShapes, AgreesWithTheEquationsInDoublePrecision) {
  const Decoder decoder(model_);
  const auto fast = all_logits(decoder, tokens_, slots_, 7);
  const auto naive = NaiveDecoder(model_).logits(tokens_, slots_);
  const std::size_t pitch = static_cast<std::size_t>(padded(11));
  double size = 0;
  for (std::size_t t = 0; t < tokens_.size(); ++t) {
    for (std::size_t k = 0; k < 11; ++k) {
      EXPECT_NEAR(fast[t * pitch + k], naive[t][k], 2e-5) << t << " " << k;
      size = std::max(size, std::abs(naive[t][k]));
    }
  }
  EXPECT_GT(size, 1);
}

TEST_P(DecoderShapes, CachedDecodingEqualsTheWholePassToTheLastBit) {
  const Decoder decoder(model_);
  const auto whole = all_logits(decoder, tokens_, slots_, tokens_.size());
  EXPECT_EQ(all_logits(decoder, tokens_, slots_, 1), whole);
  EXPECT_EQ(all_logits(decoder, tokens_, slots_, 13), whole);
}

TEST_P(DecoderShapes, LogLikelihoodIsThatOfTheEquations) {
  const Decoder decoder(model_);
  const double naive = NaiveDecoder(model_).log_likelihood(tokens_, slots_);
  EXPECT_NEAR(log_likelihood(decoder, tokens_, slots_), naive, 1e-6 * std::abs(naive));
  const std::span<const int> all(tokens_);
  EXPECT_NEAR(log_likelihood(decoder, all, slots_, 51),
              naive - NaiveDecoder(model_).log_likelihood(all.first(51), slots_), 1e-5 * std::abs(naive));
}

INSTANTIATE_TEST_SUITE_P(Decoder, DecoderShapes,
                         testing::Values(std::pair(false, false), std::pair(false, true),
                                         std::pair(true, true)));

TEST(Decoder, ComputesARowWithoutRegardToItsNeighbours) {
  const Decoder decoder(lively_model(small_config(false, true), 8));
  for (const int rows : {1, 2, 5, 6, 7, 12, 31}) {
    DecoderRun run(decoder, rows);
    std::vector<KeyValueCache> caches(static_cast<std::size_t>(rows));
    std::vector<DecoderInput> inputs;
    for (int r = 0; r < rows; ++r)
      inputs.push_back({&caches[static_cast<std::size_t>(r)], (r + 4) % 11, 1, true});
    inputs.back().token = 3;
    const auto logits = run.forward(inputs).last(static_cast<std::size_t>(run.pitch()));
    const auto alone = all_logits(decoder, std::vector{3}, std::vector{1}, 1);
    EXPECT_TRUE(std::equal(logits.begin(), logits.end(), alone.begin())) << rows << " rows";
  }
}

TEST(Decoder, RefusesTokensAndPositionsThatItDoesNotHave) {
  const Decoder decoder(lively_model(small_config(false, true), 8));
  const std::vector<int> slots(81, 0);
  EXPECT_THROW(all_logits(decoder, std::vector{11}, slots, 1), InputError);
  EXPECT_THROW(all_logits(decoder, std::vector{-1}, slots, 1), InputError);
  EXPECT_THROW(all_logits(decoder, std::vector{1}, std::vector{3}, 1), InputError);
  EXPECT_NO_THROW(all_logits(decoder, std::vector<int>(80, 1), slots, 80));
  EXPECT_THROW(all_logits(decoder, std::vector<int>(81, 1), slots, 81), InputError);
  EXPECT_THROW(all_logits(decoder, std::vector<int>(81, 1), slots, 1), InputError);
}

TEST(DecoderConfig, HasTheSizesOfThePaper) {
  DecoderConfig paper = decoder_size("paper");
  paper.vocabulary = 1029;
  EXPECT_NEAR(static_cast<double>(WeightPlaces(paper).size), 11.8e6, 0.05e6);
  EXPECT_EQ(decoder_size("64x2").layers, 2);
  EXPECT_EQ(decoder_size("64x2").heads, 2);
  for (const char* wrong : {"", "large", "x", "64", "64x", "x4", "64x2x2", "60x2", "-64x2", "64x0", "1e3x4"})
    EXPECT_THROW(decoder_size(wrong), InputError) << wrong;
}

TEST(DecoderFile, ReadsWhatItWrote) {
  const TestFolder folder;
  DecoderModel model = lively_model(small_config(true, false), 4);
  model.notes = {{"epochs", "7"}, {"command", "nullor topology train"}};
  const std::string path = folder.path("w.safetensors");
  write_decoder(model, path);
  const DecoderModel read = read_decoder(path);
  EXPECT_EQ(read.config, model.config);
  EXPECT_EQ(read.weights, model.weights);
  EXPECT_EQ(read.notes, model.notes);
  EXPECT_NO_THROW(check_language(read, ToyLanguage(), path));
  DecoderModel other = read;
  other.vocabulary_hash[0] ^= 1;
  EXPECT_THROW(check_language(other, ToyLanguage(), path), InputError);
}

class BrokenDecoderFile : public testing::Test {
 protected:
  static std::string bytes_of(const DecoderModel& model) {
    const TestFolder folder;
    write_decoder(model, folder.path("w"));
    return read_file(folder.path("w"));
  }
  static void refuses(std::string bytes, const std::string& from, const std::string& to) {
    const std::size_t place = bytes.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    ASSERT_EQ(from.size(), to.size());
    bytes.replace(place, from.size(), to);
    EXPECT_THROW(parse_decoder(bytes, "w"), InputError) << to;
  }

  std::string bytes_ = bytes_of(lively_model(small_config(false, true), 4));
};

TEST_F(BrokenDecoderFile, IsRefusedAtEveryLength) {
  ASSERT_NO_THROW(parse_decoder(bytes_, "w"));
  for (std::size_t length = 0; length < bytes_.size(); length += 1 + length / 9)
    EXPECT_THROW(parse_decoder(bytes_.substr(0, length), "w"), InputError) << length;
}

TEST_F(BrokenDecoderFile, IsRefusedWhenItsShapeAndItsArraysDiffer) {
  refuses(bytes_, "\\\"width\\\":72", "\\\"width\\\":96");
  refuses(bytes_, "\\\"width\\\":72", "\\\"width\\\":-8");
  refuses(bytes_, "\\\"layers\\\":2", "\\\"layers\\\":1");
  refuses(bytes_, "\\\"layers\\\":2", "\\\"layers\\\":9");
  refuses(bytes_, "\\\"heads\\\":3", "\\\"heads\\\":0");
  refuses(bytes_, "\\\"heads\\\":3", "\\\"heads\\\":2");
  refuses(bytes_, "\\\"slots\\\":3", "\\\"slots\\\":1");
  refuses(bytes_, "\\\"context\\\":80", "\\\"context\\\":99");
  refuses(bytes_, "\\\"tied\\\":true", "\\\"tied\\\":null");
  refuses(bytes_, "nullor decoder 1", "nullor decoder 9");
  refuses(bytes_, "layers.1.qkv", "layers.7.qkv");
}

TEST_F(BrokenDecoderFile, IsRefusedWithNumbersThatAreNone) {
  DecoderModel model = lively_model(small_config(false, true), 4);
  model.weights.back() = NAN;
  EXPECT_THROW(parse_decoder(bytes_of(model), "w"), InputError);
}

TEST(DecoderModel, SharpenedHasLogitsOverTheTemperature) {
  const DecoderModel model = lively_model(small_config(true, true), 5);
  const Decoder plain(model), sharp(sharpened(model, 0.5));
  DecoderRun run(plain, 1), sharp_run(sharp, 1);
  KeyValueCache cache, sharp_cache;
  const std::vector<DecoderInput> input = {{&cache, 1, 0, true}}, sharp_input = {{&sharp_cache, 1, 0, true}};
  const std::span<const float> a = run.forward(input), b = sharp_run.forward(sharp_input);
  for (std::size_t k = 0; k < static_cast<std::size_t>(model.config.vocabulary); ++k)
    EXPECT_NEAR(b[k], 2 * a[k], 1e-5 * (1 + std::abs(a[k])));
}

}  // namespace
}  // namespace nullor::learn
