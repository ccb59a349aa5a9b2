#pragma once
/// The command line: one verb per file, registered in app.cc.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace nullor {

/// Options that mean the same on every verb.
struct CommonOptions {
  bool json = false;       ///< results on standard output as JSON
  std::uint64_t seed = 1;  ///< of everything random
  int jobs = 0;            ///< threads; 0: all cores
  std::string out = ".";   ///< folder that output files named by a netlist go to
};

/// Adds --json, --seed, --jobs and --out to a verb.
void add_common_options(CLI::App& verb, CommonOptions& options);

/// Each adds one verb, whose callback does the work and throws InputError on failure.
void add_run(CLI::App& app);
void add_gradient(CLI::App& app);
void add_optimize(CLI::App& app);
void add_surrogate(CLI::App& app);
void add_resistive(CLI::App& app);
void add_dataset(CLI::App& app);
void add_predict(CLI::App& app);
void add_topology(CLI::App& app);
void add_devices(CLI::App& app);
void add_doctor(CLI::App& app);

/// Parses and runs; every error ends here. Returns the process exit code (ErrorKind; 0 is success).
int run_command_line(int argc, const char* const* argv);

}  // namespace nullor
