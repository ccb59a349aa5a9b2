#include "nullor/learn/decoder_kernels.h"

#include <algorithm>
#include <cmath>

#include "nullor/learn/vector_math.h"

namespace nullor::learn {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr int kPanel = 16;   ///< outputs of a panel
constexpr int kRows = 6;     ///< with two vectors of outputs: twelve sums, two weights and a number
constexpr int kDepth = 256;  ///< inputs of a panel that stay in the first cache, with those of six rows

/// Adds the products of `inputs` inputs to y (Rows, kPanel Panels). Panels lie `panel_pitch` apart. Every
/// number of y is one chain of multiply-adds over the inputs, whatever Rows, Panels and blocks are.
template <int Rows, int Panels>
void multiply_block(const float* panels, std::ptrdiff_t panel_pitch, int inputs, const float* x, int x_pitch,
                    float* y, int y_pitch, bool first) {
  constexpr int kVectors = 2 * Panels;
  Float8 sums[Rows][kVectors];
#pragma GCC unroll 6
  for (int row = 0; row < Rows; ++row) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sums[row][v] = first ? Float8{} : load8(y + row * y_pitch + 8 * v);
  }
  for (int k = 0; k < inputs; ++k) {
    Float8 weights[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v)
      weights[v] = load8(panels + v / 2 * panel_pitch + static_cast<std::ptrdiff_t>(k) * kPanel + v % 2 * 8);
#pragma GCC unroll 6
    for (int row = 0; row < Rows; ++row) {
      const float number = x[row * x_pitch + k];
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sums[row][v] += weights[v] * number;
    }
  }
#pragma GCC unroll 6
  for (int row = 0; row < Rows; ++row) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) store8(y + row * y_pitch + 8 * v, sums[row][v]);
  }
}

void multiply_panel(const float* panel, int inputs, const float* x, int rows, int x_pitch, float* y,
                    int y_pitch) {
  using Kernel = void (*)(const float*, std::ptrdiff_t, int, const float*, int, float*, int, bool);
  constexpr Kernel kKernels[] = {multiply_block<1, 1>, multiply_block<2, 1>, multiply_block<3, 1>,
                                 multiply_block<4, 1>, multiply_block<5, 1>, multiply_block<6, 1>};
  for (int begin = 0; begin < inputs; begin += kDepth) {
    const int depth = std::min(kDepth, inputs - begin);
    for (int row = 0; row < rows; row += kRows)
      kKernels[std::min(kRows, rows - row) - 1](panel + static_cast<std::ptrdiff_t>(begin) * kPanel, 0, depth,
                                                x + row * x_pitch + begin, x_pitch, y + row * y_pitch,
                                                y_pitch, begin == 0);
  }
}

/// Scores of 8 Blocks positions.
template <int Blocks>
void score_keys(const float* q, const float* keys, std::ptrdiff_t block, int head_width, float scale,
                float* scores) {
  Float8 sums[Blocks] = {};
  for (int k = 0; k < head_width; ++k) {
#pragma GCC unroll 4
    for (int b = 0; b < Blocks; ++b) sums[b] += load8(keys + b * block + k * kKeyBlock) * q[k];
  }
  for (int b = 0; b < Blocks; ++b) store8(scores + 8 * b, sums[b] * scale);
}

/// 8 Vectors numbers of the mean of the values.
template <int Vectors>
void mix_values(const float* values, int pitch, int count, const float* weights, float share, float* out) {
  Float8 sums[Vectors] = {};
  for (int t = 0; t < count; ++t) {
    const float* value = values + static_cast<std::ptrdiff_t>(t) * pitch;
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sums[v] += load8(value + 8 * v) * weights[t];
  }
  for (int v = 0; v < Vectors; ++v) store8(out + 8 * v, sums[v] * share);
}

}  // namespace

PackedMatrix::PackedMatrix(const float* w, int outputs, int inputs)
    : outputs_(outputs), inputs_(inputs), panels_(u(padded(outputs)) * u(inputs), 0.0f) {
  for (int o = 0; o < outputs; ++o) {
    float* panel = panels_.data() + u(o / kPanel) * u(kPanel) * u(inputs) + o % kPanel;
    for (int k = 0; k < inputs; ++k) panel[u(k) * u(kPanel)] = w[u(o) * u(inputs) + u(k)];
  }
}

