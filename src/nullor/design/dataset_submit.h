#pragma once
/// A data set made by many processes: the tasks of a Slurm job array, or of this machine.

#include <string>
#include <vector>

#include "nullor/design/dataset.h"

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

/// Runs the tasks here, `at_once` of them side by side; returns those that failed, with the last line of
/// each.
std::vector<std::string> submit_locally(const DatasetLayout& layout, const SubmitOptions& options,
                                        int at_once);

}  // namespace nullor
