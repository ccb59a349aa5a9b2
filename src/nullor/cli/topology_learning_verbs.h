#pragma once
/// The parts of `nullor topology` that learn and write circuits.

#include <CLI/CLI.hpp>

namespace nullor {

void add_topology_train(CLI::App& topology);
void add_topology_generate(CLI::App& topology);

}  // namespace nullor
