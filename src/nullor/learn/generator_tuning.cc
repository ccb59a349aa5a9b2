#include "nullor/learn/generator_tuning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <limits>
#include <unordered_set>

#include "nullor/base/error.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/parallel_twins.h"
#include "nullor/graph/records.h"
#include "nullor/graph/topology_set.h"
#include "nullor/learn/size_shares.h"
#include "nullor/learn/topology_generator.h"
#include "nullor/learn/training_checkpoint.h"
#include "nullor/learn/tuning_judge.h"

namespace nullor::learn {
namespace {

/// Policy gradient: draws that no family is asked of, which the model is to write as well.
constexpr double kUnasked = 1.0 / 3;
/// Policy gradient, where L4 is to be reached: what the function earns; the likeness to the family the rest.
constexpr double kFunctionShare = 0.5;
/// Policy gradient: factors of ten of the probability over which the reward falls to nothing, so that the
/// least likely circuits still tell better from worse.
constexpr double kDecades = 2;

class GeneratorTuning {
 public:
  GeneratorTuning(const DecoderModel& model, std::span<const graph::Topology> known, TrainingBackend& backend,
                  const TuningOptions& options, const TuningHooks& hooks)
      : backend_(backend),
        options_(options),
        hooks_(hooks),
        wishes_(known),
        judge_(known, {.seed = options.seed, .jobs = options.jobs}) {
    check_language(model, language_, "the model");
    out_.model = model;
    if (by_policy()) {
      if (!(options.sampling.temperature > 0))
        throw InputError(ErrorKind::usage, "a policy gradient needs a temperature above 0");
      out_.model = sharpened(std::move(out_.model), options.sampling.temperature);
    }
    out_.model.notes[SizeShares::kNote] = SizeShares(known).text();
    for (const graph::Topology& circuit : known) known_.insert(graph::canonical_hash(circuit));
    seen_ = known_;
    judge_known(known);
    const std::vector<float> zeros(model.weights.size(), 0.0f);
    backend_.set_state({out_.model.weights, zeros, zeros});
    if (by_judge()) first_model_ = out_.model;
    if (!by_policy()) return;
    first_ = make_native_backend(model.config, options.jobs);
    first_->set_state({out_.model.weights, zeros, zeros});
  }

  TuningSummary run() {
    for (int round = 1; round <= options_.rounds && !out_.interrupted; ++round) {
      TuningRound record{.round = round, .known_nats = std::numeric_limits<double>::quiet_NaN()};
      if (!read_round(record)) {
        draw(record);
        if (!out_.interrupted) by_policy() ? follow_rewards(record) : train(record);
        if (!out_.interrupted) write_round(record.round);
      }
      if (out_.interrupted) break;
      last_weights_.push_back(out_.model.weights);
      if (last_weights_.size() > averaged()) last_weights_.pop_front();
      out_.rounds.push_back(record);
      if (hooks_.round) hooks_.round(record);
    }
    if (last_weights_.size() > 1) average();
    return std::move(out_);
  }

 private:
  void average() {
    std::vector<float>& mean = out_.model.weights;
    for (std::size_t k = 0; k < mean.size(); ++k) {
      double sum = 0;
      for (const std::vector<float>& weights : last_weights_) sum += double{weights[k]};
      mean[k] = static_cast<float>(sum / static_cast<double>(last_weights_.size()));
    }
  }

  /// Of a round: falls to a fifth at the last one.
  double policy_rate(int round) const {
    const double done = options_.rounds > 1 ? (round - 1.0) / (options_.rounds - 1.0) : 0;
    return options_.policy.rate * (1 - 0.8 * done);
  }

  std::size_t averaged() const {
    if (options_.averaged > 0) return static_cast<std::size_t>(options_.averaged);
    return by_policy() ? 8 : 1;
  }

  bool by_policy() const { return options_.rule == TuningRule::policy_gradient; }

  double unasked() const { return by_policy() ? kUnasked : 0; }

  bool by_judge() const { return by_policy() || options_.chosen < 1; }

