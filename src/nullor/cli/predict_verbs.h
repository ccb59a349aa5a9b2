#pragma once
/// The parts of `nullor predict`.

#include <CLI/CLI.hpp>

#include "nullor/cli/app.h"

namespace nullor {

void add_predict_train(CLI::App& predict);
void add_predict_eval(CLI::App& predict);
void add_predict_run(CLI::App& predict);
void add_predict_calibrate(CLI::App& predict);

}  // namespace nullor
