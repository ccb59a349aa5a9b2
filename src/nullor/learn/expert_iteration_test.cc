#include "nullor/learn/expert_iteration.h"

#include <gtest/gtest.h>

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

ExpertIterationOptions quick() {
  ExpertIterationOptions options;
  options.rounds = 2;
  options.draws = 12;
  options.ladder.until = Level::rules;
  options.training.epochs = 1;
  options.jobs = 1;
  return options;
}

ExpertSummary run(const ExpertIterationOptions& options) {
  const DecoderModel model = untrained();
  const auto backend = make_native_backend(model.config, 1);
  return iterate_expert(model, inverter(), *backend, options);
}

TEST(ExpertIteration, KeepsNewCircuitsThatReachTheLevelAndLearnsThem) {
  const ExpertSummary summary = run(quick());
  ASSERT_EQ(summary.rounds.size(), 2u);
  EXPECT_NE(summary.model.weights, untrained().weights);
  std::size_t kept = 0;
  for (const ExpertRound& round : summary.rounds) {
    EXPECT_EQ(round.drawn, 12u);
    EXPECT_LE(round.kept, round.reached);
    EXPECT_TRUE(std::isfinite(round.training_nats));
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

TEST(ExpertIteration, IsTheSameOnTwoThreadsAndGoesOnFromItsFiles) {
  const TestFolder folder;
  ExpertIterationOptions options = quick();
  const ExpertSummary whole = run(options);
  options.jobs = 2;
  options.folder = folder.path("");
  options.rounds = 1;
  run(options);
  options.rounds = 2;
  options.resume = true;
  const ExpertSummary resumed = run(options);
  EXPECT_EQ(resumed.model.weights, whole.model.weights);
  EXPECT_EQ(resumed.kept.size(), whole.kept.size());
}

}  // namespace
}  // namespace nullor::learn
