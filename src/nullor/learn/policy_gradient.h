#pragma once
/// A generator that learns from rewards: sequences that earned more than others become likelier, those that
/// earned less rarer.
///
/// With the rewards r of n sequences that were asked for the same, each is compared with the mean of the
/// others, and one pass over all of them follows
///
///   r_i' = r_i - likeness (log p(sequence i) - log p_0(sequence i))                               (1)
///   A_i = r_i' - sum_{j != i} r_j' / (n - 1)                                                      (2)
///   loss = -(sum_i A_i log p(sequence i) + sum over known circuits of log p) / tokens             (3)
///
/// whose first part has the expected reward's gradient, without bias, as long as the model has not moved
/// since it drew them. Two things keep the model near to what circuits look like: (1) takes from the reward
/// what makes a sequence likelier than p_0, the model of the beginning, finds it, and known circuits are
/// learned beside. Probabilities of draws are those under their masks.
///
/// Sources: R. J. Williams, Simple statistical gradient-following algorithms for connectionist reinforcement
/// learning (1992); (1) of N. Jaques et al., Sequence tutor: conservative fine-tuning of sequence generation
/// models with KL-control (2017); (2) of W. Kool, H. van Hoof, M. Welling, Buy 4 REINFORCE samples, get a
/// baseline for free (2019).

#include <functional>
#include <span>
#include <vector>

#include "nullor/graph/language.h"
#include "nullor/learn/training_backend.h"

namespace nullor::learn {

struct PolicyGradientOptions {
  double rate = 1.5e-4;      ///< of AdamW
  double known_share = 0.2;  ///< known circuits in (3) for each sequence that was drawn
  double likeness = 0.012;   ///< of (1) [1/nats]
  int step_tokens = 8192;    ///< of a step: so many that the mean over them is not noise alone
  StepSettings step;         ///< betas, decay, clipping, dropout; the rest is filled in
};

/// A sequence that was drawn at temperature 1, its prompt and its end included.
struct RewardedSequence {
  std::vector<int> tokens;
  std::vector<bool> allowed;  ///< of Sample, for the last of `tokens`; empty: there was no mask
  int group = 0;              ///< those of one group were asked for the same
  double reward = 0;
};

/// log p of what stands behind kBeginToken, under the masks [nats].
std::vector<double> log_probabilities(TrainingBackend& backend, const graph::Language& language,
                                      std::span<const RewardedSequence> drawn);

/// (2); 0 for the only one of its group.
std::vector<double> advantages(std::span<const RewardedSequence> drawn);

/// One pass of AdamW over `drawn` and `known`, in random order; sequences that are longer than `context` and
/// those of advantage 0 are left out. `step`: steps that were made so far; it goes on counting. `progress` is
/// told the share that is done; false stops. Throws InputError(no_convergence): the loss is not finite.
void policy_gradient_pass(TrainingBackend& backend, const graph::Language& language,
                          std::span<const RewardedSequence> drawn, std::vector<TokenBatch> known,
                          std::size_t context, const PolicyGradientOptions& options, Rng rng, long& step,
                          const std::function<bool(double)>& progress = {});

}  // namespace nullor::learn
