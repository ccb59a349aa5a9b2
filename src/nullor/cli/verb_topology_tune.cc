// nullor topology tune: a generator learns from what its own circuits do.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>

#include "nullor/base/error.h"
#include "nullor/base/interrupt.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/cli/named_topologies.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/cli/training_circuits.h"
#include "nullor/graph/records.h"
#include "nullor/learn/generator_tuning.h"

namespace nullor {
namespace {

struct TuneFlags {
  CommonOptions common;
  std::string weights, data, level = "L3", rule = "expert";
  std::vector<std::string> testbenches;
  double validation_share = 0.1, test_share = 0.1, rate = 0;
  learn::TuningOptions how;
};

void tune(TuneFlags& flags) {
  const auto level = level_named(flags.level);
  if (!level || *level < Level::rules) {
    throw InputError(ErrorKind::usage, fmt::format("'{}' is no level to learn", flags.level), {}, "L1 to L4");
  }
  learn::TuningOptions& how = flags.how;
  how.ladder.until = *level;
  if (*level == Level::function) how.ladder.benches = function_benches(flags.testbenches);
  if (flags.rule == "policy") how.rule = learn::TuningRule::policy_gradient;
  how.policy.step.dropout = how.training.step.dropout;
  if (flags.rate > 0) how.training.rate = how.policy.rate = flags.rate;
  how.seed = flags.common.seed;
  how.jobs = flags.common.jobs;
  how.folder = flags.common.out;
  std::filesystem::create_directories(how.folder);
  const learn::DecoderModel model = learn::read_decoder(flags.weights);
  const auto backend = learn::make_native_backend(model.config, how.jobs);
  Interrupt interrupt;
  auto bar = std::make_unique<Progress>("tune");
  learn::TuningHooks hooks;
  hooks.progress = [&](const std::string& what, double share) {
    bar->detail(what);
    bar->update(share);
    return !interrupt.requested();
  };
  hooks.round = [&](const learn::TuningRound& round) {
    if (round.drawn == 0)
      return log_note(fmt::format("round {}: done before, {} circuits kept", round.round, round.kept));
    std::string line = fmt::format(
        "round {}: {} of {} circuits at {} ({:.1f} %), {} kept", round.round, round.reached, round.drawn,
        flags.level, 100.0 * static_cast<double>(round.reached) / static_cast<double>(round.drawn),
        round.kept);
    if (!std::isnan(round.known_nats)) line += fmt::format("; {:.4f} nats a token", round.known_nats);
    if (how.rule == learn::TuningRule::policy_gradient)
      line += fmt::format("; {:.0f} % of all earned; drift {:.2f} nats",
                          100 * round.earned / static_cast<double>(round.drawn), round.drift);
    log_note(line);
  };
  // The training part of the set, as `train` takes it with the same seed and shares.
  const TrainingCircuits circuits = training_circuits(
      flags.data, graph::RecordLanguage(), flags.validation_share, flags.test_share, flags.common.seed);
  const learn::TuningSummary summary = learn::tune_generator(model, circuits.training, *backend, how, hooks);
  bar.reset();
  if (summary.interrupted)
    log_note(fmt::format("interrupted; --resume goes on behind round {}", summary.rounds.size()));
  interrupt.leave_if_requested();
  const std::string path = (std::filesystem::path(how.folder) / "weights.safetensors").string();
  learn::write_decoder(summary.model, path);
  fmt::print("{} circuits kept in {} rounds; {}\n", summary.kept.size(), summary.rounds.size(), path);
}

}  // namespace

void add_topology_tune(CLI::App& topology) {
  auto flags = std::make_shared<TuneFlags>();
  flags->how.training.epochs = 2;
  flags->how.training.rate = 5e-4;
  flags->how.training.warm_up = 20;
  CLI::App* verb =
      topology.add_subcommand("tune", "goes on training a transformer on those of its circuits that work");
  verb->add_option("--weights", flags->weights, "to begin with, of nullor topology train")
      ->required()
      ->type_name("FILE");
  verb->add_option("--data", flags->data, "known circuits, with their families")
      ->required()
      ->type_name("SET");
  verb->add_option("--check", flags->level, "the level of the ladder that circuits have to reach: L1 to L4")
      ->type_name("LEVEL")
      ->capture_default_str();
  verb->add_option("--testbench", flags->testbenches,
                   "for L4: what a family is for; those without one have to reach L3")
      ->type_name("FILE");
  verb->add_option("--budget", flags->how.ladder.function.evaluations,
                   "for L4: evaluations of a testbench while sizing")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--rule", flags->rule,
                   "expert: goes on training on all that reach it; policy: what reaches it becomes likelier, "
                   "what does not rarer")
      ->check(CLI::IsMember({"expert", "policy"}))
      ->capture_default_str();
  verb->add_option("--rounds", flags->how.rounds, "of writing, checking and training")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_option("--draws", flags->how.draws, "circuits written a round")
      ->check(CLI::Range(std::size_t{1}, std::size_t{10000000}))
      ->capture_default_str();
  verb->add_option("--temperature", flags->how.sampling.temperature, "of writing")->capture_default_str();
  verb->add_option("--guidance", flags->how.sampling.guidance, "expert: emphasis on the family, in writing")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  verb->add_option("--chosen", flags->how.chosen,
                   "expert: share of the circuits of a family that are kept, those that look most like it")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_option("--epochs", flags->how.training.epochs, "expert: of a round's training")
      ->capture_default_str();
  verb->add_option("--rate", flags->rate,
                   "highest rate of AdamW; 0: 5e-4 (expert), 1.5e-4 (policy, falling to a fifth)")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_option("--known", flags->how.policy.known_share,
                   "policy: known circuits learned beside each that was drawn")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  verb->add_option("--likeness", flags->how.policy.likeness,
                   "policy: what a nat of drift from the first model costs; the reward is 1")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  verb->add_option("--average", flags->how.averaged,
                   "the outcome is the mean of so many last rounds' weights; 0: 8 (policy) or 1")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  verb->add_option("--step-tokens", flags->how.policy.step_tokens, "policy: tokens of a step")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  verb->add_option("--dropout", flags->how.training.step.dropout, "share of numbers that are left out")
      ->capture_default_str();
  verb->add_option("--validation", flags->validation_share, "share of groups that train held out")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_option("--test", flags->test_share, "share of groups kept for tests")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_flag("--resume", flags->how.resume, "does not repeat rounds whose files are in --out");
  add_common_options(*verb, flags->common);
  verb->callback([flags] { tune(*flags); });
}

}  // namespace nullor
