// nullor resistive train --data DIR -o weights.safetensors: a deep resistive network learns labelled
// pictures.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/interrupt.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/cli/app.h"
#include "nullor/cli/resistive_flags.h"
#include "nullor/cli/resistive_pages.h"
#include "nullor/cli/resistive_verbs.h"
#include "nullor/resistive/deep_presets.h"

namespace nullor {
namespace {

struct ResistiveFlags {
  CommonOptions common;
  NetworkFlags network;
  HardwareFlags hardware;
  DeepTrainingFlags training;
  std::string data, model = "xs", output, plot, device = "cpu";
  std::vector<int> widths;
  double gain = 0;
  std::size_t limit = 0;
  int test_every = 1;
  bool resume = false;
  bool seed_given = false, model_given = false;
};

DeepFile new_network(const ResistiveFlags& options, const ImageSet& pictures) {
  const DeepPreset& preset = deep_preset(options.model);
  DeepFile out;
  out.training = preset.training;
  out.training.seed = options.common.seed;
  if (options.widths.empty()) out.model = preset.name;
  const std::vector<int> widths = options.widths.empty() ? preset.widths(pictures) : options.widths;
  out.network.widths = widths;
  options.training.apply(out.training, out.network.layers());
  for (auto* rates : {&out.training.conductance_rates, &out.training.bias_rates})
    rates->resize(std::min(rates->size(), widths.size() - 1));
  constexpr std::uint64_t kWeights = 0;
  out.network = DeepNetwork::random(widths, options.gain > 0 ? options.gain : preset.input_gain,
                                    Rng(options.common.seed).split(kWeights));
  return out;
}

DeepFile resumed_network(const ResistiveFlags& options) {
  DeepFile out = read_deep_file(options.output);
  const auto differs = [&](const char* option) {
    throw InputError(ErrorKind::usage, fmt::format("'{}' was begun with another {}", options.output, option),
                     {}, fmt::format("leave out {}, or train anew without --resume", option));
  };
  if (options.seed_given && options.common.seed != out.training.seed) differs("--seed");
  if (options.model_given && options.model != out.model) differs("--model");
  if (!options.widths.empty() && options.widths != out.network.widths) differs("--widths");
  if (options.gain > 0 && options.gain != out.network.input_gain) differs("--gain");
  options.training.apply(out.training, out.network.layers());
  return out;
}

DeepFile begin(const ResistiveFlags& options, const ImageSet& pictures) {
  std::error_code status;
  const bool resume = options.resume && std::filesystem::exists(options.output, status);
  DeepFile out = resume ? resumed_network(options) : new_network(options, pictures);
  if (resume) log_note(fmt::format("goes on after epoch {} of '{}'", out.epoch, options.output));
  options.network.apply(out.network);
  options.hardware.apply(out.training.hardware);
  out.training.jobs = options.common.jobs;
  if (options.device == "cuda") out.training.cuda = CudaTarget{kDeviceProgram};
  check_fit(out.network, pictures);
  return out;
}

std::string epoch_line(const EpochScores& scores, int epochs) {
  std::string out =
      fmt::format("epoch {}/{}  train {:.2f} %", scores.epoch, epochs, 100 * scores.training.error);
  if (scores.tested) out += fmt::format("  test {:.2f} %", 100 * scores.test.error);
  return out + fmt::format("  loss {:.4g}  {:.3g} s", scores.training.loss, scores.training.seconds);
}

/// The network in `file` moves into the trainer; the rest of it stays a record of what was done.
class Run {
 public:
  Run(const ResistiveFlags& options, const ImageSet& training, const ImageSet& test, DeepFile file)
      : options_(options),
        test_(test),
        file_(std::move(file)),
        trainer_(file_.network, training, file_.training) {
    trainer_.epoch = file_.epoch;
    file_.network = {};
    if (file_.training.cuda) log_note("trains on " + trainer_.instruction_set());
  }

  /// False when it was interrupted.
  bool epochs() {
    Interrupt interrupt;
    while (trainer_.epoch < file_.training.epochs) {
      if (!epoch(interrupt)) {
        log_note(file_.epoch > 0
                     ? fmt::format("interrupted; '{}' holds epoch {}, --resume goes on from there",
                                   options_.output, file_.epoch)
                     : "interrupted before an epoch was done; nothing to keep");
        interrupt.leave_if_requested();
        return false;
      }
    }
    return true;
  }

  void report() {
    DeepFile whole = record();
    const DeepNetwork devices = on_hardware(whole.network, whole.training.hardware, Rng(whole.training.seed));
    std::vector<std::uint8_t> answers;
    const DeepScore score =
        evaluate(devices, test_, whole.training.iterations, whole.training.jobs, &answers);
    const DeepTest test = count_answers(test_, score, answers);
    if (!options_.plot.empty()) {
      write_file(options_.plot, deep_network_page(whole, test_, test));
      log_note("wrote " + options_.plot);
    }
    if (options_.common.json) return print_json(whole, test);
    fmt::print(
        "test error {:.2f} % ({} of {}) after {} epochs, training error {:.2f} %; {:.4g} W an inference\n",
        100 * score.error, std::lround(score.error * static_cast<double>(test_.count())), test_.count(),
        file_.epoch, file_.curve.empty() ? NAN : 100 * file_.curve.back().training.error, score.power);
  }

