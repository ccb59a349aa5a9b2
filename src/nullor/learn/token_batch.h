#pragma once
/// Circuits as training examples: sequences one behind the other, without padding.

#include <span>
#include <vector>

#include "nullor/graph/language.h"

namespace nullor::learn {

/// Sequences as a network is trained on them: it reads tokens[t] and should foretell targets[t].
struct TokenBatch {
  std::vector<int> tokens, targets;  ///< targets: -1: does not count
  std::vector<int> slots;            ///< as many as tokens; empty: the language has one slot
  std::vector<float> weights;        ///< of each target's -log p; empty: all 1
  /// (tokens, vocabulary): what each target may be, so that p is that of a masked draw; empty: anything.
  std::vector<bool> allowed;
  std::vector<int> starts = {0};  ///< of every sequence, and the end of the last

  int sequences() const { return static_cast<int>(starts.size()) - 1; }
  int counted() const;  ///< targets that are not -1
  int longest() const;
  void append(const TokenBatch& other);
};

/// One sequence, the end included. What stands before kBeginToken is shown and does not count.
TokenBatch sequence_batch(const graph::Language& language, std::vector<int> tokens);

struct EncodingOptions {
  int context = 1024;  ///< sequences that are longer are left out
};

struct EncodedSet {
  std::vector<TokenBatch> sequences;  ///< one circuit each
  std::size_t too_long = 0;           ///< circuits left out
  double order_bits = 0;              ///< of all sequences (graph::Language::encode)
};

/// Circuit k in the order that rng.split(k) draws, on any number of threads.
EncodedSet encode(const graph::Language& language, std::span<const graph::Topology> circuits,
                  const EncodingOptions& options, const Rng& rng, int jobs);

/// One step of an optimizer works on several batches ("shards"), each as large as fits the caches or a
/// device.
using Step = std::vector<TokenBatch>;

/// All sequences, each once, in random order: shards of up to `shard_tokens` tokens (or one longer sequence),
/// steps of up to `step_tokens`. Sequences of like length come together, so that little is padding where
/// a device needs rectangles.
std::vector<Step> make_steps(std::vector<TokenBatch> sequences, int shard_tokens, int step_tokens, Rng rng);

}  // namespace nullor::learn
