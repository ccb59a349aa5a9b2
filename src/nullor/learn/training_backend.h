#pragma once
/// What computes losses, gradients and steps of a decoder. The loop around it is decoder_training.h.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nullor/learn/decoder_config.h"
#include "nullor/learn/token_batch.h"

namespace nullor::learn {

/// One step of AdamW: with the gradient g of the mean loss, made no longer than `clip`,
///
///   m' = b1 m + (1 - b1) g,  v' = b2 v + (1 - b2) g^2,
///   w' = w - rate (m' / (1 - b1^t) / (sqrt(v' / (1 - b2^t)) + 1e-8) + decay w)
///
/// where only matrices decay.
/// Source: I. Loshchilov, F. Hutter, Decoupled weight decay regularization (2019), algorithm 2.
struct StepSettings {
  double rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.95;
  double decay = 0.1;
  double clip = 1;         ///< 0: no limit
  double dropout = 0;      ///< share of the numbers of (1) and of each branch of (2) that are left out
  long step = 1;           ///< t, from 1
  std::uint64_t seed = 1;  ///< of what is left out, with `step`
};

/// Weights and both means of Adam, each by WeightPlaces.
struct OptimizerState {
  std::vector<float> weights, mean, square;
};

class TrainingBackend {
 public:
  virtual ~TrainingBackend() = default;

  /// "native, 2 threads", "torch 2.5.1, cuda"
  virtual std::string description() const = 0;
  /// Steps once on the mean loss of all shards together: the sum of -log p, by the targets' weights, over
  /// their number. Returns that sum before the step [nats]; not finite: the step was left out.
  virtual double step(std::span<const TokenBatch> shards, const StepSettings& settings) = 0;
  /// Sum of -log p over the targets, by their weights [nats].
  virtual double evaluate(const TokenBatch& batch) = 0;
  /// Gradient of the mean loss, by WeightPlaces. Dropout as in `settings`.
  virtual std::vector<float> gradient(std::span<const TokenBatch> shards, const StepSettings& settings) = 0;

  virtual OptimizerState state() const = 0;
  virtual void set_state(const OptimizerState& state) = 0;
};

/// With the processor and without torch, on up to `jobs` threads (0: one a core). The same bytes for any
/// number of them. Floor: 6 flops a parameter and token over the rate of multiply-adds.
std::unique_ptr<TrainingBackend> make_native_backend(const DecoderConfig& config, int jobs);

/// With LibTorch, on a CUDA device where there is one ("cuda"; then in bfloat16 unless `full_precision`),
/// else on the processor ("cpu"); "auto": the first of them that works. It lies in a module of its own,
/// libnullor_train.so, which is loaded here: the program starts without it. Throws InputError(usage): the
/// module is not there, or there is no such device.
std::unique_ptr<TrainingBackend> make_torch_backend(const DecoderConfig& config, int jobs,
                                                    const std::string& device, bool full_precision);
/// Empty where torch can be used; else why not, and what to install.
std::string why_no_torch();

}  // namespace nullor::learn
