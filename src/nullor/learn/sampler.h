#pragma once
/// Sequences drawn from a decoder, many at a time.
///
/// What is wished in a prefix (a family) can be asked for with emphasis. With a the logits behind it, and b
/// those behind the same sequence without the wish, tokens are drawn by
///
///   logits = b + guidance (a - b) (1)
///
/// Above 1 it prefers what the wish makes likelier, at twice the cost. Source of (1): J. Ho, T. Salimans,
/// Classifier-free diffusion guidance (2022), with logits in the place of scores.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "nullor/graph/language.h"
#include "nullor/learn/decoder.h"

namespace nullor::learn {

struct SamplingOptions {
  double temperature = 1;     ///< logits are divided by it; 0: always the most likely token
  double top_p = 1;           ///< draws among the fewest tokens whose probabilities sum up to this
  int top_k = 0;              ///< draws among so many of the most likely tokens; 0: all
  double guidance = 1;        ///< of (1); 1: by the prefix as it is
  int batch = 64;             ///< sequences at a time and thread
  int jobs = 0;               ///< threads; 0: one a core
  int most_tokens = 0;        ///< of a sample; 0: what the context has room for
  bool keep_allowed = false;  ///< fill Sample::allowed
  std::uint64_t seed = 1;
};

/// What sample `index` begins with and must keep to. Asked from several threads.
class SampleSource {
 public:
  virtual ~SampleSource() = default;

  /// Tokens shown before the first one is drawn, one at least: conditions, kBeginToken, a partial circuit.
  /// Here, kBeginToken alone.
  virtual std::vector<int> prefix(std::size_t index) const;
  /// The same without what is wished, for (1). Here empty: nothing is.
  virtual std::vector<int> plain_prefix(std::size_t index) const;
  /// What may be drawn; it knows the prefix, and is told the drawn tokens only. Here null: everything may.
  virtual std::unique_ptr<graph::TokenMask> make_mask(std::size_t index) const;
};

struct Sample {
  std::vector<int> tokens;     ///< the drawn ones, kEndToken included
  bool finished = false;       ///< by kEndToken or its mask; else it was cut off
  double log_probability = 0;  ///< of these draws, after (1), temperature, mask, top-k, top-p [nats]
  std::vector<bool> allowed;   ///< (drawn tokens, vocabulary): what the mask left; empty without one
};

/// Draws `count` samples. Sample k depends on the model, the seed, its source and k alone: not on the batch,
/// the threads, or how many others there are. `language` gives the slots; it must be the model's
/// (check_language). `progress`, on the calling thread, is told the share that is done; false stops, and
/// samples that were not begun stay empty. Throws InputError(usage) for options out of range.
std::vector<Sample> draw(const Decoder& decoder, const graph::Language& language, std::size_t count,
                         const SamplingOptions& options, const SampleSource& source,
                         const std::function<bool(double)>& progress = {});

/// One token of the distribution that `logits`, `allowed` (empty: all) and the options describe; its log
/// probability is added to `log_probability`. -1 when nothing is allowed.
int draw_token(std::span<const float> logits, std::span<const std::uint8_t> allowed,
               const SamplingOptions& options, Rng& rng, double* log_probability);

}  // namespace nullor::learn
