#pragma once
/// The verbs of `nullor resistive`.

#include <CLI/CLI.hpp>

namespace nullor {

/// Each adds one verb below `resistive`.
void add_resistive_solve(CLI::App& resistive);
void add_resistive_train(CLI::App& resistive);
void add_resistive_eval(CLI::App& resistive);
void add_resistive_export(CLI::App& resistive);
void add_resistive_graph(CLI::App& resistive);
void add_resistive_gradients(CLI::App& resistive);

}  // namespace nullor
