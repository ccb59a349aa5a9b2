// Records of the public data set; skipped where it is not.

#include <gtest/gtest.h>

#include "nullor/graph/data_set_test.h"
#include "nullor/graph/electrical_rules.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/record_mask.h"
#include "nullor/graph/repair.h"
#include "nullor/graph/topology_set.h"

namespace nullor::graph {
namespace {

class RecordsOfData : public OnTheDataSet {};

TEST_F(RecordsOfData, RoundTripEveryCircuitAsItIsAndRepaired) {
  const RecordLanguage language;
  Rng rng(11);
  for (TopologyEntry& entry : set_.entries) {
    for (const bool repaired : {false, true}) {
      if (repaired) repair(entry.topology);
      std::string why;
      const auto back = language.decode(language.encode(entry.topology, rng), &why);
      ASSERT_TRUE(back) << entry.topology.id << ": " << why;
      ASSERT_TRUE(isomorphic(*back, entry.topology)) << entry.topology.id;
    }
  }
}

TEST_F(RecordsOfData, AreHardlyTouchedByTheMask) {
  const RecordLanguage language(0);
  Rng rng(12);
  int tokens = 0, forbidden = 0;
  for (TopologyEntry& entry : set_.entries) {
    repair(entry.topology);
    if (!check_rules(entry.topology).empty()) continue;
    const int devices = static_cast<int>(entry.topology.devices.size());
    RecordMask mask({.min_devices = devices, .max_devices = devices});
    const std::vector<int> written = language.encode(entry.topology, rng);
    for (std::size_t i = 1; i < written.size(); ++i) {
      ++tokens;
      forbidden += !mask.allowed()[static_cast<std::size_t>(written[i])];
      mask.push(written[i]);
    }
  }
  EXPECT_GT(tokens, 300'000);
  EXPECT_LT(forbidden, tokens / 10'000);
}

}  // namespace
}  // namespace nullor::graph
