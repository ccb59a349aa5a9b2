#pragma once
/// Trains a decoder on circuits. Every epoch writes each circuit in an order drawn anew, so that what the
/// network learns does not hang on one of the many ways to write it.

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "nullor/learn/decoder_config.h"
#include "nullor/learn/token_batch.h"
#include "nullor/learn/training_backend.h"

namespace nullor::learn {

enum class RateSchedule { cosine, linear, constant };

struct TrainingOptions {
  int epochs = 50;
  double rate = 1e-3;        ///< the highest one
  double final_share = 0.1;  ///< of the highest rate, at the end
  int warm_up = 100;         ///< steps in which the rate rises from 0
  RateSchedule schedule = RateSchedule::cosine;
  StepSettings step;         ///< betas, decay, clipping, dropout; the rest is filled in
  int shard_tokens = 512;    ///< tokens that are worked on at a time (token_batch.h)
  int step_tokens = 4096;    ///< tokens of a step: several shards whose gradients are added up
  bool fresh_order = true;   ///< false: each circuit is written once and kept so
  EncodingOptions encoding;  ///< `context` is the model's
  std::uint64_t seed = 1;
  int jobs = 0;  ///< threads of encoding; 0: one a core
  std::string
      folder;  ///< of checkpoint.safetensors, weights.safetensors and curve.csv; empty: none are written
  bool resume = false;  ///< go on from the checkpoint in `folder`, if there is one
  /// Writes the validation circuits, in the same tokens: without conditions, say. Null: the one of training.
  const graph::Language* validation_language = nullptr;
  const DecoderModel* start = nullptr;  ///< weights to begin with; null: random ones
};

struct EpochRecord {
  int epoch = 0;                                                      ///< from 1
  long steps = 0;                                                     ///< since the beginning
  double rate = 0;                                                    ///< of the last step
  double training_nats = 0;                                           ///< -log p a token, during the epoch
  double validation_nats = std::numeric_limits<double>::quiet_NaN();  ///< a token
  double validation_bits = std::numeric_limits<double>::quiet_NaN();  ///< a circuit, its order left out
  double tokens = 0;                                                  ///< trained on since the beginning
  double seconds = 0;                                                 ///< of training since the beginning
};

struct TrainingHooks {
  /// Told the share of all epochs that is done and the loss of the last step [nats a token]; false stops.
  std::function<bool(double share, double loss)> progress;
  std::function<void(const EpochRecord&)> epoch;
};

struct TrainingSummary {
  DecoderModel model;  ///< of the epoch with the best validation; without validation the last
  std::vector<EpochRecord> curve;
  int best_epoch = 0;
  bool interrupted = false;
  std::size_t too_long = 0;  ///< circuits of the training set that the context has no room for
};

/// Rate of a step: warm-up, then from `rate` to `rate * final_share` while `share` goes from 0 to 1.
double scheduled_rate(const TrainingOptions& options, long step, double share);

/// Trains with `backend`, which has the shape `config`. After every epoch the folder holds a checkpoint; a
/// run that goes on from it ends in the same weights as one that was never interrupted. Validation circuits
/// may be none.
///
/// Throws InputError: no circuit fits, options out of range, a checkpoint of another training
/// (usage), files (input_output), weights that are no numbers any more (no_convergence).
TrainingSummary train_decoder(const graph::Language& language, std::span<const graph::Topology> training,
                              std::span<const graph::Topology> validation, const DecoderConfig& config,
                              TrainingBackend& backend, const TrainingOptions& options,
                              const TrainingHooks& hooks = {});

/// "epoch,steps,rate,..." and one line an epoch.
std::string curve_csv(const std::vector<EpochRecord>& curve);

}  // namespace nullor::learn
