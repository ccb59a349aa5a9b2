// nullor resistive eval weights.safetensors --data DIR: how a trained network does, as it is or on hardware.
// nullor resistive export weights.safetensors --data DIR --picture K -o net.cir: one inference as a netlist.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/cli/app.h"
#include "nullor/cli/resistive_flags.h"
#include "nullor/cli/resistive_pages.h"
#include "nullor/cli/resistive_verbs.h"
#include "nullor/resistive/deep_netlist.h"

namespace nullor {
namespace {

struct EvalOptions {
  CommonOptions common;
  TrainedNetworkFlags source;
  NetworkFlags network;
  HardwareFlags hardware;
  std::string plot;
  int iterations = 0;
  bool perfect = false, seed_given = false;
  std::size_t limit = 0;
};

void test_network(const EvalOptions& options) {
  DeepFile file = read_deep_file(options.source.weights);
  ImageSet pictures = options.source.pictures();
  if (options.limit > 0) pictures = pictures.first(options.limit);
  check_fit(file.network, pictures);
  pictures.classes = file.network.widths.back();
  options.network.apply(file.network);
  // The file holds numbers: the devices that they were trained on hold them here too, unless others are asked
  // for.
  Hardware hardware = options.perfect ? Hardware{} : file.training.hardware;
  options.hardware.apply(hardware);
  const std::uint64_t seed = options.seed_given ? options.common.seed : file.training.seed;
  if (!hardware.perfect()) file.network = on_hardware(file.network, hardware, Rng(seed));
  std::vector<std::uint8_t> answers;
  const int iterations = options.iterations > 0 ? options.iterations : file.training.iterations;
  const DeepScore score = evaluate(file.network, pictures, iterations, options.common.jobs, &answers);
  const DeepTest test = count_answers(pictures, score, answers);
  if (options.common.json) {
    std::puts(test_json(test).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  } else {
    fmt::print("{}", test_text(test));
  }
  if (options.plot.empty()) return;
  write_file(options.plot, deep_network_page(file, pictures, test));
  log_note("wrote " + options.plot);
}

struct ExportOptions {
  TrainedNetworkFlags source;
  NetworkFlags network;
  std::string output;
  std::size_t picture = 0;
  DeepNetlistOptions netlist;
};

void write_netlist(ExportOptions& options) {
  DeepFile file = read_deep_file(options.source.weights);
  const ImageSet pictures = options.source.pictures();
  check_fit(file.network, pictures);
  if (options.picture >= pictures.count()) {
    throw InputError(ErrorKind::usage, fmt::format("there is no picture {}", options.picture), {},
                     fmt::format("they are numbered from 0 to {}", pictures.count() - 1));
  }
  options.network.apply(file.network);
  options.netlist.title = fmt::format("* deep resistive network, {} picture {}, label {}",
                                      options.source.part, options.picture, pictures.labels[options.picture]);
  write_file(options.output,
             write_deep_netlist(file.network, pictures.picture(options.picture), options.netlist));
  log_note("wrote " + options.output);
}

}  // namespace

void add_resistive_eval(CLI::App& resistive) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* verb = resistive.add_subcommand("eval", "test a trained network, as it is or on hardware");
  options->source.add(*verb);
  verb->add_option("--iterations", options->iterations, "sweeps of relaxation; 0: as in training")
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--limit", options->limit, "the first N pictures")->check(CLI::PositiveNumber);
  options->network.add(*verb);
  options->hardware.add(*verb, /*writing=*/false);
  verb->add_flag("--perfect", options->perfect, "on perfect devices, not on those of the training");
  verb->add_option("--plot", options->plot, "result page (.html)")->type_name("FILE");
  add_common_options(*verb, options->common);
  verb->callback([options, verb] {
    options->seed_given = verb->get_option("--seed")->count() > 0;
    test_network(*options);
  });
}

void add_resistive_export(CLI::App& resistive) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* verb = resistive.add_subcommand("export", "one inference as a SPICE netlist");
  options->source.add(*verb);
  verb->add_option("-o,--output", options->output, "netlist; - is standard output")
      ->required()
      ->type_name("FILE");
  verb->add_option("--picture", options->picture, "number of the picture, from 0")->capture_default_str();
  verb->add_option("--emission-coefficient", options->netlist.emission_coefficient,
                   "of the diodes that stand for ideal ones")
      ->check(CLI::Range(1e-6, 10.0))
      ->capture_default_str();
  verb->add_flag("--straight-lines", options->netlist.straight_lines,
                 "diodes as d(ron= vfwd= roff=), for nullor resistive solve");
  options->network.add(*verb);
  verb->callback([options] { write_netlist(*options); });
}

}  // namespace nullor
