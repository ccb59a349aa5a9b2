#pragma once
/// The interpreter of `.control` blocks.
///
/// Runs the circuit's analyses, computes with vectors, prints, measures, loops and writes files, in the way
/// decks written for ngspice expect. A deck is data: commands that start programs, change folders or read
/// other files are refused, and files are written below one folder only.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/netlist/circuit.h"
#include "nullor/simulate/plot_list.h"
#include "nullor/simulate/session.h"

namespace nullor {

struct ControlOptions {
  std::string output_folder = ".";              ///< where wrdata and write put files
  std::function<void(std::string_view)> print;  ///< receives what print, echo and meas say; default: nowhere
  std::int64_t max_commands = 1'000'000;  ///< executed commands before the block counts as an endless loop
};

struct ControlSummary {
  PlotList plots;
  std::vector<Reading> readings;   ///< of meas, in order
  std::vector<Table> drawn;        ///< of plot: one table per command
  std::vector<std::string> files;  ///< written
};

/// Runs the commands of `session.circuit().control`, or those given. Throws InputError at the command that is
/// wrong.
ControlSummary run_control(std::span<const ControlCommand> commands, Session& session,
                           const ControlOptions& options = {});

}  // namespace nullor
