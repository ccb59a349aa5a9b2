// nullor dataset make: draw samples, measure them, keep them in shards.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "nullor/base/interrupt.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/base/si.h"
#include "nullor/cli/dataset_verbs.h"
#include "nullor/design/dataset_compare.h"

namespace nullor {
namespace {

struct MakeFlags {
  DatasetOptions data;
  MakeOptions make;
  std::string sampling = "uniform", shards;
  std::vector<std::string> axes, set;
  int compare = 0;
  bool plan = false;
  CommonOptions common;
};

std::pair<std::uint64_t, std::uint64_t> shard_range(const std::string& text) {
  const auto dash = text.find('-');
  const auto first = parse_si(text.substr(0, dash));
  const auto last = dash == std::string::npos ? first : parse_si(text.substr(dash + 1));
  if (!first || !last || !(*first >= 0) || !(*last >= *first) || *last > 1e9)
    throw InputError(ErrorKind::usage, "'" + text + "' is no range of shards", {}, "for example 0-9 or 17");
  return {static_cast<std::uint64_t>(*first), static_cast<std::uint64_t>(*last) + 1};
}

Dataset described(MakeFlags& flags) {
  const bool given = !flags.data.files.netlist.empty();
  if (!given && flags.make.resume) return Dataset::open(flags.make.folder);
  if (!given || flags.data.testbench.empty() || flags.data.bounds.empty())
    throw InputError(ErrorKind::usage, "a data set needs a netlist, --testbench and --bounds", {},
                     "or --resume with the --out of one that was begun");
  flags.data.sampling = sampling_of(flags.sampling);
  flags.data.seed = flags.common.seed;
  for (const std::string& text : flags.axes) flags.data.axes.push_back(parse_axis(text));
  for (const std::string& text : flags.set) {
    const auto equal = text.find('=');
    const auto value = equal == std::string::npos ? std::nullopt : parse_si(text.substr(equal + 1));
    if (!value)
      throw InputError(ErrorKind::usage, "'" + text + "' sets no condition", {},
                       "for example --set load_capacitance=5p");
    flags.data.set.emplace_back(text.substr(0, equal), *value);
  }
  return Dataset(flags.data);
}

void print_summary(const MakeFlags& flags, const Dataset& dataset, const MakeSummary& summary) {
  const auto& names = dataset.columns().classes;
  if (flags.common.json) {
    nlohmann::ordered_json classes = nlohmann::ordered_json::object();
    for (std::size_t k = 0; k < names.size(); ++k) classes[names[k]] = summary.classes[k];
    const nlohmann::ordered_json out = {{"shards", summary.shards}, {"found", summary.found},
                                        {"made", summary.made},     {"rows", summary.rows},
                                        {"classes", classes},       {"seconds", summary.seconds}};
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("{:<26}{:>10}\n{:<26}{:>10}\n", "shards made", summary.made, "rows made", summary.rows);
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (summary.classes[k] > 0) fmt::print("  {:<24}{:>10}\n", names[k], summary.classes[k]);
  }
  if (summary.rows > 0)
    log_note(fmt::format("{:.3g} rows a second", static_cast<double>(summary.rows) / summary.seconds));
}

void print_comparison(const Comparison& comparison, bool json) {
  if (json) {
    nlohmann::ordered_json metrics = nlohmann::ordered_json::array();
    for (const MetricAgreement& m : comparison.metrics)
      metrics.push_back({{"name", m.name},
                         {"both", m.both},
                         {"only_one", m.only_one},
                         {"largest", m.largest},
                         {"median", m.median}});
    fmt::print("{}\n", nlohmann::ordered_json{{"samples", comparison.samples},
                                              {"classes_differ", comparison.differences},
                                              {"metrics", metrics}}
                           .dump(2));
    return;
  }
  fmt::print("{:<22}{:>8}{:>10}{:>12}{:>12}  {}\n", "metric", "in both", "in one", "median", "largest",
             "unit");
  for (const MetricAgreement& m : comparison.metrics)
    fmt::print("{:<22}{:>8}{:>10}{:>12.3g}{:>12.3g}  {}\n", m.name, m.both, m.only_one, m.median, m.largest,
               m.unit);
  for (const std::string& text : comparison.differences) fmt::print("{}\n", text);
}

void make(MakeFlags& flags) {
  const Dataset dataset = described(flags);
  if (flags.compare > 0) {
    Progress progress("comparing");
    const Comparison comparison = compare_engines(dataset, flags.compare, flags.common.seed,
                                                  [&](double done) { progress.update(done); });
    return print_comparison(comparison, flags.common.json);
  }
  if (flags.make.folder.empty())
    throw InputError(ErrorKind::usage, "where is the data set to lie?", {}, "say it with --out FOLDER");
  if (flags.plan) {
    begin_dataset(dataset, flags.make.folder, flags.make.resume);
    return log_note(fmt::format("{} shards to make", dataset.layout().shards()));
  }
  if (!flags.shards.empty()) flags.make.shards = shard_range(flags.shards);
  flags.make.jobs = flags.common.jobs;
  Interrupt interrupt;
  MakeSummary summary;
  {
    Progress progress("data set");
    flags.make.progress = [&](std::uint64_t done, std::uint64_t all) {
      progress.update(static_cast<double>(done) / static_cast<double>(all));
    };
    flags.make.stop = [&] { return interrupt.requested(); };
    summary = make_dataset(dataset, flags.make);
  }
  if (summary.stopped) log_note("stopped; finished shards are kept, go on with --resume");
  interrupt.leave_if_requested();
  print_summary(flags, dataset, summary);
}

}  // namespace

void add_dataset_make(CLI::App& dataset) {
  auto flags = std::make_shared<MakeFlags>();
  CLI::App* verb = dataset.add_subcommand("make", "draw samples, measure them, keep them in shards");
  DatasetOptions& data = flags->data;
  verb->add_option("netlist", data.files.netlist, "SPICE file with the subcircuit to test")
      ->type_name("FILE");
  verb->add_option("--subcircuit", data.files.subcircuit, "its name, where the file has several")
      ->type_name("NAME");
  verb->add_option("--include", data.files.includes, "file that the netlist needs, such as its variables")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--models", data.files.models, "model file, or FILE,SECTION; may hold {corner}")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--testbench", data.testbench, "set-ups and metrics (.toml)")->type_name("FILE");
  verb->add_option("--bounds", data.bounds, "what may vary (.yaml or .toml)")->type_name("FILE");
  verb->add_option("--samples", data.samples, "how many to draw")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--sampling", flags->sampling, "uniform, lhs, sobol, or python: its own random numbers")
      ->capture_default_str();
  verb->add_option("--axis", flags->axes,
                   "every sample at each of these: corner=tt,ss  temperature=-40,125  draw=1:10")
      ->type_name("NAME=VALUES")
      ->allow_extra_args(false);
  verb->add_option("--set", flags->set, "a condition of the testbench: load_capacitance=5p")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  verb->add_option("--time-limit", data.time_limit, "seconds a row, 0 is no limit")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--point-limit", data.point_limit,
                   "time points of a transient; one that needs more has not converged. 0 is no limit")
      ->capture_default_str();
  verb->add_option(
          "--engine", data.engine,
          "what simulates: many samples at once in lanes or on a graphics device (cuda), one after the "
          "other (native), or ngspice")
      ->check(CLI::IsMember({"lanes", "cuda", "native", "ngspice"}))
      ->capture_default_str();
  verb->add_option("--shard-size", data.shard_size, "rows of a shard")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--shards", flags->shards, "make only these: 0-9, or 17")->type_name("RANGE");
  verb->add_flag("--resume", flags->make.resume, "go on where a run ended; needs nothing but --out");
  verb->add_flag("--plan", flags->plan, "write the manifest and make nothing yet, for submit");
  verb->add_option("--compare", flags->compare,
                   "measure this many rows with both engines instead, and make nothing")
      ->type_name("K");
  verb->add_flag("--json", flags->common.json, "results on standard output as JSON");
  verb->add_option("--seed", flags->common.seed, "of the samples")->capture_default_str();
  verb->add_option("--jobs", flags->common.jobs, "threads; 0: all cores")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--out", flags->make.folder, "folder of the data set")->type_name("FOLDER");
  verb->callback([flags] { make(*flags); });
}

}  // namespace nullor
