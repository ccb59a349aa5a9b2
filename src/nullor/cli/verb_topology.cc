// nullor topology train|generate|check: circuits without sizes.
#include "nullor/cli/topology_verbs.h"

namespace nullor {

void add_topology(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("topology", "circuits without sizes: written by a transformer, checked");
  verb->require_subcommand(1);
  add_topology_train(*verb);
  add_topology_generate(*verb);
  add_topology_check(*verb);
}

}  // namespace nullor
