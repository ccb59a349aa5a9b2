// nullor resistive graph --data DIR: a network of any topology learns to tell pictures apart.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/cli/app.h"
#include "nullor/cli/resistive_verbs.h"
#include "nullor/resistive/graph_learning.h"

namespace nullor {
namespace {

struct GraphOptions {
  CommonOptions common;
  std::string data, topology = "grid", rule = "centered", output;
  resistive::GraphShape shape;
  resistive::GraphTraining training;
  int pool = 4, epochs = 5;
  std::size_t limit = 2000, test_limit = 1000;
};

/// What `nullor resistive solve` reads; sources as they are at the moment.
std::string edge_list(const resistive::LearningGraph& graph) {
  const resistive::ResistiveNetwork& n = graph.network;
  std::string out = "# a network that learned; V are its inputs, I its outputs\n";
  for (std::size_t k = 0; k < n.voltage_sources.size(); ++k) {
    out += fmt::format("V {} {} {}\n", n.voltage_sources.p[k], n.voltage_sources.n[k],
                       n.voltage_sources.value[k]);
  }
  for (const int node : graph.outputs) out += fmt::format("I 0 {} 0\n", node);
  for (std::size_t k = 0; k < n.diodes.size(); ++k) {
    out += fmt::format("D {} {} ideal\n", n.diodes.anode[k], n.diodes.cathode[k]);
  }
  for (std::size_t k = 0; k < n.resistors.size(); ++k) {
    if (n.resistors.value[k] < 1e-12) continue;
    out += fmt::format("R {} {} {}\n", n.resistors.p[k], n.resistors.n[k], 1 / n.resistors.value[k]);
  }
  return out;
}

nlohmann::ordered_json to_json(const DeepScore& score) {
  return {{"loss", score.loss}, {"error", score.error}, {"power", score.power}};
}

void train_graph(GraphOptions options) {
  const ImageSet training =
      resistive::pooled(read_image_folder(options.data, true).first(options.limit), options.pool);
  const ImageSet test =
      resistive::pooled(read_image_folder(options.data, false).first(options.test_limit), options.pool);
  options.shape.pixels = static_cast<int>(training.size());
  options.shape.outputs = std::max(training.classes, test.classes);
  options.training.rule = learning_rule(options.rule);
  options.training.seed = options.common.seed;
  const Rng rng(options.common.seed);
  resistive::LearningGraph graph = options.topology == "grid" ? resistive::grid_graph(options.shape, rng)
                                                              : resistive::random_graph(options.shape, rng);
  log_note(fmt::format("{} nodes, {} resistors, {} diodes; {} training and {} test pictures of {} values",
                       graph.network.node_count, graph.network.resistors.size(), graph.network.diodes.size(),
                       training.count(), test.count(), training.size()));
  resistive::GraphTrainer trainer(graph, training, options.training);
  nlohmann::ordered_json curve = nlohmann::ordered_json::array();
  DeepScore last = resistive::evaluate(graph, test);
  for (int k = 0; k < options.epochs; ++k) {
    Progress bar(fmt::format("epoch {}", k + 1));
    const auto start = std::chrono::steady_clock::now();
    const EpochReport report = trainer.run_epoch([&](double share) {
      bar.update(share);
      return true;
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    last = resistive::evaluate(graph, test);
    log_note(fmt::format("epoch {}: training error {:.2f} %, test error {:.2f} %, {:.1f} s", report.epoch,
                         100 * report.training.error, 100 * last.error, seconds));
    curve.push_back({{"epoch", report.epoch},
                     {"training", to_json(report.training)},
                     {"test", to_json(last)},
                     {"seconds", seconds}});
    if (!options.output.empty()) write_file(options.output, edge_list(graph));
  }
  if (options.common.json) {
    const nlohmann::ordered_json out = {{"topology", options.topology},
                                        {"resistors", graph.network.resistors.size()},
                                        {"rule", options.rule},
                                        {"test", to_json(last)},
                                        {"curve", curve}};
    std::puts(out.dump(2).c_str());
  } else {
    fmt::print("test error  {:.2f} %\ntest loss   {:.4f} V2\npower       {:.4g} W\n", 100 * last.error,
               last.loss, last.power);
  }
}

}  // namespace

void add_resistive_graph(CLI::App& resistive) {
  auto options = std::make_shared<GraphOptions>();
  CLI::App* verb =
      resistive.add_subcommand("graph", "train a grid or a random graph of resistors and diodes");
  verb->add_option("--data", options->data, "folder of MNIST, Fashion-MNIST, KMNIST or CIFAR-10")
      ->required()
      ->type_name("DIR");
  verb->add_option("--topology", options->topology, "grid (eight neighbours) or random")
      ->check(CLI::IsMember({"grid", "random"}))
      ->capture_default_str();
  verb->add_option("--hidden", options->shape.hidden, "nodes with a diode to ground")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--degree", options->shape.degree, "resistors at a node of a random graph")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  verb->add_option("--gain", options->shape.input_gain, "input gain A [V]")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--pool", options->pool, "pixels are means over blocks of this side")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  verb->add_option("--rule", options->rule, "learning rule")->capture_default_str();
  verb->add_option("--beta", options->training.nudging, "nudging [S]")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--rate", options->training.rate, "learning rate [S/V2]")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--batch", options->training.batch, "pictures per update")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--epochs", options->epochs, "passes over the training pictures")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--limit", options->limit, "the first N training pictures")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--test-limit", options->test_limit, "the first N test pictures")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("-o,--output", options->output, "the network as an edge list, written after each epoch")
      ->type_name("FILE");
  add_common_options(*verb, options->common);
  verb->callback([options] { train_graph(*options); });
}

}  // namespace nullor
