#include "nullor/learn/topology_generator.h"

#include <gtest/gtest.h>

#include "nullor/base/error.h"
#include "nullor/graph/electrical_rules.h"

namespace nullor::learn {
namespace {

DecoderModel untrained(const std::string& name) {
  const auto language = make_language(name);
  DecoderConfig c;
  c.vocabulary = language->vocabulary();
  c.context = 640;
  c.layers = 1;
  c.heads = 1;
  c.width = 32;
  c.feed_forward = 32;
  c.slots = language->slot_count();
  DecoderModel out = DecoderModel::random(c, Rng(1));
  out.language = name;
  out.vocabulary_hash = vocabulary_hash(*language);
  return out;
}

// The mask alone keeps the rules: these weights know nothing.
TEST(TopologyGenerator, EveryCircuitKeepsTheRulesAndItsConditionsWhateverTheWeights) {
  const TopologyGenerator generator(untrained("records"));
  graph::Conditions conditions[2];
  conditions[0].max_devices = 12;
  conditions[1].min_devices = conditions[1].max_devices = 6;
  conditions[1].required[static_cast<std::size_t>(graph::DeviceKind::npn)] = true;
  conditions[1].forbidden[static_cast<std::size_t>(graph::DeviceKind::nmos)] = true;
  const auto circuits = generator.generate(40, conditions, {});
  ASSERT_EQ(circuits.size(), 40u);
  for (std::size_t k = 0; k < circuits.size(); ++k) {
    ASSERT_TRUE(circuits[k].decoded) << circuits[k].why;
    EXPECT_TRUE(graph::check_rules(circuits[k].topology).empty()) << netlist_text(circuits[k].topology);
    EXPECT_EQ(graph::unmet(conditions[k % 2], circuits[k].topology), "");
  }
}

TEST(TopologyGenerator, WalksAreNotMaskedAndKnowNoConditions) {
  const TopologyGenerator generator(untrained("walk"));
  SamplingOptions options;
  options.most_tokens = 50;
  const auto circuits = generator.generate(3, {}, options);
  ASSERT_EQ(circuits.size(), 3u);
  for (const GeneratedTopology& circuit : circuits) {
    EXPECT_FALSE(circuit.decoded);
    EXPECT_NE(circuit.why, "");
  }
  graph::Conditions conditions;
  conditions.family = graph::Family::opamp;
  EXPECT_THROW(generator.generate(1, {&conditions, 1}, {}), InputError);
}

TEST(TopologyGenerator, RefusesWeightsOfAnotherLanguage) {
  DecoderModel model = untrained("records");
  model.language = "poems";
  EXPECT_THROW(TopologyGenerator{model}, InputError);
  model.language = "walk";
  EXPECT_THROW(TopologyGenerator{model}, InputError);
  EXPECT_THROW(TopologyGenerator{"/no/such/file"}, InputError);
}

}  // namespace
}  // namespace nullor::learn
