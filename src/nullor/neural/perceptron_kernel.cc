#include "nullor/neural/perceptron_kernel.h"

#include <algorithm>

#include "nullor/math/simd_exp.h"

namespace nullor {

template <class Real>
PerceptronKernel<Real>::PerceptronKernel(std::vector<int> widths) : widths_(std::move(widths)) {
  std::size_t count = 0;
  int widest = 0;
  for (std::size_t l = 0; l + 1 < widths_.size(); ++l) {
    Layer layer{padded(widths_[l]), padded(widths_[l + 1]), count, {}, {}, {}, {}, {}, {}};
    const std::size_t size = u(layer.inputs) * u(layer.outputs);
    layer.by_row.assign(size, 0);
    layer.by_column.assign(size, 0);
    layer.bias.assign(u(layer.outputs), 0);
    layer.activation.assign(kPanels * u(layer.inputs) * kWidth, Vector{});
    layer.weight_sums.assign(size, Vector{});
    layer.bias_sums.assign(u(layer.outputs), Vector{});
    count += u(widths_[l + 1]) * (u(widths_[l]) + 1);
    widest = std::max({widest, layer.inputs, layer.outputs});
    layers_.push_back(std::move(layer));
  }
  output_.assign(kPanels * u(padded(widths_.back())) * kWidth, Vector{});
  bar_.assign(kPanels * u(widest) * kWidth, Vector{});
  other_bar_ = bar_;
  parameters_.assign(count, 0);
  gradient_.assign(count, 0);
}

template <class Real>
void PerceptronKernel<Real>::begin_epoch() {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    const int rows = widths_[l + 1], columns = widths_[l];
    const Real* w = parameters_.data() + layer.offset;
    for (int r = 0; r < rows; ++r) {
      for (int k = 0; k < columns; ++k) {
        const Real value = w[r * columns + k];
        layer.by_row[u((r / kTile * layer.inputs + k) * kTile + r % kTile)] = value;
        layer.by_column[u((k / kTile * layer.outputs + r) * kTile + k % kTile)] = value;
      }
      layer.bias[u(r)] = w[rows * columns + r];
    }
    std::fill(layer.weight_sums.begin(), layer.weight_sums.end(), Vector{});
    std::fill(layer.bias_sums.begin(), layer.bias_sums.end(), Vector{});
  }
}

template <class Real>
void PerceptronKernel<Real>::forward(const Real* s, int count) {
  panels_ = (count + kPanel - 1) / kPanel;
  Layer& first = layers_.front();
  for (int j = 0; j < panels_ * kPanel; ++j) {
    Vector* unit = first.activation.data() + u(j / kPanel) * u(first.inputs) * kWidth;
    Real* lane = reinterpret_cast<Real*>(unit) + j % kPanel;
    lane[0] = s[std::min(j, count - 1)];
    lane[kPanel] = 1;
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    forward_layer(static_cast<int>(l), l + 1 == layers_.size());
  }
  std::fill_n(bar_.begin(), u(panels_) * u(layers_.back().outputs) * kWidth, Vector{});
}

// z = W a + b and z' = W a', tanh and its tangent on the way out.
template <class Real>
void PerceptronKernel<Real>::forward_layer(int l, bool last) {
  const Layer& layer = layers_[u(l)];
  Vector* const out_begin = last ? output_.data() : layers_[u(l) + 1].activation.data();
  for (int p = 0; p < panels_; ++p) {
    const Vector* const in = layer.activation.data() + u(p) * u(layer.inputs) * kWidth;
    Vector* out = out_begin + u(p) * u(layer.outputs) * kWidth;
    const Real* w = layer.by_row.data();
    for (int tile = 0; tile < layer.outputs; tile += kTile) {
      Vector sum[kTile][kWidth];
#pragma GCC unroll 3
      for (int r = 0; r < kTile; ++r) {
        sum[r][0] = sum[r][1] = Vector{} + layer.bias[u(tile + r)];
        sum[r][2] = sum[r][3] = Vector{};
      }
      const Vector* a = in;
      for (int k = 0; k < layer.inputs; ++k, a += kWidth, w += kTile) {
        const Vector a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
#pragma GCC unroll 3
        for (int r = 0; r < kTile; ++r) {
          const Vector weight = Vector{} + w[r];
          sum[r][0] += weight * a0;
          sum[r][1] += weight * a1;
          sum[r][2] += weight * a2;
          sum[r][3] += weight * a3;
        }
      }
#pragma GCC unroll 3
      for (int r = 0; r < kTile; ++r, out += kWidth) {
        if (last) {
          for (int v = 0; v < kWidth; ++v) out[v] = sum[r][v];
          continue;
        }
        const Vector left = simd_tanh(sum[r][0]), right = simd_tanh(sum[r][1]);
        out[0] = left;
        out[1] = right;
        out[2] = (Real(1) - left * left) * sum[r][2];
        out[3] = (Real(1) - right * right) * sum[r][3];
      }
    }
  }
}

