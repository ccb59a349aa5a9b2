#include "nullor/learn/predictor_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/parallel.h"
#include "nullor/design/testbench.h"
#include "nullor/learn/adamw.h"
#include "nullor/learn/predictor_checkpoint.h"
#include "nullor/learn/predictor_pass.h"

namespace nullor::learn {
namespace {

/// Numbers of random streams.
enum : std::uint64_t { kWeights, kDropout, kEpochs };

constexpr int kIllegal = kIllegalGeometry;

void check_options(const PredictorTrainingOptions& o) {
  const auto require = [](bool holds, const std::string& what) {
    if (!holds) throw InputError(ErrorKind::usage, what);
  };
  require(o.epochs >= 1 && o.epochs <= 1000000, fmt::format("{} epochs; it is 1 to 1000000", o.epochs));
  require(o.rate > 0 && o.rate <= 1, fmt::format("a rate of {}; it is above 0 and at most 1", o.rate));
  require(o.batch >= 1 && o.shard >= 1, "batches have 1 row or more");
  require(o.warm_up >= 0, "steps of warm-up are 0 or more");
}

/// Of the rows that are legal, in no order.
std::vector<std::vector<std::size_t>> legal_rows(std::span<const PredictionRows> sets) {
  std::vector<std::vector<std::size_t>> out(sets.size());
  for (std::size_t s = 0; s < sets.size(); ++s) {
    for (std::size_t r = 0; r < sets[s].rows(); ++r) {
      if (sets[s].failure[r] != kIllegal) out[s].push_back(r);
    }
  }
  return out;
}

/// Rows of one circuit that are worked on together.
struct Shard {
  std::size_t set = 0;
  std::vector<std::size_t> rows;
};

template <class T>
void shuffle(std::vector<T>& list, Rng& rng) {
  for (std::size_t k = list.size(); k > 1; --k) std::swap(list[k - 1], list[rng.below(k)]);
}

/// Empty where no row is illegal: then nothing is known of limits.
std::map<graph::SizedKind, LegalBox> legal_box(std::span<const PredictionRows> sets) {
  std::map<graph::SizedKind, LegalBox> out;
  const auto is_illegal = [](const PredictionRows& rows) {
    return std::find(rows.failure.begin(), rows.failure.end(), kIllegal) != rows.failure.end();
  };
  if (std::none_of(sets.begin(), sets.end(), is_illegal)) return out;
  for (const PredictionRows& rows : sets) {
    const auto& devices = rows.circuit->devices();
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      if (rows.failure[r] == kIllegal) continue;
      for (std::size_t d = 0; d < devices.size(); ++d) {
        if (devices[d].kind != graph::SizedKind::nmos && devices[d].kind != graph::SizedKind::pmos) continue;
        const double* x = rows.numbers.data() + (r * devices.size() + d) * graph::kSizedNumbers;
        auto [at, first] = out.try_emplace(devices[d].kind, LegalBox{x[0], x[0], x[1], x[1]});
        LegalBox& b = at->second;
        b.w_low = std::min(b.w_low, x[0]), b.w_high = std::max(b.w_high, x[0]);
        b.l_low = std::min(b.l_low, x[1]), b.l_high = std::max(b.l_high, x[1]);
      }
    }
  }
  return out;
}

class Training {
 public:
  Training(PredictorModel start, std::span<const PredictionRows> training,
           std::span<const PredictionRows> validation, const PredictorTrainingOptions& options,
           const PredictorHooks& hooks)
      : model_(std::move(start)),
        network_(model_.config, model_.shape()),
        training_(training),
        validation_(validation),
        options_(options),
        hooks_(hooks),
        rng_(options.seed),
        rows_(legal_rows(training)),
        validation_rows_(legal_rows(validation)) {
    check_options(options);
    engine_ = options.engine ? options.engine(model_.config, model_.shape())
                             : make_native_engine(model_.config, model_.shape(), options.jobs);
    for (const WeightLayout::Array& a : network_.layout().arrays())
      decay_.push_back({a.place, a.size(), a.is_matrix()});
    for (const PredictionRows& set : training) {
      tokens_.push_back(circuit_tokens(*set.circuit, model_.config.tokens));
      if (std::find(model_.circuits.begin(), model_.circuits.end(), set.circuit->fingerprint()) ==
          model_.circuits.end())
        model_.circuits.push_back(set.circuit->fingerprint());
    }
    for (const PredictionRows& set : validation)
      validation_tokens_.push_back(circuit_tokens(*set.circuit, model_.config.tokens));
    for (const auto& list : rows_) count_ += list.size();
    if (count_ == 0) throw InputError(ErrorKind::usage, "no row to learn from is of a legal geometry");
    begin();
  }

