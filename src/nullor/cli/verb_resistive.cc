// nullor resistive: networks of ideal resistors, sources and diodes, one subcommand a file.

#include "nullor/cli/verb_resistive.h"

#include <array>

#include "nullor/cli/app.h"

namespace nullor {
namespace {

constexpr std::array<void (*)(CLI::App&), 1> kSubcommands = {add_resistive_solve};

}  // namespace

void add_resistive(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("resistive", "networks of resistors, sources and diodes");
  verb->require_subcommand(1);
  for (const auto add : kSubcommands) add(*verb);
}

}  // namespace nullor
