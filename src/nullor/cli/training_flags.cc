#include "nullor/cli/training_flags.h"

#include "nullor/base/error.h"
#include "nullor/neural/trainer_registry.h"

namespace nullor {

CLI::Option* TrainingFlags::listed(CLI::Option* option) {
  listed_.push_back(option);
  return option->group("Trainers of --engine neural");
}

void TrainingFlags::add(CLI::App& verb) {
  std::vector<std::string> names;
  std::string summaries;
  for (const Trainer& t : trainers()) {
    names.emplace_back(t.name);
    summaries += (summaries.empty() ? "" : "; ") + std::string(t.name) + ": " + std::string(t.summary);
  }
  verb.add_option("--tolerance", tolerance_, "neural: wanted error relative to each signal")
      ->check(CLI::Range(1e-8, 1e-2))
      ->capture_default_str();
  verb.add_option("--time-limit", time_limit_, "neural: seconds of training, 0 is no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb.add_flag("--check", check_, "neural: compare with a long numerical run afterwards");
  listed_ = {verb.get_option("--tolerance")};
  verb.add_option("--trainer", trainer_, "neural: " + summaries)
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  listed(verb.add_option("--epochs", epochs_, "of every window (adam: 25000; lm: most iterations, 30)"))
      ->check(CLI::PositiveNumber);
  listed(verb.add_option("--rate", rate_, "learning rate (adam: 0.005)"))->check(CLI::PositiveNumber);
  listed(verb.add_option("--schedule", schedule_, "how the rate falls, to a hundredth"))
      ->check(CLI::IsMember({"constant", "cosine", "exponential"}))
      ->capture_default_str();
  listed(verb.add_option("--precision", precision_, "of the network"))
      ->check(CLI::IsMember({"float32", "float64"}))
      ->capture_default_str();
  listed(verb.add_option("--points", points_, "collocation points of a window (adam: 512; lm: 24)"))
      ->check(CLI::Range(4, 1000000));
  listed(verb.add_option("--windows", windows_, "time windows, one network each"))
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  listed(verb.add_option("--layers", layers_, "neurons of the hidden layers (adam: 50,50,50,50; lm: 20,20)"))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, 1024));
  listed(verb.add_option("--causal", causal_, "epsilon of causal weighting, 0 is none"))
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  listed(verb.add_option("--patience", patience_,
                         "epochs without a gain of 1 % that end a window (adam: 5000; 0: never)"))
      ->check(CLI::NonNegativeNumber);
  listed(verb.add_option("--initial-weight", initial_weight_,
                         "of the initial condition in the loss of a soft start"))
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI::Option* soft = listed(
      verb.add_flag("--soft-start", soft_start_, "the initial condition is a term of the loss (default)"));
  listed(verb.add_flag("--hard-start", hard_start_, "the initial condition is built into the network"))
      ->excludes(soft);
  CLI::Option* file =
      listed(verb.add_option("--checkpoint", checkpoint_, "state of the training, written every 10 s"))
          ->type_name("FILE");
  listed(verb.add_flag("--resume", resume_, "go on from --checkpoint"))->needs(file);
}

bool TrainingFlags::given(const std::string& name) const {
  for (const CLI::Option* option : listed_) {
    if (option->get_single_name() == name) return option->count() > 0;
  }
  return false;
}

void TrainingFlags::check(bool neural) const {
  const Trainer& trainer = trainer_named(trainer_);
  for (const CLI::Option* option : listed_) {
    const std::string name = option->get_single_name();
    if (option->count() == 0 || (neural ? trainer.accepts(name) : name == "tolerance")) continue;
    if (!neural) {
      throw InputError(ErrorKind::usage, "--" + name + " is an option of the neural engine", {},
                       "add --engine neural");
    }
    std::string others;
    for (const Trainer& t : trainers()) {
      if (t.accepts(name))
        others += (others.empty() ? "" : " or ") + std::string("--trainer ") + std::string(t.name);
    }
    throw InputError(ErrorKind::usage, "the trainer " + trainer_ + " has no option --" + name, {},
                     "use " + others + ", or leave it out");
  }
}

TrainingOptions TrainingFlags::options(std::uint64_t seed) const {
  TrainingOptions how;
  how.trainer = trainer_;
  how.tolerance = tolerance_;
  how.seed = seed;
  how.time_limit = time_limit_;
  how.check = check_;
  how.adam.schedule = schedule_ == "cosine"        ? Schedule::cosine
                      : schedule_ == "exponential" ? Schedule::exponential
                                                   : Schedule::constant;
  how.adam.double_precision = precision_ == "float64";
  how.adam.windows = windows_;
  how.adam.hard_start = hard_start_;
  how.adam.causal = causal_;
  how.adam.initial_weight = initial_weight_;
  how.adam.checkpoint = checkpoint_;
  how.adam.resume = resume_;
  if (given("epochs")) how.adam.epochs = how.lm.epochs = epochs_;
  if (given("points")) how.adam.points = how.lm.points = points_;
  if (given("layers")) how.adam.hidden = how.lm.hidden = layers_;
  if (given("rate")) how.adam.rate = rate_;
  if (given("patience")) how.adam.patience = patience_;
  return how;
}

}  // namespace nullor
