// nullor topology check: circuits without sizes.
#include "nullor/cli/topology_verbs.h"

namespace nullor {

void add_topology(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("topology", "circuits without sizes: checked on a ladder of levels");
  verb->require_subcommand(1);
  add_topology_check(*verb);
}

}  // namespace nullor
