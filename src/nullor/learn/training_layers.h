#pragma once
/// The layers of a decoder forward and backward in float32, for training with the processor. Matrices are
/// row-major; "+=" in a comment: added to what is there.

#include <vector>

#include "nullor/learn/decoder_config.h"

namespace nullor::learn {

/// y (rows, outputs) = x (rows, inputs) W^T
void linear(const float* x, const float* w, int rows, int inputs, int outputs, float* y);
/// dx = dy W
void linear_input_gradient(const float* dy, const float* w, int rows, int inputs, int outputs, float* dx);
/// dW += dy^T x
void linear_weight_gradient(const float* dy, const float* x, int rows, int inputs, int outputs, float* dw);

/// Row by row; dx += , dgain += , dbias +=. The mean and deviation are computed anew from x.
void layer_norm_gradient(const float* dy, const float* x, const float* gain, int rows, int width, float* dx,
                         float* dgain, float* dbias);

/// y = gelu(x); dx = dy gelu'(x), in the place of dy.
void gelu_forward(const float* x, std::size_t count, float* y);
void gelu_gradient(const float* x, std::size_t count, float* dy);

/// One sequence: qkv (length, 3 width) -> out (length, width); `logs` (length, heads): the logarithm of each
/// softmax's denominator, for the way back.
void attention_forward(const float* qkv, int length, const DecoderConfig& config, float* out, float* logs);
/// dqkv = from dout (length, width).
void attention_gradient(const float* dout, const float* qkv, const float* out, const float* logs, int length,
                        const DecoderConfig& config, float* dqkv);

/// Sum of weights[row] times -log softmax(logits)[target] over rows with a target that is not -1 [nats];
/// `weights` null: 1. With `scale` not 0, logits become its gradient times `scale`. `pitch`: of rows,
/// a multiple of 8; entries past `vocabulary` are overwritten.
double cross_entropy(float* logits, const int* targets, const float* weights, int rows, int vocabulary,
                     int pitch, float scale);

}  // namespace nullor::learn
