#include "nullor/learn/policy_gradient.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "nullor/base/error.h"

namespace nullor::learn {
namespace {

constexpr int kShardTokens = 512;

TokenBatch batch_of(const graph::Language& language, const RewardedSequence& drawn) {
  TokenBatch out = sequence_batch(language, drawn.tokens);
  if (drawn.allowed.empty()) return out;
  const auto vocabulary = static_cast<std::size_t>(language.vocabulary());
  out.allowed.assign(out.tokens.size() * vocabulary - drawn.allowed.size(), true);
  out.allowed.insert(out.allowed.end(), drawn.allowed.begin(), drawn.allowed.end());
  return out;
}

void append_drawn(const graph::Language& language, std::span<const RewardedSequence> drawn,
                  std::size_t context, std::vector<TokenBatch>& to) {
  const std::vector<double> advantage = advantages(drawn);
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    if (advantage[k] == 0 || drawn[k].tokens.size() > context + 1) continue;
    to.push_back(batch_of(language, drawn[k]));
    to.back().weights.assign(to.back().tokens.size(), static_cast<float>(advantage[k]));
  }
}

}  // namespace

std::vector<double> log_probabilities(TrainingBackend& backend, const graph::Language& language,
                                      std::span<const RewardedSequence> drawn) {
  std::vector<double> out;
  for (const RewardedSequence& one : drawn) out.push_back(-backend.evaluate(batch_of(language, one)));
  return out;
}

std::vector<double> advantages(std::span<const RewardedSequence> drawn) {
  struct Group {
    double sum = 0, count = 0;
  };
  std::map<int, Group> groups;
  for (const RewardedSequence& one : drawn) {
    groups[one.group].sum += one.reward;
    ++groups[one.group].count;
  }
  std::vector<double> out;
  for (const RewardedSequence& one : drawn) {
    const Group& group = groups[one.group];
    out.push_back(group.count > 1 ? one.reward - (group.sum - one.reward) / (group.count - 1) : 0);
  }
  return out;
}

void policy_gradient_pass(TrainingBackend& backend, const graph::Language& language,
                          std::span<const RewardedSequence> drawn, std::vector<TokenBatch> known,
                          std::size_t context, const PolicyGradientOptions& options, Rng rng, long& step,
                          const std::function<bool(double)>& progress) {
  std::vector<TokenBatch> sequences = std::move(known);
  append_drawn(language, drawn, context, sequences);
  const std::vector<Step> steps =
      make_steps(std::move(sequences), kShardTokens, options.step_tokens, rng.split(0));
  StepSettings settings = options.step;
  settings.rate = options.rate;
  settings.seed = rng.split(1)();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (progress && !progress(static_cast<double>(k) / static_cast<double>(steps.size()))) return;
    settings.step = ++step;
    if (!std::isfinite(backend.step(steps[k], settings)))
      throw InputError(ErrorKind::no_convergence, fmt::format("step {}: the loss is not finite", step), {},
                       "lower the rate");
  }
}

}  // namespace nullor::learn
