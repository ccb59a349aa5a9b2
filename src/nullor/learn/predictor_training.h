#pragma once
/// Trains a predictor on rows of many circuits. Every step takes shards of rows of one circuit each, drawn
/// from all circuits by their numbers of rows; the same bytes for any number of threads.

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "nullor/learn/decoder_training.h"
#include "nullor/learn/predictor_engine.h"
#include "nullor/learn/predictor_model.h"

namespace nullor::learn {

struct PredictorTrainingOptions {
  int epochs = 30;
  double rate = 1e-3;
  double final_share = 0.01;  ///< of the highest rate, at the end
  int warm_up = 200;          ///< steps
  RateSchedule schedule = RateSchedule::cosine;
  StepSettings step{.decay = 0.01};
  int batch = 128;  ///< rows of a step
  int shard = 16;   ///< rows that are worked on at a time
  std::uint64_t seed = 1;
  int jobs = 0;  ///< threads; 0: one a core
  /// Makes what computes losses and gradients; null: make_native_engine().
  std::function<std::unique_ptr<PredictorEngine>(const PredictorConfig&, const PredictorShape&)> engine;
  std::string
      folder;  ///< of checkpoint.safetensors, model.safetensors and curve.csv; empty: none are written
  bool resume = false;
};

struct PredictorEpoch {
  int epoch = 0;
  long steps = 0;
  double rate = 0;
  PredictorLoss training, validation;
  double seconds = 0;  ///< of training since the beginning
};

struct PredictorHooks {
  /// Told the share of all epochs that is done and the loss of the last step; false stops.
  std::function<bool(double share, double loss)> progress;
  std::function<void(const PredictorEpoch&)> epoch;
};

struct PredictorTrained {
  PredictorModel model;  ///< without margins and summaries (calibrate)
  std::vector<PredictorEpoch> curve;
  bool interrupted = false;
};

/// Rows that are illegal by rule are not learned from, but give the box of legal sizes; scales come from
/// `training` alone. Throws InputError: no rows, metrics that differ from set to set (usage), files
/// (input_output), weights that are no numbers any more (no_convergence).
PredictorTrained train_predictor(std::span<const PredictionRows> training,
                                 std::span<const PredictionRows> validation, const PredictorConfig& config,
                                 const PredictorTrainingOptions& options, const PredictorHooks& hooks = {});
/// Goes on from a trained model, whose scales are kept: few rows of a new circuit.
PredictorTrained tune_predictor(const PredictorModel& start, std::span<const PredictionRows> training,
                                std::span<const PredictionRows> validation,
                                const PredictorTrainingOptions& options, const PredictorHooks& hooks = {});

std::string curve_csv(const PredictorConfig& config, std::span<const PredictorEpoch> curve);

/// Margins and probabilities from rows that were not learned from, and what summaries look like from those
/// that were.
void calibrate(PredictorModel& model, std::span<const PredictionRows> training,
               std::span<const PredictionRows> calibration);

/// What is to be expected of circuits that `model` did not learn from: how wrong `others`, of the same
/// metrics and classes, are about those of `sets` that they did not learn from. Returns how many pairs of a
/// circuit and a model there are; without any, nothing changes.
std::size_t calibrate_for_unseen(PredictorModel& model, std::span<const PredictorModel> others,
                                 std::span<const PredictionRows> sets);

/// Rows of every set, by chance and the number of the sample: all rows of a sample go to the same part.
struct RowParts {
  std::vector<PredictionRows> training, validation, calibration, test;
};
struct PartShares {
  double validation = 0.05, calibration = 0.1, test = 0.1;
};
RowParts divide(std::span<const PredictionRows> sets, const PartShares& shares, std::uint64_t seed);

}  // namespace nullor::learn
