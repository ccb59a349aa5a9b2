// Losses, gradients and steps of decoders by LibTorch 1.13 or newer.
#include <torch/torch.h>
#include <torch/version.h>

#include <cstdio>
#include <exception>

#include "nullor/base/error.h"
#include "nullor/learn/torch/torch_errors.h"
#include "nullor/learn/torch_module.h"
#include "nullor/learn/training_backend.h"

namespace nullor::learn {
namespace {

using torch::Tensor;

class TorchBackend final : public TrainingBackend {
 public:
  TorchBackend(const DecoderConfig& config, int jobs, const std::string& device, bool full_precision)
      : c_(config), places_(config), device_(pick(device)) {
    if (jobs > 0) torch::set_num_threads(jobs);
    type_ = device_.is_cuda() && !full_precision ? torch::kBFloat16 : torch::kFloat32;
    for (const WeightShape& array : places_.arrays) {
      weights_.push_back(zeros(array).set_requires_grad(true));
      mean_.push_back(zeros(array));
      square_.push_back(zeros(array));
    }
  }

  std::string description() const override {
    return std::string("torch ") + TORCH_VERSION + (device_.is_cuda() ? ", cuda" : ", cpu") +
           (type_ == torch::kBFloat16 ? ", bfloat16" : "");
  }

  double step(std::span<const TokenBatch> shards, const StepSettings& settings) override {
    return translated([&] {
      const double loss = accumulate(shards, settings);
      torch::NoGradGuard guard;
      Tensor square = torch::zeros({}, device_);
      for (const Tensor& w : weights_) square += w.grad().square().sum();
      const double norm = square.sqrt().item<double>();
      if (!std::isfinite(loss) || !std::isfinite(norm)) return std::nan("");
      update(settings, settings.clip > 0 && norm > settings.clip ? settings.clip / norm : 1);
      return loss;
    });
  }

  double evaluate(const TokenBatch& batch) override {
    return translated([&] {
      torch::NoGradGuard guard;
      return loss_of(batch, 0).item<double>();
    });
  }

  std::vector<float> gradient(std::span<const TokenBatch> shards, const StepSettings& settings) override {
    return translated([&] {
      accumulate(shards, settings);
      std::vector<Tensor> gradients;
      for (const Tensor& w : weights_) gradients.push_back(w.grad());
      return flat(gradients);
    });
  }

  OptimizerState state() const override {
    return translated([&] { return OptimizerState{flat(weights_), flat(mean_), flat(square_)}; });
  }

  void set_state(const OptimizerState& state) override {
    translated([&] {
      torch::NoGradGuard guard;
      spread(state.weights, weights_);
      spread(state.mean, mean_);
      spread(state.square, square_);
      return 0;
    });
  }

 private:
  static torch::Device pick(const std::string& wanted) {
    const bool cuda = torch::cuda::is_available();
    if (wanted == "cuda" && !cuda)
      throw InputError(ErrorKind::usage, "there is no CUDA device that this LibTorch can use", {},
                       "leave out --device, or install a LibTorch with CUDA");
    return {wanted == "cpu" || !cuda ? torch::kCPU : torch::kCUDA};
  }

  Tensor zeros(const WeightShape& array) const {
    const auto rows = static_cast<std::int64_t>(array.rows),
               columns = static_cast<std::int64_t>(array.columns);
    const auto options = torch::dtype(torch::kFloat32).device(device_);
    return array.is_matrix() ? torch::zeros({rows, columns}, options) : torch::zeros({rows}, options);
  }

  std::vector<float> flat(const std::vector<Tensor>& arrays) const {
    std::vector<float> out;
    out.reserve(places_.size);
    for (const Tensor& array : arrays) {
      const Tensor here = array.detach().to(torch::kCPU).contiguous();
      const float* first = here.data_ptr<float>();
      out.insert(out.end(), first, first + here.numel());
    }
    return out;
  }

  void spread(const std::vector<float>& from, std::vector<Tensor>& to) const {
    for (std::size_t k = 0; k < to.size(); ++k) {
      // copy_ only reads.
      float* first = const_cast<float*>(from.data()) + places_.arrays[k].place;
      to[k].copy_(torch::from_blob(first, to[k].sizes(), torch::kFloat32));
    }
  }

