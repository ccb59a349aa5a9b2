#include "nullor/resistive/deep_parameters.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }
int padded(int count) { return (count + kPadding - 1) / kPadding * kPadding; }

constexpr float kNoLimit = std::numeric_limits<float>::max();
/// Rows of a plane start a cache line apart from each other's sets, so that a column does not fall into one
/// set.
constexpr int kSkew = 16;
/// Nodes a thread takes of a layer that lies across the rows of memory: those a kernel handles at once.
constexpr int kRowGrain = 3;

DeepLayer make_layer(const DeepNetwork& network, int l) {
  DeepLayer layer;
  layer.width = network.widths[u(l + 1)];
  layer.pitch = padded(layer.width);
  layer.grain = kPadding;
  layer.amplification = std::pow(network.amplifier_gain, l + 1 - network.layers());
  layer.response = UnitResponse(network.diode, 1 / layer.amplification);
  for (FloatArray* array :
       {&layer.lower, &layer.upper, &layer.sign, &layer.bias, &layer.total, &layer.inverse}) {
    *array = FloatArray(u(layer.pitch));
  }
  const bool output = l + 1 == network.layers();
  const float drop = static_cast<float>(network.diode.forward_drop / layer.amplification);
  for (int k = 0; k < layer.pitch; ++k) {
    const bool excitatory = k < layer.width / 2;
    layer.sign[u(k)] = output || k >= layer.width ? 0.0f : excitatory ? 1.0f : -1.0f;
    layer.lower[u(k)] = layer.sign[u(k)] > 0 ? -drop : -kNoLimit;
    layer.upper[u(k)] = layer.sign[u(k)] < 0 ? drop : kNoLimit;
  }
  for (int k = 0; k < layer.width; ++k) {
    layer.bias[u(k)] = static_cast<float>(double{network.biases[u(l)][u(k)]} / layer.amplification);
  }
  return layer;
}

DeepPlane make_plane(const DeepNetwork& network, int p) {
  const int below = network.widths[u(p + 1)], above = network.widths[u(p + 2)];
  DeepPlane plane;
  plane.rows_below = above >= below;
  plane.rows = std::min(below, above);
  plane.columns = std::max(below, above);
  plane.pitch = padded(plane.columns) + kSkew;
  plane.g = FloatArray(u(plane.rows) * u(plane.pitch));
  plane.row_sums = FloatArray(u(padded(plane.rows)));
  plane.column_sums = FloatArray(u(plane.pitch));
  plane.block_sums = FloatArray(u((plane.rows + kSumBlock - 1) / kSumBlock) * u(plane.pitch));
  plane.high = FloatArray(u(plane.pitch));
  const std::vector<float>& g = network.conductances[u(p + 1)];
  for (int j = 0; j < below; ++j) {
    for (int k = 0; k < above; ++k) plane.at(j, k) = g[u(j) * u(above) + u(k)];
  }
  return plane;
}

}  // namespace

DeepParameters::DeepParameters(const DeepNetwork& network, const DeepKernels& used)
    : kernels(used), pixels(network.widths.front()) {
  frame_.widths = network.widths;
  frame_.input_gain = network.input_gain;
  frame_.amplifier_gain = network.amplifier_gain;
  frame_.diode = network.diode;
  ideal_diodes = network.diode.ideal();
  input_gain = network.input_gain * std::pow(network.amplifier_gain, network.layers() - 1);
  for (int l = 0; l < network.layers(); ++l) layers.push_back(make_layer(network, l));
  for (int p = 0; p + 1 < network.layers(); ++p) planes.push_back(make_plane(network, p));
  if (layer_count() > 1 && !planes.back().rows_below) layers.back().grain = kRowGrain;
  const DeepLayer& first = layers.front();
  input = FloatArray(u(first.pitch) * u(pixels) * 2);
  input_sums = FloatArray(u(first.pitch));
  const float* g = network.conductances.front().data();
  for (int sign = 0; sign < 2; ++sign) {
    for (int j = 0; j < pixels; ++j) {
      for (int k = 0; k < first.width; ++k) input_at(j, sign, k) = *g++;
    }
  }
  set_limits(0, 0);
  sum_all();
}

float& DeepParameters::input_at(int pixel, int sign, int column) {
  const int lanes = kernels.lanes;
  const std::size_t line = (u(column / lanes) * u(pixels) + u(pixel)) * 2 + u(sign);
  return input[line * u(lanes) + u(column % lanes)];
}

