// nullor resistive gradients weights.safetensors --data DIR: what each learning rule makes of the gradient.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/cli/app.h"
#include "nullor/cli/resistive_flags.h"
#include "nullor/cli/resistive_verbs.h"
#include "nullor/resistive/deep_file.h"
#include "nullor/resistive/deep_gradient.h"

namespace nullor {
namespace {

struct GradientOptions {
  CommonOptions common;
  TrainedNetworkFlags source;
  NetworkFlags network;
  std::size_t limit = 64;
  int iterations = 0;
  double nudging = 0;
};

struct RuleRow {
  std::string rule;
  std::vector<GradientAgreement> layers;
};

/// Agnostic equilibrium propagation has no gradient of its own: it is a step, which `positive` is the limit
/// of.
std::vector<std::string> rules_with_gradient() {
  std::vector<std::string> names;
  for (const std::string& name : learning_rule_names()) {
    if (learning_rule(name) != LearningRule::agnostic) names.push_back(name);
  }
  return names;
}

void print_table(const std::vector<RuleRow>& rows) {
  fmt::print("{:<28}", "rule");
  for (std::size_t l = 0; l < rows.front().layers.size(); ++l)
    fmt::print("{:>24}", fmt::format("layer {}", l + 1));
  fmt::print("\n{:<28}", "");
  for (std::size_t l = 0; l < rows.front().layers.size(); ++l) fmt::print("{:>12}{:>12}", "cosine", "error");
  fmt::print("\n");
  for (const RuleRow& row : rows) {
    fmt::print("{:<28}", row.rule);
    for (const GradientAgreement& a : row.layers)
      fmt::print("{:>12.6f}{:>12.2e}", a.cosine, a.relative_error);
    fmt::print("\n");
  }
}

void print_json(const std::vector<RuleRow>& rows) {
  nlohmann::ordered_json out;
  for (const RuleRow& row : rows) {
    auto& layers = out[row.rule] = nlohmann::ordered_json::array();
    for (const GradientAgreement& a : row.layers) {
      layers.push_back(
          {{"cosine", a.cosine}, {"relative_error", a.relative_error}, {"norm_ratio", a.norm_ratio}});
    }
  }
  std::puts(out.dump(2).c_str());
}

void compare_rules(const GradientOptions& options) {
  DeepFile file = read_deep_file(options.source.weights);
  ImageSet pictures = options.source.pictures().first(options.limit);
  check_fit(file.network, pictures);
  pictures.classes = file.network.widths.back();
  options.network.apply(file.network);
  DeepTraining training = file.training;
  if (options.iterations > 0) training.iterations = options.iterations;
  if (options.nudging > 0) training.nudging = options.nudging;
  training.jobs = options.common.jobs;

  const DeepGradient exact = exact_gradient(file.network, pictures, options.common.jobs);
  std::vector<RuleRow> rows;
  const auto add = [&](const std::string& label) {
    const DeepGradient gradient = read_gradient(file.network, pictures, training, training.iterations);
    RuleRow& row = rows.emplace_back(RuleRow{label, {}});
    for (std::size_t l = 0; l < exact.conductances.size(); ++l)
      row.layers.push_back(compare(gradient, exact, l));
  };
  for (const std::string& name : rules_with_gradient()) {
    training.rule = learning_rule(name);
    training.plain_nudging = false;
    add(name);
    if (training.rule != LearningRule::centered) continue;
    training.plain_nudging = true;
    add(name + ", plain nudging");
  }
  options.common.json ? print_json(rows) : print_table(rows);
}

}  // namespace

void add_resistive_gradients(CLI::App& resistive) {
  auto options = std::make_shared<GradientOptions>();
  CLI::App* verb = resistive.add_subcommand(
      "gradients", "the gradient that each learning rule reads, beside the exact one");
  options->source.add(*verb);
  verb->add_option("--limit", options->limit, "the first N pictures")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--iterations", options->iterations, "sweeps of relaxation; 0: as in training")
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--beta", options->nudging, "nudging [S]; 0: as in training")
      ->check(CLI::NonNegativeNumber);
  options->network.add(*verb);
  add_common_options(*verb, options->common);
  verb->callback([options] { compare_rules(*options); });
}

}  // namespace nullor
