#include "nullor/resistive/deep_update.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// The finalizer of D. Stafford's variant 13 of MurmurHash3.
std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// Mean 0, standard deviation 1: eight bytes added up, near enough to a normal distribution for noise.
float noise(std::uint64_t key) {
  std::uint64_t z = mixed(key);
  int sum = 0;
  for (int k = 0; k < 8; ++k, z >>= 8) sum += static_cast<int>(z & 255);
  return (static_cast<float>(sum) - 1020.0f) * (1 / 209.02f);
}

}  // namespace

DeepUpdate::DeepUpdate(const DeepNetwork& network, const DeepTraining& options, DeepParameters& parameters)
    : hardware_(options.hardware), seed_(options.seed) {
  const DeepLayer& first = parameters.layers.front();
  u_ = FloatArray(u(first.pitch) * u((options.batch + kPictureGroup - 1) / kPictureGroup * kPictureGroup));
  c_ = FloatArray(u(first.pitch));
  for (std::size_t p = 0; p < parameters.planes.size(); ++p) {
    constants_below_.emplace_back(u(parameters.layers[p].pitch));
    constants_above_.emplace_back(u(parameters.layers[p + 1].pitch));
    scales_.push_back(0);
  }
  parameters.set_limits(hardware_.minimum, hardware_.maximum);
  if (hardware_.perfect()) return;
  numbers_ = std::make_unique<DeepParameters>(network, parameters.kernels);
  numbers_->set_limits(hardware_.minimum, hardware_.maximum);
  DeepNetwork ones = network;
  for (std::vector<float>& g : ones.conductances) std::fill(g.begin(), g.end(), 1.0f);
  Hardware varied;
  varied.variation = hardware_.variation;
  factors_ = std::make_unique<DeepParameters>(on_hardware(ones, varied, Rng(seed_)), parameters.kernels);
  write_tiles(parameters, 0, first.pitch / parameters.kernels.lanes);
  for (int p = 0; p < static_cast<int>(parameters.planes.size()); ++p) {
    write_rows(parameters, p, 0, parameters.planes[u(p)].rows);
  }
  parameters.sum_all();
}

void DeepUpdate::write_tiles(DeepParameters& devices, int begin, int end) const {
  const int lanes = devices.kernels.lanes;
  const std::size_t tile = u(devices.pixels) * 2 * u(lanes);
  for (std::size_t k = u(begin) * tile; k < u(end) * tile; ++k) {
    devices.input[k] = hardware_.held(numbers_->input[k]) * factors_->input[k];
  }
  for (int t = begin; t < end; ++t) {
    float* sums = devices.input_sums.data() + t * lanes;
    std::fill(sums, sums + lanes, 0.0f);
    const float* g = devices.input.data() + u(t) * tile;
    for (std::size_t k = 0; k < tile; ++k) sums[k % u(lanes)] += g[k];
  }
}

void DeepUpdate::write_rows(DeepParameters& devices, int p, int begin, int end) const {
  DeepPlane& plane = devices.planes[u(p)];
  for (int r = begin; r < end; ++r) {
    const std::size_t at = u(r) * u(plane.pitch);
    float* block = plane.block_sums.data() + u(r / kSumBlock) * u(plane.pitch);
    if (r % kSumBlock == 0) std::fill(block, block + plane.pitch, 0.0f);
    float sum = 0;
    for (std::size_t c = 0; c < u(plane.columns); ++c) {
      const float g = hardware_.held(numbers_->planes[u(p)].g[at + c]) * factors_->planes[u(p)].g[at + c];
      plane.g[at + c] = g;
      block[c] += g;
      sum += g;
    }
    plane.row_sums[u(r)] = sum;
  }
}

void DeepUpdate::disturb(float* values, const float* before, std::size_t count, std::uint64_t place) const {
  const float sigma = static_cast<float>(hardware_.write_noise);
  const float low = static_cast<float>(hardware_.minimum);
  const float high = hardware_.maximum > 0 ? static_cast<float>(hardware_.maximum) : HUGE_VALF;
  const std::uint64_t key = mixed(seed_ + 0x9e3779b97f4a7c15 * (steps_ + 1)) + place;
  for (std::size_t k = 0; k < count; ++k) {
    const float change = values[k] - before[k];
    if (change != 0) values[k] = std::clamp(before[k] + change * (1 + sigma * noise(key + k)), low, high);
  }
}

