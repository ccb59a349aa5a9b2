#pragma once
/// The shape of a network that predicts validity and metrics from the tokens of a sized circuit.
///
///   h_0   = E[token] + F(numbers of its device) + C(conditions)                              (1)
///   h'    = h_l + attention(norm(h_l)),  h'' = h' + cross attention(norm(h'), parameters),
///   h_l+1 = h'' + W_d gelu(W_u norm(h''))                                                    (2)
///   queries read h_L through decoder layers; one query a metric, one for validity, one for the class   (3)
///
/// `paper` is what the text of ZeroSim with validity says: pins as tokens, layers that see neighbours alone
/// and layers that see all in turn, parameters as tokens of their own that 8 of 12 layers attend to, squared
/// error. `gnn`, ours, has devices as tokens, their numbers in them, and messages along relations (which pin
/// meets which) for the attention of (2); `attention` has the same tokens, and relations as biases of every
/// head.

#include <string>
#include <string_view>

#include "nullor/learn/circuit_tokens.h"

namespace nullor::learn {

struct PredictorConfig {
  enum class Mixing {
    attention,  ///< over tokens
    messages,   ///< mean over the neighbours of each relation: a graph network
    none,       ///< tokens do not hear of each other but through the queries
  };
  enum class Loss {
    quantiles,  ///< pinball losses of the 5 %, 50 % and 95 % quantile
    squared,    ///< of the mean
  };

  TokenOptions tokens;
  Mixing mixing = Mixing::attention;
  int layers = 4, width = 64, heads = 8, feed_forward = 256;
  bool relation_bias = true;    ///< a bias for every head and relation in (2)
  bool alternate_near = false;  ///< every other layer, from the first, sees related tokens alone
  int cross_layers = 0;  ///< layers, from the last on, that attend to parameters; 0: numbers go into (1)
  int decoder_layers = 1;
  bool decoder_self = false;  ///< queries attend to each other and to a graph token
  bool validity = true;       ///< (3) has queries for validity and class
  Loss loss = Loss::quantiles;
  bool failed_rows = true;  ///< metrics of rows that fail are learned from too
  double validity_weight = 0.3, class_weight = 0.09;
  double dropout = 0;

  int metric_outputs() const { return loss == Loss::quantiles ? 3 : 1; }
};

/// "gnn", "attention", "paper" or "pooled" (no mixing); "64x4" is a gnn of this width and so many layers.
/// Throws InputError(usage).
PredictorConfig predictor_config(std::string_view text);
/// Throws InputError(usage) that names the number that is out of range.
void check(const PredictorConfig& config);

std::string to_json(const PredictorConfig& config);
/// Throws InputError(input_output), naming `path`.
PredictorConfig predictor_config_of_json(const std::string& json, const std::string& path);

}  // namespace nullor::learn
