// nullor surrogate deck.cir --over P=lo:hi,...: one network over time and parameters, trained and certified.

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/base/si.h"
#include "nullor/cli/app.h"
#include "nullor/cli/named_values.h"
#include "nullor/cli/read_deck.h"
#include "nullor/cli/surrogate_eval.h"
#include "nullor/cli/surrogate_pages.h"
#include "nullor/neural/surrogate_check.h"
#include "nullor/neural/surrogate_trainer.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

struct SurrogateFlags {
  CommonOptions common;
  std::string input, output, plot, checkpoint;
  std::vector<std::string> over, parameters;
  double tolerance = 1e-4, time_limit = 0;
  int runs = 400, held_out = 100;
  bool resume = false, check = false, physics_only = false;
};

SurrogateAxis axis_of(const std::string& word) {
  const auto refuse = [&](const std::string& hint) {
    return InputError(ErrorKind::usage, "'" + word + "' is not PARAM=LOW:HIGH", {}, hint);
  };
  const auto equal = word.find('='), colon = word.find(':', equal == std::string::npos ? 0 : equal);
  if (equal == std::string::npos || equal == 0 || colon == std::string::npos)
    throw refuse("for example --over W=1u:4u,CL=10f:40f,TEMP=-40:125");
  const auto low = parse_si(word.substr(equal + 1, colon - equal - 1)),
             high = parse_si(word.substr(colon + 1));
  if (!low || !high || !(*low < *high)) throw refuse("LOW and HIGH are numbers, LOW the smaller one");
  SurrogateAxis axis;
  axis.name = word.substr(0, equal);
  for (char& c : axis.name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  axis.low = *low;
  axis.high = *high;
  // What spans a good part of its own size acts by its ratio: delays go as CL / W.
  axis.logarithmic = *low > 0 && *high >= 1.5 * *low && axis.name != "temp" && axis.name != "temper";
  return axis;
}

std::pair<TranCard, Location> transient_of(const Circuit& circuit) {
  for (const AnalysisCard& card : circuit.analyses) {
    if (const auto* tran = std::get_if<TranCard>(&card.what)) return {*tran, card.where};
  }
  throw InputError(ErrorKind::netlist, "the netlist has no .tran, and a surrogate is of a transient", {},
                   "add one, e.g. .tran 10p 10n");
}

nlohmann::ordered_json to_json(const Surrogate& s, const SurrogateReport& report,
                               const SurrogateCheck* check) {
  const auto& parts = s.parts();
  nlohmann::ordered_json out = {{"title", parts.title}, {"met", report.met}};
  out["tolerance"] = parts.certificate.tolerance;
  out["certificate"] = parts.certificate.worst;
  out["parameters"] = nlohmann::ordered_json::array();
  for (const SurrogateAxis& axis : parts.axes) {
    out["parameters"].push_back(
        {{"name", axis.name}, {"unit", axis.unit}, {"low", axis.low}, {"high", axis.high}});
  }
  out["runs"] = report.runs;
  out["rounds"] = report.rounds;
  out["windows"] = report.windows;
  out["modes"] = parts.modes;
  out["features"] = parts.network.features();
  out["left_out_error"] = report.left_out_error;
  out["seconds"] = report.seconds;
  out["held_out"] = parts.certificate.at_held_out;
  if (check) {
    out["check"] = {{"worst", check->worst},
                    {"median", check->median},
                    {"rank_correlation", check->rank_correlation},
                    {"too_low", check->too_low},
                    {"worst_ratio", check->worst_ratio},
                    {"seconds", check->seconds},
                    {"errors", check->error}};
  }
  return out;
}

void train(const SurrogateFlags& options) {
  std::vector<SurrogateAxis> axes;
  for (const std::string& word : options.over) axes.push_back(axis_of(word));
  for (std::size_t j = 1; j < axes.size(); ++j) {
    for (std::size_t k = 0; k < j; ++k) {
      if (axes[j].name == axes[k].name)
        throw InputError(ErrorKind::usage, "'" + axes[j].name + "' stands in --over twice");
    }
  }
  if (options.output.empty())
    throw InputError(ErrorKind::usage, "nowhere to keep the network", {}, "add -o net.safetensors");
  ReadOptions reading;
  reading.parameters = named_values(options.parameters, "--param vdd=1.8");
  reading.seed = options.common.seed;
  Circuit circuit = read_deck(options.input, reading);
  const auto [card, where] = transient_of(circuit);
  TrainingOptions inner;
  constexpr double kInner = 0.1;  // of the tolerance, for the windows
  inner.tolerance = std::max(1e-8, kInner * options.tolerance);
  inner.seed = options.common.seed;
  BoxSimulator box(std::move(circuit), card, where, std::move(axes), inner);

  SurrogateOptions how;
  how.tolerance = options.tolerance;
  how.most_runs = options.runs;
  how.held_out = options.held_out;
  how.time_limit = options.time_limit;
  how.seed = options.common.seed;
  how.jobs = options.common.jobs;
  how.resume = options.resume;
  how.checkpoint = options.checkpoint.empty() && (options.resume || options.time_limit > 0)
                       ? options.output + ".runs"
                       : options.checkpoint;
  how.say = [](const std::string& line) { log_note(line); };
  SurrogateReport report;
  Surrogate surrogate;
  {
    Progress progress("surrogate");
    how.progress = [&](double fraction) { progress.update(fraction); };
    surrogate = options.physics_only ? train_surrogate_on_physics(box, how, report)
                                     : train_surrogate(box, how, report);
  }
  surrogate.save(options.output);
  log_note(fmt::format("{} runs on {} windows in {:.3g} s{}; {} modes, {} features of {} parameters",
                       report.runs, report.windows, report.seconds,
                       report.reused ? fmt::format(" ({} runs from before)", report.reused) : "",
                       surrogate.parts().modes, surrogate.parts().network.features(),
                       surrogate.parts().axes.size()));
  std::unique_ptr<SurrogateCheck> check;
  if (options.check) {
    constexpr double kTruth = 1e-7;
    check = std::make_unique<SurrogateCheck>(check_surrogate(box, surrogate, kTruth, options.common.jobs));
    log_note(fmt::format(
        "check: {} points trained anew: error {:.1e} at most, {:.1e} in the median; certificate too "
        "low at {:.0f} %, by a factor of at most {:.2f}; rank correlation {:.2f}; 1000 points of a "
        "waveform in {:.0f} us",
        check->error.size(), check->worst, check->median, 100 * check->too_low, check->worst_ratio,
        check->rank_correlation, 1e6 * check->seconds));
  }
  if (!options.plot.empty()) write_file(options.plot, surrogate_page(surrogate, check.get()));
  if (options.common.json) {
    std::puts(to_json(surrogate, report, check.get())
                  .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                  .c_str());
  } else {
    std::printf("certificate %.1e of a signal, at %zu points held out\n", surrogate.parts().certificate.worst,
                surrogate.parts().certificate.at_held_out.size());
  }
  log_note("wrote " + options.output);
  if (!report.met) {
    throw InputError(ErrorKind::specification,
                     fmt::format("the certificate is {:.1e}, wanted was {:.1e}",
                                 surrogate.parts().certificate.worst, options.tolerance),
                     {},
                     report.out_of_time ? "give more with --time-limit and --resume, or narrow --over"
                                        : "allow more --runs, narrow --over, or loosen --tolerance");
  }
}

}  // namespace

