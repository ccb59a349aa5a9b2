// Losses and gradients of predictors by LibTorch 1.13 or newer, on all devices of a kind side by side.
#include <torch/torch.h>
#include <torch/version.h>

#include <cstdio>
#include <exception>
#include <mutex>

#include "nullor/base/parallel.h"
#include "nullor/learn/predictor_engine.h"
#include "nullor/learn/predictor_forward.h"
#include "nullor/learn/torch/torch_errors.h"
#include "nullor/learn/torch/torch_tape.h"
#include "nullor/learn/torch_module.h"

namespace nullor::learn {
namespace {

using torch::Tensor;

class TorchEngine final : public PredictorEngine {
 public:
  TorchEngine(const PredictorConfig& config, const PredictorShape& shape, int jobs, const std::string& device,
              bool full_precision)
      : network_(config, shape), jobs_(jobs) {
    const bool cuda = torch::cuda::is_available();
    if (device == "cuda" && !cuda)
      throw InputError(ErrorKind::usage, "there is no CUDA device that this LibTorch can use", {},
                       "leave out --device, or install a LibTorch with CUDA");
    if (device == "cpu" || !cuda) {
      if (jobs > 0) torch::set_num_threads(jobs);
      lanes_.push_back({torch::Device(torch::kCPU), {}, {}});
    } else {
      for (std::size_t k = 0; k < torch::cuda::device_count(); ++k)
        lanes_.push_back({torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(k)), {}, {}});
      if (!full_precision) type_ = torch::kBFloat16;
    }
    for (Lane& lane : lanes_) {
      for (const WeightLayout::Array& a : network_.layout().arrays())
        lane.weights.push_back(torch::zeros({a.rows, a.columns}, lane.device).set_requires_grad(true));
    }
  }

  std::string description() const override {
    const bool cuda = lanes_.front().device.is_cuda();
    return std::string("torch ") + TORCH_VERSION +
           (cuda ? ", " + std::to_string(lanes_.size()) + " x cuda" : ", cpu") +
           (type_ == torch::kBFloat16 ? ", bfloat16" : "");
  }

  Step step(std::size_t shards, const Prepare& prepare, const PredictorLoss& whole,
            std::span<const float> weights, const Rng& dropout) override {
    return translated([&] {
      const PredictorLoss loss = pass(shards, prepare, &whole, weights, dropout);
      gradient_.assign(network_.layout().size(), 0.0f);
      for (const Lane& lane : lanes_) {
        for (std::size_t k = 0; k < lane.weights.size(); ++k) {
          const Tensor& grad = lane.weights[k].grad();
          if (!grad.defined()) continue;
          const Tensor flat = grad.to(torch::kCPU).contiguous();
          float* to = gradient_.data() + network_.layout().arrays()[k].place;
          for (std::int64_t i = 0; i < flat.numel(); ++i) to[i] += flat.data_ptr<float>()[i];
        }
      }
      return Step{loss, gradient_};
    });
  }

  PredictorLoss evaluate(std::size_t shards, const Prepare& prepare,
                         std::span<const float> weights) override {
    return translated([&] { return pass(shards, prepare, nullptr, weights, Rng()); });
  }

 private:
  struct Lane {
    torch::Device device;
    std::vector<Tensor> weights;  ///< by the layout
    PredictorLoss loss;
  };

  /// Every device takes the shards of its number; with gradients where `whole` is given.
  PredictorLoss pass(std::size_t shards, const Prepare& prepare, const PredictorLoss* whole,
                     std::span<const float> weights, const Rng& dropout) {
    std::vector<PredictorExamples> examples(shards);
    parallel_for(shards, jobs_, [&](std::size_t s) { examples[s] = prepare(s); });
    parallel_for(lanes_.size(), static_cast<int>(lanes_.size()), [&](std::size_t l) {
      Lane& lane = lanes_[l];
      lane.loss = {};
      spread(weights, lane);
      for (std::size_t s = l; s < shards; s += lanes_.size())
        lane.loss += run(lane, examples[s], whole, dropout.split(s));
    });
    PredictorLoss out;
    for (const Lane& lane : lanes_) out += lane.loss;
    return out;
  }

  void spread(std::span<const float> weights, Lane& lane) const {
    torch::NoGradGuard guard;
    for (std::size_t k = 0; k < lane.weights.size(); ++k) {
      const WeightLayout::Array& a = network_.layout().arrays()[k];
      lane.weights[k].copy_(
          torch::from_blob(const_cast<float*>(weights.data()) + a.place, {a.rows, a.columns}));
      lane.weights[k].mutable_grad() = Tensor();
    }
  }

  PredictorLoss run(Lane& lane, const PredictorExamples& examples, const PredictorLoss* whole,
                    Rng dropout) const {
    const torch::AutoGradMode mode(whole != nullptr);
    TorchTape tape(network_.layout(), lane.weights, lane.device, type_);
    if (whole) {
      // A step depends on its number and the seed alone: nothing of it has to be kept for --resume.
      at::Generator chance = at::globalContext().defaultGenerator(lane.device);
      const std::lock_guard lock(chance.mutex());
      chance.set_current_seed(dropout());
      tape.set_dropout(network_.config().dropout);
    }
    const PredictorOutputs out = network_.forward(tape, examples.batch());
    const Outcome metrics(tape, out.metrics), valid(tape, out.valid), classes(tape, out.classes);
    const PredictorLoss loss = predictor_loss<float>(
        network_.config(), examples.targets(), network_.shape().classes, metrics.values(), valid.values(),
        classes.values(), whole ? *whole : PredictorLoss(), whole ? metrics.slopes() : nullptr,
        whole ? valid.slopes() : nullptr, whole ? classes.slopes() : nullptr);
    if (!whole) return loss;
    std::vector<Tensor> ends, seeds;
    for (const Outcome* one : {&metrics, &valid, &classes}) {
      if (!one->on_device.defined()) continue;
      ends.push_back(one->on_device);
      seeds.push_back(one->slope.to(lane.device));
    }
    torch::autograd::backward(ends, seeds);
    return loss;
  }

  /// An output and, beside it on the processor, its values and the loss's gradient by it.
  struct Outcome {
    Tensor on_device, value, slope;

    Outcome(const TorchTape& tape, Var x) {
      if (x.node < 0) return;
      on_device = tape.at(x);
      value = on_device.detach().to(torch::kCPU).contiguous();
      slope = torch::zeros_like(value);
    }
    const float* values() const { return value.defined() ? value.data_ptr<float>() : nullptr; }
    float* slopes() const { return slope.defined() ? slope.data_ptr<float>() : nullptr; }
  };

  PredictorNetwork network_;
  int jobs_;
  torch::ScalarType type_ = torch::kFloat32;
  std::vector<Lane> lanes_;  ///< one a device
  std::vector<float> gradient_;
};

}  // namespace
}  // namespace nullor::learn

extern "C" __attribute__((visibility("default"))) nullor::learn::PredictorEngine* nullor_torch_engine(
    int version, const nullor::learn::PredictorConfig* config, const nullor::learn::PredictorShape* shape,
    int jobs, const char* device, int full_precision, char* error, std::size_t error_size) {
  using namespace nullor::learn;
  try {
    if (version != kTorchInterface) throw std::runtime_error("it belongs to another version of the program");
    return new TorchEngine(*config, *shape, jobs, device, full_precision != 0);
  } catch (const std::exception& e) {
    std::snprintf(error, error_size, "%s", e.what());
    return nullptr;
  }
}
