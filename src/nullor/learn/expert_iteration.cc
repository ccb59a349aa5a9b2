#include "nullor/learn/expert_iteration.h"

#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <unordered_set>

#include "nullor/base/error.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/records.h"
#include "nullor/graph/topology_set.h"
#include "nullor/learn/size_shares.h"
#include "nullor/learn/topology_generator.h"

namespace nullor::learn {
namespace {

class ExpertIteration {
 public:
  ExpertIteration(const DecoderModel& model, std::span<const graph::Topology> known, TrainingBackend& backend,
                  const ExpertIterationOptions& options, const ExpertHooks& hooks)
      : backend_(backend), options_(options), hooks_(hooks) {
    check_language(model, language_, "the model");
    out_.model = model;
    sizes_ = SizeShares(known).text();
    for (const graph::Topology& circuit : known) {
      seen_.insert(graph::canonical_hash(circuit));
      wishes_.push_back({circuit.family, static_cast<int>(circuit.devices.size())});
    }
    judge_known(known);
  }

  ExpertSummary run() {
    for (int round = 1; round <= options_.rounds && !out_.interrupted; ++round) {
      ExpertRound record{.round = round, .training_nats = std::numeric_limits<double>::quiet_NaN()};
      if (!read_round(record)) {
        draw(record);
        if (!out_.interrupted) train(record);
      }
      if (out_.interrupted) break;
      out_.rounds.push_back(record);
      if (hooks_.round) hooks_.round(record);
    }
    return std::move(out_);
  }

 private:
  bool tell(const std::string& what, double share) {
    if (hooks_.progress && !hooks_.progress(what, share)) out_.interrupted = true;
    return !out_.interrupted;
  }

  std::string path(int round, const char* extension) const {
    return (std::filesystem::path(options_.folder) / fmt::format("round_{}.{}", round, extension)).string();
  }

  std::vector<LadderVerdict> climb(std::span<const graph::Topology> circuits) {
    return climb_ladders(circuits, options_.ladder, options_.jobs, [&](std::size_t done) {
      tell("checking", static_cast<double>(done) / static_cast<double>(circuits.size()));
    });
  }

  void judge_known(std::span<const graph::Topology> known) {
    const std::vector<LadderVerdict> verdicts = climb(known);
    for (std::size_t k = 0; k < known.size(); ++k) {
      if (verdicts[k].passed(options_.ladder.until)) good_.push_back(known[k]);
    }
  }

  /// Circuits of the families and sizes of known ones; those that reach the level and are new are kept.
  void draw(ExpertRound& record) {
    const Rng rng = Rng(options_.seed).split(static_cast<std::uint64_t>(record.round));
    Rng chance = rng.split(0);
    std::vector<graph::Conditions> conditions(options_.draws);
    for (graph::Conditions& one : conditions) {
      if (wishes_.empty()) break;
      const Wish wish = wishes_[chance.below(wishes_.size())];
      if (wish.family != graph::Family::other) one.family = wish.family;
      if (wish.devices <= graph::kMostDevices) one.min_devices = one.max_devices = wish.devices;
    }
    SamplingOptions sampling = options_.sampling;
    sampling.seed = rng.split(1)();
    sampling.jobs = options_.jobs;
    const TopologyGenerator generator(out_.model);
    std::vector<graph::Topology> circuits;
    for (GeneratedTopology& one : generator.generate(options_.draws, conditions, sampling, [&](double share) {
           return tell(fmt::format("round {}: writing", record.round), share);
         })) {
      const std::size_t k = record.drawn++;
      if (!one.decoded) continue;
      one.topology.family = conditions[k].family.value_or(graph::Family::other);
      circuits.push_back(std::move(one.topology));
    }
    if (out_.interrupted) return;
    const std::vector<LadderVerdict> verdicts = climb(circuits);
    graph::TopologySet kept;
    for (std::size_t k = 0; k < circuits.size(); ++k) {
      if (!verdicts[k].passed(options_.ladder.until)) continue;
      ++record.reached;
      if (!seen_.insert(graph::canonical_hash(circuits[k])).second) continue;
      ++record.kept;
      kept.entries.push_back({.topology = circuits[k]});
      out_.kept.push_back(std::move(circuits[k]));
    }
    if (!options_.folder.empty() && !out_.interrupted)
      graph::write_topology_set(path(record.round, "jsonl"), kept);
  }

  void train(ExpertRound& record) {
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
    record.training_nats = done.curve.back().training_nats;
    out_.model = std::move(done.model);
    out_.model.notes[SizeShares::kNote] = sizes_;
    if (!options_.folder.empty()) write_decoder(out_.model, path(record.round, "safetensors"));
  }

  /// A round that was finished before: both its files are there, and the weights are written last.
  bool read_round(ExpertRound& record) {
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
    return true;
  }

  const graph::RecordLanguage language_;
  TrainingBackend& backend_;
  const ExpertIterationOptions& options_;
  const ExpertHooks& hooks_;
  std::unordered_set<graph::Hash128> seen_;
  struct Wish {
    graph::Family family;
    int devices;
  };
  std::vector<Wish> wishes_;
  std::string sizes_;
  std::vector<graph::Topology> good_;  ///< known circuits that reach the level
  ExpertSummary out_;
};

}  // namespace

ExpertSummary iterate_expert(const DecoderModel& model, std::span<const graph::Topology> known,
                             TrainingBackend& backend, const ExpertIterationOptions& options,
                             const ExpertHooks& hooks) {
  return ExpertIteration(model, known, backend, options, hooks).run();
}

}  // namespace nullor::learn