DeepNetwork DeepParameters::network() const {
  DeepNetwork out = frame_;
  std::vector<float>& first = out.conductances.emplace_back();
  first.reserve(u(2 * pixels) * u(layers.front().width));
  for (int sign = 0; sign < 2; ++sign) {
    for (int j = 0; j < pixels; ++j) {
      for (int k = 0; k < layers.front().width; ++k) first.push_back(input_at(j, sign, k));
    }
  }
  for (std::size_t p = 0; p < planes.size(); ++p) {
    const DeepPlane& plane = planes[p];
    std::vector<float>& g = out.conductances.emplace_back();
    for (int j = 0; j < layers[p].width; ++j) {
      for (int k = 0; k < layers[p + 1].width; ++k) g.push_back(plane.at(j, k));
    }
  }
  for (const DeepLayer& layer : layers) {
    std::vector<float>& bias = out.biases.emplace_back();
    for (int k = 0; k < layer.width; ++k) {
      bias.push_back(static_cast<float>(double{layer.bias[u(k)]} * layer.amplification));
    }
  }
  return out;
}

void DeepParameters::set_limits(double minimum, double maximum) {
  low = static_cast<float>(minimum);
  high = static_cast<float>(maximum);
  for (DeepPlane& plane : planes) {
    std::fill(plane.high.begin(), plane.high.begin() + plane.columns, maximum > 0 ? high : kNoLimit);
  }
}

void DeepParameters::copy_values(const DeepParameters& from, ThreadTeam& team, int member) {
  const auto copy = [&](FloatArray& to, const FloatArray& source) {
    const ThreadTeam::Range own = team.share(static_cast<int>(to.size()), kPadding, member);
    std::copy(source.begin() + own.begin, source.begin() + own.end, to.begin() + own.begin);
  };
  copy(input, from.input);
  for (std::size_t p = 0; p < planes.size(); ++p) copy(planes[p].g, from.planes[p].g);
  for (std::size_t l = 0; l < layers.size(); ++l) copy(layers[l].bias, from.layers[l].bias);
}

void DeepParameters::sum_all() {
  std::fill(input_sums.begin(), input_sums.end(), 0.0f);
  for (int j = 0; j < pixels; ++j) {
    for (int k = 0; k < layers.front().width; ++k) input_sums[u(k)] += input_at(j, 0, k) + input_at(j, 1, k);
  }
  for (int p = 0; p < static_cast<int>(planes.size()); ++p) {
    DeepPlane& plane = planes[u(p)];
    std::fill(plane.block_sums.begin(), plane.block_sums.end(), 0.0f);
    for (int r = 0; r < plane.rows; ++r) {
      float* block = plane.block_sums.data() + u(r / kSumBlock) * u(plane.pitch);
      const float* g = plane.g.data() + u(r) * u(plane.pitch);
      float sum = 0;
      for (int c = 0; c < plane.columns; ++c) {
        block[c] += g[c];
        sum += g[c];
      }
      plane.row_sums[u(r)] = sum;
    }
    add_blocks(p, 0, plane.columns);
  }
  for (int l = 0; l < layer_count(); ++l) update_totals(l, 0, layers[u(l)].width);
}

void DeepParameters::add_blocks(int p, int begin, int end) {
  DeepPlane& plane = planes[u(p)];
  const std::size_t blocks = plane.block_sums.size() / u(plane.pitch);
  for (int c = begin; c < std::min(end, plane.columns); ++c) {
    float sum = 0;
    for (std::size_t k = 0; k < blocks; ++k) sum += plane.block_sums[k * u(plane.pitch) + u(c)];
    plane.column_sums[u(c)] = sum;
  }
}

void DeepParameters::update_totals(int l, int begin, int end) {
  DeepLayer& layer = layers[u(l)];
  const auto sums_of = [&](int p, bool below) {
    const DeepPlane& plane = planes[u(p)];
    return plane.rows_below == below ? plane.row_sums.data() : plane.column_sums.data();
  };
  const float* from_below = l == 0 ? input_sums.data() : sums_of(l - 1, false);
  const float* from_above = l + 1 < layer_count() ? sums_of(l, true) : nullptr;
  for (int k = begin; k < std::min(end, layer.width); ++k) {
    const float total = from_below[k] + (from_above ? from_above[k] : 0.0f);
    layer.total[u(k)] = total;
    layer.inverse[u(k)] = total > 0 ? 1 / total : 0.0f;
  }
}

}  // namespace nullor
