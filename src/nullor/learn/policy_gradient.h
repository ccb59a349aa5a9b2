#pragma once
/// A generator that learns from rewards: sequences that earned more than others become likelier, those that
/// earned less rarer.
///
/// With the rewards r of n sequences that were asked for the same, each is compared with the mean of the
/// others, and one pass over all of them follows
///
///   A_i = r_i - sum_{j != i} r_j / (n - 1)                                                        (1)
///   loss = -(sum_i A_i log p(sequence i) + sum over known circuits of log p) / tokens             (2)
///
/// whose first part has the expected reward's gradient, without bias, as long as the model has not moved
/// since it drew them. The second part keeps the model near to what circuits look like. Where draws were
/// masked, (2) takes the probabilities without the mask: what the model gives to forbidden tokens is
/// neglected. Sources: R. J. Williams, Simple statistical gradient-following algorithms for connectionist
/// reinforcement learning (1992), (1) of W. Kool, H. van Hoof, M. Welling, Buy 4 REINFORCE samples, get a
/// baseline for free (2019).

#include <functional>
#include <span>
#include <vector>

#include "nullor/graph/language.h"
#include "nullor/learn/training_backend.h"

namespace nullor::learn {

struct PolicyGradientOptions {
  double rate = 1e-4;       ///< of AdamW, the same all the time
  double known_share = 1;   ///< known circuits in (2) for each sequence that was drawn
  int step_tokens = 16384;  ///< of a step: so many that the mean over them is not noise alone
  StepSettings step;        ///< betas, decay, clipping, dropout; the rest is filled in
};

/// A sequence that was drawn at temperature 1, its prompt and its end included.
struct RewardedSequence {
  std::vector<int> tokens;
  int group = 0;  ///< those of one group were asked for the same
  double reward = 0;
};

/// (1); 0 for the only one of its group.
std::vector<double> advantages(std::span<const RewardedSequence> drawn);

/// One pass of AdamW over `drawn` and `known`, in random order; sequences that are longer than `context` and
/// those of advantage 0 are left out. `step`: steps that were made so far; it goes on counting. `progress` is
/// told the share that is done; false stops. Throws InputError(no_convergence): the loss is not finite.
void policy_gradient_pass(TrainingBackend& backend, const graph::Language& language,
                          std::span<const RewardedSequence> drawn, std::vector<TokenBatch> known,
                          std::size_t context, const PolicyGradientOptions& options, Rng rng, long& step,
                          const std::function<bool(double)>& progress = {});

}  // namespace nullor::learn
