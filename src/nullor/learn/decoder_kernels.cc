#include "nullor/learn/decoder_kernels.h"

#include <algorithm>
#include <cmath>

#include "nullor/learn/vector_math.h"

namespace nullor::learn {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// y (Rows, 8 Vectors) of a panel, or of a part of it. Every number is one chain of multiply-adds over the
/// inputs, whatever Rows and Vectors are.
template <int Rows, int Vectors>
void multiply_panel(const float* panel, int inputs, const float* x, int x_pitch, float* y, int y_pitch) {
  Float8 sums[Rows][Vectors] = {};
  for (int k = 0; k < inputs; ++k) {
    const float* w = panel + static_cast<std::ptrdiff_t>(k) * kRowBlock;
    Float8 weights[Vectors];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) weights[v] = load8(w + 8 * v);
#pragma GCC unroll 6
    for (int row = 0; row < Rows; ++row) {
      const float number = x[row * x_pitch + k];
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sums[row][v] += weights[v] * number;
    }
  }
  for (int row = 0; row < Rows; ++row) {
    for (int v = 0; v < Vectors; ++v) store8(y + row * y_pitch + 8 * v, sums[row][v]);
  }
}

constexpr int kVectors = 2;  ///< with 6 rows: twelve sums, two weights and a number, in sixteen registers
constexpr int kRows = 6;

void multiply_rows(const float* panel, int inputs, const float* x, int rows, int x_pitch, float* y,
                   int y_pitch) {
  using Kernel = void (*)(const float*, int, const float*, int, float*, int);
  constexpr Kernel kKernels[] = {multiply_panel<1, kVectors>, multiply_panel<2, kVectors>,
                                 multiply_panel<3, kVectors>, multiply_panel<4, kVectors>,
                                 multiply_panel<5, kVectors>, multiply_panel<6, kVectors>};
  for (int part = 0; part < kRowBlock; part += 8 * kVectors) {
    for (int row = 0; row < rows; row += kRows) {
      const int count = std::min(kRows, rows - row);
      kKernels[count - 1](panel + part, inputs, x + row * x_pitch, x_pitch, y + row * y_pitch + part,
                          y_pitch);
    }
  }
}

}  // namespace

PackedMatrix::PackedMatrix(const float* w, int outputs, int inputs)
    : outputs_(outputs), inputs_(inputs), panels_(u(padded(outputs)) * u(inputs), 0.0f) {
  for (int o = 0; o < outputs; ++o) {
    float* panel = panels_.data() + u(o / kRowBlock) * u(kRowBlock) * u(inputs) + o % kRowBlock;
    for (int k = 0; k < inputs; ++k) panel[u(k) * u(kRowBlock)] = w[u(o) * u(inputs) + u(k)];
  }
}

void PackedMatrix::multiply(const float* x, int rows, int x_pitch, float* y, int y_pitch) const {
  for (int first = 0; first < outputs_; first += kRowBlock) {
    const float* panel = panels_.data() + u(first) * u(inputs_);
    if (rows == 1) {
      multiply_panel<1, kRowBlock / 8>(panel, inputs_, x, x_pitch, y + first, y_pitch);
    } else {
      multiply_rows(panel, inputs_, x, rows, x_pitch, y + first, y_pitch);
    }
  }
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

void attend(const float* q, const float* keys, const float* values, int count, int pitch, int head_width,
            float* scores, float* out) {
  const float scale = 1 / std::sqrt(static_cast<float>(head_width));
  float most = -INFINITY;
  for (int t = 0; t < count; ++t) {
    const float* key = keys + static_cast<std::ptrdiff_t>(t) * pitch;
    Float8 sum = {};
    for (int k = 0; k < head_width; k += 8) sum += load8(q + k) * load8(key + k);
    scores[t] = sum8(sum) * scale;
    most = std::max(most, scores[t]);
  }
  for (int t = count; t % 8 != 0; ++t) scores[t] = -INFINITY;
  float total = 0;
  for (int t = 0; t < count; t += 8) {
    store8(scores + t, exp8(load8(scores + t) - most));
    for (int k = t; k < std::min(count, t + 8); ++k) total += scores[k];
  }
  for (int first = 0; first < head_width; first += 8) {
    Float8 sum = {};
    for (int t = 0; t < count; ++t)
      sum += load8(values + static_cast<std::ptrdiff_t>(t) * pitch + first) * scores[t];
    store8(out + first, sum / total);
  }
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
