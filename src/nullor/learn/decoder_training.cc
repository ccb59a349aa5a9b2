#include "nullor/learn/decoder_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/sha256.h"
#include "nullor/learn/size_shares.h"
#include "nullor/learn/training_checkpoint.h"

namespace nullor::learn {
namespace {

/// Numbers of random streams.
enum : std::uint64_t { kWeights, kValidation, kDropout, kEpochs };

void check_options(const TrainingOptions& o) {
  const auto require = [](bool holds, const std::string& what) {
    if (!holds) throw InputError(ErrorKind::usage, what);
  };
  require(o.epochs >= 1 && o.epochs <= 1000000, fmt::format("{} epochs; it is 1 to 1000000", o.epochs));
  require(o.rate > 0 && o.rate <= 1, fmt::format("a rate of {}; it is above 0 and at most 1", o.rate));
  require(o.final_share >= 0 && o.final_share <= 1, "the rate at the end is between 0 and the highest one");
  require(o.warm_up >= 0, "steps of warm-up are 0 or more");
  require(o.shard_tokens >= 1 && o.step_tokens >= 1, "batches have 1 token or more");
  require(o.step.dropout >= 0 && o.step.dropout < 1,
          fmt::format("dropout {}; it is 0 or more and below 1", o.step.dropout));
  require(o.step.decay >= 0 && o.step.clip >= 0, "decay and clipping are 0 or more");
}

/// The same for the same circuits in the same order.
std::string fingerprint(const std::vector<TokenBatch>& sequences) {
  Sha256 hash;
  for (const TokenBatch& s : sequences) {
    hash.update({reinterpret_cast<const char*>(s.tokens.data()), s.tokens.size() * sizeof(int)});
    hash.update("\n");
  }
  return hash.hex().substr(0, 16);
}

class Training {
 public:
  Training(const graph::Language& language, std::span<const graph::Topology> circuits,
           std::span<const graph::Topology> validation, const DecoderConfig& config, TrainingBackend& backend,
           const TrainingOptions& options, const TrainingHooks& hooks)
      : language_(language),
        circuits_(circuits),
        config_(config),
        backend_(backend),
        options_(options),
        hooks_(hooks),
        rng_(options.seed) {
    check(config);
    check_options(options);
    options_.encoding.context = config.context;
    const graph::Language& writes = options.validation_language ? *options.validation_language : language;
    EncodedSet held_out =
        encode(writes, validation, options_.encoding, rng_.split(kValidation), options.jobs);
    order_bits_ = held_out.order_bits;
    validation_ =
        make_steps(std::move(held_out.sequences), options.shard_tokens, options.shard_tokens, Rng(1));
    EncodedSet first = encode_epoch(1);
    summary_.too_long = first.too_long;
    if (first.sequences.empty())
      throw InputError(ErrorKind::usage, "no circuit to train on", {},
                       first.too_long > 0 ? "all are longer than the model's context" : "");
    task_ = task(first.sequences);
    begin();
  }

  TrainingSummary run() {
    for (int epoch = static_cast<int>(now_.curve.size()) + 1; epoch <= options_.epochs; ++epoch) {
      if (!train_epoch(epoch)) {
        summary_.interrupted = true;
        break;
      }
    }
    finish();
    return std::move(summary_);
  }

 private:
  std::string path(const char* name) const {
    return (std::filesystem::path(options_.folder) / name).string();
  }

  EncodedSet encode_epoch(int epoch) const {
    const std::uint64_t stream = options_.fresh_order ? static_cast<std::uint64_t>(epoch) : 1;
    return encode(language_, circuits_, options_.encoding, rng_.split(kEpochs + stream), options_.jobs);
  }