  bool tell(const std::string& what, double share) {
    if (hooks_.progress && !hooks_.progress(what, share)) out_.interrupted = true;
    return !out_.interrupted;
  }

  std::string path(int round, const char* extension) const {
    return (std::filesystem::path(options_.folder) / fmt::format("round_{}.{}", round, extension)).string();
  }

  std::vector<LadderVerdict> climb(std::span<const graph::Topology> circuits, Level until) {
    LadderOptions ladder = options_.ladder;
    ladder.until = until;
    return climb_ladders(circuits, ladder, options_.jobs, [&](std::size_t done) {
      tell("checking", static_cast<double>(done) / static_cast<double>(circuits.size()));
    });
  }

  /// Known circuits need no sizing: what is learned of them is their wiring.
  void judge_known(std::span<const graph::Topology> known) {
    const Level level = std::min(options_.ladder.until, Level::bias);
    const std::vector<LadderVerdict> verdicts = climb(known, level);
    for (std::size_t k = 0; k < known.size(); ++k) {
      if (verdicts[k].passed(level)) good_.push_back(known[k]);
    }
  }

  /// The level that circuits of a family have to reach: nothing tells what those without a testbench are for.
  Level goal(graph::Family family) const {
    const auto& benches = options_.ladder.benches;
    const bool tested = std::any_of(benches.begin(), benches.end(),
                                    [&](const FunctionBench& bench) { return bench.family == family; });
    return tested ? options_.ladder.until : std::min(options_.ladder.until, Level::bias);
  }

  /// The policy gradient follows what the model draws as it is.
  SamplingOptions sampling_with(std::uint64_t seed) const {
    SamplingOptions out = options_.sampling;
    if (by_policy()) out.temperature = out.guidance = 1;
    out.seed = seed;
    out.jobs = options_.jobs;
    return out;
  }

  /// For the judge: what the model of the end of a round writes, of round 0 the first.
  std::vector<graph::Topology> written_by(int round, bool is_last) {
    const DecoderModel& model = round == 0 ? first_model_
                                : is_last  ? out_.model
                                           : read_decoder(path(round, "safetensors"));
    const Rng rng = Rng(options_.seed).split(static_cast<std::uint64_t>(round)).split(3);
    Rng chance = rng.split(0);
    const SamplingOptions sampling = sampling_with(rng.split(1)());
    const std::vector<graph::Conditions> conditions = wishes_.draw(options_.draws, unasked(), chance);
    std::vector<graph::Topology> out;
    for (GeneratedTopology& one : TopologyGenerator(model).generate(
             options_.draws, conditions, sampling,
             [&](double share) { return tell("writing for the judge", share); })) {
      if (one.decoded) out.push_back(std::move(one.topology));
    }
    return out;
  }

  /// (2)
  double reward(const LadderVerdict& verdict, const graph::Topology& circuit) const {
    const double alike = std::max(0.0, 1 + std::log10(std::max(judge_.likeness(circuit), 1e-9)) / kDecades);
    if (goal(circuit.family) < Level::function) return alike;
    const double works = verdict.passed(Level::function) ? 1 : 0;
    return alike * (1 - kFunctionShare + kFunctionShare * works);
  }

