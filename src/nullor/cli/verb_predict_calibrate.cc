// nullor predict calibrate SET... --model FILE --left-out FILE... --out FILE: what to expect of circuits that
// were not learned from.
#include <fmt/format.h>

#include <memory>

#include "nullor/base/log.h"
#include "nullor/cli/predict_verbs.h"
#include "nullor/cli/prediction_sets.h"

namespace nullor {
namespace {

struct CalibrateFlags {
  std::vector<std::string> sets, left_out;
  std::string model, out;
  std::size_t most_rows = 2000;
  bool partial = false;
};

std::vector<std::string> metrics_of(const learn::PredictorModel& model) {
  std::vector<std::string> out;
  for (const learn::MetricScale& scale : model.metrics) out.push_back(scale.name);
  return out;
}

void calibrate(const CalibrateFlags& flags) {
  learn::PredictorModel model = learn::read_predictor(flags.model);
  std::vector<learn::PredictorModel> others;
  for (const std::string& path : flags.left_out) {
    const learn::PredictorModel& other = others.emplace_back(learn::read_predictor(path));
    if (metrics_of(other) != metrics_of(model) || other.classes != model.classes)
      throw InputError(ErrorKind::usage, fmt::format("'{}' predicts other metrics or classes", path), {},
                       "train it with the same --metrics, on sets of the same testbench");
  }
  std::vector<PredictionSet> sets = read_prediction_sets(flags.sets, flags.partial);
  for (PredictionSet& set : sets) {
    check_like(model, set);
    set.rows = first_rows(set.rows, flags.most_rows);
  }
  const std::size_t pairs = learn::calibrate_for_unseen(model, others, rows_of(sets));
  if (pairs == 0)
    throw InputError(ErrorKind::usage, "the --left-out models have learned from the circuits of all sets", {},
                     "train them with --hold-out, each without a circuit or a few");
  learn::write_predictor(model, flags.out);
  log_note(fmt::format("{} times a circuit that a model had not learned from; wrote {}", pairs, flags.out));
}

}  // namespace

void add_predict_calibrate(CLI::App& predict) {
  auto flags = std::make_shared<CalibrateFlags>();
  CLI::App* verb = predict.add_subcommand(
      "calibrate", "how far to trust predictions for unseen circuits, from models that left some out");
  verb->add_option("sets", flags->sets, "folders of data sets, or folders of such folders")
      ->required()
      ->type_name("SET");
  verb->add_option("--model", flags->model, "of nullor predict train")->required()->type_name("FILE");
  verb->add_option("--left-out", flags->left_out, "models trained alike, with --hold-out")
      ->required()
      ->type_name("FILE");
  verb->add_option("--out", flags->out, "the model with what was found")->required()->type_name("FILE");
  verb->add_option("--rows", flags->most_rows, "of each set at most, the first ones; 0: all")
      ->capture_default_str();
  verb->add_flag("--partial", flags->partial, "take the shards that are there");
  verb->callback([flags] { calibrate(*flags); });
}

}  // namespace nullor
