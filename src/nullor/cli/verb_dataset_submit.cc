// nullor dataset submit: the shards of a data set as tasks of Slurm or of this machine.
#include <fmt/format.h>

#include <filesystem>

#include "nullor/base/log.h"
#include "nullor/cli/dataset_verbs.h"
#include "nullor/design/dataset_submit.h"

namespace nullor {
namespace {

struct SubmitFlags {
  SubmitOptions options;
  std::string engine = "slurm";
  int at_once = 0;
  bool wait = false;
};

void submit(SubmitFlags& flags) {
  flags.options.program = std::filesystem::read_symlink("/proc/self/exe").string();
  const DatasetLayout layout = read_layout(flags.options.folder);
  if (flags.engine == "slurm") {
    fmt::print("{}\n", submit_to_slurm(layout, flags.options, flags.wait));
    return;
  }
  const auto failures = submit_locally(layout, flags.options, flags.at_once);
  if (failures.empty()) return log_note(fmt::format("{} tasks are done", flags.options.tasks));
  throw InputError(
      ErrorKind::input_output,
      fmt::format("{} of {} tasks failed; {}", failures.size(), flags.options.tasks, failures.front()), {},
      "submit again: finished shards stay");
}

}  // namespace

void add_dataset_submit(CLI::App& dataset) {
  auto flags = std::make_shared<SubmitFlags>();
  CLI::App* verb = dataset.add_subcommand("submit", "make the shards as tasks of Slurm, or of this machine");
  verb->add_option("folder", flags->options.folder, "of a data set begun by make --plan")
      ->required()
      ->type_name("FOLDER");
  verb->add_option("--engine", flags->engine, "slurm: a job array; local: processes")
      ->check(CLI::IsMember({"slurm", "local"}))
      ->capture_default_str();
  verb->add_option("--tasks", flags->options.tasks, "how many")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--jobs", flags->options.jobs, "threads of a task")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--at-once", flags->at_once, "local: tasks side by side; 0: one a core")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--directive", flags->options.directives,
                   "slurm: an option of sbatch, --directive=--partition=long")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  verb->add_flag("--wait", flags->wait, "slurm: until all tasks have ended");
  verb->callback([flags] { submit(*flags); });
}

}  // namespace nullor