  /// Circuits of the families and sizes of known ones; those that reach the level and are new are kept.
  void draw(TuningRound& record) {
    if (by_judge())
      judge_.instruct(record.round, [&](int then) { return written_by(then, then == record.round - 1); });
    if (out_.interrupted) return;
    const Rng rng = Rng(options_.seed).split(static_cast<std::uint64_t>(record.round));
    Rng chance = rng.split(0);
    const std::vector<graph::Conditions> conditions = wishes_.draw(options_.draws, unasked(), chance);
    SamplingOptions sampling = sampling_with(rng.split(1)());
    sampling.keep_allowed = by_policy();
    const TopologyGenerator generator(out_.model);
    std::vector<graph::Topology> circuits;
    std::vector<std::size_t> draws;  // of these circuits
    drawn_.assign(options_.draws, {});
    for (GeneratedTopology& one : generator.generate(options_.draws, conditions, sampling, [&](double share) {
           return tell(fmt::format("round {}: writing", record.round), share);
         })) {
      const std::size_t k = record.drawn++;
      const graph::Family family = conditions[k].family.value_or(graph::Family::other);
      drawn_[k] = {std::move(one.tokens), std::move(one.allowed), static_cast<int>(family), 0};
      if (!one.decoded) continue;
      one.topology.family = family;
      circuits.push_back(std::move(one.topology));
      draws.push_back(k);
    }
    if (out_.interrupted) return;
    const std::vector<LadderVerdict> verdicts = climb(circuits, options_.ladder.until);
    std::unordered_set<graph::Hash128> of_round;
    std::vector<graph::Topology> candidates;
    for (std::size_t k = 0; k < circuits.size(); ++k) {
      const Level goal_of = goal(circuits[k].family);
      const bool there = verdicts[k].passed(goal_of);
      record.reached += there ? 1 : 0;
      if (!verdicts[k].passed(std::min(goal_of, Level::bias)) || graph::parallel_twins(circuits[k]) > 0)
        continue;
      const graph::Hash128 hash = graph::canonical_hash(circuits[k]);
      if (known_.contains(hash) || !of_round.insert(hash).second) continue;
      if (by_policy()) {
        drawn_[draws[k]].reward = reward(verdicts[k], circuits[k]);
        record.earned += drawn_[draws[k]].reward;
      }
      if (there && !seen_.contains(hash)) candidates.push_back(std::move(circuits[k]));
    }
    graph::TopologySet kept;
    if (options_.chosen < 1) candidates = judge_.choose(std::move(candidates), options_.chosen);
    for (graph::Topology& one : candidates) {
      seen_.insert(graph::canonical_hash(one));
      ++record.kept;
      kept.entries.push_back({.topology = one});
      out_.kept.push_back(std::move(one));
    }
    if (!options_.folder.empty() && !out_.interrupted)
      graph::write_topology_set(path(record.round, "jsonl"), kept);
  }

  void train(TuningRound& record) {
    std::vector<graph::Topology> circuits = good_;
    circuits.insert(circuits.end(), out_.kept.begin(), out_.kept.end());
    if (circuits.empty()) {
      throw InputError(
          ErrorKind::specification,
          fmt::format("no circuit reaches {}: there is nothing to learn", level_name(options_.ladder.until)),
          {}, "begin with a lower level, or draw more");
    }
    TrainingOptions training = options_.training;
    training.start = &out_.model;
    training.folder.clear();
    training.resume = false;
    training.seed = Rng(options_.seed).split(static_cast<std::uint64_t>(record.round)).split(2)();
    training.jobs = options_.jobs;
    TrainingHooks hooks;
    hooks.progress = [&](double share, double) {
      return tell(fmt::format("round {}: training", record.round), share);
    };
    TrainingSummary done =
        train_decoder(language_, circuits, {}, out_.model.config, backend_, training, hooks);
    out_.interrupted = out_.interrupted || done.interrupted;
    if (out_.interrupted) return;
    record.known_nats = done.curve.back().training_nats;
    out_.model.weights = std::move(done.model.weights);
  }

  /// One pass over the round's draws and as many known circuits as are asked for.
  void follow_rewards(TuningRound& record) {
    const Rng rng = Rng(options_.seed).split(static_cast<std::uint64_t>(record.round)).split(2);
    Rng chance = rng.split(0);
    const auto count =
        static_cast<std::size_t>(options_.policy.known_share * static_cast<double>(options_.draws));
    std::vector<graph::Topology> shown;
    while (!good_.empty() && shown.size() < count) shown.push_back(good_[chance.below(good_.size())]);
    const auto context = static_cast<std::size_t>(out_.model.config.context);
    std::vector<TokenBatch> known =
        encode(language_, shown, {.context = static_cast<int>(context)}, rng.split(1), options_.jobs)
            .sequences;
    record.known_nats = nats_of(known);
    std::erase_if(drawn_, [&](const RewardedSequence& one) { return one.tokens.size() > context + 1; });
    hold_near(record);
    PolicyGradientOptions policy = options_.policy;
    policy.rate = policy_rate(record.round);
    policy_gradient_pass(
        backend_, language_, drawn_, std::move(known), context, policy, rng.split(2), steps_,
        [&](double share) { return tell(fmt::format("round {}: training", record.round), share); });
    if (!out_.interrupted) out_.model.weights = backend_.state().weights;
  }

