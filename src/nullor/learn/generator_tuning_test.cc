#include "nullor/learn/generator_tuning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "nullor/base/error.h"
#include "nullor/base/test_folder.h"
#include "nullor/graph/electrical_rules.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/records.h"

namespace nullor::learn {
namespace {

DecoderModel untrained() {
  const graph::RecordLanguage language;
  DecoderConfig c{.vocabulary = language.vocabulary(),
                  .context = 640,
                  .layers = 1,
                  .heads = 1,
                  .width = 32,
                  .feed_forward = 32,
                  .slots = language.slot_count()};
  DecoderModel out = DecoderModel::random(c, Rng(1));
  out.language = "records";
  out.vocabulary_hash = vocabulary_hash(language);
  return out;
}

std::vector<graph::Topology> inverter() {
  const std::vector<std::string> ports = {"VDD", "VSS", "VIN1", "VOUT1"};
  graph::Topology out =
      graph::parse_netlist("M1 (VOUT1 VIN1 VSS VSS) nmos4\nM2 (VOUT1 VIN1 VDD VDD) pmos4", ports, "test");
  out.family = graph::Family::opamp;
  return {out};
}

TuningOptions quick() {
  TuningOptions options;
  options.rounds = 2;
  options.draws = 12;
  options.ladder.until = Level::rules;
  options.training.epochs = 1;
  options.jobs = 1;
  return options;
}

TuningSummary run(const TuningOptions& options, const TuningHooks& hooks = {}) {
  const DecoderModel model = untrained();
  const auto backend = make_native_backend(model.config, 1);
  return tune_generator(model, inverter(), *backend, options, hooks);
}

TEST(GeneratorTuning, KeepsNewCircuitsThatReachTheLevelAndLearnsThem) {
  const TuningSummary summary = run(quick());
  ASSERT_EQ(summary.rounds.size(), 2u);
  EXPECT_NE(summary.model.weights, untrained().weights);
  std::size_t kept = 0;
  for (const TuningRound& round : summary.rounds) {
    EXPECT_EQ(round.drawn, 12u);
    EXPECT_LE(round.kept, round.reached);
    EXPECT_TRUE(std::isfinite(round.known_nats));
    kept += round.kept;
  }
  ASSERT_EQ(summary.kept.size(), kept);
  ASSERT_GT(kept, 0u);
  for (std::size_t k = 0; k < kept; ++k) {
    EXPECT_TRUE(graph::check_rules(summary.kept[k]).empty());
    EXPECT_EQ(summary.kept[k].family, graph::Family::opamp);
    for (std::size_t other = 0; other < k; ++other)
      EXPECT_FALSE(graph::isomorphic(summary.kept[k], summary.kept[other]));
    EXPECT_FALSE(graph::isomorphic(summary.kept[k], inverter()[0]));
  }
}

TEST(GeneratorTuning, PolicyAsksSomeForAFamilyAndSomeForNone) {
  TuningOptions options = quick();
  options.rule = TuningRule::policy_gradient;
  options.draws = 40;
  int asked = 0, unasked = 0;
  for (const graph::Topology& kept : run(options).kept) {
    EXPECT_TRUE(kept.family == graph::Family::opamp || kept.family == graph::Family::other);
    ++(kept.family == graph::Family::opamp ? asked : unasked);
  }
  EXPECT_GT(unasked, 0);
  EXPECT_GT(asked, unasked);
}

// An untrained model's circuits have no gain: what is left to reach are families without a testbench.
TEST(GeneratorTuning, FamiliesWithoutATestbenchNeedNoFunction) {
  const auto reached = [](bool opamps, Level until) {
    TuningOptions options = quick();
    options.rounds = 1;
    options.draws = 60;
    options.ladder.until = until;
    options.ladder.function.evaluations = 2;
    const std::string file = opamps ? "opamp" : "ldo";
    if (until == Level::function)
      options.ladder.benches = {read_function_bench(std::string(NULLOR_SOURCE_DIR) +
                                                    "/share/testbenches/function/" + file + ".toml")};
    return run(options).rounds.front().reached;
  };
  EXPECT_EQ(reached(false, Level::function), reached(false, Level::bias));
  EXPECT_GT(reached(false, Level::bias), reached(true, Level::function));
}

TEST(GeneratorTuning, KeepsTheShareThatIsChosen) {
  TuningOptions options = quick();
  options.rounds = 1;
  options.draws = 200;
  const std::vector<graph::Topology> all = run(options).kept;
  ASSERT_GT(all.size(), 48u);
  options.chosen = 0.25;
  const std::vector<graph::Topology> best = run(options).kept;
  EXPECT_GE(4 * best.size(), all.size());
  EXPECT_LT(2 * best.size(), all.size());
  for (const graph::Topology& one : best) {
    EXPECT_TRUE(std::any_of(all.begin(), all.end(),
                            [&](const graph::Topology& other) { return graph::isomorphic(one, other); }));
  }
}

TEST(GeneratorTuning, PolicyAveragesTheLastRounds) {
  const TestFolder folder;
  TuningOptions options = quick();
  options.rule = TuningRule::policy_gradient;
  options.rounds = 3;
  options.averaged = 2;
  options.folder = folder.path("");
  const std::vector<float> mean = run(options).model.weights;
  const std::vector<float> second = read_decoder(folder.path("round_2.safetensors")).weights,
                           third = read_decoder(folder.path("round_3.safetensors")).weights;
  ASSERT_EQ(mean.size(), third.size());
  EXPECT_NE(second, third);
  for (std::size_t k = 0; k < mean.size(); ++k)
    EXPECT_NEAR(mean[k], 0.5 * (double{second[k]} + double{third[k]}), 1e-7);
}

TEST(GeneratorTuning, IsTheSameOnTwoThreadsAndGoesOnFromItsFiles) {
  using enum TuningRule;
  for (const auto& [rule, chosen] :
       {std::pair(expert_iteration, 1.0), {expert_iteration, 0.5}, {policy_gradient, 1.0}}) {
    const TestFolder folder;
    TuningOptions options = quick();
    options.rule = rule;
    options.chosen = chosen;
    options.ladder.until = Level::operating_point;
    // The judge learns anew after five rounds.
    options.rounds = rule == policy_gradient || chosen < 1 ? 7 : 2;
    const TuningSummary whole = run(options);
    options.jobs = 2;
    options.folder = folder.path("");
    int done = 0;
    TuningHooks hooks;
    hooks.round = [&](const TuningRound& round) { done = round.round; };
    hooks.progress = [&](const std::string&, double) { return done + 1 < options.rounds; };
    EXPECT_TRUE(run(options, hooks).interrupted);
    options.resume = true;
    const TuningSummary resumed = run(options);
    EXPECT_EQ(resumed.model.weights, whole.model.weights);
    EXPECT_EQ(resumed.kept.size(), whole.kept.size());
    EXPECT_NE(resumed.model.weights, untrained().weights);
  }
}

}  // namespace
}  // namespace nullor::learn