  PredictorTrained run() {
    PredictorTrained out;
    for (int epoch = static_cast<int>(curve_.size()) + 1; epoch <= options_.epochs && !out.interrupted;
         ++epoch)
      out.interrupted = !train_epoch(epoch);
    model_.weights = state_.weights;
    model_.notes["training"] = task();
    model_.notes["epochs"] = std::to_string(curve_.size());
    out.model = std::move(model_);
    out.curve = std::move(curve_);
    return out;
  }

 private:
  std::string path(const char* name) const {
    return (std::filesystem::path(options_.folder) / name).string();
  }

  /// All that the numbers depend on.
  std::string task() const {
    const PredictorTrainingOptions& o = options_;
    return fmt::format(
        "{}, {} rows of {} circuits, {} epochs, rate {:g} to {:g} by {}, {} steps of warm-up, betas {:g} "
        "{:g}, "
        "decay {:g}, clip {:g}, {} rows a step in shards of {}, seed {}",
        to_json(model_.config), count_, training_.size(), o.epochs, o.rate, o.rate * o.final_share,
        static_cast<int>(o.schedule), o.warm_up, o.step.beta1, o.step.beta2, o.step.decay, o.step.clip,
        o.batch, o.shard, o.seed);
  }

  void begin() {
    const std::size_t size = network_.layout().size();
    if (options_.resume && !options_.folder.empty()) {
      std::error_code status;
      if (std::filesystem::exists(path("checkpoint.safetensors"), status)) {
        read_predictor_checkpoint(path("checkpoint.safetensors"), task(), size, state_, curve_);
        return;
      }
    }
    state_.weights = model_.weights.empty() ? network_.layout().start(rng_.split(kWeights)) : model_.weights;
    state_.mean.assign(size, 0.0f);
    state_.square.assign(size, 0.0f);
  }

  /// All rows once, in an order of chance, in shards of one circuit each.
  std::vector<Shard> shards(Rng rng) const {
    std::vector<Shard> out;
    for (std::size_t s = 0; s < rows_.size(); ++s) {
      std::vector<std::size_t> order = rows_[s];
      shuffle(order, rng);
      for (std::size_t first = 0; first < order.size(); first += static_cast<std::size_t>(options_.shard)) {
        const std::size_t end = std::min(order.size(), first + static_cast<std::size_t>(options_.shard));
        out.push_back({s,
                       {order.begin() + static_cast<std::ptrdiff_t>(first),
                        order.begin() + static_cast<std::ptrdiff_t>(end)}});
      }
    }
    shuffle(out, rng);
    return out;
  }

  /// False when it was stopped; then nothing is kept of the epoch.
  bool train_epoch(int epoch) {
    const auto begin = std::chrono::steady_clock::now();
    PredictorEpoch record = curve_.empty() ? PredictorEpoch{} : curve_.back();
    record.epoch = epoch;
    record.training = {};
    const std::vector<Shard> all = shards(rng_.split(kEpochs + static_cast<std::uint64_t>(epoch)));
    const std::size_t each = static_cast<std::size_t>(std::max(1, options_.batch / options_.shard));
    for (std::size_t first = 0; first < all.size(); first += each) {
      const double done =
          (epoch - 1 + static_cast<double>(first) / static_cast<double>(all.size())) / options_.epochs;
      const PredictorLoss loss = step({all.data() + first, std::min(each, all.size() - first)}, done, record);
      record.training += loss;
      if (hooks_.progress && !hooks_.progress(done, loss.total(model_.config))) return false;
    }
    record.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    record.validation = validate();
    curve_.push_back(record);
    keep();
    if (hooks_.epoch) hooks_.epoch(record);
    return true;
  }

