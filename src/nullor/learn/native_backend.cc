// Training with the processor: shards on threads of their own, each with the activations of the whole
// network.
#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <thread>

#include "nullor/base/parallel.h"
#include "nullor/learn/adamw.h"
#include "nullor/learn/decoder_kernels.h"
#include "nullor/learn/training_backend.h"
#include "nullor/learn/training_layers.h"
#include "nullor/learn/vector_math.h"

namespace nullor::learn {
namespace {

using Buffer = std::vector<float>;

/// Gradients are summed in so many places, each in a fixed order: the same bytes for any number of threads.
constexpr std::size_t kLanes = 8;

/// What the way back needs of one layer. Rows are the tokens of the shard.
struct LayerTape {
  Buffer input, normal1, qkv, logs, attended, middle, normal2, before, after;
  Buffer keep1, keep2;  ///< factors of dropout; empty: none
};

struct Dropout {
  float share = 0;
  Rng rng{0};

  /// Multiplies by 0 with probability `share`, else by 1 / (1 - share).
  void apply(Buffer& x, Buffer& factors) {
    factors.clear();
    if (share == 0) return;
    factors.resize(x.size());
    for (std::size_t k = 0; k < x.size(); ++k) {
      factors[k] = rng.uniform() < share ? 0.0f : 1 / (1 - share);
      x[k] *= factors[k];
    }
  }
  static void back(const Buffer& factors, Buffer& dx) {
    for (std::size_t k = 0; k < factors.size(); ++k) dx[k] *= factors[k];
  }
};

/// One thread's forward and backward pass.
class ShardPass {
 public:
  ShardPass(const DecoderConfig& config, const WeightPlaces& places) : c_(config), places_(places) {
    tape_.resize(places.layers.size());
  }

  /// Sum of -log p by the targets' weights [nats]. With `gradient`: adds to it `scale` times the gradient of
  /// that sum.
  double run(const TokenBatch& batch, const float* weights, Dropout dropout, float scale, float* gradient) {
    batch_ = &batch;
    w_ = weights;
    rows_ = static_cast<int>(batch.tokens.size());
    embed();
    dropout.apply(x_, keep_);
    for (std::size_t k = 0; k < tape_.size(); ++k) layer_forward(tape_[k], places_.layers[k], dropout);
    normalize(x_, places_.norm_gain, places_.norm_bias, normal_);
    const int pitch = (c_.vocabulary + 7) / 8 * 8;
    logits_.resize(size(pitch));
    product_into_pitch(pitch);
    forbid(pitch);
    const double loss = cross_entropy(logits_.data(), batch.targets.data(),
                                      batch.weights.empty() ? nullptr : batch.weights.data(), rows_,
                                      c_.vocabulary, pitch, scale);
    if (gradient) backward(gradient, pitch);
    return loss;
  }

 private:
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Strided = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
  using Dense = Eigen::Map<Matrix>;
  using DenseConst = Eigen::Map<const Matrix>;

  std::size_t size(int columns) const {
    return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns);
  }
  std::size_t row(int index) const {
    return static_cast<std::size_t>(index) * static_cast<std::size_t>(c_.width);
  }

  /// Calls work(token, place of its row, row in x) for all rows of (1) that a token adds up.
  template <class Work>
  void for_embeddings(const Work& work) const {
    for (int s = 0; s < batch_->sequences(); ++s) {
      const int start = batch_->starts[static_cast<std::size_t>(s)];
      const int end = batch_->starts[static_cast<std::size_t>(s) + 1];
      for (int t = start; t < end; ++t) {
        work(places_.embedding + row(batch_->tokens[static_cast<std::size_t>(t)]), row(t));
        if (!c_.rotary) work(places_.positions + row(t - start), row(t));
        if (c_.slots > 1) work(places_.slots + row(batch_->slots[static_cast<std::size_t>(t)]), row(t));
      }
    }
  }

  void embed() {
    x_.assign(size(c_.width), 0.0f);
    for_embeddings([&](std::size_t place, std::size_t to) { add(w_ + place, c_.width, x_.data() + to); });
  }

  void normalize(const Buffer& x, std::size_t gain, std::size_t bias, Buffer& out) const {
    out.resize(x.size());
    for (int r = 0; r < rows_; ++r)
      layer_norm(x.data() + row(r), w_ + gain, w_ + bias, c_.width, out.data() + row(r));
  }

  /// Queries and keys of every token turned by its position, or back.
  void turn(Buffer& qkv, float direction) {
    if (!c_.rotary) return;
    turn_.resize(static_cast<std::size_t>(c_.head_width()));
    for (int t = 0; t < batch_->longest(); ++t) {
      rotary_turn(t, c_.head_width(), turn_.data());
      for (std::size_t k = turn_.size() / 2; k < turn_.size(); ++k) turn_[k] *= direction;
      for (int s = 0; s < batch_->sequences(); ++s) {
        const int at = batch_->starts[static_cast<std::size_t>(s)] + t;
        if (at < batch_->starts[static_cast<std::size_t>(s) + 1])
          rotate(qkv.data() + 3 * row(at), 2 * c_.heads, c_.head_width(), turn_.data());
      }
    }
  }

