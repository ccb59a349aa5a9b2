// nullor dataset make|submit|status|merge|export|stats: samples of a circuit, measured, with their failures.
#include "nullor/cli/dataset_verbs.h"

namespace nullor {

void add_dataset(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("dataset", "samples of a circuit, measured by a testbench, with their failures");
  verb->require_subcommand(1);
  add_dataset_make(*verb);
  add_dataset_submit(*verb);
  add_dataset_status(*verb);
  add_dataset_merge(*verb);
  add_dataset_export(*verb);
  add_dataset_stats(*verb);
}

}  // namespace nullor
