#pragma once
/// For tests: a decoder in double precision as its equations stand (decoder_config.h), one loop each, nothing
/// shared with the fast one but the places of the weights.

#include <cmath>
#include <span>
#include <vector>

#include "nullor/learn/decoder_config.h"

namespace nullor::learn {

class NaiveDecoder {
 public:
  using Rows = std::vector<std::vector<double>>;

  explicit NaiveDecoder(const DecoderModel& model) : model_(model), c_(model.config), places_(model.config) {}

  /// (tokens, vocabulary): logits of what follows each token.
  Rows logits(std::span<const int> tokens, std::span<const int> slots) const {
    Rows x;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      x.emplace_back(width());
      for (std::size_t k = 0; k < width(); ++k) {
        x[t][k] = w(places_.embedding, tokens[t], k);
        if (!c_.rotary) x[t][k] += w(places_.positions, static_cast<int>(t), k);
        if (c_.slots > 1) x[t][k] += w(places_.slots, slots[t], k);
      }
    }
    for (const WeightPlaces::Layer& layer : places_.layers) {
      const Rows attended =
          attention(product(norm(x, layer.norm1_gain, layer.norm1_bias), layer.qkv, 3 * c_.width));
      add(product(attended, layer.out, c_.width), x);
      Rows hidden = product(norm(x, layer.norm2_gain, layer.norm2_bias), layer.up, c_.feed_forward);
      for (auto& row : hidden) {
        for (double& v : row) v = 0.5 * v * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
      }
      add(product(hidden, layer.down, c_.width), x);
    }
    return product(norm(x, places_.norm_gain, places_.norm_bias), places_.output, c_.vocabulary);
  }

  /// Of tokens[1] and all that follow [nats].
  double log_likelihood(std::span<const int> tokens, std::span<const int> slots) const {
    const Rows all = logits(tokens, slots);
    double out = 0;
    for (std::size_t t = 0; t + 1 < tokens.size(); ++t) {
      double total = 0;
      for (const double logit : all[t]) total += std::exp(logit);
      out += all[t][static_cast<std::size_t>(tokens[t + 1])] - std::log(total);
    }
    return out;
  }

 private:
  std::size_t width() const { return static_cast<std::size_t>(c_.width); }
  double w(std::size_t place, int row, std::size_t column) const {
    return model_.weights[place + static_cast<std::size_t>(row) * width() + column];
  }

  Rows norm(const Rows& x, std::size_t gain, std::size_t bias) const {
    Rows out = x;
    for (auto& row : out) {
      double mean = 0, variance = 0;
      for (const double v : row) mean += v / c_.width;
      for (const double v : row) variance += (v - mean) * (v - mean) / c_.width;
      for (std::size_t k = 0; k < width(); ++k)
        row[k] = (row[k] - mean) / std::sqrt(variance + 1e-5) * model_.weights[gain + k] +
                 model_.weights[bias + k];
    }
    return out;
  }

  Rows product(const Rows& x, std::size_t place, int outputs) const {
    Rows out;
    for (const auto& row : x) {
      out.emplace_back();
      for (std::size_t o = 0; o < static_cast<std::size_t>(outputs); ++o) {
        double sum = 0;
        for (std::size_t k = 0; k < row.size(); ++k)
          sum += row[k] * model_.weights[place + o * row.size() + k];
        out.back().push_back(sum);
      }
    }
    return out;
  }

  /// Element k of the query (part 0) or key (part 1) of a head at position t, turned if the model does that.
  double turned(const Rows& qkv, std::size_t t, std::size_t part, std::size_t head, std::size_t k) const {
    const std::size_t n = static_cast<std::size_t>(c_.head_width()), first = part * width() + head * n;
    if (!c_.rotary) return qkv[t][first + k];
    const std::size_t pair = k % (n / 2);
    const double angle =
        static_cast<double>(t) * std::pow(10000.0, -2.0 * static_cast<double>(pair) / static_cast<double>(n));
    const double a = qkv[t][first + pair], b = qkv[t][first + pair + n / 2];
    return k < n / 2 ? a * std::cos(angle) - b * std::sin(angle) : b * std::cos(angle) + a * std::sin(angle);
  }

  Rows attention(const Rows& qkv) const {
    const std::size_t n = static_cast<std::size_t>(c_.head_width());
    Rows out(qkv.size(), std::vector<double>(width()));
    for (std::size_t head = 0; head < static_cast<std::size_t>(c_.heads); ++head) {
      for (std::size_t t = 0; t < qkv.size(); ++t) {
        double total = 0;
        for (std::size_t s = 0; s <= t; ++s) {
          double score = 0;
          for (std::size_t k = 0; k < n; ++k)
            score += turned(qkv, t, 0, head, k) * turned(qkv, s, 1, head, k);
          const double weight = std::exp(score / std::sqrt(static_cast<double>(n)));
          total += weight;
          for (std::size_t k = 0; k < n; ++k)
            out[t][head * n + k] += weight * qkv[s][2 * width() + head * n + k];
        }
        for (std::size_t k = 0; k < n; ++k) out[t][head * n + k] /= total;
      }
    }
    return out;
  }

  static void add(const Rows& x, Rows& to) {
    for (std::size_t t = 0; t < x.size(); ++t) {
      for (std::size_t k = 0; k < x[t].size(); ++k) to[t][k] += x[t][k];
    }
  }

  const DecoderModel& model_;
  const DecoderConfig& c_;
  WeightPlaces places_;
};

}  // namespace nullor::learn
