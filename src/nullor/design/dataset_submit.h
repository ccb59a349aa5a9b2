#pragma once
/// A data set made by many processes: the tasks of a Slurm job array, of this machine, or of others
/// that are reached by ssh.

#include <string>
#include <vector>

#include "nullor/design/dataset.h"
#include "nullor/design/host_pool.h"

namespace nullor {

struct SubmitOptions {
  std::string program;                  ///< path of nullor
  std::string folder;                   ///< of the data set; it has its manifest
  int tasks = 1;                        ///< each makes an equal part of the shards
  int jobs = 1;                         ///< threads of a task
  std::vector<std::string> directives;  ///< of sbatch, such as "--partition=long"
};

/// A script for `sbatch`, which is also run with the number of a task in SLURM_ARRAY_TASK_ID: it makes those
/// of the task's shards that are missing. A task that is killed, requeued or run twice does no harm.
std::string task_script(const DatasetLayout& layout, const SubmitOptions& options);

/// Writes the script into the folder and hands it to sbatch; returns what that says. `wait`: only when all
/// tasks have ended. Throws InputError(input_output) where sbatch is missing or refuses.
std::string submit_to_slurm(const DatasetLayout& layout, const SubmitOptions& options, bool wait);

/// Runs the tasks on hosts that see the folder, the files and the program under the same paths, one task a
/// host at a time, through `ssh` without passwords (run_on_hosts). A host that does not answer for a minute
/// is lost. What counts in the end are the shards that are there. Throws InputError(usage) for bad names,
/// InputError(input_output) where there is no ssh.
HostPoolSummary submit_to_hosts(const DatasetLayout& layout, const SubmitOptions& options,
                                const std::vector<std::string>& hosts);

/// Runs the tasks here, `at_once` of them side by side; returns those that failed, with the last line of
/// each.
std::vector<std::string> submit_locally(const DatasetLayout& layout, const SubmitOptions& options,
                                        int at_once);

}  // namespace nullor