void PackedMatrix::multiply(const float* x, int rows, int x_pitch, float* y, int y_pitch) const {
  if (rows == 1) {
    for (int first = 0; first < outputs_; first += kRowBlock)
      multiply_block<1, kRowBlock / kPanel>(panels_.data() + u(first) * u(inputs_),
                                            static_cast<std::ptrdiff_t>(inputs_) * kPanel, inputs_, x,
                                            x_pitch, y + first, y_pitch, true);
    return;
  }
  for (int first = 0; first < outputs_; first += kPanel)
    multiply_panel(panels_.data() + u(first) * u(inputs_), inputs_, x, rows, x_pitch, y + first, y_pitch);
}

void layer_norm(const float* x, const float* gain, const float* bias, int width, float* y) {
  Float8 sum = {}, square = {};
  for (int k = 0; k < width; k += 8) sum += load8(x + k);
  const float count = static_cast<float>(width), mean = sum8(sum) / count;
  for (int k = 0; k < width; k += 8) {
    const Float8 d = load8(x + k) - mean;
    square += d * d;
  }
  const float scale = 1 / std::sqrt(sum8(square) / count + 1e-5f);
  for (int k = 0; k < width; k += 8)
    store8(y + k, (load8(x + k) - mean) * scale * load8(gain + k) + load8(bias + k));
}

void gelu(float* x, int count) {
  for (int k = 0; k < count; k += 8) store8(x + k, gelu8(load8(x + k)));
}

void add(const float* x, int count, float* to) {
  for (int k = 0; k < count; k += 8) store8(to + k, load8(to + k) + load8(x + k));
}

void append_key(const float* key, int head_width, int position, std::vector<float>& keys) {
  if (position % kKeyBlock == 0) keys.resize(keys.size() + u(head_width) * u(kKeyBlock), 0.0f);
  float* to = keys.data() + u(position / kKeyBlock) * u(head_width) * u(kKeyBlock) + position % kKeyBlock;
  for (int k = 0; k < head_width; ++k) to[k * kKeyBlock] = key[k];
}

void attend(const float* q, const float* keys, const float* values, int count, int head_width, float* scores,
            float* out) {
  const std::ptrdiff_t block = static_cast<std::ptrdiff_t>(head_width) * kKeyBlock;
  const float scale = 1 / std::sqrt(static_cast<float>(head_width));
  const int blocks = (count + kKeyBlock - 1) / kKeyBlock;
  int b = 0;
  for (; b + 4 <= blocks; b += 4)
    score_keys<4>(q, keys + b * block, block, head_width, scale, scores + 8 * b);
  for (; b < blocks; ++b) score_keys<1>(q, keys + b * block, block, head_width, scale, scores + 8 * b);
  for (int t = count; t < 8 * blocks; ++t) scores[t] = -INFINITY;
  Float8 most = all8(-INFINITY), total = {};
  for (int t = 0; t < count; t += 8) most = max8(most, load8(scores + t));
  const float top =
      *std::max_element(reinterpret_cast<const float*>(&most), reinterpret_cast<const float*>(&most) + 8);
  for (int t = 0; t < count; t += 8) {
    // What was minus infinity becomes e^-87, and is taken out of the sum by the mask.
    Float8 weights = exp8(load8(scores + t) - top);
    for (int k = count - t; k < 8; ++k) weights[k] = 0;
    total += weights;
    store8(scores + t, weights);
  }
  const float share = 1 / sum8(total);
  int first = 0;
  for (; first + 32 <= head_width; first += 32)
    mix_values<4>(values + first, head_width, count, scores, share, out + first);
  for (; first < head_width; first += 8)
    mix_values<1>(values + first, head_width, count, scores, share, out + first);
}

void rotate(float* x, int heads, int head_width, const float* turn) {
  const int half = head_width / 2;
  for (int head = 0; head < heads; ++head, x += head_width) {
    for (int k = 0; k < half; ++k) {
      const float a = x[k], b = x[k + half];
      x[k] = a * turn[k] - b * turn[k + half];
      x[k + half] = b * turn[k] + a * turn[k + half];
    }
  }
}

void rotary_turn(int position, int head_width, float* turn) {
  const int half = head_width / 2;
  for (int k = 0; k < half; ++k) {
    const double angle = position * std::pow(10000.0, -2.0 * k / head_width);
    turn[k] = static_cast<float>(std::cos(angle));
    turn[k + half] = static_cast<float>(std::sin(angle));
  }
}

}  // namespace nullor::learn
