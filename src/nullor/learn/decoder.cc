#include "nullor/learn/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"

namespace nullor::learn {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

PackedMatrix packed(const std::vector<float>& weights, std::size_t place, int outputs, int inputs) {
  return {weights.data() + place, outputs, inputs};
}

void check_input(const DecoderConfig& config, const DecoderInput& input, int position) {
  if (position >= config.context)
    throw InputError(
        ErrorKind::specification,
        fmt::format("a sequence is longer than the model's context of {} tokens", config.context));
  const bool slot_fits = config.slots == 1 || (input.slot >= 0 && input.slot < config.slots);
  if (input.token < 0 || input.token >= config.vocabulary || !slot_fits)
    throw InputError(ErrorKind::usage,
                     fmt::format("token {} with slot {} is none of the model's", input.token, input.slot));
}

}  // namespace

void KeyValueCache::clear() {
  length = 0;
  for (auto* part : {&keys, &values}) {
    for (std::vector<float>& layer : *part) layer.clear();
  }
}

Decoder::Decoder(DecoderModel model)
    : model_((check(model.config), std::move(model))), places_(model_.config) {
  const DecoderConfig& c = model_.config;
  if (model_.weights.size() != places_.size)
    throw InputError(ErrorKind::usage, fmt::format("a transformer of this shape has {} weights, not {}",
                                                   places_.size, model_.weights.size()));
  for (const WeightPlaces::Layer& layer : places_.layers) {
    layers_.push_back({packed(model_.weights, layer.qkv, 3 * c.width, c.width),
                       packed(model_.weights, layer.out, c.width, c.width),
                       packed(model_.weights, layer.up, c.feed_forward, c.width),
                       packed(model_.weights, layer.down, c.width, c.feed_forward)});
  }
  output_ = packed(model_.weights, places_.output, c.vocabulary, c.width);
}

DecoderRun::DecoderRun(const Decoder& decoder, int most_inputs)
    : decoder_(decoder),
      most_inputs_(most_inputs),
      width_(padded(decoder.config().width)),
      wide_(padded(3 * decoder.config().width)),
      feed_(padded(decoder.config().feed_forward)) {
  const std::size_t rows = u(most_inputs);
  positions_.resize(rows);
  x_.resize(rows * u(width_));
  normalized_.resize(rows * u(width_));
  qkv_.resize(rows * u(wide_));
  hidden_.resize(rows * u(feed_));
  turn_.resize(rows * u(decoder.config().head_width()));
  logits_.resize(rows * u(pitch()));
}

float* DecoderRun::row(std::vector<float>& buffer, int index, int pitch) const {
  return buffer.data() + u(index) * u(pitch);
}

std::span<const float> DecoderRun::forward(std::span<const DecoderInput> inputs) {
  const int rows = static_cast<int>(inputs.size());
  if (rows > most_inputs_) throw InputError(ErrorKind::usage, "more tokens at once than there is room for");
  embed(inputs);
  for (std::size_t layer = 0; layer < decoder_.layers_.size(); ++layer) {
    attention(layer, inputs);
    feed_forward(layer, rows);
  }
  int wanted = 0;
  for (int r = 0; r < rows; ++r) {
    if (!inputs[u(r)].logits) continue;
    std::copy_n(row(x_, r, width_), width_, row(x_, wanted++, width_));
  }
  normalize(wanted, decoder_.places_.norm_gain, decoder_.places_.norm_bias);
  decoder_.output_.multiply(normalized_.data(), wanted, width_, logits_.data(), pitch());
  return {logits_.data(), u(wanted) * u(pitch())};
}

// Equation (1); gives every token its position.
void DecoderRun::embed(std::span<const DecoderInput> inputs) {
  const DecoderConfig& c = decoder_.config();
  const WeightPlaces& places = decoder_.places_;
  for (std::size_t r = 0; r < inputs.size(); ++r) check_input(c, inputs[r], inputs[r].cache->length);
  for (int r = 0; r < static_cast<int>(inputs.size()); ++r) {
    const DecoderInput& input = inputs[u(r)];
    KeyValueCache& cache = *input.cache;
    cache.keys.resize(u(c.layers * c.heads));
    cache.values.resize(u(c.layers * c.heads));
    if (cache.length >= c.context) check_input(c, input, cache.length);
    const int position = positions_[u(r)] = cache.length++;
    float* x = row(x_, r, width_);
    std::copy_n(decoder_.at(places.embedding + u(input.token) * u(c.width)), c.width, x);
    if (c.rotary) {
      rotary_turn(position, c.head_width(), row(turn_, r, c.head_width()));
    } else {
      add(decoder_.at(places.positions + u(position) * u(c.width)), c.width, x);
    }
    if (c.slots > 1) add(decoder_.at(places.slots + u(input.slot) * u(c.width)), c.width, x);
  }
}

