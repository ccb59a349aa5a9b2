#pragma once
/// The arithmetic of a decoder in float32. What it computes for one row never depends on the rows beside it,
/// to the last bit: a sample is the same in any batch.

#include <vector>

namespace nullor::learn {

/// Rows of activations begin at multiples of this many numbers.
inline constexpr int kRowBlock = 64;
inline constexpr int padded(int count) { return (count + kRowBlock - 1) / kRowBlock * kRowBlock; }

/// A matrix W (outputs, inputs), kept in panels of 16 outputs, (panel, input, output in the panel): one row
/// reads four panels as streams, six rows use every load six times, from blocks that the first cache holds.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  PackedMatrix(const float* w, int outputs, int inputs);

  int outputs() const { return outputs_; }
  /// y = x W^T, x (rows, x_pitch), y (rows, y_pitch) with y_pitch at least padded(outputs()).
  void multiply(const float* x, int rows, int x_pitch, float* y, int y_pitch) const;

 private:
  int outputs_ = 0, inputs_ = 0;
  std::vector<float> panels_;
};

/// y = gain (x - mean) / sqrt(variance + 1e-5) + bias over `width` numbers, a multiple of 8.
void layer_norm(const float* x, const float* gain, const float* bias, int width, float* y);
void gelu(float* x, int count);
void add(const float* x, int count, float* to);

/// The keys of a head are kept eight positions side by side, (position / 8, head_width, position % 8), so
/// that eight scores come out of one register; its values as (position, head_width).
inline constexpr int kKeyBlock = 8;
void append_key(const float* key, int head_width, int position, std::vector<float>& keys);

/// One head of one query: out = sum_t softmax_t(q k_t / sqrt(head_width)) v_t over the positions 0 .. count
/// - 1. `scores` has room for `count` numbers rounded up to 8.
void attend(const float* q, const float* keys, const float* values, int count, int head_width, float* scores,
            float* out);

/// Turns the pairs (x_i, x_{i + n/2}) of each head of n numbers by angle_i = position 10000^(-2 i / n).
/// `turn`: of rotary_turn, n numbers, the cosines and then the sines.
/// Source: J. Su et al., RoFormer (2021), section 3.2.2.
void rotate(float* x, int heads, int head_width, const float* turn);
void rotary_turn(int position, int head_width, float* turn);

}  // namespace nullor::learn