void DeepUpdate::prepare(DeepParameters& parameters, ThreadTeam& team, int member, const DeepRule& rule,
                         const DeepRates& rates, int count) {
  const float share = 1.0f / static_cast<float>(count);
  if (member == 0) ++steps_;
  for (int l = 0; l < parameters.layer_count(); ++l) {
    DeepLayer& layer = parameters.layers[u(l)];
    const ThreadTeam::Range own = layer.share(team, member);
    const NodeArray& change = rule.change[u(l)];
    // The gradient with respect to the current itself, and the current in the units of the relaxation.
    const double scale = layer.amplification * layer.amplification;
    const float rate = static_cast<float>(rates.biases[u(l)] / scale) * share;
    float* bias = layer.bias.data();
    for (int i = 0; i < change.pictures; ++i) {
      const float* of_picture = change[i];
      for (int k = own.begin; k < own.end; ++k) bias[k] += rate * of_picture[k];
    }
    const FloatArray& products = rule.products[u(l)];
    const auto constant = [&](FloatArray& out, double conductance_rate) {
      const float factor = -static_cast<float>(conductance_rate) * share;
      for (int k = own.begin; k < own.end; ++k) out[u(k)] = factor * products[u(k)];
    };
    if (l == 0) {
      constant(c_, rates.conductances[0]);
      const int pictures = static_cast<int>(u_.size()) / layer.pitch;
      const float input_rate = static_cast<float>(rates.conductances[0]) * share;
      for (int b = 0; b < pictures; ++b) {
        float* out = u_.data() + b * layer.pitch;
        std::fill(out + own.begin, out + own.end, 0.0f);
        for (int i = b; i < change.pictures; i += pictures) {
          const float* of_term = change[i];
          for (int k = own.begin; k < own.end; ++k) out[k] += input_rate * of_term[k];
        }
      }
    } else {
      constant(constants_above_[u(l - 1)], rates.conductances[u(l)]);
    }
    if (l + 1 < parameters.layer_count()) {
      constant(constants_below_[u(l)], rates.conductances[u(l + 1)]);
      if (member == 0) scales_[u(l)] = static_cast<float>(rates.conductances[u(l + 1)]) * share;
    }
  }
}

void DeepUpdate::apply(DeepParameters& parameters, ThreadTeam& team, int member, const DeepRule& rule,
                       const PackedPictures& old_pictures, const PackedPictures& new_pictures,
                       const PixelClasses& classes, NodeArray& drive) {
  DeepParameters& numbers = this->numbers(parameters);
  const DeepKernels& kernels = parameters.kernels;
  const bool noisy = hardware_.write_noise > 0;
  std::vector<float> before;
  std::uint64_t place = numbers.input.size();
  for (int p = 0; p < static_cast<int>(numbers.planes.size()); ++p) {
    DeepPlane& plane = numbers.planes[u(p)];
    PlaneStep step;
    step.g = plane.g.data();
    step.columns = (plane.columns + kPadding - 1) / kPadding * kPadding;
    step.pitch = plane.pitch;
    step.scale = scales_[u(p)];
    rule.lists(numbers, p, step.lists);
    const int below = parameters.layers[u(p)].pitch, above = parameters.layers[u(p + 1)].pitch;
    step.row_pitch = plane.rows_below ? below : above;
    step.column_pitch = plane.rows_below ? above : below;
    step.row = (plane.rows_below ? constants_below_ : constants_above_)[u(p)].data();
    step.column = (plane.rows_below ? constants_above_ : constants_below_)[u(p)].data();
    step.high = plane.high.data();
    step.low = numbers.low;
    step.row_sums = plane.row_sums.data();
    step.block_sums = plane.block_sums.data();
    const ThreadTeam::Range own = team.share(plane.rows, kSumBlock, member);
    const std::size_t first = u(own.begin) * u(plane.pitch), size = u(own.end - own.begin) * u(plane.pitch);
    if (noisy) before.assign(plane.g.data() + first, plane.g.data() + first + size);
    if (own.begin < own.end) kernels.plane_step(step, own.begin, own.end);
    if (noisy) disturb(plane.g.data() + first, before.data(), size, place + first);
    if (numbers_) write_rows(parameters, p, own.begin, own.end);
    place += plane.g.size();
  }

  InputStep step;
  const int pitch = parameters.layers.front().pitch, last = old_pictures.groups() - 1;
  step.old_pictures = old_pictures.group(last);
  step.new_pictures = new_pictures.group(0);
  step.classes = classes;
  step.u = u_.data() + last * kPictureGroup * pitch;
  step.c = c_.data();
  step.y = drive[0];
  step.sums = numbers.input_sums.data();
  step.pitch = pitch;
  const InputLayer layer = numbers.input_view();
  const ThreadTeam::Range own = parameters.layers.front().share(team, member);
  const std::size_t tile = u(numbers.pixels) * 2 * u(kernels.lanes);
  for (int t = own.begin / kernels.lanes; t < own.end / kernels.lanes; ++t) {
    float* g = numbers.input.data() + u(t) * tile;
    if (noisy) before.assign(g, g + tile);
    for (int k = 0; k < last; ++k) {
      kernels.input_add(layer, old_pictures.group(k), u_.data() + k * kPictureGroup * pitch, pitch, t, t + 1);
    }
    kernels.input_step(layer, step, t, t + 1);
    if (noisy) disturb(g, before.data(), tile, u(t) * tile);
    if (numbers_) write_tiles(parameters, t, t + 1);
    for (int k = numbers_ ? 0 : 1; k < new_pictures.groups(); ++k) {
      kernels.input_product(parameters.input_view(), new_pictures.group(k), drive[k * kPictureGroup], pitch,
                            t, t + 1);
    }
  }
  team.barrier();
  for (int l = 0; l < parameters.layer_count(); ++l) {
    const ThreadTeam::Range mine = parameters.layers[u(l)].share(team, member);
    for (const int p : {l - 1, l}) {
      if (p < 0 || p + 1 >= parameters.layer_count()) continue;
      if (parameters.planes[u(p)].rows_below == (p == l - 1)) parameters.add_blocks(p, mine.begin, mine.end);
    }
    parameters.update_totals(l, mine.begin, mine.end);
  }
}

}  // namespace nullor