void add_surrogate(CLI::App& app) {
  auto options = std::make_shared<SurrogateFlags>();
  auto eval = std::make_shared<SurrogateEvalOptions>();
  CLI::App* verb =
      app.add_subcommand("surrogate", "network over time and parameters, certified by its residual");
  verb->add_option("deck", options->input, "SPICE netlist to train on, or a surrogate (.safetensors) to read")
      ->type_name("FILE");
  verb->add_option("--over", options->over, "the box: PARAM=LOW:HIGH,..., parameters as for gradient --wrt")
      ->delimiter(',')
      ->type_name("PARAM=LOW:HIGH")
      ->allow_extra_args(false);
  verb->add_option("-o,--output", options->output, "the network (.safetensors); with --at the waveforms")
      ->type_name("FILE");
  verb->add_option("--tolerance", options->tolerance, "wanted error relative to each signal")
      ->check(CLI::Range(1e-7, 1e-1))
      ->capture_default_str();
  verb->add_option("--runs", options->runs, "simulator runs at most")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  verb->add_option("--held-out", options->held_out, "points of the final certificate")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  verb->add_option("--time-limit", options->time_limit, "seconds of training, 0 is no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--checkpoint", options->checkpoint,
                   "keeps finished runs here (with --time-limit: OUTPUT.runs)")
      ->type_name("FILE");
  verb->add_flag("--resume", options->resume, "takes the runs that the checkpoint holds");
  verb->add_flag("--physics-only", options->physics_only,
                 "train on the residual alone; --runs is then the number of points it is formed at");
  verb->add_flag("--check", options->check, "train anew at the held-out points and compare");
  verb->add_option("--plot", options->plot, "result page (.html)")->type_name("FILE");
  verb->add_option("--param", options->parameters, "override a .param")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  add_common_options(*verb, options->common);
  add_surrogate_eval_options(*verb, *eval);
  CLI::App* read = verb->add_subcommand("eval", "waveforms of a surrogate at a point of its box");
  auto read_options = std::make_shared<SurrogateEvalOptions>();
  auto read_common = std::make_shared<CommonOptions>();
  read->add_option("network", read_options->network, "surrogate (.safetensors)")
      ->required()
      ->type_name("FILE");
  read->add_option("-o,--output", read_options->output, "waveforms: .raw, .csv, .npy, .json, .html")
      ->type_name("FILE");
  add_surrogate_eval_options(*read, *read_options);
  add_common_options(*read, *read_common);
  read->callback([read_options, read_common] {
    read_options->json = read_common->json;
    evaluate_surrogate(*read_options);
  });
  verb->require_subcommand(0, 1);
  verb->callback([verb, options, eval] {
    if (!verb->get_subcommands().empty()) return;
    if (options->input.empty())
      throw InputError(ErrorKind::usage, "no netlist and no surrogate", {}, "nullor surrogate --help");
    if (!eval->at.empty() || options->over.empty()) {
      eval->network = options->input;
      eval->output = options->output;
      eval->json = options->common.json;
      if (!options->over.empty())
        throw InputError(ErrorKind::usage, "--over trains, --at reads: one of them");
      if (extension_of(options->input) != "safetensors" && eval->at.empty())
        throw InputError(ErrorKind::usage, "which parameters shall vary?", {}, "--over W=1u:4u,CL=10f:40f");
      return evaluate_surrogate(*eval);
    }
    train(*options);
  });
}

}  // namespace nullor
