#pragma once
/// A generator that learns from what its own circuits do.
///
/// Each round draws circuits, each asked for the family of a known one (half of them for a family that is
/// drawn first, whatever its number), lets them climb the ladder, and keeps those that reach a level, are new
/// and not seen before, and have no parallel twins (a shortcut to sane bias, parallel_twins.h). Then it
/// learns, by one of two rules.
///
/// Expert iteration goes on training on everything that was ever kept and the known circuits that reach the
/// level; circuits that fail teach nothing:
///
///   p_{r+1} = argmax_p  sum over known and kept circuits of log p,  beginning from p_r (1)
///
/// Drawn below temperature 1 and with guidance, of which TuningOptions::chosen of every family are kept,
/// those that are likeliest of it as (2) has it, (1) writes into the weights what otherwise has to be paid
/// for at every draw.
///
/// The policy gradient (policy_gradient.h) learns from the round's draws alone, from those that fail as well.
/// Circuits that reach the level, are new, not drawn before in this round and without twins earn by the
/// probability p that they are of the family asked for (family_judge.h), others nothing:
///
///   reward = max(0, 1 + log10(p) / 2) (2)
///
/// A third is asked for no family and earns by the greatest probability that one has. Circuits that were
/// asked for one family are compared with each other, and what moves away from the model of the beginning
/// costs. A judge that stays what it is can be pleased by circuits that nobody would draw: every five rounds
/// it learns to tell what the model writes by then from what people draw (3).
///
/// Where the level is L4, circuits of a family without a testbench have to reach L3 alone. By the policy
/// gradient, one of a family with a testbench earns half of (2) from L3 on, and the whole where it does what
/// it is for.
///
/// Kept circuits carry the family that they were asked for, or other. Circuits that are known are never kept
/// and earn nothing, so that the model is not rewarded for copies. Source of (1): T. Anthony, Z. Tian, D.
/// Barber, Thinking fast and slow with deep learning and tree search (2017), section 2, with the ladder in
/// the place of the tree search; of the choice: H. Dong et al., RAFT: Reward ranked finetuning (2023); of
/// (3): L. Yu et al., SeqGAN (2017), with trees in the place of its network.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/ladder.h"
#include "nullor/learn/decoder_training.h"
#include "nullor/learn/policy_gradient.h"
#include "nullor/learn/sampler.h"

namespace nullor::learn {

enum class TuningRule { expert_iteration, policy_gradient };

struct TuningOptions {
  TuningRule rule = TuningRule::expert_iteration;
  int rounds = 3;
  std::size_t draws = 2000;  ///< a round
  LadderOptions ladder;      ///< `until`: the level to reach; for L4 with `benches`
  /// Seed and jobs are those below. Policy gradient: the model is sharpened to the temperature once, and
  /// draws at 1 from then on.
  SamplingOptions sampling;
  /// Expert iteration: of the circuits of a family that could be kept, the share that is, those that look
  /// most like the family (2).
  double chosen = 1;
  TrainingOptions training;  ///< expert iteration, of each round; folder, start, seed and jobs are set here
  PolicyGradientOptions policy;  ///< policy gradient: its rate falls to a fifth
  /// The outcome is the mean of so many last rounds' weights; 0: 8 by the policy gradient, else 1.
  int averaged = 0;
  std::uint64_t seed = 1;
  int jobs = 0;
  std::string folder;   ///< of round_1.safetensors, ... and round_1.jsonl, ...; empty: none are written
  bool resume = false;  ///< rounds whose files are there are not done again
};

struct TuningRound {
  int round = 0;  ///< from 1
  std::size_t drawn = 0, reached = 0, kept = 0;
  double earned = 0;  ///< policy: sum over the circuits
  double drift = 0;   ///< policy: log p of a draw less that of the first model [nats], in the mean
  /// A token of circuits that are learned (expert) or known (policy) [nats]; NaN: read from files, or none.
  double known_nats = 0;
};

struct TuningHooks {
  /// In words what is being done, and the share of it; false stops.
  std::function<bool(const std::string& what, double share)> progress;
  std::function<void(const TuningRound&)> round;
};

struct TuningSummary {
  DecoderModel model;
  std::vector<TuningRound> rounds;
  std::vector<graph::Topology> kept;  ///< of all rounds
  bool interrupted = false;
};

/// `known`: circuits with their families. The model must write records. The same for any number of threads,
/// and whether it was interrupted or not. Throws InputError as train_decoder() and policy_gradient_pass() do,
/// (usage) for a policy gradient at temperature 0, and (specification) when a round keeps
/// nothing and no known circuit reaches the level.
TuningSummary tune_generator(const DecoderModel& model, std::span<const graph::Topology> known,
                             TrainingBackend& backend, const TuningOptions& options,
                             const TuningHooks& hooks = {});

}  // namespace nullor::learn
