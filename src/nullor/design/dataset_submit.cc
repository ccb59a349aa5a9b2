#include "nullor/design/dataset_submit.h"

#include <fmt/format.h>

#include <filesystem>

#include "nullor/base/file.h"
#include "nullor/base/parallel.h"
#include "nullor/base/process.h"

namespace nullor {
namespace {

/// For a shell, whatever is in it.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::string written_script(const DatasetLayout& layout, const SubmitOptions& options) {
  const std::string path = options.folder + "/task.sh";
  write_file(path, task_script(layout, options));
  return path;
}

}  // namespace

std::string task_script(const DatasetLayout& layout, const SubmitOptions& options) {
  const std::uint64_t shards = layout.shards();
  if (options.tasks < 1 || static_cast<std::uint64_t>(options.tasks) > shards)
    throw InputError(ErrorKind::usage, fmt::format("{} shards make 1 to {} tasks", shards, shards));
  const std::string folder = std::filesystem::absolute(options.folder).lexically_normal().string();
  if (folder.find('\n') != std::string::npos)
    throw InputError(ErrorKind::usage, "a folder with a line break in its name cannot be submitted");
  std::string out = "#!/bin/sh\n";
  const auto directive = [&](const std::string& text) { out += "#SBATCH " + text + "\n"; };
  directive("--job-name=nullor");
  directive(fmt::format("--array=0-{}", options.tasks - 1));
  directive("--requeue");
  directive(fmt::format("--cpus-per-task={}", options.jobs));
  directive("--output=/dev/null");
  for (const std::string& text : options.directives) directive(text);
  out += fmt::format(
      "first=$((SLURM_ARRAY_TASK_ID * {0} / {1}))\nlast=$(((SLURM_ARRAY_TASK_ID + 1) * {0} / {1} - 1))\n",
      shards, options.tasks);
  out += fmt::format(
      "exec {} -q dataset make --resume --out {} --shards $first-$last --jobs {} > "
      "{}/task-$SLURM_ARRAY_TASK_ID.log 2>&1\n",
      quoted(options.program), quoted(folder), options.jobs, quoted(folder));
  return out;
}

std::string submit_to_slurm(const DatasetLayout& layout, const SubmitOptions& options, bool wait) {
  const std::string script = written_script(layout, options), log = options.folder + "/sbatch.log";
  std::vector<std::string> words = {"sbatch"};
  if (wait) words.push_back("--wait");
  words.push_back(script);
  const ProgramResult result = run_program(words, log);
  const std::string said = last_line(read_file(log));
  if (result.code != 0)
    throw InputError(ErrorKind::input_output, "sbatch: " + said, {},
                     wait ? "tasks may have failed: see task-*.log in the folder" : "");
  return said;
}

HostPoolSummary submit_to_hosts(const DatasetLayout& layout, const SubmitOptions& options,
                                const std::vector<std::string>& hosts) {
  check_hosts(hosts);
  run_program({"ssh", "-V"}, "/dev/null");
  const std::string script =
      std::filesystem::absolute(written_script(layout, options)).lexically_normal().string();
  return run_on_hosts(hosts, options.tasks, [&](const std::string& host, int task) -> std::string {
    const std::string log = fmt::format("{}/ssh-{}.log", options.folder, task);
    try {
      // The other side's shell reads the last word.
      const ProgramResult result =
          run_program({"ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-o",
                       "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", host,
                       fmt::format("env SLURM_ARRAY_TASK_ID={} sh {}", task, quoted(script))},
                      log);
      if (result.code == 0) return "";
      std::string said = last_line(read_file(log));
      const std::string own = fmt::format("{}/task-{}.log", options.folder, task);
      if (said.empty() && std::filesystem::exists(own)) said = last_line(read_file(own));
      return fmt::format("exit code {}: {}", result.code, said);
    } catch (const InputError& error) {
      return error.what();
    }
  });
}

std::vector<std::string> submit_locally(const DatasetLayout& layout, const SubmitOptions& options,
                                        int at_once) {
  const std::string script = written_script(layout, options);
  std::vector<std::string> failures(static_cast<std::size_t>(options.tasks));
  parallel_for(failures.size(), at_once, [&](std::size_t task) {
    const std::string number = std::to_string(task), log = options.folder + "/task-" + number + ".log";
    const ProgramResult result =
        run_program({"env", "SLURM_ARRAY_TASK_ID=" + number, "sh", script}, "/dev/null");
    if (result.code != 0)
      failures[task] = fmt::format("task {}: exit code {}: {}", task, result.code, last_line(read_file(log)));
  });
  std::erase(failures, "");
  return failures;
}

}  // namespace nullor