  /// All that the numbers depend on.
  std::string task(const std::vector<TokenBatch>& first) const {
    const TrainingOptions& o = options_;
    return fmt::format(
        "language {} {}, {} circuits {}, {} batches of validation, width {}, {} layers, {} heads, "
        "feed-forward "
        "{}, context {}, {} slots, {} positions, {} output, {} epochs, rate {:g} to {:g} by {}, {} steps of "
        "warm-up, betas {:g} {:g}, decay {:g}, clip {:g}, dropout {:g}, {} of {} tokens, {} order, seed "
        "{}{}, by {}",
        language_.name(), vocabulary_hash(language_).substr(0, 16), first.size(), fingerprint(first),
        validation_.size(), config_.width, config_.layers, config_.heads, config_.feed_forward,
        config_.context, config_.slots, config_.rotary ? "rotary" : "learned", config_.tied ? "tied" : "free",
        o.epochs, o.rate, o.rate * o.final_share, static_cast<int>(o.schedule), o.warm_up, o.step.beta1,
        o.step.beta2, o.step.decay, o.step.clip, o.step.dropout, o.shard_tokens, o.step_tokens,
        o.fresh_order ? "fresh" : "fixed", o.seed, o.start ? ", from given weights" : "",
        backend_.description().substr(0, 6));
  }

  void begin() {
    const std::size_t size = WeightPlaces(config_).size;
    if (options_.resume && !options_.folder.empty()) {
      std::error_code status;
      if (std::filesystem::exists(path("checkpoint.safetensors"), status)) {
        now_ = TrainingCheckpoint::read(path("checkpoint.safetensors"), task_, size);
        backend_.set_state(now_.state);
        return;
      }
    }
    if (options_.start && options_.start->config != config_)
      throw InputError(ErrorKind::usage, "the weights to begin with have another shape");
    now_.state.weights = options_.start ? options_.start->weights
                                        : DecoderModel::random(config_, rng_.split(kWeights)).weights;
    now_.state.mean.assign(size, 0.0f);
    now_.state.square.assign(size, 0.0f);
    backend_.set_state(now_.state);
  }

  /// False when it was stopped; then nothing is kept of the epoch.
  bool train_epoch(int epoch) {
    const auto start = std::chrono::steady_clock::now();
    EpochRecord record = now_.curve.empty() ? EpochRecord{} : now_.curve.back();
    record.epoch = epoch;
    const std::uint64_t stream = kEpochs + static_cast<std::uint64_t>(epoch);
    const std::vector<Step> steps = make_steps(encode_epoch(epoch).sequences, options_.shard_tokens,
                                               options_.step_tokens, rng_.split(stream).split(0));
    double loss = 0, counted = 0;
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const double share = static_cast<double>(k) / static_cast<double>(steps.size());
      const double done = (epoch - 1 + share) / options_.epochs;
      const double step_loss = step(steps[k], done, record);
      double targets = 0;
      for (const TokenBatch& shard : steps[k]) {
        targets += shard.counted();
        record.tokens += static_cast<double>(shard.tokens.size());
      }
      loss += step_loss;
      counted += targets;
      if (hooks_.progress && !hooks_.progress(done, step_loss / std::max(targets, 1.0))) return false;
    }
    record.training_nats = loss / std::max(counted, 1.0);
    record.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    validate(record);
    keep(record);
    return true;
  }

  double step(const Step& shards, double done, EpochRecord& record) {
    StepSettings settings = options_.step;
    settings.step = ++record.steps;
    settings.rate = record.rate = scheduled_rate(options_, record.steps, done);
    settings.seed = rng_.split(kDropout)();
    const double loss = backend_.step(shards, settings);
    if (!std::isfinite(loss))
      throw InputError(ErrorKind::no_convergence,
                       fmt::format("step {}: the loss is not finite", record.steps), {}, "lower the rate");
    return loss;
  }

  void validate(EpochRecord& record) const {
    if (validation_.empty()) return;
    double nats = 0, counted = 0, circuits = 0;
    for (const Step& step : validation_) {
      for (const TokenBatch& shard : step) {
        nats += backend_.evaluate(shard);
        counted += shard.counted();
        circuits += shard.sequences();
      }
    }
    record.validation_nats = nats / counted;
    record.validation_bits = (nats / std::numbers::ln2 - order_bits_) / circuits;
  }

