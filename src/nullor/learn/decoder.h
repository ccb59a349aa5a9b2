#pragma once
/// Inference of a decoder-only transformer: logits of what comes next, without torch.

#include <memory>
#include <span>
#include <vector>

#include "nullor/learn/decoder_config.h"
#include "nullor/learn/decoder_kernels.h"

namespace nullor::learn {

/// Keys and values of what one sequence has shown so far. Grows with it.
struct KeyValueCache {
  int length = 0;                                ///< positions
  std::vector<std::vector<float>> keys, values;  ///< (layer, head); inside: decoder_kernels.h

  void clear();
};

/// One token that a sequence shows the network.
struct DecoderInput {
  KeyValueCache* cache = nullptr;  ///< of its sequence; the token takes the position `cache->length`
  int token = 0;
  int slot = 0;         ///< Language::slots; without meaning when the model has one slot
  bool logits = false;  ///< whether the logits of what follows are wanted
};

/// A model prepared for inference: its matrices packed, 4 bytes a parameter. Shared by threads, each with a
/// DecoderRun of its own.
///
/// Work: about 2 flops a parameter and token; a run with one token reads every weight once, so its floor is
/// the size of the weights over the bandwidth, that of many tokens the flops over the rate of multiply-adds.
class Decoder {
 public:
  /// Throws InputError(usage) when configuration and weights do not fit each other.
  explicit Decoder(DecoderModel model);

  const DecoderConfig& config() const { return model_.config; }
  const DecoderModel& model() const { return model_; }

 private:
  friend class DecoderRun;
  struct Layer {
    PackedMatrix qkv, out, up, down;
  };

  const float* at(std::size_t place) const { return model_.weights.data() + place; }

  DecoderModel model_;
  WeightPlaces places_;
  std::vector<Layer> layers_;
  PackedMatrix output_;
};

/// The work space of one thread.
class DecoderRun {
 public:
  /// Up to `most_inputs` at a time.
  DecoderRun(const Decoder& decoder, int most_inputs);

  /// Shows the network one token each of many sequences, or several of one in their order, or both. Returns
  /// the logits of those inputs that want them, in their order, (wanted, pitch()) of which the first
  /// `vocabulary` of each row count; valid until the next call. A position past the context throws
  /// InputError(specification), a token or slot outside the model InputError(usage).
  std::span<const float> forward(std::span<const DecoderInput> inputs);
  int pitch() const { return padded(decoder_.config().vocabulary); }

 private:
  void embed(std::span<const DecoderInput> inputs);
  void attention(std::size_t layer, std::span<const DecoderInput> inputs);
  void feed_forward(std::size_t layer, int rows);
  void normalize(int rows, std::size_t gain, std::size_t bias);
  float* row(std::vector<float>& buffer, int index, int pitch) const;

  const Decoder& decoder_;
  int most_inputs_;
  int width_, wide_, feed_;  ///< pitches: of a position, of its queries, keys and values, of the feed-forward
  std::vector<int> positions_;
  std::vector<float> x_, normalized_, qkv_, hidden_, scores_, turn_, logits_;
};

/// Log likelihood of tokens[first] .. tokens.back(), each given all before it [nats]. `slots`: one a token,
/// or none when the model has one slot. 1 <= first <= tokens.size() <= context + 1.
double log_likelihood(const Decoder& decoder, std::span<const int> tokens, std::span<const int> slots,
                      std::size_t first = 1);

}  // namespace nullor::learn
