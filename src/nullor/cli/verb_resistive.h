#pragma once
/// The subcommands of `nullor resistive`.

#include <CLI/CLI.hpp>

namespace nullor {

/// Each adds one subcommand to the verb.
void add_resistive_solve(CLI::App& verb);

}  // namespace nullor
