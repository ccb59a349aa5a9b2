#pragma once
/// The parts of `nullor topology`.

#include <CLI/CLI.hpp>

#include "nullor/cli/app.h"

namespace nullor {

void add_topology_check(CLI::App& topology);

}  // namespace nullor
