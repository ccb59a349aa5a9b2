// nullor resistive VERB: resistive networks.
#include "nullor/cli/app.h"
#include "nullor/cli/resistive_verbs.h"

namespace nullor {
namespace {

constexpr void (*kResistiveVerbs[])(CLI::App&) = {add_resistive_train, add_resistive_eval,
                                                  add_resistive_export, add_resistive_gradients};

}  // namespace

void add_resistive(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("resistive", "resistive networks: training, testing");
  verb->require_subcommand(1);
  for (const auto add : kResistiveVerbs) add(*verb);
}

}  // namespace nullor
