#include "nullor/cli/training_flags.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nullor/base/error.h"
#include "nullor/neural/trainer_registry.h"

namespace nullor {
namespace {

TrainingOptions parsed(std::vector<std::string> words, bool neural = true) {
  CLI::App app;
  TrainingFlags flags;
  flags.add(app);
  std::reverse(words.begin(), words.end());
  app.parse(words);
  flags.check(neural);
  return flags.options(5);
}

}  // namespace

TEST(TrainingFlags, ReachTheTrainer) {
  const TrainingOptions how = parsed({"--trainer", "adam", "--epochs", "60000", "--rate", "2e-4", "--windows",
                                      "3", "--hard-start", "--schedule", "cosine", "--precision", "float64",
                                      "--layers", "8,9", "--causal", "2", "--points", "77"});
  EXPECT_EQ(how.trainer, "adam");
  EXPECT_EQ(how.seed, 5u);
  EXPECT_EQ(how.adam.epochs, 60000);
  EXPECT_EQ(how.adam.rate, 2e-4);
  EXPECT_EQ(how.adam.windows, 3);
  EXPECT_EQ(how.adam.points, 77);
  EXPECT_EQ(how.adam.causal, 2);
  EXPECT_EQ(how.adam.hidden, (std::vector<int>{8, 9}));
  EXPECT_TRUE(how.adam.hard_start && how.adam.double_precision && how.adam.schedule == Schedule::cosine);
}

// Without options every trainer has its own defaults: adam those of the paper.
TEST(TrainingFlags, LeaveTheDefaultsOfATrainer) {
  const TrainingOptions how = parsed({"--trainer", "adam"}), plain;
  EXPECT_EQ(how.adam.epochs, 25000);
  EXPECT_EQ(how.adam.rate, 5e-3);
  EXPECT_EQ(how.adam.hidden, (std::vector<int>{50, 50, 50, 50}));
  EXPECT_FALSE(how.adam.hard_start);
  EXPECT_EQ(how.lm.points, plain.lm.points);
}

// What the chosen trainer does not know is refused; every option belongs to some trainer.
TEST(TrainingFlags, RefuseWhatTheTrainerDoesNotKnow) {
  const std::vector<std::pair<std::string, std::string>> given = {
      {"tolerance", "1e-3"},    {"epochs", "3"},    {"rate", "1"},      {"schedule", "cosine"},
      {"precision", "float64"}, {"points", "9"},    {"windows", "2"},   {"layers", "3"},
      {"causal", "1"},          {"patience", "5"},  {"hard-start", ""}, {"initial-weight", "2"},
      {"soft-start", ""},       {"checkpoint", "f"}};
  for (const auto& [name, value] : given) {
    int knowing = 0;
    for (const Trainer& trainer : trainers()) {
      std::vector<std::string> words = {"--trainer", std::string(trainer.name), "--" + name};
      if (!value.empty()) words.push_back(value);
      if (trainer.accepts(name)) {
        ++knowing;
        EXPECT_NO_THROW(parsed(words)) << name;
      } else {
        EXPECT_THROW(parsed(words), InputError) << trainer.name << " " << name;
      }
    }
    EXPECT_GT(knowing, 0) << name;
  }
  EXPECT_THROW(parsed({"--rate", "1"}, false), InputError);
  EXPECT_THROW(parsed({"--trainer", "adam", "--resume"}), CLI::ParseError);
}

}  // namespace nullor
