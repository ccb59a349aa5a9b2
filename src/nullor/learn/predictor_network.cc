#include "nullor/learn/predictor_network.h"

#include <fmt/format.h>

#include "nullor/learn/predictor_forward.h"

namespace nullor::learn {

using Start = WeightLayout::Start;

PredictorNetwork::Norm PredictorNetwork::norm(const std::string& name, int width) {
  return {layout_.add(name + ".gain", 1, width, Start::one),
          layout_.add(name + ".shift", 1, width, Start::zero)};
}

PredictorNetwork::Linear PredictorNetwork::linear(const std::string& name, int outputs, int inputs,
                                                  double scale) {
  const int weight = layout_.add(name + ".weight", outputs, inputs, Start::normal, scale);
  return {weight, layout_.add(name + ".bias", 1, outputs, Start::zero)};
}

PredictorNetwork::Attention PredictorNetwork::attention(const std::string& name) {
  const int d = config_.width;
  return {norm(name + ".norm", d), linear(name + ".q", d, d), linear(name + ".k", d, d),
          linear(name + ".v", d, d), linear(name + ".out", d, d)};
}

PredictorNetwork::Messages PredictorNetwork::messages(const std::string& name) {
  const int d = config_.width;
  Messages out{norm(name + ".norm", d), linear(name + ".self", d, d), linear(name + ".out", d, d), {}};
  for (int r = 0; r < kRelations; ++r)
    out.relations.push_back(layout_.add(fmt::format("{}{}", name, r), d, d));
  return out;
}

PredictorNetwork::FeedForward PredictorNetwork::feed_forward(const std::string& name) {
  return {norm(name + ".norm", config_.width), linear(name + ".up", config_.feed_forward, config_.width),
          linear(name + ".down", config_.width, config_.feed_forward)};
}

PredictorNetwork::PredictorNetwork(const PredictorConfig& config, const PredictorShape& shape)
    : config_(config), shape_(shape) {
  const int d = config.width;
  const int queries = shape.metrics + (config.validity ? 2 : 0);
  types_ = layout_.add("types", kTokenTypes, d, Start::normal, 1);
  numbers1_ = linear("numbers.up", d, shape.device_features);
  numbers2_ = linear("numbers.down", d, d);
  circuit_ = linear("circuit", d, shape.circuit_features);
  for (int l = 0; l < config.layers; ++l) {
    const std::string name = fmt::format("layer{}", l);
    Layer layer;
    const bool attends = config.mixing == PredictorConfig::Mixing::attention;
    if (config.mixing == PredictorConfig::Mixing::messages) layer.messages = messages(name + ".message");
    if (attends) layer.attention = attention(name + ".mix");
    if (attends && config.relation_bias)
      layer.relations = layout_.add(name + ".relations", kRelations, config.heads, Start::normal, 1);
    layer.has_cross = l >= config.layers - config.cross_layers;
    if (layer.has_cross) layer.cross = attention(name + ".cross");
    layer.feed = feed_forward(name + ".feed");
    layers_.push_back(std::move(layer));
  }
  last_ = norm("last", d);
  queries_ = layout_.add("queries", queries, d, Start::normal, 1);
  for (int l = 0; l < config.decoder_layers; ++l) {
    const std::string name = fmt::format("decoder{}", l);
    DecoderLayer layer;
    if (config.decoder_self) layer.self = attention(name + ".self");
    layer.cross = attention(name + ".cross");
    layer.feed = feed_forward(name + ".feed");
    decoder_.push_back(layer);
  }
  read_ = norm("read", d);
  metric_ = linear("metric", config.metric_outputs(), d);
  if (!config.validity) return;
  valid1_ = linear("valid.up", d, d);
  valid2_ = linear("valid.down", 1, d);
  class_ = linear("class", shape.classes, d);
}

template PredictorOutputs PredictorNetwork::forward(Tape<float>&, const PredictorBatch<float>&) const;
template PredictorOutputs PredictorNetwork::forward(Tape<double>&, const PredictorBatch<double>&) const;

}  // namespace nullor::learn