  /// The array at this place.
  const Tensor& w(std::size_t place) const {
    std::size_t k = 0;
    while (places_.arrays[k].place != place) ++k;
    return weights_[k];
  }

  /// (sequences, longest) of a list with one entry a token; what is missing is `fill`.
  template <class Number, class Entry>
  Tensor rectangle(const TokenBatch& batch, const std::vector<Entry>& list, Number fill) const {
    Tensor out =
        torch::full({batch.sequences(), batch.longest()}, fill, c10::CppTypeToScalarType<Number>::value);
    for (int s = 0; s < batch.sequences(); ++s) {
      Number* to = out.data_ptr<Number>() + std::int64_t{s} * batch.longest();
      const auto start = batch.starts[static_cast<std::size_t>(s)];
      for (int t = start; t < batch.starts[static_cast<std::size_t>(s) + 1]; ++t)
        *to++ = list[static_cast<std::size_t>(t)];
    }
    return out.to(device_);
  }

  /// (sequences, longest, vocabulary): what TokenBatch::allowed leaves out.
  Tensor forbidden(const TokenBatch& batch) const {
    Tensor out = torch::zeros({batch.sequences(), batch.longest(), c_.vocabulary}, torch::kBool);
    auto allowed = batch.allowed.begin();
    for (int s = 0; s < batch.sequences(); ++s) {
      bool* to = out.data_ptr<bool>() + std::int64_t{s} * batch.longest() * c_.vocabulary;
      const std::int64_t length =
          batch.starts[static_cast<std::size_t>(s) + 1] - batch.starts[static_cast<std::size_t>(s)];
      for (std::int64_t k = 0; k < length * c_.vocabulary; ++k) *to++ = !*allowed++;
    }
    return out.to(device_);
  }

  Tensor norm(const Tensor& x, std::size_t gain, std::size_t bias) const {
    return torch::layer_norm(x, {c_.width}, w(gain), w(bias), 1e-5).to(type_);
  }
  Tensor linear(const Tensor& x, std::size_t place) const { return torch::linear(x, w(place).to(type_)); }

  /// (sequences, heads, length, head_width), turned by the positions when the model does that.
  Tensor turned(const Tensor& x, const Tensor& cosines, const Tensor& sines) const {
    if (!c_.rotary) return x;
    const auto halves = x.chunk(2, -1);
    return torch::cat({halves[0] * cosines - halves[1] * sines, halves[1] * cosines + halves[0] * sines}, -1)
        .to(type_);
  }

  Tensor attention(const Tensor& x, const WeightPlaces::Layer& places, const Tensor& cosines,
                   const Tensor& sines) const {
    const auto sequences = x.size(0), length = x.size(1);
    const auto parts = linear(x, places.qkv)
                           .view({sequences, length, 3, c_.heads, c_.head_width()})
                           .permute({2, 0, 3, 1, 4})
                           .unbind(0);
    const Tensor q = turned(parts[0], cosines, sines), k = turned(parts[1], cosines, sines), v = parts[2];
#if TORCH_VERSION_MAJOR >= 2
    const Tensor mixed = at::scaled_dot_product_attention(q, k, v, {}, 0.0, /*is_causal=*/true);
#else
    const double scale = 1 / std::sqrt(static_cast<double>(c_.head_width()));
    const Tensor later = torch::ones({length, length}, torch::dtype(torch::kBool).device(device_)).triu(1);
    const Tensor scores = torch::matmul(q, k.transpose(-2, -1)) * scale;
    const Tensor mixed = torch::matmul(scores.masked_fill(later, -INFINITY).softmax(-1), v);
#endif
    return linear(mixed.transpose(1, 2).reshape({sequences, length, c_.width}), places.out);
  }