void DecoderRun::normalize(int rows, std::size_t gain, std::size_t bias) {
  for (int r = 0; r < rows; ++r)
    layer_norm(row(x_, r, width_), decoder_.at(gain), decoder_.at(bias), decoder_.config().width,
               row(normalized_, r, width_));
}

void DecoderRun::attention(std::size_t layer, std::span<const DecoderInput> inputs) {
  const DecoderConfig& c = decoder_.config();
  const WeightPlaces::Layer& places = decoder_.places_.layers[layer];
  const int rows = static_cast<int>(inputs.size()), head_width = c.head_width();
  normalize(rows, places.norm1_gain, places.norm1_bias);
  decoder_.layers_[layer].qkv.multiply(normalized_.data(), rows, width_, qkv_.data(), wide_);
  for (int r = 0; r < rows; ++r) {
    float* qkv = row(qkv_, r, wide_);
    if (c.rotary) rotate(qkv, 2 * c.heads, head_width, row(turn_, r, head_width));
    KeyValueCache& cache = *inputs[u(r)].cache;
    for (int head = 0; head < c.heads; ++head) {
      const std::size_t place = layer * u(c.heads) + u(head);
      const float* key = qkv + c.width + head * head_width;
      append_key(key, head_width, positions_[u(r)], cache.keys[place]);
      cache.values[place].insert(cache.values[place].end(), key + c.width, key + c.width + head_width);
    }
  }
  for (int r = 0; r < rows; ++r) {
    const int count = positions_[u(r)] + 1;
    scores_.resize(std::max(scores_.size(), u(count + kKeyBlock - 1)));
    const KeyValueCache& cache = *inputs[u(r)].cache;
    for (int head = 0; head < c.heads; ++head) {
      const std::size_t place = layer * u(c.heads) + u(head);
      attend(row(qkv_, r, wide_) + head * head_width, cache.keys[place].data(), cache.values[place].data(),
             count, head_width, scores_.data(), row(normalized_, r, width_) + head * head_width);
    }
  }
  decoder_.layers_[layer].out.multiply(normalized_.data(), rows, width_, qkv_.data(), wide_);
  for (int r = 0; r < rows; ++r) add(row(qkv_, r, wide_), c.width, row(x_, r, width_));
}

void DecoderRun::feed_forward(std::size_t layer, int rows) {
  const DecoderConfig& c = decoder_.config();
  const WeightPlaces::Layer& places = decoder_.places_.layers[layer];
  normalize(rows, places.norm2_gain, places.norm2_bias);
  decoder_.layers_[layer].up.multiply(normalized_.data(), rows, width_, hidden_.data(), feed_);
  for (int r = 0; r < rows; ++r) gelu(row(hidden_, r, feed_), c.feed_forward);
  decoder_.layers_[layer].down.multiply(hidden_.data(), rows, feed_, qkv_.data(), wide_);
  for (int r = 0; r < rows; ++r) add(row(qkv_, r, wide_), c.width, row(x_, r, width_));
}

double log_likelihood(const Decoder& decoder, std::span<const int> tokens, std::span<const int> slots,
                      std::size_t first) {
  constexpr std::size_t kChunk = 48;
  const std::size_t vocabulary = u(decoder.config().vocabulary);
  DecoderRun run(decoder, kChunk);
  KeyValueCache cache;
  double out = 0;
  for (std::size_t begin = 0; begin + 1 < tokens.size(); begin += kChunk) {
    const std::size_t end = std::min(begin + kChunk, tokens.size() - 1);
    std::vector<DecoderInput> inputs;
    for (std::size_t t = begin; t < end; ++t)
      inputs.push_back({&cache, tokens[t], slots.empty() ? 0 : slots[t], t + 1 >= first});
    std::span<const float> logits = run.forward(inputs);
    for (std::size_t t = std::max(begin, first - 1); t < end; ++t, logits = logits.subspan(u(run.pitch()))) {
      if (tokens[t + 1] < 0 || u(tokens[t + 1]) >= vocabulary)
        throw InputError(ErrorKind::usage, fmt::format("token {} is none of the model's", tokens[t + 1]));
      const float most = *std::max_element(logits.begin(), logits.begin() + decoder.config().vocabulary);
      double total = 0;
      for (const float logit : logits.first(vocabulary)) total += std::exp(double{logit} - double{most});
      out += double{logits[u(tokens[t + 1])]} - double{most} - std::log(total);
    }
  }
  return out;
}

}  // namespace nullor::learn
