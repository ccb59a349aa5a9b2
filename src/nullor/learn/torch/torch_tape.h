#pragma once
/// The operations of Tape (tape.h) by LibTorch, which remembers the way back itself, on any of its devices.
/// Matrices in products are of the type `type`; sums, norms and the outputs are float32.

#include <torch/torch.h>

#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "nullor/learn/tape.h"

namespace nullor::learn {

class TorchTape {
 public:
  using Tensor = torch::Tensor;
  struct Part {
    Var x;
    std::vector<int> where;
  };

  /// `weights`: an array each of the layout, as leaves that want gradients.
  TorchTape(const WeightLayout& layout, const std::vector<Tensor>& weights, torch::Device device,
            torch::ScalarType type)
      : layout_(&layout), weights_(&weights), device_(device), type_(type) {}

  void set_dropout(double share) { dropout_ = share; }
  const Tensor& at(Var x) const { return nodes_[static_cast<std::size_t>(x.node)]; }

  Var input(const float* values, int rows, int columns) {
    const Tensor given = torch::from_blob(const_cast<float*>(values), {rows, columns}, torch::kFloat32);
    return keep(given.to(device_, torch::kFloat32, /*non_blocking=*/false, /*copy=*/true));
  }
  Var weight(int weight) { return keep(w(weight)); }

  Var linear(Var x, int weight, int bias) {
    Tensor out = torch::matmul(at(x).to(type_), w(weight).to(type_).t()).to(torch::kFloat32);
    if (bias != kNoWeight) out = out + w(bias).view({-1});
    return keep(out);
  }
  Var add(Var a, Var b) { return keep(at(a) + at(b)); }
  Var layer_norm(Var x, int gain, int bias) {
    return keep(torch::layer_norm(at(x), {x.columns}, w(gain).view({-1}), w(bias).view({-1}), 1e-5));
  }
  Var gelu(Var x) { return keep(torch::gelu(at(x), "tanh")); }
  Var dropout(Var x) { return dropout_ > 0 ? keep(torch::dropout(at(x), dropout_, true)) : x; }

  Var rows(Var x, const std::vector<int>& which) { return keep(at(x).index_select(0, index(which))); }
  Var tile(Var x, int batch) { return keep(at(x).repeat({batch, 1})); }
  Var join(Var a, Var b, int batch) {
    return keep(flat(torch::cat({samples(a, batch), samples(b, batch)}, 1)));
  }
  Var tokens(Var x, int first, int count, int batch) {
    return keep(flat(samples(x, batch).narrow(1, first, count)));
  }
  Var mean_tokens(Var x, int batch) { return keep(samples(x, batch).mean(1)); }

  Var neighbour_mean(Var x, std::span<const TokenRelation> relations, int type,
                     std::span<const int> listeners, int batch) {
    const auto count = x.rows / batch;
    Tensor share = torch::zeros({static_cast<std::int64_t>(listeners.size()), count});
    for (std::size_t k = 0; k < listeners.size(); ++k) {
      float* row = share.data_ptr<float>() + static_cast<std::ptrdiff_t>(k) * count;
      float sum = 0;
      for (const TokenRelation& r : relations) {
        if (r.type == type && r.to == listeners[k]) row[r.from] += 1, sum += 1;
      }
      for (int j = 0; j < count; ++j) row[j] /= sum;
    }
    return keep(flat(torch::matmul(share.to(device_), samples(x, batch))));
  }

  Var scatter(const std::vector<Part>& parts, int tokens, int batch) {
    Tensor out =
        torch::zeros({batch, tokens, parts.front().x.columns}, torch::dtype(torch::kFloat32).device(device_));
    for (const Part& part : parts) out = out.index_add(1, index(part.where), samples(part.x, batch));
    return keep(flat(out));
  }

  Var relation_bias(Var table, std::span<const TokenRelation> relations, int tokens) {
    std::vector<int> places, types;
    for (const TokenRelation& r : relations) {
      places.push_back(r.to * tokens + r.from);
      types.push_back(r.type);
    }
    const std::int64_t heads = table.columns, size = tokens;
    const Tensor sums = torch::zeros({size * size, heads}, torch::dtype(torch::kFloat32).device(device_))
                            .index_add(0, index(places), at(table).index_select(0, index(types)));
    return keep(sums.t().reshape({heads * size, size}));
  }

  Var attention(Var q, Var k, Var v, int heads, int batch, const Var* bias, std::span<const char> allowed) {
    const auto parts = [&](Var x) {  // (B, heads, T, d / heads)
      return samples(x, batch)
          .view({batch, x.rows / batch, heads, x.columns / heads})
          .transpose(1, 2)
          .to(type_);
    };
    const double scale = 1 / std::sqrt(static_cast<double>(q.columns / heads));
    const std::int64_t queries = q.rows / batch, keys = k.rows / batch;
    Tensor scores = torch::matmul(parts(q), parts(k).transpose(-2, -1)).to(torch::kFloat32) * scale;
    if (bias) scores = scores + at(*bias).view({1, heads, queries, keys});
    if (!allowed.empty()) {
      Tensor left_out = torch::empty({queries, keys}, torch::kBool);
      for (std::size_t e = 0; e < allowed.size(); ++e) left_out.data_ptr<bool>()[e] = allowed[e] == 0;
      scores = scores.masked_fill(left_out.to(device_), -1e9);
    }
    const Tensor seen = torch::matmul(scores.softmax(-1).to(type_), parts(v)).to(torch::kFloat32);
    return keep(seen.transpose(1, 2).reshape({q.rows, q.columns}));
  }

 private:
  const Tensor& w(int weight) const { return (*weights_)[static_cast<std::size_t>(weight)]; }
  Var keep(Tensor value) {
    const Var out{static_cast<int>(nodes_.size()), static_cast<int>(value.size(0)),
                  static_cast<int>(value.size(1))};
    nodes_.push_back(std::move(value));
    return out;
  }
  Tensor samples(Var x, int batch) const { return at(x).view({batch, x.rows / batch, x.columns}); }
  static Tensor flat(const Tensor& x) { return x.reshape({-1, x.size(-1)}); }
  Tensor index(const std::vector<int>& list) const { return torch::tensor(list, torch::kInt64).to(device_); }

  const WeightLayout* layout_;
  const std::vector<Tensor>* weights_;
  torch::Device device_;
  torch::ScalarType type_;
  double dropout_ = 0;
  std::vector<Tensor> nodes_;
};

}  // namespace nullor::learn