  PredictorLoss step(std::span<const Shard> shards, double done, PredictorEpoch& record) {
    StepSettings settings = options_.step;
    settings.step = ++record.steps;
    TrainingOptions schedule;
    schedule.rate = options_.rate, schedule.final_share = options_.final_share;
    schedule.warm_up = options_.warm_up, schedule.schedule = options_.schedule;
    settings.rate = record.rate = scheduled_rate(schedule, record.steps, done);
    PredictorLoss whole;
    for (const Shard& shard : shards) whole += count_targets(training_[shard.set], shard.rows, model_);
    const Rng dropout = rng_.split(kDropout).split(static_cast<std::uint64_t>(record.steps));
    const PredictorEngine::Step found = engine_->step(
        shards.size(),
        [&](std::size_t s) {
          return examples_of(training_[shards[s].set], tokens_[shards[s].set], shards[s].rows, model_);
        },
        whole, state_.weights, dropout);
    if (!std::isfinite(found.loss.total(model_.config)) ||
        !adamw_step(state_, found.gradient, decay_, settings))
      throw InputError(ErrorKind::no_convergence,
                       fmt::format("step {}: the loss is not finite", record.steps), {}, "lower the rate");
    return found.loss;
  }

  PredictorLoss validate() {
    std::vector<Shard> all;
    for (std::size_t s = 0; s < validation_rows_.size(); ++s) {
      const std::vector<std::size_t>& list = validation_rows_[s];
      for (std::size_t k = 0; k < list.size(); k += 64)
        all.push_back({s,
                       {list.begin() + static_cast<std::ptrdiff_t>(k),
                        list.begin() + static_cast<std::ptrdiff_t>(std::min(list.size(), k + 64))}});
    }
    return engine_->evaluate(
        all.size(),
        [&](std::size_t s) {
          return examples_of(validation_[all[s].set], validation_tokens_[all[s].set], all[s].rows, model_);
        },
        state_.weights);
  }

  void keep() {
    if (options_.folder.empty()) return;
    write_file(path("curve.csv"), curve_csv(model_.config, curve_));
    write_predictor_checkpoint(path("checkpoint.safetensors"), task(), state_, curve_);
  }

  PredictorModel model_;
  PredictorNetwork network_;
  std::span<const PredictionRows> training_, validation_;
  PredictorTrainingOptions options_;
  const PredictorHooks& hooks_;
  Rng rng_;
  std::vector<std::vector<std::size_t>> rows_, validation_rows_;
  std::vector<CircuitTokens> tokens_, validation_tokens_;
  std::size_t count_ = 0;
  std::vector<DecayRange> decay_;
  OptimizerState state_;
  std::vector<PredictorEpoch> curve_;
  std::unique_ptr<PredictorEngine> engine_;
};

}  // namespace

PredictorTrained train_predictor(std::span<const PredictionRows> training,
                                 std::span<const PredictionRows> validation, const PredictorConfig& config,
                                 const PredictorTrainingOptions& options, const PredictorHooks& hooks) {
  check(config);
  if (training.empty()) throw InputError(ErrorKind::usage, "no rows to learn from");
  std::vector<PredictionRows> legal;
  const std::vector<std::vector<std::size_t>> rows = legal_rows(training);
  for (std::size_t s = 0; s < training.size(); ++s) legal.push_back(training[s].picked(rows[s]));
  PredictorModel model;
  model.config = config;
  model.features = fit_features(legal);
  model.metrics = fit_scales(legal);
  model.classes = training.front().classes;
  for (const PredictionRows& set : training) {
    if (set.classes != model.classes)
      throw InputError(
          ErrorKind::usage,
          fmt::format("'{}' has other classes of failure than '{}'", set.name, training.front().name), {},
          "give data sets of one testbench");
  }
  model.legal = legal_box(training);
  return Training(std::move(model), training, validation, options, hooks).run();
}

PredictorTrained tune_predictor(const PredictorModel& start, std::span<const PredictionRows> training,
                                std::span<const PredictionRows> validation,
                                const PredictorTrainingOptions& options, const PredictorHooks& hooks) {
  return Training(start, training, validation, options, hooks).run();
}

std::string curve_csv(const PredictorConfig& config, std::span<const PredictorEpoch> curve) {
  std::string out =
      "epoch,steps,rate,training_loss,validation_loss,validation_metrics,validation_validity,seconds\n";
  for (const PredictorEpoch& e : curve)
    out += fmt::format("{},{},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g},{:.3f}\n", e.epoch, e.steps, e.rate,
                       e.training.total(config), e.validation.total(config),
                       e.validation.metrics / std::max(e.validation.present, 1.0),
                       e.validation.validity / std::max(e.validation.rows, 1.0), e.seconds);
  return out;
}

}  // namespace nullor::learn