  /// (1) of policy_gradient.h
  void hold_near(TuningRound& record) {
    const std::vector<double> now = log_probabilities(backend_, language_, drawn_),
                              first = log_probabilities(*first_, language_, drawn_);
    for (std::size_t k = 0; k < drawn_.size(); ++k) {
      const double drift = now[k] - first[k];
      drawn_[k].reward -= options_.policy.likeness * drift;
      record.drift += drift / static_cast<double>(drawn_.size());
    }
  }

  /// A token, of some of them.
  double nats_of(const std::vector<TokenBatch>& sequences) const {
    double nats = 0;
    int counted = 0;
    for (std::size_t k = 0; k < sequences.size() && counted < options_.policy.step_tokens; ++k) {
      nats += backend_.evaluate(sequences[k]);
      counted += sequences[k].counted();
    }
    return nats / counted;
  }

  /// What the state of the optimizer belongs to.
  std::string task(int round) const { return fmt::format("policy gradient, round {}", round); }

  /// The weights come last: a round that has them is done.
  void write_round(int round) {
    if (options_.folder.empty()) return;
    if (by_policy()) {
      TrainingCheckpoint now{.state = backend_.state()};
      now.curve = {{.epoch = round, .steps = steps_}};
      now.write(path(round, "state.safetensors"), task(round));
    }
    write_decoder(out_.model, path(round, "safetensors"));
    std::error_code status;
    std::filesystem::remove(path(round - 1, "state.safetensors"), status);
  }

  /// A round that was finished before: both its files are there, and the weights are written last.
  bool read_round(TuningRound& record) {
    std::error_code status;
    if (!options_.resume || options_.folder.empty() ||
        !std::filesystem::exists(path(record.round, "safetensors"), status)) {
      return false;
    }
    for (graph::TopologyEntry& entry : graph::read_topology_set(path(record.round, "jsonl")).entries) {
      seen_.insert(graph::canonical_hash(entry.topology));
      out_.kept.push_back(std::move(entry.topology));
      ++record.kept;
    }
    out_.model = read_decoder(path(record.round, "safetensors"));
    check_language(out_.model, language_, path(record.round, "safetensors"));
    if (by_policy() && std::filesystem::exists(path(record.round, "state.safetensors"), status)) {
      const TrainingCheckpoint then = TrainingCheckpoint::read(path(record.round, "state.safetensors"),
                                                               task(record.round), out_.model.weights.size());
      backend_.set_state(then.state);
      steps_ = then.curve.empty() ? 0 : then.curve.back().steps;
    }
    return true;
  }

  const graph::RecordLanguage language_;
  TrainingBackend& backend_;
  const TuningOptions& options_;
  const TuningHooks& hooks_;
  std::unordered_set<graph::Hash128> known_, seen_;  ///< seen_: known or kept
  const TuningWishes wishes_;
  TuningJudge judge_;
  DecoderModel first_model_;                ///< with a judge
  std::vector<graph::Topology> good_;       ///< known circuits that reach the level
  std::unique_ptr<TrainingBackend> first_;  ///< the model of the beginning
  std::vector<RewardedSequence> drawn_;     ///< of this round
  long steps_ = 0;                          ///< of the policy gradient
  std::deque<std::vector<float>> last_weights_;
  TuningSummary out_;
};

}  // namespace

TuningSummary tune_generator(const DecoderModel& model, std::span<const graph::Topology> known,
                             TrainingBackend& backend, const TuningOptions& options,
                             const TuningHooks& hooks) {
  return GeneratorTuning(model, known, backend, options, hooks).run();
}

}  // namespace nullor::learn
