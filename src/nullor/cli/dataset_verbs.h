#pragma once
/// The parts of `nullor dataset`.

#include <CLI/CLI.hpp>

#include "nullor/cli/app.h"
#include "nullor/design/dataset.h"

namespace nullor {

void add_dataset_make(CLI::App& dataset);
void add_dataset_status(CLI::App& dataset);
void add_dataset_merge(CLI::App& dataset);
void add_dataset_export(CLI::App& dataset);
void add_dataset_stats(CLI::App& dataset);
void add_dataset_submit(CLI::App& dataset);

}  // namespace nullor