  /// Sum of -log p over the targets, by their weights.
  Tensor loss_of(const TokenBatch& batch, double dropout) const {
    const auto length = static_cast<std::int64_t>(batch.longest());
    Tensor x = torch::embedding(w(places_.embedding), rectangle<std::int64_t>(batch, batch.tokens, 0));
    Tensor cosines, sines;
    if (c_.rotary) {
      const int half = c_.head_width() / 2;
      const auto options = torch::dtype(torch::kFloat64);
      const Tensor angles = torch::outer(torch::arange(length, options),
                                         torch::pow(10000.0, torch::arange(half, options) / -half));
      cosines = angles.cos().to(device_, torch::kFloat32);
      sines = angles.sin().to(device_, torch::kFloat32);
    } else {
      x = x + w(places_.positions).narrow(0, 0, length);
    }
    if (c_.slots > 1)
      x = x + torch::embedding(w(places_.slots), rectangle<std::int64_t>(batch, batch.slots, 0));
    const auto drop = [&](const Tensor& y) { return dropout > 0 ? torch::dropout(y, dropout, true) : y; };
    x = drop(x);
    for (const WeightPlaces::Layer& places : places_.layers) {
      x = x + drop(attention(norm(x, places.norm1_gain, places.norm1_bias), places, cosines, sines));
      const Tensor up = linear(norm(x, places.norm2_gain, places.norm2_bias), places.up);
      x = x + drop(linear(torch::gelu(up, "tanh"), places.down));
    }
    Tensor logits = linear(norm(x, places_.norm_gain, places_.norm_bias), places_.output);
    if (!batch.allowed.empty()) logits = logits.masked_fill(forbidden(batch), -INFINITY);
    const Tensor log_p = torch::log_softmax(logits.to(torch::kFloat32), -1).view({-1, c_.vocabulary});
    const Tensor targets = rectangle<std::int64_t>(batch, batch.targets, -1).view({-1});
    if (batch.weights.empty()) return torch::nll_loss(log_p, targets, {}, at::Reduction::Sum, -1);
    return (torch::nll_loss(log_p, targets, {}, at::Reduction::None, -1) *
            rectangle<float>(batch, batch.weights, 0).view({-1}))
        .sum();
  }

  /// The gradient of the mean loss ends in the arrays' grad().
  double accumulate(std::span<const TokenBatch> shards, const StepSettings& settings) {
    int targets = 0;
    for (const TokenBatch& shard : shards) targets += shard.counted();
    // A step depends on its number and the seed alone: nothing of it has to be kept for --resume.
    torch::manual_seed(Rng(settings.seed).split(static_cast<std::uint64_t>(settings.step))());
    for (Tensor& w : weights_) w.mutable_grad() = torch::zeros_like(w);
    double out = 0;
    for (const TokenBatch& shard : shards) {
      const Tensor loss = loss_of(shard, settings.dropout);
      (loss / std::max(targets, 1)).backward();
      out += loss.item<double>();
    }
    return out;
  }

  void update(const StepSettings& s, double factor) {
    const double t = static_cast<double>(s.step);
    const double rate = s.rate / (1 - std::pow(s.beta1, t));
    const double whole = 1 / std::sqrt(1 - std::pow(s.beta2, t));
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      const Tensor g = weights_[k].grad() * factor;
      mean_[k].mul_(s.beta1).add_(g, 1 - s.beta1);
      square_[k].mul_(s.beta2).addcmul_(g, g, 1 - s.beta2);
      if (places_.arrays[k].is_matrix()) weights_[k].mul_(1 - s.rate * s.decay);
      weights_[k].addcdiv_(mean_[k], (square_[k].sqrt() * whole).add_(1e-8), -rate);
    }
  }

  DecoderConfig c_;
  WeightPlaces places_;
  torch::Device device_;
  torch::ScalarType type_ = torch::kFloat32;
  std::vector<Tensor> weights_, mean_, square_;
};

}  // namespace
}  // namespace nullor::learn

extern "C" __attribute__((visibility("default"))) nullor::learn::TrainingBackend* nullor_torch_backend(
    int version, const nullor::learn::DecoderConfig* config, int jobs, const char* device, int full_precision,
    char* error, std::size_t error_size) {
  using namespace nullor::learn;
  try {
    if (version != kTorchInterface) throw std::runtime_error("it belongs to another version of the program");
    return new TorchBackend(*config, jobs, device, full_precision != 0);
  } catch (const std::exception& e) {
    std::snprintf(error, error_size, "%s", e.what());
    return nullptr;
  }
}