  void layer_forward(LayerTape& tape, const WeightPlaces::Layer& at, Dropout& dropout) {
    tape.input = x_;
    normalize(x_, at.norm1_gain, at.norm1_bias, tape.normal1);
    tape.qkv.resize(size(3 * c_.width));
    linear(tape.normal1.data(), w_ + at.qkv, rows_, c_.width, 3 * c_.width, tape.qkv.data());
    turn(tape.qkv, 1);
    tape.attended.resize(size(c_.width));
    tape.logs.resize(size(c_.heads));
    for_sequences([&](int start, int length) {
      attention_forward(tape.qkv.data() + 3 * row(start), length, c_, tape.attended.data() + row(start),
                        tape.logs.data() + start * c_.heads);
    });
    branch_.resize(size(c_.width));
    linear(tape.attended.data(), w_ + at.out, rows_, c_.width, c_.width, branch_.data());
    dropout.apply(branch_, tape.keep1);
    add(branch_.data(), static_cast<int>(branch_.size()), x_.data());
    tape.middle = x_;
    normalize(x_, at.norm2_gain, at.norm2_bias, tape.normal2);
    tape.before.resize(size(c_.feed_forward));
    tape.after.resize(size(c_.feed_forward));
    linear(tape.normal2.data(), w_ + at.up, rows_, c_.width, c_.feed_forward, tape.before.data());
    gelu_forward(tape.before.data(), tape.before.size(), tape.after.data());
    linear(tape.after.data(), w_ + at.down, rows_, c_.feed_forward, c_.width, branch_.data());
    dropout.apply(branch_, tape.keep2);
    add(branch_.data(), static_cast<int>(branch_.size()), x_.data());
  }

  template <class Work>
  void for_sequences(const Work& work) const {
    for (std::size_t s = 0; s + 1 < batch_->starts.size(); ++s)
      work(batch_->starts[s], batch_->starts[s + 1] - batch_->starts[s]);
  }

  /// logits = normal W^T; their rows are padded.
  void product_into_pitch(int pitch) {
    Strided(logits_.data(), rows_, c_.vocabulary, Eigen::OuterStride<>(pitch)).noalias() =
        DenseConst(normal_.data(), rows_, c_.width) *
        DenseConst(w_ + places_.output, c_.vocabulary, c_.width).transpose();
  }

  void forbid(int pitch) {
    if (batch_->allowed.empty()) return;
    auto allowed = batch_->allowed.begin();
    for (int r = 0; r < rows_; ++r) {
      float* logits = logits_.data() + std::size_t(r) * std::size_t(pitch);
      for (int token = 0; token < c_.vocabulary; ++token)
        if (!*allowed++) logits[token] = -INFINITY;
    }
  }

  void backward(float* g, int pitch) {
    const Strided dlogits(logits_.data(), rows_, c_.vocabulary, Eigen::OuterStride<>(pitch));
    Dense(g + places_.output, c_.vocabulary, c_.width).noalias() +=
        dlogits.transpose() * DenseConst(normal_.data(), rows_, c_.width);
    dnormal_.resize(size(c_.width));
    Dense(dnormal_.data(), rows_, c_.width).noalias() =
        dlogits * DenseConst(w_ + places_.output, c_.vocabulary, c_.width);
    dx_.assign(size(c_.width), 0.0f);
    layer_norm_gradient(dnormal_.data(), x_.data(), w_ + places_.norm_gain, rows_, c_.width, dx_.data(),
                        g + places_.norm_gain, g + places_.norm_bias);
    for (std::size_t k = tape_.size(); k-- > 0;) layer_backward(tape_[k], places_.layers[k], g);
    Dropout::back(keep_, dx_);
    for_embeddings([&](std::size_t place, std::size_t from) { add(dx_.data() + from, c_.width, g + place); });
  }

