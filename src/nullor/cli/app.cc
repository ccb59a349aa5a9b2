#include "nullor/cli/app.h"

#include <array>
#include <cstdio>

#include "nullor/base/error.h"
#include "nullor/base/log.h"
#include "nullor/cli/version.h"

namespace nullor {
namespace {

constexpr std::array<void (*)(CLI::App&), 10> kVerbs = {
    add_run,     add_gradient, add_surrogate, add_optimize, add_dataset,
    add_predict, add_topology, add_resistive, add_devices,  add_doctor};

}  // namespace

void add_common_options(CLI::App& verb, CommonOptions& options) {
  verb.add_flag("--json", options.json, "results on standard output as JSON");
  verb.add_option("--seed", options.seed, "seed of everything random")->capture_default_str();
  verb.add_option("--jobs", options.jobs, "threads; 0: all cores")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--out", options.out, "folder for files that a netlist names")->capture_default_str();
}

int run_command_line(int argc, const char* const* argv) {
  CLI::App app("Analog circuit simulation, SPICE-compatible.", "nullor");
  app.set_version_flag("--version", "nullor " + std::string(kVersion));
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  bool quiet = false, verbose = false;
  app.add_flag("-q,--quiet", quiet, "no notes and no progress");
  app.add_flag("-v,--verbose", verbose, "more notes");
  app.parse_complete_callback([&] {
    set_verbosity(quiet ? Verbosity::quiet : verbose ? Verbosity::verbose : Verbosity::normal);
  });
  app.fallthrough();
  for (const auto add : kVerbs) add(app);
  app.footer(
      "exit codes: 0 ok, 2 usage, 3 netlist, 4 model, 5 singular, 6 no convergence, 7 input/output, 8 "
      "specification "
      "not met");
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(ErrorKind::usage);
  } catch (const InputError& e) {
    std::fprintf(stderr, "%s\n", e.render().c_str());
    return static_cast<int>(e.kind());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "internal error: %s\n", e.what());
    return 1;
  }
}

}  // namespace nullor
