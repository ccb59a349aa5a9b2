#pragma once
/// The parts of `nullor topology`.

#include <CLI/CLI.hpp>

#include "nullor/cli/app.h"

namespace nullor {

void add_topology_check(CLI::App& topology);
void add_topology_train(CLI::App& topology);
void add_topology_generate(CLI::App& topology);

}  // namespace nullor
