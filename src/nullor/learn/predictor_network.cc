#include "nullor/learn/predictor_network.h"

#include <fmt/format.h>

#include <algorithm>

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

/// One forward pass.
template <class Real>
struct PredictorNetwork::Pass {
  const PredictorNetwork& n;
  Tape<Real>& t;
  const PredictorBatch<Real>& batch;
  const CircuitTokens& tokens;

  Var apply(const Linear& l, Var x) { return t.linear(x, l.weight, l.bias); }
  Var apply(const Norm& l, Var x) { return t.layer_norm(x, l.gain, l.bias); }

  Var feed(const FeedForward& f, Var x) {
    const Var up = t.gelu(apply(f.up, apply(f.norm, x)));
    return t.add(x, t.dropout(apply(f.down, up)));
  }

  /// x plus what it sees in `memory`, which is x itself where that has no node.
  Var attend(const Attention& a, Var x, Var memory, const Var* bias, std::span<const char> allowed) {
    const Var from = apply(a.norm, x);
    const Var to = memory.node < 0 ? from : memory;
    const Var seen = t.attention(apply(a.q, from), apply(a.k, to), apply(a.v, to), n.config_.heads,
                                 batch.rows, bias, allowed);
    return t.add(x, t.dropout(apply(a.out, seen)));
  }

  /// Numbers of every device, (B d, width).
  Var device_numbers(PredictorOutputs& out) {
    out.devices = t.input(batch.devices, batch.rows * tokens.device_count, n.shape_.device_features);
    return apply(n.numbers2_, t.gelu(apply(n.numbers1_, out.devices)));
  }

  /// Rows of `x` by device for every token; tokens without a device read the row of the whole circuit.
  Var by_token(Var x, Var circuit) {
    const int devices = tokens.device_count, all = devices + 1;
    const Var both = t.join(x, circuit, batch.rows);
    std::vector<int> which;
    for (int b = 0; b < batch.rows; ++b) {
      for (const int d : tokens.devices) which.push_back(b * all + (d < 0 ? devices : d));
    }
    return t.rows(both, std::move(which));
  }

  Var embedding(Var numbers, Var circuit) {
    const Var types = t.tile(t.rows(t.weight(n.types_), tokens.types), batch.rows);
    return t.add(types, by_token(numbers, circuit));
  }

  Var messages(const Messages& m, Var x) {
    const Var from = apply(m.norm, x);
    std::vector<typename Tape<Real>::Part> heard;
    for (int r = 0; r < kRelations; ++r) {
      const std::vector<int> listeners = tokens.listeners(r);
      if (listeners.empty()) continue;
      const Var mean = t.neighbour_mean(from, tokens.relations, r, listeners, batch.rows);
      heard.push_back({t.linear(mean, m.relations[static_cast<std::size_t>(r)], kNoWeight), listeners});
    }
    Var sum = apply(m.self, from);
    if (!heard.empty()) sum = t.add(sum, t.scatter(std::move(heard), tokens.size(), batch.rows));
    return t.add(x, t.dropout(apply(m.out, t.gelu(sum))));
  }

  Var mix(const Layer& layer, Var x, bool near) {
    if (n.config_.mixing == PredictorConfig::Mixing::none) return x;
    if (n.config_.mixing == PredictorConfig::Mixing::messages) return messages(layer.messages, x);
    const std::span<const char> allowed = near ? std::span<const char>(tokens.near) : std::span<const char>();
    if (layer.relations == kNoWeight) return attend(layer.attention, x, {}, nullptr, allowed);
    const Var bias = t.relation_bias(t.weight(layer.relations), tokens.relations, tokens.size());
    return attend(layer.attention, x, {}, &bias, allowed);
  }

  Var encode(PredictorOutputs& out) {
    const bool cross = n.config_.cross_layers > 0;
    const Var numbers = device_numbers(out);
    out.circuit = t.input(batch.circuit, batch.rows, n.shape_.circuit_features);
    const Var circuit = apply(n.circuit_, out.circuit);
    // Parameters that are attended to are tokens of their own, with those of the whole circuit as the last.
    const Var parameters = cross ? t.join(numbers, circuit, batch.rows) : Var{};
    Var x =
        cross ? t.tile(t.rows(t.weight(n.types_), tokens.types), batch.rows) : embedding(numbers, circuit);
    for (std::size_t l = 0; l < n.layers_.size(); ++l) {
      const Layer& layer = n.layers_[l];
      x = mix(layer, x, n.config_.alternate_near && l % 2 == 0);
      if (layer.has_cross) x = attend(layer.cross, x, parameters, nullptr, {});
      x = feed(layer.feed, x);
    }
    return apply(n.last_, x);
  }

  PredictorOutputs run() {
    PredictorOutputs out;
    const Var memory = encode(out);
    out.summary = tokens.global ? t.tokens(memory, 0, 1, batch.rows) : t.mean_tokens(memory, batch.rows);
    Var q = t.tile(t.weight(n.queries_), batch.rows);
    const bool self = n.config_.decoder_self;
    if (self) q = t.join(out.summary, q, batch.rows);
    for (const DecoderLayer& layer : n.decoder_) {
      if (self) q = attend(layer.self, q, {}, nullptr, {});
      q = feed(layer.feed, attend(layer.cross, q, memory, nullptr, {}));
    }
    q = apply(n.read_, q);
    const int first = self ? 1 : 0, m = n.shape_.metrics;
    out.metrics = apply(n.metric_, t.tokens(q, first, m, batch.rows));
    if (!n.config_.validity) return out;
    const Var valid = t.tokens(q, first + m, 1, batch.rows);
    out.valid = apply(n.valid2_, t.gelu(apply(n.valid1_, valid)));
    out.classes = apply(n.class_, t.tokens(q, first + m + 1, 1, batch.rows));
    return out;
  }
};

template <class Real>
PredictorOutputs PredictorNetwork::forward(Tape<Real>& tape, const PredictorBatch<Real>& batch) const {
  return Pass<Real>{*this, tape, batch, *batch.tokens}.run();
}

template PredictorOutputs PredictorNetwork::forward(Tape<float>&, const PredictorBatch<float>&) const;
template PredictorOutputs PredictorNetwork::forward(Tape<double>&, const PredictorBatch<double>&) const;

}  // namespace nullor::learn