  /// dx_: of what the layer put out, then of what it was given.
  void layer_backward(const LayerTape& tape, const WeightPlaces::Layer& at, float* g) {
    branch_ = dx_;
    Dropout::back(tape.keep2, branch_);
    linear_weight_gradient(branch_.data(), tape.after.data(), rows_, c_.feed_forward, c_.width, g + at.down);
    dhidden_.resize(size(c_.feed_forward));
    linear_input_gradient(branch_.data(), w_ + at.down, rows_, c_.feed_forward, c_.width, dhidden_.data());
    gelu_gradient(tape.before.data(), dhidden_.size(), dhidden_.data());
    linear_weight_gradient(dhidden_.data(), tape.normal2.data(), rows_, c_.width, c_.feed_forward, g + at.up);
    linear_input_gradient(dhidden_.data(), w_ + at.up, rows_, c_.width, c_.feed_forward, dnormal_.data());
    layer_norm_gradient(dnormal_.data(), tape.middle.data(), w_ + at.norm2_gain, rows_, c_.width, dx_.data(),
                        g + at.norm2_gain, g + at.norm2_bias);
    branch_ = dx_;
    Dropout::back(tape.keep1, branch_);
    linear_weight_gradient(branch_.data(), tape.attended.data(), rows_, c_.width, c_.width, g + at.out);
    linear_input_gradient(branch_.data(), w_ + at.out, rows_, c_.width, c_.width, dnormal_.data());
    dqkv_.resize(size(3 * c_.width));
    for_sequences([&](int start, int length) {
      attention_gradient(dnormal_.data() + row(start), tape.qkv.data() + 3 * row(start),
                         tape.attended.data() + row(start), tape.logs.data() + start * c_.heads, length, c_,
                         dqkv_.data() + 3 * row(start));
    });
    turn(dqkv_, -1);
    linear_weight_gradient(dqkv_.data(), tape.normal1.data(), rows_, c_.width, 3 * c_.width, g + at.qkv);
    linear_input_gradient(dqkv_.data(), w_ + at.qkv, rows_, c_.width, 3 * c_.width, dnormal_.data());
    layer_norm_gradient(dnormal_.data(), tape.input.data(), w_ + at.norm1_gain, rows_, c_.width, dx_.data(),
                        g + at.norm1_gain, g + at.norm1_bias);
  }

  const DecoderConfig& c_;
  const WeightPlaces& places_;
  const TokenBatch* batch_ = nullptr;
  const float* w_ = nullptr;
  int rows_ = 0;
  std::vector<LayerTape> tape_;
  Buffer x_, keep_, normal_, logits_, branch_, turn_;
  Buffer dx_, dnormal_, dhidden_, dqkv_;
};

class NativeBackend final : public TrainingBackend {
 public:
  NativeBackend(const DecoderConfig& config, int jobs)
      : config_(config),
        places_(config),
        jobs_(jobs > 0 ? jobs : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))) {
    for (const WeightShape& array : places_.arrays)
      ranges_.push_back({array.place, array.size(), array.is_matrix()});
    state_.weights.resize(places_.size);
    state_.mean.resize(places_.size);
    state_.square.resize(places_.size);
  }

  std::string description() const override {
    return fmt::format("native, {} thread{}", jobs_, jobs_ == 1 ? "" : "s");
  }

  double step(std::span<const TokenBatch> shards, const StepSettings& settings) override {
    const double loss = accumulate(shards, settings);
    if (!std::isfinite(loss) || !adamw_step(state_, lanes_[0].gradient, ranges_, settings))
      return std::nan("");
    return loss;
  }

  double evaluate(const TokenBatch& batch) override {
    make_lanes(1);
    return lanes_[0].pass.run(batch, state_.weights.data(), {}, 0, nullptr);
  }

  std::vector<float> gradient(std::span<const TokenBatch> shards, const StepSettings& settings) override {
    accumulate(shards, settings);
    return lanes_[0].gradient;
  }

  OptimizerState state() const override { return state_; }
  void set_state(const OptimizerState& state) override { state_ = state; }

 private:
  struct Lane {
    ShardPass pass;
    Buffer gradient;
    double loss = 0;
  };

  void make_lanes(std::size_t count) {
    while (lanes_.size() < count) lanes_.push_back({ShardPass(config_, places_), {}});
  }

  /// The gradient of the mean loss ends in the first lane.
  double accumulate(std::span<const TokenBatch> shards, const StepSettings& settings) {
    const std::size_t count = std::clamp<std::size_t>(shards.size(), 1, kLanes);
    make_lanes(count);
    int targets = 0;
    for (const TokenBatch& shard : shards) targets += shard.counted();
    const float scale = 1.0f / static_cast<float>(std::max(targets, 1));
    const Rng rng = Rng(settings.seed).split(static_cast<std::uint64_t>(settings.step));
    parallel_for(count, jobs_, [&](std::size_t k) {
      Lane& lane = lanes_[k];
      lane.gradient.assign(places_.size, 0.0f);
      lane.loss = 0;
      for (std::size_t shard = k; shard < shards.size(); shard += count)
        lane.loss += lane.pass.run(shards[shard], state_.weights.data(),
                                   {static_cast<float>(settings.dropout), rng.split(shard)}, scale,
                                   lane.gradient.data());
    });
    for (std::size_t k = 1; k < count; ++k) {
      lanes_[0].loss += lanes_[k].loss;
      for (std::size_t i = 0; i < places_.size; ++i) lanes_[0].gradient[i] += lanes_[k].gradient[i];
    }
    return lanes_[0].loss;
  }

  DecoderConfig config_;
  WeightPlaces places_;
  int jobs_;
  std::vector<DecayRange> ranges_;
  OptimizerState state_;
  std::vector<Lane> lanes_;
};

}  // namespace

std::unique_ptr<TrainingBackend> make_native_backend(const DecoderConfig& config, int jobs) {
  check(config);
  return std::make_unique<NativeBackend>(config, jobs);
}

}  // namespace nullor::learn
