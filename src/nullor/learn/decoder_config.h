#pragma once
/// The shape of a decoder-only transformer, its weights, and the file that keeps them.
///
///   h_0  = E[token] + P[position] + S[slot]                                     (1)
///   h'   = h_l + W_o attention(W_qkv norm(h_l)),  h_{l+1} = h' + W_d gelu(W_u norm(h'))   (2)
///   logits = E norm(h_L)                                                        (3)
///
/// norm: mean 0, variance 1 over a position's numbers, then gain and bias. attention: of each position to
/// itself and those before it, softmax(q k / sqrt(width / heads)). gelu: the form with tanh. With `rotary`, P
/// is missing and queries and keys are turned by angles that grow with the position; with `tied` off, (3) has
/// a matrix of its own.
/// Source: A. Vaswani et al., Attention is all you need (2017), section 3, in the order of A. Radford et al.,
/// Language models are unsupervised multitask learners (2019), section 2.3.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/graph/language.h"

namespace nullor::learn {

struct DecoderConfig {
  int vocabulary = 0;
  int context = 1024;  ///< positions: the most tokens a sequence can have
  int layers = 6;
  int heads = 6;
  int width = 192;         ///< numbers a position, a multiple of 8 for every head
  int feed_forward = 768;  ///< a multiple of 8
  int slots = 1;           ///< of the language (Language::slot_count); 1: no S in (1)
  bool rotary = false;     ///< angles instead of learned positions
  bool tied = true;        ///< E of (1) is also the matrix of (3)

  int head_width() const { return width / heads; }
  bool operator==(const DecoderConfig&) const = default;
};

/// Throws InputError(usage) that names the number that is out of range, or does not fit the others.
void check(const DecoderConfig& config);

/// "small", "paper", or "192x6": width, then layers, with heads of 32 and a feed-forward of 4 widths. Throws
/// InputError(usage). `vocabulary` and `slots` are left at their defaults.
DecoderConfig decoder_size(std::string_view text);

/// One array of the weights. Vectors have one column.
struct WeightShape {
  std::string name;
  std::size_t rows = 0, columns = 1;
  std::size_t place = 0;  ///< of its first number in DecoderModel::weights

  std::size_t size() const { return rows * columns; }
  bool is_matrix() const { return columns > 1; }
};

/// Where the arrays lie in the flat weights.
struct WeightPlaces {
  struct Layer {
    std::size_t norm1_gain, norm1_bias;  ///< (width)
    std::size_t qkv;                     ///< (3 width, width)
    std::size_t out;                     ///< (width, width)
    std::size_t norm2_gain, norm2_bias;  ///< (width)
    std::size_t up;                      ///< (feed_forward, width)
    std::size_t down;                    ///< (width, feed_forward)
  };

  explicit WeightPlaces(const DecoderConfig& config);

  std::size_t embedding;             ///< (vocabulary, width)
  std::size_t positions;             ///< (context, width), unless rotary
  std::size_t slots;                 ///< (slots, width), when there are two or more
  std::size_t norm_gain, norm_bias;  ///< (width)
  std::size_t output;                ///< (vocabulary, width); of `embedding` when tied
  std::vector<Layer> layers;
  std::vector<WeightShape> arrays;  ///< all of them, in the order of their places
  std::size_t size = 0;             ///< numbers altogether
};

/// Weights with their shape, the language they write, and the record of their training.
struct DecoderModel {
  DecoderConfig config;
  std::vector<float> weights;                ///< by WeightPlaces
  std::string language;                      ///< Language::name()
  std::string vocabulary_hash;               ///< vocabulary_hash() of that language
  std::map<std::string, std::string> notes;  ///< of the training: free text by name

  /// Matrices normal with deviation 0.02, those that end a branch (W_o, W_d) smaller by sqrt(2 layers);
  /// gains 1.
  static DecoderModel random(const DecoderConfig& config, Rng rng);
};

/// The model whose logits are these over `temperature` (above 0): at temperature 1 it draws as `model` does
/// at this one.
DecoderModel sharpened(DecoderModel model, double temperature);

/// SHA-256 over the text of all tokens: the same when tokens mean the same.
std::string vocabulary_hash(const graph::Language& language);
/// Throws InputError(input_output) when `model` was trained on another language, or another version of it.
void check_language(const DecoderModel& model, const graph::Language& language, const std::string& path);

/// In the layout of safetensors (io/safetensors.h): one float32 array each, the rest as metadata. Throws
/// InputError(input_output): cut short, another format, or arrays whose shapes do not fit the configuration.
void write_decoder(const DecoderModel& model, const std::string& path);
DecoderModel read_decoder(const std::string& path);
/// The same of the bytes of a file; `path` names it in messages.
DecoderModel parse_decoder(std::string_view bytes, const std::string& path);

}  // namespace nullor::learn
