#include "nullor/resistive/device_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "nullor/base/error.h"
#include "nullor/resistive/deep_rules.h"

namespace nullor {
namespace {

/// So often an epoch comes back to tell how far it is.
constexpr int kPieces = 50;

std::size_t u(int k) { return static_cast<std::size_t>(k); }
int pieces(int count, int size) { return (count + size - 1) / size; }

InputError not_there(const std::string& what) {
  return InputError(ErrorKind::usage, "on a device " + what, {},
                    "leave out --device to train on the processor");
}

int padded_batch(int batch) {
  int out = 4;
  while (out < batch) out *= 2;
  return out;
}

DeepTraining checked(const DeepTraining& options, const DeepParameters& parameters) {
  switch (options.rule) {
    case LearningRule::centered:
    case LearningRule::positive:
    case LearningRule::negative:
    case LearningRule::adjoint:
      break;
    default:
      throw not_there("the rules are centered, positive, negative and adjoint");
  }
  if (options.plain_nudging) throw not_there("nudged states relax as differences");
  if (!parameters.ideal_diodes) throw not_there("diodes are ideal");
  if (!options.hardware.perfect()) throw not_there("conductances are perfect");
  if (options.batch > kDevicePictures)
    throw not_there(fmt::format("a batch has up to {} pictures", kDevicePictures));
  if (parameters.layer_count() > kDeviceLayers)
    throw not_there(fmt::format("a network has up to {} layers", kDeviceLayers));
  if (!*options.cuda->program)
    throw InputError(ErrorKind::usage, "this program was built without a compiler for CUDA", {},
                     "install nvcc or clang and build it again");
  return options;
}

}  // namespace

DeviceTrainer::DeviceTrainer(const DeepParameters& parameters, const ImageSet& training,
                             const DeepTraining& wanted)
    : device_(checked(wanted, parameters).cuda->driver), padded_(padded_batch(wanted.batch)) {
  device_.load(wanted.cuda->program);
  const NudgeReading reading = nudge_reading(wanted);
  phases_ = static_cast<int>(reading.nudge.strengths.size());
  plan_.layers = parameters.layer_count();
  plan_.sweeps = wanted.iterations;
  plan_.batch = wanted.batch;
  plan_.low = parameters.low;
  plan_.high = parameters.high > 0 ? parameters.high : std::numeric_limits<float>::max();
  plan_.target = static_cast<float>(1 / parameters.output().amplification);
  plan_.linear = reading.nudge.linear;
  for (int i = 0; i < phases_; ++i) {
    plan_.strengths[i] = static_cast<float>(reading.nudge.strengths[u(i)]);
    plan_.into_middle[i] = reading.into_middle[u(i)];
    plan_.into_change[i] = reading.into_change[u(i)];
  }
  place_input(parameters);
  place_layers(parameters);
  place_planes(parameters);
  place_pictures(training);
  arrived_ = CudaArray<unsigned>(device_, 1);
  plan_there_ = CudaArray<EpochPlan>(device_, 1);
}

float* DeviceTrainer::scratch(std::size_t size) { return scratch_.emplace_back(device_, size).data(); }

void DeviceTrainer::place_input(const DeepParameters& parameters) {
  DeviceInput& input = plan_.input;
  const int width = parameters.layers.front().width;
  input.pixels = parameters.pixels;
  input.gain = static_cast<float>(parameters.input_gain);
  std::vector<float> g;
  g.reserve(u(2 * input.pixels) * u(width));
  for (int pixel = 0; pixel < input.pixels; ++pixel) {
    for (int sign = 0; sign < 2; ++sign) {
      for (int k = 0; k < width; ++k) g.push_back(parameters.input_at(pixel, sign, k));
    }
  }
  input_ = CudaArray<float>(device_, g.data(), g.size());
  input.g = input_.data();
  input.parts = scratch(u(pieces(input.pixels, kDeviceChunk)) * u(padded_ + 1) * u(width));
  input.drive = scratch(u(padded_) * u(width));
}

void DeviceTrainer::place_layers(const DeepParameters& parameters) {
  for (int l = 0; l < plan_.layers; ++l) {
    const DeepLayer& from = parameters.layers[u(l)];
    DeviceLayer& to = plan_.layer[l];
    const std::size_t width = u(from.width), all = width * u(padded_);
    amplifications_.push_back(from.amplification);
    to.width = from.width;
    to.bias = biases_.emplace_back(device_, from.bias.data(), width).data();
    to.lower = scratch_.emplace_back(device_, from.lower.data(), width).data();
    to.upper = scratch_.emplace_back(device_, from.upper.data(), width).data();
    to.total = scratch(width);
    to.inverse = scratch(width);
    to.v = scratch(all);
    to.behind = scratch(all);
    to.d = scratch(all * u(phases_));
    to.middle = scratch(all);
    to.change = scratch(all);
    to.products = scratch(width);
  }
}

void DeviceTrainer::place_planes(const DeepParameters& parameters) {
  for (int p = 0; p + 1 < plan_.layers; ++p) {
    const int below = plan_.layer[p].width, above = plan_.layer[p + 1].width;
    std::vector<float> g;
    g.reserve(u(below) * u(above));
    for (int j = 0; j < below; ++j) {
      for (int k = 0; k < above; ++k) g.push_back(parameters.planes[u(p)].at(j, k));
    }
    DevicePlane& to = plan_.plane[p];
    to.g = planes_.emplace_back(device_, g.data(), g.size()).data();
    to.transposed = scratch(g.size());
    to.below_sums = scratch(u(pieces(above, kDeviceTile)) * u(below));
    to.above_sums = scratch(u(pieces(below, kDeviceTile)) * u(above));
  }
}

void DeviceTrainer::place_pictures(const ImageSet& training) {
  plan_.count = static_cast<int>(training.count());
  pictures_ = CudaArray<std::uint8_t>(device_, training.pixels.data(), training.pixels.size());
  labels_ = CudaArray<std::uint8_t>(device_, training.labels.data(), training.count());
  order_ = CudaArray<std::uint32_t>(device_, training.count());
  outputs_ = CudaArray<float>(device_, training.count() * u(plan_.layer[plan_.layers - 1].width));
  plan_.pictures = pictures_.data();
  plan_.labels = labels_.data();
  plan_.order = order_.data();
  plan_.outputs = outputs_.data();
}

void DeviceTrainer::set_rates(const DeepRates& rates) {
  for (int l = 0; l < plan_.layers; ++l) {
    const double scale = amplifications_[u(l)] * amplifications_[u(l)];
    plan_.layer[l].bias_rate = static_cast<float>(rates.biases[u(l)] / scale);
    (l == 0 ? plan_.input.rate : plan_.plane[l - 1].rate) = static_cast<float>(rates.conductances[u(l)]);
  }
}

std::vector<float> DeviceTrainer::run(std::span<const std::uint32_t> order, const DeepRates& rates,
                                      const std::function<bool(double)>& progress) {
  set_rates(rates);
  plan_there_.write(&plan_);
  order_.write(order.data());
  for (int l = 0; l < plan_.layers; ++l)
    device_.clear(plan_.layer[l].v, u(plan_.layer[l].width) * u(padded_) * sizeof(float));
  const std::string program = fmt::format("nullor_epoch_{}_{}", padded_, phases_);
  const std::size_t shared = u(device_shared_floats(padded_, phases_, kDeviceThreads)) * sizeof(float);
  const int batches = pieces(plan_.count, plan_.batch), piece = pieces(batches, kPieces);
  int done = 0;
  while (done < batches) {
    arrived_.clear();
    const EpochPlan* plan = plan_there_.data();
    unsigned* arrived = arrived_.data();
    int first = done, last = std::min(batches, done + piece);
    void* arguments[] = {&plan, &arrived, &first, &last};
    device_.run(program.c_str(), kDeviceThreads, shared, arguments);
    done = last;
    if (progress && !progress(static_cast<double>(done) / batches)) break;
  }
  std::vector<float> outputs(outputs_.size());
  outputs_.read(outputs.data());
  const int pictures = std::min(plan_.count, done * plan_.batch);
  outputs.resize(u(pictures) * u(plan_.layer[plan_.layers - 1].width));
  return outputs;
}

void DeviceTrainer::read(DeepParameters& parameters) const {
  std::vector<float> g(input_.size());
  input_.read(g.data());
  const float* next = g.data();
  for (int pixel = 0; pixel < plan_.input.pixels; ++pixel) {
    for (int sign = 0; sign < 2; ++sign) {
      for (int k = 0; k < plan_.layer[0].width; ++k) parameters.input_at(pixel, sign, k) = *next++;
    }
  }
  for (std::size_t p = 0; p < planes_.size(); ++p) {
    g.resize(planes_[p].size());
    planes_[p].read(g.data());
    next = g.data();
    for (int j = 0; j < plan_.layer[p].width; ++j) {
      for (int k = 0; k < plan_.layer[p + 1].width; ++k) parameters.planes[p].at(j, k) = *next++;
    }
  }
  for (std::size_t l = 0; l < biases_.size(); ++l) biases_[l].read(parameters.layers[l].bias.data());
}

}  // namespace nullor
