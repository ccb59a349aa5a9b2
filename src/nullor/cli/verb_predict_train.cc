// nullor predict train SET... --out DIR: a network learns from data sets what simulations would say.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"
#include "nullor/base/interrupt.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/cli/predict_pages.h"
#include "nullor/cli/predict_verbs.h"
#include "nullor/cli/prediction_sets.h"
#include "nullor/cli/training_device.h"
#include "nullor/learn/prediction_table.h"
#include "nullor/learn/predictor.h"

namespace nullor {
namespace {

struct TrainFlags {
  CommonOptions common;
  std::vector<std::string> sets, metrics, hold_out, only;
  std::string model = "gnn", start;
  learn::PredictorTrainingOptions training;
  TrainingDevice device;
  Division division;
  double dropout = 0;
  std::optional<double> validity_weight;
  int warm_up = -1;
  bool partial = false, pins = false, squared = false, without_validity = false, ok_rows_only = false;
  bool without_graph = false, without_global = false, without_virtual_edges = false, without_currents = false;
};

learn::PredictorConfig config_of(const TrainFlags& flags) {
  learn::PredictorConfig out = learn::predictor_config(flags.model);
  if (flags.pins) out.tokens.form = learn::TokenForm::pins;
  if (flags.without_graph) out.tokens.graph = false;
  if (flags.without_global) out.tokens.global = false;
  if (flags.without_virtual_edges) out.tokens.virtual_edges = false;
  if (flags.without_currents) out.tokens.currents = false;
  if (flags.squared) out.loss = learn::PredictorConfig::Loss::squared;
  if (flags.without_validity) out.validity = false;
  if (flags.ok_rows_only) out.failed_rows = false;
  if (flags.dropout > 0) out.dropout = flags.dropout;
  if (flags.validity_weight) {
    out.class_weight *= *flags.validity_weight / out.validity_weight;
    out.validity_weight = *flags.validity_weight;
  }
  learn::check(out);
  return out;
}

/// The sets that are learned from: not those that are held out.
std::vector<PredictionSet> learned_sets(const TrainFlags& flags) {
  std::vector<PredictionSet> all = read_prediction_sets(flags.sets, flags.partial);
  std::vector<std::string> names;
  for (const PredictionSet& set : all) names.push_back(set.name);
  std::vector<std::string> named = flags.hold_out;
  named.insert(named.end(), flags.only.begin(), flags.only.end());
  for (const std::string& name : named) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw InputError(ErrorKind::usage, fmt::format("there is no set '{}' among those given", name), {},
                       did_you_mean(name, names, fmt::format("sets are {}", fmt::join(names, ", "))));
  }
  std::vector<PredictionSet> learned, held;
  for (PredictionSet& set : all) {
    const bool out =
        std::find(flags.hold_out.begin(), flags.hold_out.end(), set.name) != flags.hold_out.end() ||
        (!flags.only.empty() &&
         std::find(flags.only.begin(), flags.only.end(), set.name) == flags.only.end());
    set.rows = first_rows(set.rows, flags.division.most_rows);
    if (!flags.metrics.empty()) set.rows = set.rows.with_metrics(flags.metrics);
    (out ? held : learned).push_back(std::move(set));
  }
  if (learned.empty())
    throw InputError(ErrorKind::usage, "all sets are held out; none is left to learn from");
  for (const PredictionSet& h : held) {
    for (const PredictionSet& l : learned) {
      if (h.rows.circuit->fingerprint() == l.rows.circuit->fingerprint())
        log_warning(fmt::format("'{}' is held out, but '{}' is of the same circuit", h.name, l.name));
    }
  }
  return learned;
}

std::string epoch_line(const learn::PredictorConfig& config, const learn::PredictorEpoch& e, int epochs) {
  std::string out = fmt::format("epoch {}/{}  training {:.4f}", e.epoch, epochs, e.training.total(config));
  if (e.validation.rows > 0 || e.validation.present > 0)
    out += fmt::format("  validation {:.4f}", e.validation.total(config));
  return out + fmt::format("  rate {:.2g}  {}", e.rate, format_duration(e.seconds));
}

void report(const TrainFlags& flags, const learn::PredictorTrained& trained,
            std::span<const PredictionRows> validation) {
  const learn::NetworkPredictor predictor(trained.model, "network", flags.common.jobs);
  std::vector<learn::Predictions> predictions;
  for (const PredictionRows& rows : validation) predictions.push_back(predictor.predict(rows));
  const learn::PredictionFigures figures =
      learn::score(predictions, validation, trained.model.metrics, /*legal_only=*/true);
  const learn::PredictorEpoch& last = trained.curve.back();
  if (flags.common.json) {
    const nlohmann::ordered_json out = {{"weights", trained.model.weights.size()},
                                        {"circuits", trained.model.circuits.size()},
                                        {"epochs", last.epoch},
                                        {"steps", last.steps},
                                        {"training_loss", last.training.total(trained.model.config)},
                                        {"validation_loss", last.validation.total(trained.model.config)},
                                        {"seconds", last.seconds},
                                        {"validation", learn::to_json(figures)}};
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("Rows of legal geometry that were kept for validation:\n{}", learn::to_text(figures));
  log_note(fmt::format("model.safetensors, curve.csv and curve.html are in '{}'", flags.common.out));
}

void keep(const TrainFlags& flags, learn::PredictorTrained& trained, const learn::RowParts& parts,
          std::span<const PredictionSet> sets) {
  learn::calibrate(trained.model, parts.training, parts.calibration);
  Division division = flags.division;
  for (const PredictionSet& set : sets) division.sets.push_back(set.name);
  note(division, trained.model);
  const std::filesystem::path folder(flags.common.out);
  learn::write_predictor(trained.model, (folder / "model.safetensors").string());
  write_file((folder / "curve.html").string(), predictor_training_page(trained.model, trained.curve));
}

std::size_t count(std::span<const PredictionRows> sets) {
  std::size_t out = 0;
  for (const PredictionRows& rows : sets) out += rows.rows();
  return out;
}

void train(const TrainFlags& flags) {
  const learn::PartShares& shares = flags.division.shares;
  if (shares.validation + shares.calibration + shares.test >= 1)
    throw InputError(ErrorKind::usage, "the shares kept from training leave nothing to learn from");
  const learn::PredictorModel start =
      flags.start.empty() ? learn::PredictorModel() : learn::read_predictor(flags.start);
  const learn::PredictorConfig config = flags.start.empty() ? config_of(flags) : start.config;
  std::vector<PredictionSet> sets = learned_sets(flags);
  for (PredictionSet& set : sets) {
    if (!flags.start.empty()) check_like(start, set);
  }
  const learn::RowParts parts = learn::divide(rows_of(sets), shares, flags.division.seed);
  learn::PredictorTrainingOptions how = flags.training;
  how.seed = flags.common.seed;
  how.jobs = flags.common.jobs;
  how.folder = flags.common.out;
  how.engine = [&](const learn::PredictorConfig& network, const learn::PredictorShape& shape) {
    auto engine = flags.device.make([&] { return learn::make_native_engine(network, shape, how.jobs); },
                                    [&](const std::string& device) {
                                      return learn::make_torch_engine(network, shape, how.jobs, device,
                                                                      flags.device.full_precision);
                                    });
    log_note(engine->description());
    return engine;
  };
  if (flags.warm_up >= 0) {
    how.warm_up = flags.warm_up;
  } else {
    // Short trainings would be over before the rate is up.
    const std::size_t steps = count(parts.training) * static_cast<std::size_t>(std::max(how.epochs, 1)) /
                              static_cast<std::size_t>(std::max(how.batch, 1));
    how.warm_up = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(how.warm_up), steps / 10));
  }
  log_note(fmt::format("{} rows of {} sets to learn from, {} to validate, {} to calibrate, {} kept for tests",
                       count(parts.training), sets.size(), count(parts.validation), count(parts.calibration),
                       count(parts.test)));
  Interrupt interrupt;
  learn::PredictorHooks hooks;
  auto bar = std::make_unique<Progress>("training");
  hooks.progress = [&](double share, double loss) {
    bar->detail(fmt::format("loss {:.3f}", loss));
    bar->update(share);
    return !interrupt.requested();
  };
  hooks.epoch = [&](const learn::PredictorEpoch& e) { log_note(epoch_line(config, e, how.epochs)); };
  learn::PredictorTrained trained =
      flags.start.empty() ? learn::train_predictor(parts.training, parts.validation, config, how, hooks)
                          : learn::tune_predictor(start, parts.training, parts.validation, how, hooks);
  bar.reset();
  if (trained.interrupted) {
    log_note(trained.curve.empty()
                 ? "interrupted before an epoch was done; nothing to keep"
                 : fmt::format("interrupted; '{}' holds epoch {}, --resume goes on from there",
                               flags.common.out, trained.curve.back().epoch));
    interrupt.leave_if_requested();
  }
  keep(flags, trained, parts, sets);
  report(flags, trained, parts.validation);
}

