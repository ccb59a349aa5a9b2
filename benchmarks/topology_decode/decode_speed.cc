// Speed of a transformer of circuits with random weights, as one line of JSON.
// usage: decode_speed decode SIZE VOCABULARY LENGTH BATCH THREADS SAMPLES    sequences of LENGTH tokens
//        decode_speed train SIZE VOCABULARY LENGTH THREADS STEPS             steps of 4096 tokens
//        decode_speed read MEGABYTES                                        bandwidth of reading an array
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>

#include "nullor/learn/sampler.h"
#include "nullor/learn/training_backend.h"
#include "nullor/learn/vector_math.h"

namespace {

using namespace nullor;
using namespace nullor::learn;

/// Wall and processor time [s].
struct Times {
  double wall = 0, processor = 0;
};

template <class Work>
Times measured(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t processor = std::clock();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC};
}

class NoLanguage : public graph::Language {
 public:
  explicit NoLanguage(int vocabulary) : vocabulary_(vocabulary) {}
  std::string_view name() const override { return "none"; }
  int vocabulary() const override { return vocabulary_; }
  std::string token_text(int) const override { return ""; }
  std::vector<int> encode(const graph::Topology&, Rng&) const override { return {}; }
  std::optional<graph::Topology> decode(std::span<const int>, std::string*) const override { return {}; }

 private:
  int vocabulary_;
};

/// Everything but an end.
class EndlessSource : public SampleSource {
 public:
  explicit EndlessSource(int vocabulary) : vocabulary_(vocabulary) {}
  std::unique_ptr<graph::TokenMask> make_mask(std::size_t) const override {
    return std::make_unique<Mask>(vocabulary_);
  }

 private:
  class Mask : public graph::TokenMask {
   public:
    explicit Mask(int vocabulary) : allowed_(static_cast<std::size_t>(vocabulary), 1) {
      allowed_[graph::kEndToken] = 0;
    }
    std::span<const std::uint8_t> allowed() override { return allowed_; }
    void push(int) override {}
    bool finished() const override { return false; }

   private:
    std::vector<std::uint8_t> allowed_;
  };
  int vocabulary_;
};

DecoderModel model_of(const char* size, int vocabulary) {
  DecoderConfig config = decoder_size(size);
  config.vocabulary = vocabulary;
  return DecoderModel::random(config, Rng(1));
}

void print(const DecoderModel& model, double tokens, const Times& times) {
  fmt::print("{{\"parameters\": {}, \"tokens_s\": {:.1f}, \"tokens_processor_s\": {:.1f}}}\n",
             model.weights.size(), tokens / times.wall, tokens / times.processor);
}

void decode(char** argv) {
  const int vocabulary = std::atoi(argv[1]), length = std::atoi(argv[2]);
  const Decoder decoder(model_of(argv[0], vocabulary));
  SamplingOptions options;
  options.batch = std::atoi(argv[3]);
  options.jobs = std::atoi(argv[4]);
  options.most_tokens = length;
  const auto samples = static_cast<std::size_t>(std::atoi(argv[5]));
  const EndlessSource source(vocabulary);
  const Times times = measured([&] { draw(decoder, NoLanguage(vocabulary), samples, options, source); });
  print(decoder.model(), static_cast<double>(samples) * length, times);
}

void train(char** argv) {
  constexpr int kShard = 512, kShards = 8;
  const int vocabulary = std::atoi(argv[1]), length = std::atoi(argv[2]), steps = std::atoi(argv[4]);
  const DecoderModel model = model_of(argv[0], vocabulary);
  const auto backend = make_native_backend(model.config, std::atoi(argv[3]));
  backend->set_state(
      {model.weights, std::vector<float>(model.weights.size()), std::vector<float>(model.weights.size())});
  Rng rng(2);
  std::vector<TokenBatch> shards(kShards);
  double tokens = 0;
  for (TokenBatch& shard : shards) {
    for (int k = 0; k < std::max(1, kShard / length) * length; ++k) {
      shard.tokens.push_back(static_cast<int>(rng.below(static_cast<std::uint64_t>(vocabulary))));
      shard.targets.push_back(static_cast<int>(rng.below(static_cast<std::uint64_t>(vocabulary))));
      if ((k + 1) % length == 0) shard.starts.push_back(k + 1);
    }
    tokens += static_cast<double>(shard.tokens.size());
  }
  backend->step(shards, {});
  StepSettings settings;
  const Times times = measured([&] {
    for (int k = 0; k < steps; ++k) backend->step(shards, settings);
  });
  print(model, tokens * steps, times);
}

/// Reads as one row of a product does: eight streams of sums.
void read(char** argv) {
  const auto count = static_cast<std::size_t>(std::atof(argv[0]) * 1e6 / 4) / 64 * 64;
  const std::vector<float> values(count, 1.0f);
  double best = 1e30;
  float total = 0;
  for (int round = 0; round < 20; ++round) {
    const Times times = measured([&] {
      Float8 sums[8] = {};
      for (std::size_t k = 0; k < count; k += 64) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < 8; ++v) sums[v] += load8(values.data() + k + 8 * v);
      }
      for (const Float8& sum : sums) total += sum[0];
    });
    best = std::min(best, times.wall);
  }
  fmt::print("{{\"gb_s\": {:.2f}, \"check\": {}}}\n", static_cast<double>(count) * 4e-9 / best, total > 0);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "decode" && argc == 8) return decode(argv + 2), 0;
  if (what == "train" && argc == 7) return train(argv + 2), 0;
  if (what == "read" && argc == 3) return read(argv + 2), 0;
  return 2;
}
