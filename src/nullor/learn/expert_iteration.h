#pragma once
/// A generator that learns from what its own circuits do.
///
/// Each round draws circuits, lets them climb the ladder, keeps those that reach a level, are new and not
/// seen before, and goes on training on them together with the known circuits that reach it:
///
///   p_{r+1} = argmax_p  sum over known and kept circuits of log p,  beginning from p_r (1)
///
/// Kept circuits carry the family that they were asked for. Circuits that fail teach nothing; circuits that
/// are known are never kept, so that the model is not rewarded for copies. Source: T. Anthony, Z. Tian, D.
/// Barber, Thinking fast and slow with deep learning and tree search (2017), section 2, with the ladder in
/// the place of the tree search.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/ladder.h"
#include "nullor/learn/decoder_training.h"
#include "nullor/learn/sampler.h"

namespace nullor::learn {

struct ExpertIterationOptions {
  int rounds = 3;
  std::size_t draws = 2000;  ///< a round
  LadderOptions ladder;      ///< `until`: the level to reach
  SamplingOptions sampling;  ///< seed and jobs are those below
  TrainingOptions training;  ///< of each round; folder, start, resume, seed and jobs are set here
  std::uint64_t seed = 1;
  int jobs = 0;
  std::string folder;   ///< of round_1.safetensors, ... and round_1.jsonl, ...; empty: none are written
  bool resume = false;  ///< rounds whose files are there are not done again
};

struct ExpertRound {
  int round = 0;  ///< from 1
  std::size_t drawn = 0, reached = 0, kept = 0;
  double training_nats = 0;  ///< a token, in its last epoch; NaN: read from its files
};

struct ExpertHooks {
  /// In words what is being done, and the share of it; false stops.
  std::function<bool(const std::string& what, double share)> progress;
  std::function<void(const ExpertRound&)> round;
};

struct ExpertSummary {
  DecoderModel model;
  std::vector<ExpertRound> rounds;
  std::vector<graph::Topology> kept;  ///< of all rounds
  bool interrupted = false;
};

/// `known`: circuits with their families; each drawn one is asked for the family and the size of one of them.
/// The model must write records. The same for any number of threads. Throws InputError as train_decoder()
/// does, and (specification) when a round keeps nothing and no known circuit reaches the level.
ExpertSummary iterate_expert(const DecoderModel& model, std::span<const graph::Topology> known,
                             TrainingBackend& backend, const ExpertIterationOptions& options,
                             const ExpertHooks& hooks = {});

}  // namespace nullor::learn