 private:
  bool epoch(const Interrupt& interrupt) {
    EpochScores scores;
    const int before = trainer_.epoch;
    {
      Progress bar(fmt::format("epoch {}/{}", trainer_.epoch + 1, file_.training.epochs));
      const EpochReport report = trainer_.run_epoch([&](double share) {
        bar.update(share);
        return !interrupt.requested();
      });
      if (trainer_.epoch == before) return false;
      scores.epoch = report.epoch;
      scores.training = report.training;
    }
    scores.tested = scores.epoch % options_.test_every == 0 || scores.epoch == file_.training.epochs;
    if (scores.tested) scores.test = trainer_.evaluate(test_);
    file_.curve.push_back(scores);
    file_.epoch = scores.epoch;
    DeepFile now = record();
    refuse_divergence(now);
    write_deep_file(std::move(now), options_.output);
    log_note(epoch_line(scores, file_.training.epochs));
    return true;
  }

  /// Before the file of the epoch before is written over.
  static void refuse_divergence(const DeepFile& now) {
    const EpochScores& last = now.curve.back();
    const auto diverged = [&](const std::string& why) {
      return InputError(ErrorKind::no_convergence, fmt::format("epoch {}: {}", last.epoch, why), {},
                        "lower --rates or --beta");
    };
    if (!std::isfinite(last.training.loss) || !std::isfinite(last.test.loss))
      throw diverged("the loss is not finite");
    try {
      now.network.check("the network");
    } catch (const InputError& error) {
      throw diverged(error.what());
    }
  }

  DeepFile record() const {
    DeepFile out = file_;
    out.network = trainer_.network();
    return out;
  }

  void print_json(const DeepFile& whole, const DeepTest& test) const {
    const DeepTraining& t = whole.training;
    nlohmann::ordered_json out = {{"model", whole.model},
                                  {"widths", whole.network.widths},
                                  {"parameters", whole.network.parameter_count()},
                                  {"rule", learning_rule_names()[static_cast<std::size_t>(t.rule)]},
                                  {"iterations", t.iterations},
                                  {"beta", t.nudging},
                                  {"batch", t.batch},
                                  {"seed", t.seed},
                                  {"instruction_set", trainer_.instruction_set()},
                                  {"epochs", whole.epoch},
                                  {"test", test_json(test)},
                                  {"curve", nlohmann::ordered_json::parse(curve_json(whole.curve))}};
    std::puts(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  }

  const ResistiveFlags& options_;
  const ImageSet& test_;
  DeepFile file_;
  DeepTrainer trainer_;
};

void train(const ResistiveFlags& options) {
  ImageSet training = read_image_folder(options.data, true);
  if (options.limit > 0) training = training.first(options.limit);
  ImageSet test = read_image_folder(options.data, false);
  test.classes = training.classes = std::max(test.classes, training.classes);
  if (test.size() != training.size())
    throw InputError(ErrorKind::input_output, "training and test pictures differ in size");
  DeepFile file = begin(options, training);
  log_note(fmt::format("{} conductances and current sources, {} training and {} test pictures",
                       file.network.parameter_count(), training.count(), test.count()));
  if (file.epoch >= file.training.epochs)
    log_note(fmt::format("all {} epochs are done; more with --epochs", file.epoch));
  Run run(options, training, test, std::move(file));
  if (run.epochs()) run.report();
}

}  // namespace

void add_resistive_train(CLI::App& resistive) {
  auto options = std::make_shared<ResistiveFlags>();
  CLI::App* verb = resistive.add_subcommand("train", "train a deep resistive network on labelled pictures");
  std::string models;
  for (const DeepPreset& preset : deep_presets())
    models += fmt::format("{}{} ({})", models.empty() ? "" : ", ", preset.name, preset.description);
  verb->add_option("--data", options->data, "folder of MNIST, Fashion-MNIST, KMNIST or CIFAR-10")
      ->required()
      ->type_name("DIR");
  verb->add_option("-o,--output", options->output, "the network (.safetensors), written after each epoch")
      ->required()
      ->type_name("FILE");
  auto* model = verb->add_option("--model", options->model, "published network and its training: " + models)
                    ->capture_default_str();
  verb->add_option("--widths", options->widths,
                   "inputs, hidden layers, outputs: 784,200,10; the rest as --model")
      ->delimiter(',')
      ->check(CLI::Range(1, 1 << 24));
  verb->add_option("--gain", options->gain, "input gain A [V]")->check(CLI::PositiveNumber);
  options->training.add(*verb);
  options->network.add(*verb);
  options->hardware.add(*verb, /*writing=*/true);
  verb->add_option("--device", options->device, "where epochs run: cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  verb->add_option("--limit", options->limit, "train on the first N pictures")->check(CLI::PositiveNumber);
  verb->add_option("--test-every", options->test_every, "epochs between tests")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb->add_flag("--resume", options->resume, "go on from the output of an interrupted run");
  verb->add_option("--plot", options->plot, "result page (.html)")->type_name("FILE");
  add_common_options(*verb, options->common);
  verb->callback([options, verb, model] {
    options->seed_given = verb->get_option("--seed")->count() > 0;
    options->model_given = model->count() > 0;
    train(*options);
  });
}

}  // namespace nullor
