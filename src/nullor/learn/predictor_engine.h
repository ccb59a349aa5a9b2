#pragma once
/// What computes losses and gradients of a predictor. The loop around it is predictor_training.h.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/learn/feature_scale.h"
#include "nullor/learn/predictor_loss.h"
#include "nullor/learn/predictor_network.h"

namespace nullor::learn {

/// Rows of one circuit as a network reads them, and what is true of them.
struct PredictorExamples {
  const CircuitTokens* tokens = nullptr;
  ScaledFeatures features;
  std::vector<float> metrics;  ///< (n, m) on their scales; NaN: missing, or not to be learned from
  std::vector<int> classes;    ///< (n) -1: not to be learned from

  int rows() const { return static_cast<int>(classes.size()); }
  PredictorBatch<float> batch() const {
    return {tokens, rows(), features.devices.data(), features.circuit.data()};
  }
  PredictorTargets targets() const { return {metrics, classes}; }
};

class PredictorEngine {
 public:
  /// The examples of a shard, by its number; called on several threads.
  using Prepare = std::function<PredictorExamples(std::size_t shard)>;
  struct Step {
    PredictorLoss loss;               ///< of all shards
    std::span<const float> gradient;  ///< by the layout of the network; valid until the next call
  };

  virtual ~PredictorEngine() = default;

  /// "native, 2 threads", "torch 2.5.1, 2 devices, bfloat16"
  virtual std::string description() const = 0;
  /// The gradient of the loss with the counts of all shards in `whole`.
  virtual Step step(std::size_t shards, const Prepare& prepare, const PredictorLoss& whole,
                    std::span<const float> weights, const Rng& dropout) = 0;
  virtual PredictorLoss evaluate(std::size_t shards, const Prepare& prepare,
                                 std::span<const float> weights) = 0;
};

/// On up to `jobs` threads (0: one a core), each with a tape. The same bytes for any number of them.
std::unique_ptr<PredictorEngine> make_native_engine(const PredictorConfig& config,
                                                    const PredictorShape& shape, int jobs);

/// With LibTorch: on all CUDA devices that there are ("cuda"; shards in turn to each, in bfloat16 unless
/// `full_precision`), else on the processor ("cpu"); "auto": the first of them that works. In the module of
/// make_torch_backend (training_backend.h). Throws InputError(usage): the module is not there, or there is no
/// such device.
std::unique_ptr<PredictorEngine> make_torch_engine(const PredictorConfig& config, const PredictorShape& shape,
                                                   int jobs, const std::string& device, bool full_precision);

}  // namespace nullor::learn