  void keep(const EpochRecord& record) {
    now_.curve.push_back(record);
    now_.state = backend_.state();
    const bool best = validation_.empty() || now_.best_epoch == 0 || record.validation_nats < now_.best_nats;
    if (best) {
      now_.best_epoch = record.epoch;
      now_.best_nats = record.validation_nats;
      best_ = now_.state.weights;
    }
    if (!options_.folder.empty()) {
      // The checkpoint comes last: what it promises is there.
      if (best) write_decoder(model(best_), path("weights.safetensors"));
      write_file(path("curve.csv"), curve_csv(now_.curve));
      now_.write(path("checkpoint.safetensors"), task_);
    }
    if (hooks_.epoch) hooks_.epoch(record);
  }

  DecoderModel model(const std::vector<float>& weights) const {
    DecoderModel out;
    out.config = config_;
    out.weights = weights;
    out.language = language_.name();
    out.vocabulary_hash = vocabulary_hash(language_);
    if (now_.best_epoch > 0) {
      const EpochRecord& best = now_.curve[static_cast<std::size_t>(now_.best_epoch - 1)];
      out.notes = {{"training", task_},
                   {"epoch", std::to_string(best.epoch)},
                   {"tokens", fmt::format("{:.0f}", best.tokens)},
                   {"validation_nats_a_token", fmt::format("{:.6g}", best.validation_nats)},
                   {"validation_bits_a_circuit", fmt::format("{:.6g}", best.validation_bits)},
                   {SizeShares::kNote, SizeShares(circuits_).text()}};
    }
    return out;
  }

  /// After --resume the best weights may be those of an epoch before.
  void finish() {
    if (best_.empty() && now_.best_epoch > 0) {
      summary_.model = read_decoder(path("weights.safetensors"));
    } else {
      summary_.model = model(best_.empty() ? now_.state.weights : best_);
    }
    summary_.curve = now_.curve;
    summary_.best_epoch = now_.best_epoch;
  }

  const graph::Language& language_;
  std::span<const graph::Topology> circuits_;
  DecoderConfig config_;
  TrainingBackend& backend_;
  TrainingOptions options_;
  const TrainingHooks& hooks_;
  Rng rng_;
  std::vector<Step> validation_;
  double order_bits_ = 0;  ///< of the validation circuits
  std::string task_;
  TrainingCheckpoint now_;
  std::vector<float> best_;
  TrainingSummary summary_;
};

}  // namespace

double scheduled_rate(const TrainingOptions& options, long step, double share) {
  const double warm = options.warm_up > 0 ? std::min(1.0, static_cast<double>(step) / options.warm_up) : 1.0;
  double fall = 1;
  if (options.schedule == RateSchedule::linear) fall = 1 - share;
  if (options.schedule == RateSchedule::cosine) fall = 0.5 * (1 + std::cos(std::numbers::pi * share));
  return options.rate * warm * (options.final_share + (1 - options.final_share) * fall);
}

TrainingSummary train_decoder(const graph::Language& language, std::span<const graph::Topology> training,
                              std::span<const graph::Topology> validation, const DecoderConfig& config,
                              TrainingBackend& backend, const TrainingOptions& options,
                              const TrainingHooks& hooks) {
  return Training(language, training, validation, config, backend, options, hooks).run();
}

std::string curve_csv(const std::vector<EpochRecord>& curve) {
  std::string out =
      "epoch,steps,rate,training_nats_a_token,validation_nats_a_token,validation_bits_a_circuit,tokens,"
      "seconds\n";
  for (const EpochRecord& r : curve)
    out += fmt::format("{},{},{:.6g},{:.6g},{:.6g},{:.6g},{:.0f},{:.3f}\n", r.epoch, r.steps, r.rate,
                       r.training_nats, r.validation_nats, r.validation_bits, r.tokens, r.seconds);
  return out;
}

}  // namespace nullor::learn
