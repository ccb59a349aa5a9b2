#include "nullor/learn/decoder_config.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/sha256.h"

namespace nullor::learn {
namespace {

/// Larger networks than these are a slip of the hand, or a file that was made to harm.
constexpr int kMost = 1 << 16, kMostLayers = 256;

void check_range(const char* what, int value, int most) {
  if (value < 1 || value > most)
    throw InputError(ErrorKind::usage, fmt::format("a transformer of {} {}", what, value), {},
                     fmt::format("1 to {}", most));
}

std::size_t u(int k) { return static_cast<std::size_t>(k); }

int whole(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() ? out : 0;
}

}  // namespace

void check(const DecoderConfig& c) {
  check_range("vocabulary", c.vocabulary, kMost);
  check_range("context", c.context, kMost);
  check_range("layers", c.layers, kMostLayers);
  check_range("heads", c.heads, kMost);
  check_range("width", c.width, kMost);
  check_range("feed-forward width", c.feed_forward, kMost);
  check_range("slots", c.slots, kMost);
  if (c.width % (8 * c.heads) != 0)
    throw InputError(ErrorKind::usage, fmt::format("width {} with {} heads", c.width, c.heads), {},
                     "the width is a multiple of 8 for every head");
  if (c.feed_forward % 8 != 0)
    throw InputError(ErrorKind::usage, fmt::format("feed-forward width {}", c.feed_forward), {},
                     "a multiple of 8");
}

DecoderConfig decoder_size(std::string_view text) {
  DecoderConfig out;
  if (text == "small") return out;
  if (text == "paper") {
    out.width = 384;
    out.feed_forward = 1536;
    out.tied = false;
    return out;
  }
  const std::size_t cross = text.find('x');
  out.width = cross == text.npos ? 0 : whole(text.substr(0, cross));
  out.layers = cross == text.npos ? 0 : whole(text.substr(cross + 1));
  if (out.width < 32 || out.width > 4096 || out.width % 32 != 0 || out.layers < 1 || out.layers > 64)
    throw InputError(ErrorKind::usage, fmt::format("'{}' is no size of a transformer", text), {},
                     "small, paper, or WIDTHxLAYERS with a width that is a multiple of 32, such as 192x6");
  out.heads = out.width / 32;
  out.feed_forward = 4 * out.width;
  return out;
}

WeightPlaces::WeightPlaces(const DecoderConfig& config) {
  const auto add = [&](std::string name, int rows, int columns = 1) {
    arrays.push_back({std::move(name), u(rows), u(columns), size});
    size += arrays.back().size();
    return arrays.back().place;
  };
  const int width = config.width;
  embedding = add("embedding", config.vocabulary, width);
  positions = config.rotary ? 0 : add("positions", config.context, width);
  slots = config.slots == 1 ? 0 : add("slots", config.slots, width);
  for (int k = 0; k < config.layers; ++k) {
    const std::string layer = fmt::format("layers.{}.", k);
    // Braced lists are evaluated from left to right.
    layers.push_back({add(layer + "norm1.gain", width), add(layer + "norm1.bias", width),
                      add(layer + "qkv", 3 * width, width), add(layer + "out", width, width),
                      add(layer + "norm2.gain", width), add(layer + "norm2.bias", width),
                      add(layer + "up", config.feed_forward, width),
                      add(layer + "down", width, config.feed_forward)});
  }
  norm_gain = add("norm.gain", width);
  norm_bias = add("norm.bias", width);
  output = config.tied ? embedding : add("output", config.vocabulary, width);
}

DecoderModel DecoderModel::random(const DecoderConfig& config, Rng rng) {
  check(config);
  const WeightPlaces places(config);
  DecoderModel out;
  out.config = config;
  out.weights.assign(places.size, 0.0f);
  for (const WeightShape& array : places.arrays) {
    const bool gain = array.name.ends_with("gain");
    const bool ends_branch = array.name.ends_with(".out") || array.name.ends_with(".down");
    const double deviation = 0.02 / (ends_branch ? std::sqrt(2.0 * config.layers) : 1.0);
    for (std::size_t k = array.place; k < array.place + array.size(); ++k) {
      if (gain) out.weights[k] = 1;
      if (array.is_matrix()) out.weights[k] = static_cast<float>(deviation * rng.normal());
    }
  }
  return out;
}

DecoderModel sharpened(DecoderModel model, double temperature) {
  // Logits are linear in what the last normalization leaves.
  const WeightPlaces places(model.config);
  const auto width = static_cast<std::size_t>(model.config.width);
  for (const std::size_t begin : {places.norm_gain, places.norm_bias}) {
    for (std::size_t k = begin; k < begin + width; ++k)
      model.weights[k] = static_cast<float>(double{model.weights[k]} / temperature);
  }
  return model;
}

std::string vocabulary_hash(const graph::Language& language) {
  Sha256 hash;
  for (int token = 0; token < language.vocabulary(); ++token)
    hash.update(language.token_text(token)).update("\n");
  return hash.hex();
}

void check_language(const DecoderModel& model, const graph::Language& language, const std::string& path) {
  if (model.language != language.name())
    throw InputError(ErrorKind::input_output, fmt::format("'{}' writes the language '{}', not '{}'", path,
                                                          model.language, language.name()));
  if (model.vocabulary_hash != vocabulary_hash(language) ||
      model.config.vocabulary != language.vocabulary() ||
      (model.config.slots != 1 && model.config.slots != language.slot_count()))
    throw InputError(
        ErrorKind::input_output,
        fmt::format("'{}' was trained on another version of the language '{}'", path, model.language), {},
        "train it anew, or use the program that wrote it");
}

}  // namespace nullor::learn
