#include "nullor/learn/training_layers.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "nullor/learn/vector_math.h"

namespace nullor::learn {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Strided = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
using StridedConst = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
using Dense = Eigen::Map<Matrix>;
using DenseConst = Eigen::Map<const Matrix>;

/// Queries that are handled together; keys behind the last of them are not touched.
constexpr int kQueries = 64;

std::ptrdiff_t at(int row, int pitch) { return static_cast<std::ptrdiff_t>(row) * pitch; }

/// Queries begin .. begin + rows - 1 of a head, and what they may look at: keys 0 .. begin + rows - 1.
struct QueryBlock {
  QueryBlock(const float* qkv, int begin, int rows, int head, const DecoderConfig& c)
      : begin(begin),
        rows(rows),
        keys(begin + rows),
        first(head * c.head_width()),
        q(qkv + at(begin, 3 * c.width) + first, rows, c.head_width(), Eigen::OuterStride<>(3 * c.width)),
        k(qkv + c.width + first, keys, c.head_width(), Eigen::OuterStride<>(3 * c.width)),
        v(qkv + 2 * c.width + first, keys, c.head_width(), Eigen::OuterStride<>(3 * c.width)) {}

  int begin, rows, keys, first;
  StridedConst q, k, v;
};

/// Rows of weights have a pitch that is a multiple of 8.
int pitch_of(int keys) { return (keys + 7) / 8 * 8; }

/// Calls work(head, begin, rows) for all blocks of queries of all heads.
template <class Work>
void for_blocks(int length, const DecoderConfig& c, const Work& work) {
  for (int head = 0; head < c.heads; ++head) {
    for (int begin = 0; begin < length; begin += kQueries)
      work(head, begin, std::min(kQueries, length - begin));
  }
}

}  // namespace

void linear(const float* x, const float* w, int rows, int inputs, int outputs, float* y) {
  Dense(y, rows, outputs).noalias() =
      DenseConst(x, rows, inputs) * DenseConst(w, outputs, inputs).transpose();
}

void linear_input_gradient(const float* dy, const float* w, int rows, int inputs, int outputs, float* dx) {
  Dense(dx, rows, inputs).noalias() = DenseConst(dy, rows, outputs) * DenseConst(w, outputs, inputs);
}

void linear_weight_gradient(const float* dy, const float* x, int rows, int inputs, int outputs, float* dw) {
  Dense(dw, outputs, inputs).noalias() +=
      DenseConst(dy, rows, outputs).transpose() * DenseConst(x, rows, inputs);
}

void layer_norm_gradient(const float* dy, const float* x, const float* gain, int rows, int width, float* dx,
                         float* dgain, float* dbias) {
  const float count = static_cast<float>(width);
  for (int r = 0; r < rows; ++r, dy += width, x += width, dx += width) {
    Float8 sum = {}, square = {}, d_sum = {}, d_product = {};
    for (int k = 0; k < width; k += 8) sum += load8(x + k);
    const float mean = sum8(sum) / count;
    for (int k = 0; k < width; k += 8) {
      const Float8 d = load8(x + k) - mean;
      square += d * d;
    }
    const float scale = 1 / std::sqrt(sum8(square) / count + 1e-5f);
    for (int k = 0; k < width; k += 8) {
      const Float8 normal = (load8(x + k) - mean) * scale, d = load8(dy + k);
      store8(dgain + k, load8(dgain + k) + d * normal);
      store8(dbias + k, load8(dbias + k) + d);
      d_sum += d * load8(gain + k);
      d_product += d * load8(gain + k) * normal;
    }
    const float d_mean = sum8(d_sum) / count, d_along = sum8(d_product) / count;
    for (int k = 0; k < width; k += 8) {
      const Float8 normal = (load8(x + k) - mean) * scale;
      store8(dx + k, load8(dx + k) + scale * (load8(dy + k) * load8(gain + k) - d_mean - normal * d_along));
    }
  }
}

void gelu_forward(const float* x, std::size_t count, float* y) {
  for (std::size_t k = 0; k < count; k += 8) store8(y + k, gelu8(load8(x + k)));
}

void gelu_gradient(const float* x, std::size_t count, float* dy) {
  for (std::size_t k = 0; k < count; k += 8) {
    const Float8 v = load8(x + k), square = v * v;
    const Float8 t = tanh8(kGelu1 * (v + kGelu3 * square * v));
    const Float8 slope =
        0.5f * (1.0f + t) + 0.5f * v * (1.0f - t * t) * kGelu1 * (1.0f + 3 * kGelu3 * square);
    store8(dy + k, load8(dy + k) * slope);
  }
}

