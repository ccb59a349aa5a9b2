#include "nullor/learn/token_batch.h"

#include <algorithm>

#include "nullor/base/parallel.h"

namespace nullor::learn {
namespace {

template <class T>
void shuffle(std::vector<T>& list, Rng& rng) {
  for (std::size_t k = list.size(); k > 1; --k) std::swap(list[k - 1], list[rng.below(k)]);
}

std::size_t tokens_of(const Step& step) {
  std::size_t out = 0;
  for (const TokenBatch& shard : step) out += shard.tokens.size();
  return out;
}

}  // namespace

int TokenBatch::counted() const {
  return static_cast<int>(std::count_if(targets.begin(), targets.end(), [](int t) { return t >= 0; }));
}

int TokenBatch::longest() const {
  int out = 0;
  for (std::size_t k = 1; k < starts.size(); ++k) out = std::max(out, starts[k] - starts[k - 1]);
  return out;
}

void TokenBatch::append(const TokenBatch& other) {
  if (!weights.empty() || !other.weights.empty()) {
    weights.resize(tokens.size(), 1.0f);
    weights.insert(weights.end(), other.weights.begin(), other.weights.end());
    weights.resize(tokens.size() + other.tokens.size(), 1.0f);
  }
  if (!allowed.empty() || !other.allowed.empty()) {
    const std::size_t vocabulary =
        allowed.empty() ? other.allowed.size() / other.tokens.size() : allowed.size() / tokens.size();
    allowed.resize(tokens.size() * vocabulary, true);
    allowed.insert(allowed.end(), other.allowed.begin(), other.allowed.end());
    allowed.resize((tokens.size() + other.tokens.size()) * vocabulary, true);
  }
  const int shift = starts.back();
  tokens.insert(tokens.end(), other.tokens.begin(), other.tokens.end());
  targets.insert(targets.end(), other.targets.begin(), other.targets.end());
  slots.insert(slots.end(), other.slots.begin(), other.slots.end());
  for (std::size_t k = 1; k < other.starts.size(); ++k) starts.push_back(shift + other.starts[k]);
}

TokenBatch sequence_batch(const graph::Language& language, std::vector<int> tokens) {
  TokenBatch out;
  out.tokens = std::move(tokens);
  out.targets.assign(out.tokens.begin() + 1, out.tokens.end());
  out.tokens.pop_back();  // nothing follows the end
  const auto begin = std::find(out.tokens.begin(), out.tokens.end(), graph::kBeginToken);
  std::fill(out.targets.begin(), out.targets.begin() + (begin - out.tokens.begin()), -1);
  if (language.slot_count() > 1) out.slots = language.slots(out.tokens);
  out.starts.push_back(static_cast<int>(out.tokens.size()));
  return out;
}

EncodedSet encode(const graph::Language& language, std::span<const graph::Topology> circuits,
                  const EncodingOptions& options, const Rng& rng, int jobs) {
  EncodedSet out;
  out.sequences.resize(circuits.size());
  std::vector<double> bits(circuits.size());
  parallel_for(circuits.size(), jobs, [&](std::size_t k) {
    Rng order = rng.split(k);
    out.sequences[k] = sequence_batch(language, language.encode(circuits[k], order, &bits[k]));
  });
  for (std::size_t k = 0; k < circuits.size(); ++k) {
    if (out.sequences[k].tokens.size() <= static_cast<std::size_t>(options.context))
      out.order_bits += bits[k];
  }
  const auto too_long = [&](const TokenBatch& s) {
    return s.tokens.size() > static_cast<std::size_t>(options.context);
  };
  out.too_long = std::erase_if(out.sequences, too_long);
  return out;
}

std::vector<Step> make_steps(std::vector<TokenBatch> sequences, int shard_tokens, int step_tokens, Rng rng) {
  shuffle(sequences, rng);
  // A stable order: sequences of one length stay as they were shuffled.
  std::stable_sort(sequences.begin(), sequences.end(), [](const TokenBatch& a, const TokenBatch& b) {
    return a.tokens.size() < b.tokens.size();
  });
  std::vector<TokenBatch> shards;
  for (const TokenBatch& sequence : sequences) {
    const bool fits = !shards.empty() && shards.back().tokens.size() + sequence.tokens.size() <=
                                             static_cast<std::size_t>(shard_tokens);
    if (!fits) shards.emplace_back();
    shards.back().append(sequence);
  }
  shuffle(shards, rng);
  std::vector<Step> out;
  for (TokenBatch& shard : shards) {
    const bool fits =
        !out.empty() && tokens_of(out.back()) + shard.tokens.size() <= static_cast<std::size_t>(step_tokens);
    if (!fits) out.emplace_back();
    out.back().push_back(std::move(shard));
  }
  return out;
}

}  // namespace nullor::learn
