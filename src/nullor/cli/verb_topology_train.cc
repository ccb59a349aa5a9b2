// nullor topology train --data SET --out DIR: a transformer learns to write circuits.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/interrupt.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/cli/topology_pages.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/cli/training_circuits.h"
#include "nullor/cli/training_device.h"
#include "nullor/graph/records.h"
#include "nullor/learn/decoder_training.h"
#include "nullor/learn/topology_generator.h"

namespace nullor {
namespace {

struct GeneratorFlags {
  CommonOptions common;
  std::string data, language = "records", size = "small", positions = "auto", output = "tied", start;
  TrainingDevice device;
  bool without_slots = false;
  int context = 0;
  double validation_share = 0.1, test_share = 0.1;
  learn::TrainingOptions training;
  int shard_tokens = 0;
};

learn::DecoderConfig config_of(const GeneratorFlags& options, const graph::Language& language) {
  constexpr int kRecordContext = 640, kWalkContext = 1024;
  learn::DecoderConfig out = learn::decoder_size(options.size);
  out.vocabulary = language.vocabulary();
  out.slots = options.without_slots ? 1 : language.slot_count();
  out.context = options.context > 0            ? options.context
                : language.name() == "records" ? kRecordContext
                                               : kWalkContext;
  out.rotary = options.positions == "rotary" || (options.positions == "auto" && options.size != "paper");
  if (options.output == "free") out.tied = false;
  return out;
}

std::unique_ptr<learn::TrainingBackend> backend_of(const GeneratorFlags& options,
                                                   const learn::DecoderConfig& config) {
  const int jobs = options.common.jobs;
  return options.device.make([&] { return learn::make_native_backend(config, jobs); },
                             [&](const std::string& device) {
                               return learn::make_torch_backend(config, jobs, device,
                                                                options.device.full_precision);
                             });
}

std::string epoch_line(const learn::EpochRecord& r, int epochs) {
  std::string out = fmt::format("epoch {}/{}  training {:.4f}", r.epoch, epochs, r.training_nats);
  if (std::isfinite(r.validation_nats))
    out += fmt::format("  validation {:.4f} nats a token, {:.2f} bits a circuit", r.validation_nats,
                       r.validation_bits);
  return out + fmt::format("  {:.0f} tokens/s", r.tokens / r.seconds);
}

void report(const GeneratorFlags& options, const learn::TrainingSummary& summary,
            const std::string& backend) {
  const std::string page = (std::filesystem::path(options.common.out) / "curve.html").string();
  write_file(page, training_page(summary, backend));
  if (summary.curve.empty()) return;
  const learn::EpochRecord& best = summary.curve[static_cast<std::size_t>(summary.best_epoch - 1)];
  const learn::EpochRecord& last = summary.curve.back();
  if (options.common.json) {
    const nlohmann::ordered_json out = {{"parameters", summary.model.weights.size()},
                                        {"backend", backend},
                                        {"epochs", last.epoch},
                                        {"best_epoch", best.epoch},
                                        {"training_nats_a_token", best.training_nats},
                                        {"validation_nats_a_token", best.validation_nats},
                                        {"validation_bits_a_circuit", best.validation_bits},
                                        {"tokens", last.tokens},
                                        {"seconds", last.seconds}};
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("{}\n{:.0f} tokens in {}; weights.safetensors, curve.csv and curve.html in '{}'\n",
             epoch_line(best, last.epoch), last.tokens, format_duration(last.seconds), options.common.out);
}

void train(const GeneratorFlags& options) {
  const auto language = learn::make_language(options.language);
  const graph::RecordLanguage unconditioned(0);
  const TrainingCircuits circuits = training_circuits(options.data, *language, options.validation_share,
                                                      options.test_share, options.common.seed);
  learn::DecoderConfig config = config_of(options, *language);
  learn::DecoderModel start;
  learn::TrainingOptions how = options.training;
  if (!options.start.empty()) {
    start = learn::read_decoder(options.start);
    learn::check_language(start, *language, options.start);
    config = start.config;
    how.start = &start;
  }
  const auto backend = backend_of(options, config);
  constexpr int kNativeShard = 512, kDeviceShard = 16384;
  const bool cuda = backend->description().find("cuda") != std::string::npos;
  how.shard_tokens = options.shard_tokens > 0 ? options.shard_tokens : cuda ? kDeviceShard : kNativeShard;
  how.seed = options.common.seed;
  how.jobs = options.common.jobs;
  how.folder = options.common.out;
  if (language->name() == "records") how.validation_language = &unconditioned;
  log_note(fmt::format("{} weights; {} circuits to train on, {} to validate; {}",
                       learn::WeightPlaces(config).size, circuits.training.size(), circuits.validation.size(),
                       backend->description()));
  Interrupt interrupt;
  learn::TrainingHooks hooks;
  auto bar = std::make_unique<Progress>("training");
  hooks.progress = [&](double share, double loss) {
    bar->detail(fmt::format("loss {:.3f}", loss));
    bar->update(share);
    return !interrupt.requested();
  };
  hooks.epoch = [&](const learn::EpochRecord& record) { log_note(epoch_line(record, how.epochs)); };
  const learn::TrainingSummary summary =
      learn::train_decoder(*language, circuits.training, circuits.validation, config, *backend, how, hooks);
  bar.reset();
  if (summary.too_long > 0)
    log_warning(fmt::format("{} circuits are longer than the context and were left out", summary.too_long));
  if (summary.interrupted)
    log_note(summary.curve.empty()
                 ? "interrupted before an epoch was done; nothing to keep"
                 : fmt::format("interrupted; '{}' holds epoch {}, --resume goes on from there",
                               options.common.out, summary.curve.back().epoch));
  report(options, summary, backend->description());
  interrupt.leave_if_requested();
}

void add_shape_options(CLI::App& verb, GeneratorFlags& o) {
  verb.add_option("--language", o.language,
                  "how circuits are written: records, walks over the pin graph, or walks with the numbers of "
                  "the netlist")
      ->check(CLI::IsMember({"records", "walk", "numbered_walk"}))
      ->capture_default_str();
  verb.add_option("--size", o.size, "small (3 million weights), paper (12 million), or WIDTHxLAYERS")
      ->capture_default_str();
  verb.add_option("--context", o.context, "most tokens of a circuit; 0: as the language needs")
      ->check(CLI::Range(0, 65536))
      ->capture_default_str();
  verb.add_option("--positions", o.positions, "learned, rotary, or auto: learned in the paper's size alone")
      ->check(CLI::IsMember({"auto", "learned", "rotary"}))
      ->capture_default_str();
  verb.add_option("--output-weights", o.output, "tied: those of the embedding; free: their own")
      ->check(CLI::IsMember({"tied", "free"}))
      ->capture_default_str();
  verb.add_flag("--without-slots", o.without_slots, "do not tell the network what kind of token comes next");
  verb.add_option("--start", o.start, "weights to begin with, with their shape")->type_name("FILE");
}

void add_training_options(CLI::App& verb, GeneratorFlags& o) {
  learn::TrainingOptions& t = o.training;
  verb.add_option("--epochs", t.epochs, "passes over all circuits")->capture_default_str();
  verb.add_option("--rate", t.rate, "highest rate of AdamW")->capture_default_str();
  verb.add_option("--final-share", t.final_share, "of that rate, at the end")->capture_default_str();
  verb.add_option("--warm-up", t.warm_up, "steps in which the rate rises")->capture_default_str();
  verb.add_option("--schedule", t.schedule, "of the rate: cosine, linear or constant")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, learn::RateSchedule>{{"cosine", learn::RateSchedule::cosine},
                                                     {"linear", learn::RateSchedule::linear},
                                                     {"constant", learn::RateSchedule::constant}}));
  verb.add_option("--dropout", t.step.dropout, "share of numbers that are left out")->capture_default_str();
  verb.add_option("--decay", t.step.decay, "of weights")->capture_default_str();
  verb.add_option("--clip", t.step.clip, "longest gradient; 0: no limit")->capture_default_str();
  verb.add_option("--step-tokens", t.step_tokens, "tokens of a step")->capture_default_str();
  verb.add_option("--shard-tokens", o.shard_tokens, "tokens worked on at a time; 0: as the device likes")
      ->capture_default_str();
  verb.add_flag("!--fixed-order", t.fresh_order, "write each circuit once, not anew every epoch");
  verb.add_option("--validation", o.validation_share, "share of groups held out to validate")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb.add_option("--test", o.test_share, "share of groups kept for tests and not looked at")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb.add_flag("--resume", t.resume, "go on from the checkpoint in --out");
}

}  // namespace

void add_topology_train(CLI::App& topology) {
  auto options = std::make_shared<GeneratorFlags>();
  CLI::App* verb = topology.add_subcommand("train", "train a transformer that writes circuits");
  verb->add_option("--data", options->data, "set of circuits (.jsonl, .gz, .xz)")
      ->required()
      ->type_name("SET");
  add_shape_options(*verb, *options);
  add_training_options(*verb, *options);
  options->device.add_options(*verb);
  add_common_options(*verb, options->common);
  verb->callback([options] { train(*options); });
}

}  // namespace nullor
