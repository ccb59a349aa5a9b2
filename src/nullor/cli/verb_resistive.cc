// nullor resistive VERB: networks of resistors, sources and diodes, one verb a file.
#include <array>

#include "nullor/cli/app.h"
#include "nullor/cli/resistive_verbs.h"

namespace nullor {
namespace {

constexpr std::array<void (*)(CLI::App&), 6> kVerbs = {add_resistive_solve,  add_resistive_train,
                                                       add_resistive_eval,   add_resistive_gradients,
                                                       add_resistive_export, add_resistive_graph};

}  // namespace

void add_resistive(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("resistive", "networks of resistors, sources and diodes");
  verb->require_subcommand(1);
  for (const auto add : kVerbs) add(*verb);
}

}  // namespace nullor
