// nullor predict train|eval|run: whether a sized circuit works, then how well, without simulating it.
#include "nullor/cli/predict_verbs.h"

namespace nullor {

void add_predict(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("predict", "whether a sized circuit works, then how well, without simulating it");
  verb->require_subcommand(1);
  add_predict_run(*verb);
  add_predict_train(*verb);
  add_predict_eval(*verb);
  add_predict_calibrate(*verb);
}

}  // namespace nullor