void add_model_options(CLI::App& verb, TrainFlags& flags) {
  const std::string group = "What is trained";
  verb.add_option("--model", flags.model,
                  "gnn, attention, paper, pooled, or a gnn of another width and layers: 64x4")
      ->capture_default_str()
      ->group(group);
  verb.add_flag("--pins", flags.pins, "a token a pin, not a token a device")->group(group);
  verb.add_flag("--without-graph", flags.without_graph, "tokens without relations")->group(group);
  verb.add_flag("--without-global", flags.without_global, "no token of the whole circuit")->group(group);
  verb.add_flag("--without-virtual-edges", flags.without_virtual_edges,
                "pins of a device are related by their nets alone")
      ->group(group);
  verb.add_flag("--without-currents", flags.without_currents,
                "devices do not know the current that mirrors give them")
      ->group(group);
  verb.add_option("--start", flags.start,
                  "go on from this model, with its shape and scales: few rows of a new circuit")
      ->type_name("FILE")
      ->group(group);
  verb.add_flag("--without-validity", flags.without_validity, "metrics alone")->group(group);
  verb.add_flag("--squared", flags.squared, "squared errors, not quantiles")->group(group);
  verb.add_flag("--ok-rows-only", flags.ok_rows_only, "metrics of rows that fail are not learned from")
      ->group(group);
  verb.add_option(
          "--validity-weight", flags.validity_weight,
          "weight of validity's loss beside that of the metrics, by default 0.3 (paper: 1); that of the "
          "class is 0.3 of it")
      ->check(CLI::Range(0.0, 100.0))
      ->group(group);
  verb.add_option("--dropout", flags.dropout, "share of numbers that are left out")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str()
      ->group(group);
}

