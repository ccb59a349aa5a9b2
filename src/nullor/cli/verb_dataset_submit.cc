// nullor dataset submit: the shards of a data set as tasks of Slurm, of this machine, or of hosts reached by
// ssh.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "nullor/base/log.h"
#include "nullor/cli/dataset_verbs.h"
#include "nullor/design/dataset_submit.h"

namespace nullor {
namespace {

struct SubmitFlags {
  SubmitOptions options;
  std::string engine = "slurm";
  std::vector<std::string> hosts;
  std::string hosts_file;
  const CLI::Option* tasks = nullptr;
  int at_once = 0;
  bool wait = false;
};

void submit_by_ssh(SubmitFlags& flags, const DatasetLayout& layout) {
  if (!flags.hosts_file.empty()) {
    const auto more = read_hosts(flags.hosts_file);
    flags.hosts.insert(flags.hosts.end(), more.begin(), more.end());
  }
  if (flags.hosts.empty())
    throw InputError(ErrorKind::usage, "engine ssh needs hosts", {},
                     "--hosts node1,node2 or --hosts-file FILE");
  check_hosts(flags.hosts);
  // Small enough that a lost host costs little, and that the slowest is not waited for long.
  constexpr std::uint64_t kTasksPerHost = 4;
  if (flags.tasks->count() == 0)
    flags.options.tasks =
        static_cast<int>(std::min<std::uint64_t>(kTasksPerHost * flags.hosts.size(), layout.shards()));
  const HostPoolSummary summary = submit_to_hosts(layout, flags.options, flags.hosts);
  for (const std::string& host : summary.lost) log_note("host lost: " + host);
  const std::size_t missing = dataset_status(layout, flags.options.folder).missing.size();
  if (missing == 0)
    return log_note(
        fmt::format("{} tasks are done, {} of them given away again", flags.options.tasks, summary.repeated));
  throw InputError(ErrorKind::input_output,
                   fmt::format("{} of {} shards are missing{}", missing, layout.shards(),
                               summary.lost.empty() ? "" : "; " + summary.lost.front()),
                   {}, "submit again: finished shards stay");
}

void submit(SubmitFlags& flags) {
  flags.options.program = std::filesystem::read_symlink("/proc/self/exe").string();
  const DatasetLayout layout = read_layout(flags.options.folder);
  if (flags.engine == "slurm") {
    fmt::print("{}\n", submit_to_slurm(layout, flags.options, flags.wait));
    return;
  }
  if (flags.engine == "ssh") return submit_by_ssh(flags, layout);
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
  CLI::App* verb =
      dataset.add_subcommand("submit", "make the shards as tasks of Slurm, of this machine, or of others");
  verb->add_option("folder", flags->options.folder, "of a data set begun by make --plan")
      ->required()
      ->type_name("FOLDER");
  verb->add_option("--engine", flags->engine, "slurm: a job array; local: processes; ssh: other hosts")
      ->check(CLI::IsMember({"slurm", "local", "ssh"}))
      ->capture_default_str();
  flags->tasks = verb->add_option("--tasks", flags->options.tasks, "how many; ssh: four a host, if not given")
                     ->capture_default_str()
                     ->check(CLI::PositiveNumber);
  verb->add_option("--jobs", flags->options.jobs, "threads of a task")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--at-once", flags->at_once, "local: tasks side by side; 0: one a core")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--hosts", flags->hosts, "ssh: that share the folder, such as node1,me@node2")
      ->delimiter(',')
      ->type_name("NAME,...")
      ->allow_extra_args(false);
  verb->add_option("--hosts-file", flags->hosts_file, "ssh: the same, one a line")->type_name("FILE");
  verb->add_option("--directive", flags->options.directives,
                   "slurm: an option of sbatch, --directive=--partition=long")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  verb->add_flag("--wait", flags->wait, "slurm: until all tasks have ended");
  verb->callback([flags] { submit(*flags); });
}

}  // namespace nullor