void attention_forward(const float* qkv, int length, const DecoderConfig& c, float* out, float* logs) {
  const float scale = 1 / std::sqrt(static_cast<float>(c.head_width()));
  std::vector<float> buffer(static_cast<std::size_t>(kQueries) * static_cast<std::size_t>(pitch_of(length)));
  for_blocks(length, c, [&](int head, int begin, int rows) {
    const QueryBlock block(qkv, begin, rows, head, c);
    const int pitch = pitch_of(block.keys);
    Strided weights(buffer.data(), rows, block.keys, Eigen::OuterStride<>(pitch));
    weights.noalias() = block.q * block.k.transpose();
    for (int r = 0; r < rows; ++r) {
      float* row = buffer.data() + at(r, pitch);
      const int seen = begin + r + 1;
      const float top = *std::max_element(row, row + seen);
      std::fill(row + seen, row + pitch, -INFINITY);
      Float8 total = {};
      for (int t = 0; t < seen; t += 8) {
        const Float8 e = exp8((load8(row + t) - top) * scale);
        store8(row + t, e);
        if (t + 8 <= seen) total += e;
      }
      // Of the last eight, some lie behind the query.
      std::fill(row + seen, row + pitch, 0.0f);
      if (seen % 8 != 0) total += load8(row + seen / 8 * 8);
      const float sum = sum8(total);
      for (int t = 0; t < seen; t += 8) store8(row + t, load8(row + t) / sum);
      logs[at(begin + r, c.heads) + head] = top * scale + std::log(sum);
    }
    Strided(out + at(begin, c.width) + block.first, rows, c.head_width(), Eigen::OuterStride<>(c.width))
        .noalias() = weights * block.v;
  });
}

void attention_gradient(const float* dout, const float* qkv, const float* out, const float* logs, int length,
                        const DecoderConfig& c, float* dqkv) {
  const float scale = 1 / std::sqrt(static_cast<float>(c.head_width()));
  const Eigen::OuterStride<> wide(3 * c.width), narrow(c.width);
  const std::size_t most = static_cast<std::size_t>(kQueries) * static_cast<std::size_t>(pitch_of(length));
  std::vector<float> weight_buffer(most), slope_buffer(most);
  std::fill_n(dqkv, at(length, 3 * c.width), 0.0f);
  for_blocks(length, c, [&](int head, int begin, int rows) {
    const QueryBlock block(qkv, begin, rows, head, c);
    const int pitch = pitch_of(block.keys), n = c.head_width();
    const StridedConst d(dout + at(begin, c.width) + block.first, rows, n, narrow);
    const StridedConst o(out + at(begin, c.width) + block.first, rows, n, narrow);
    Strided weights(weight_buffer.data(), rows, block.keys, Eigen::OuterStride<>(pitch));
    Strided slopes(slope_buffer.data(), rows, block.keys, Eigen::OuterStride<>(pitch));
    weights.noalias() = block.q * block.k.transpose();
    slopes.noalias() = d * block.v.transpose();
    for (int r = 0; r < rows; ++r) {
      float* p = weight_buffer.data() + at(r, pitch);
      float* s = slope_buffer.data() + at(r, pitch);
      const int seen = begin + r + 1;
      const float log = logs[at(begin + r, c.heads) + head], along = d.row(r).dot(o.row(r));
      for (int t = 0; t < seen; t += 8) {
        const Float8 weight = exp8(load8(p + t) * scale - log);
        store8(p + t, weight);
        store8(s + t, weight * (load8(s + t) - along) * scale);
      }
      std::fill(p + seen, p + pitch, 0.0f);
      std::fill(s + seen, s + pitch, 0.0f);
    }
    Strided(dqkv + at(begin, 3 * c.width) + block.first, rows, n, wide).noalias() = slopes * block.k;
    Strided(dqkv + c.width + block.first, block.keys, n, wide).noalias() += slopes.transpose() * block.q;
    Strided(dqkv + 2 * c.width + block.first, block.keys, n, wide).noalias() += weights.transpose() * d;
  });
}

double cross_entropy(float* logits, const int* targets, const float* weights, int rows, int vocabulary,
                     int pitch, float scale) {
  double out = 0;
  for (int r = 0; r < rows; ++r, logits += pitch) {
    const int target = targets[r];
    const float weight = weights ? weights[r] : 1.0f, slope = weight * scale;
    if (target < 0) {
      std::fill_n(logits, pitch, 0.0f);
      continue;
    }
    const float top = *std::max_element(logits, logits + vocabulary), own = logits[target];
    std::fill(logits + vocabulary, logits + pitch, -INFINITY);
    Float8 total = {};
    for (int k = 0; k < pitch; k += 8) {
      const Float8 e = exp8(load8(logits + k) - top);
      total += e;
      store8(logits + k, e);
    }
    const float sum = sum8(total);
    out += double{weight} * (double{top} + std::log(double{sum}) - double{own});
    for (int k = 0; k < pitch; k += 8) store8(logits + k, load8(logits + k) * (slope / sum));
    logits[target] -= slope;
  }
  return out;
}

}  // namespace nullor::learn