void add_data_options(CLI::App& verb, TrainFlags& flags) {
  const std::string group = "What is learned from";
  learn::PartShares& shares = flags.division.shares;
  verb.add_option("--metrics", flags.metrics, "these alone: dc_gain,gbw")
      ->delimiter(',')
      ->option_text("NAME,...")
      ->group(group);
  verb.add_option("--hold-out", flags.hold_out, "sets that are not learned from, by their folders' names")
      ->delimiter(',')
      ->option_text("NAME,...")
      ->group(group);
  verb.add_option("--only", flags.only, "sets that are learned from, by their folders' names")
      ->delimiter(',')
      ->option_text("NAME,...")
      ->group(group);
  verb.add_option("--rows", flags.division.most_rows, "of each set at most, the first ones; 0: all")
      ->capture_default_str()
      ->group(group);
  verb.add_flag("--partial", flags.partial, "take the shards that are there")->group(group);
  verb.add_option("--validation-share", shares.validation, "of samples: judged after every epoch")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--calibration-share", shares.calibration, "of samples: tell how wide intervals must be")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--test-share", shares.test, "of samples: kept for predict eval, and not looked at")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--division-seed", flags.division.seed, "of which sample goes to which part")
      ->capture_default_str()
      ->group(group);
}

void add_training_options(CLI::App& verb, TrainFlags& flags) {
  learn::PredictorTrainingOptions& t = flags.training;
  verb.add_option("--epochs", t.epochs, "passes over all rows")->capture_default_str();
  verb.add_option("--rate", t.rate, "highest rate of AdamW")->capture_default_str();
  verb.add_option("--warm-up", flags.warm_up,
                  "steps in which the rate rises; when not given 200, or a tenth of all where that is less")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--decay", t.step.decay, "of weights")->capture_default_str();
  verb.add_option("--batch", t.batch, "rows of a step")->capture_default_str();
  verb.add_option("--shard", t.shard, "rows of one circuit that are worked on at a time")
      ->capture_default_str();
  verb.add_flag("--resume", t.resume, "go on from the checkpoint in --out");
  verb.add_flag("--json", flags.common.json, "results on standard output as JSON");
  verb.add_option("--seed", flags.common.seed, "of the first weights and the order of rows")
      ->capture_default_str();
  verb.add_option("--jobs", flags.common.jobs, "threads; 0: all cores")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
}

}  // namespace

void add_predict_train(CLI::App& predict) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App* verb = predict.add_subcommand("train", "learns from data sets");
  verb->add_option("sets", flags->sets, "folders of data sets, or folders of such folders")
      ->required()
      ->type_name("SET");
  verb->add_option("--out", flags->common.out, "folder of the model, its checkpoint and its curve")
      ->required()
      ->type_name("FOLDER");
  add_training_options(*verb, *flags);
  flags->device.add_options(*verb);
  add_data_options(*verb, *flags);
  add_model_options(*verb, *flags);
  verb->callback([flags] { train(*flags); });
}

}  // namespace nullor