template <class Real>
void PerceptronKernel<Real>::backward() {
  for (std::size_t l = layers_.size(); l-- > 0;) {
    gradient_layer(static_cast<int>(l));
    if (l > 0) adjoint_layer(static_cast<int>(l));
  }
}

// bar of the layer below = W^T bar, then through its tanh (perceptron.h, 2).
template <class Real>
void PerceptronKernel<Real>::adjoint_layer(int l) {
  const Layer& layer = layers_[u(l)];
  for (int p = 0; p < panels_; ++p) {
    const Vector* const in = bar_.data() + u(p) * u(layer.outputs) * kWidth;
    Vector* out = other_bar_.data() + u(p) * u(layer.inputs) * kWidth;
    const Vector* a = layer.activation.data() + u(p) * u(layer.inputs) * kWidth;
    const Real* w = layer.by_column.data();
    for (int tile = 0; tile < layer.inputs; tile += kTile) {
      Vector sum[kTile][kWidth] = {};
      const Vector* bar = in;
      for (int r = 0; r < layer.outputs; ++r, bar += kWidth, w += kTile) {
        const Vector b0 = bar[0], b1 = bar[1], b2 = bar[2], b3 = bar[3];
#pragma GCC unroll 3
        for (int k = 0; k < kTile; ++k) {
          const Vector weight = Vector{} + w[k];
          sum[k][0] += weight * b0;
          sum[k][1] += weight * b1;
          sum[k][2] += weight * b2;
          sum[k][3] += weight * b3;
        }
      }
#pragma GCC unroll 3
      for (int k = 0; k < kTile; ++k, a += kWidth, out += kWidth) {
#pragma GCC unroll 2
        for (int v = 0; v < 2; ++v) {
          const Vector d = Real(1) - a[v] * a[v];
          out[v] = d * sum[k][v] - Real(2) * a[v] * a[v + 2] * sum[k][v + 2];
          out[v + 2] = d * sum[k][v + 2];
        }
      }
    }
  }
  std::swap(bar_, other_bar_);
}

// Lane by lane: weight_sums += bar a^T over values and tangents.
template <class Real>
void PerceptronKernel<Real>::gradient_layer(int l) {
  Layer& layer = layers_[u(l)];
  const std::size_t bar_stride = u(layer.outputs) * kWidth, a_stride = u(layer.inputs) * kWidth;
  Vector* sums = layer.weight_sums.data();
  for (int row = 0; row < layer.outputs; row += kTile) {
    for (int column = 0; column < layer.inputs; column += kTile, sums += kTile * kTile) {
      Vector sum[kTile][kTile];
#pragma GCC unroll 9
      for (int e = 0; e < kTile * kTile; ++e) sum[e / kTile][e % kTile] = sums[e];
      const Vector* bar = bar_.data() + u(row) * kWidth;
      const Vector* a = layer.activation.data() + u(column) * kWidth;
      for (int p = 0; p < panels_; ++p, bar += bar_stride, a += a_stride) {
#pragma GCC unroll 4
        for (int v = 0; v < kWidth; ++v) {
          const Vector a0 = a[v], a1 = a[kWidth + v], a2 = a[2 * kWidth + v];
#pragma GCC unroll 3
          for (int r = 0; r < kTile; ++r) {
            const Vector b = bar[r * kWidth + v];
            sum[r][0] += b * a0;
            sum[r][1] += b * a1;
            sum[r][2] += b * a2;
          }
        }
      }
#pragma GCC unroll 9
      for (int e = 0; e < kTile * kTile; ++e) sums[e] = sum[e / kTile][e % kTile];
    }
  }
  for (int p = 0; p < panels_; ++p) {
    const Vector* bar = bar_.data() + u(p) * bar_stride;
    for (int r = 0; r < layer.outputs; ++r) layer.bias_sums[u(r)] += bar[r * kWidth] + bar[r * kWidth + 1];
  }
}

template <class Real>
void PerceptronKernel<Real>::end_epoch() {
  const auto folded = [](const Vector& v) {
    Real sum = 0;
    for (int l = 0; l < kLanes; ++l) sum += v[l];
    return sum;
  };
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const int rows = widths_[l + 1], columns = widths_[l];
    Real* g = gradient_.data() + layer.offset;
    for (int r = 0; r < rows; ++r) {
      for (int k = 0; k < columns; ++k) {
        const int tile = (r / kTile * (layer.inputs / kTile) + k / kTile) * kTile * kTile;
        g[r * columns + k] = folded(layer.weight_sums[u(tile + r % kTile * kTile + k % kTile)]);
      }
      g[rows * columns + r] = folded(layer.bias_sums[u(r)]);
    }
  }
}

template class PerceptronKernel<float>;
template class PerceptronKernel<double>;

}  // namespace nullor
