#pragma once
/// The way of a PredictorNetwork over a tape of any kind: Tape (tape.h), or one of another library with its
/// operations.

#include <span>
#include <utility>
#include <vector>

#include "nullor/learn/predictor_network.h"

namespace nullor::learn {

/// One forward pass.
template <class AnyTape, class Real>
struct PredictorNetwork::Pass {
  const PredictorNetwork& n;
  AnyTape& t;
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
    std::vector<typename AnyTape::Part> heard;
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

template <class AnyTape, class Real>
PredictorOutputs PredictorNetwork::forward(AnyTape& tape, const PredictorBatch<Real>& batch) const {
  return Pass<AnyTape, Real>{*this, tape, batch, *batch.tokens}.run();
}

}  // namespace nullor::learn
