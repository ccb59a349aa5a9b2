#include "nullor/graph/language.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "nullor/graph/data_set_test.h"
#include "nullor/graph/records.h"
#include "nullor/graph/walk.h"

namespace nullor::graph {
namespace {

/// No two of its devices are alike, so that every draw of an order is a sequence of its own.
const char* const kStar =
    "R1 (a VSS) resistor\nC1 (a VIN1) capacitor\nD1 (VSS a) diode\nM1 (VOUT1 a VSS VSS) nmos4";

TEST(Language, OrderBitsAreHowRareAnOrderIs) {
  const RecordLanguage records(0);
  const WalkLanguage walk({.permute = true, .renumber = true}),
      numbered({.permute = true, .renumber = false});
  const Topology small = circuit_of(kStar), smaller = circuit_of(
                                                "R1 (a VSS) resistor\nC1 (a VIN1) capacitor\n"
                                                "R2 (a VIN1) resistor");
  const struct {
    const Language& language;
    const Topology& circuit;
  } cases[] = {{records, small}, {walk, smaller}, {numbered, smaller}};
  constexpr int kDraws = 40000;
  for (const auto& c : cases) {
    std::map<std::vector<int>, std::pair<int, double>> seen;
    Rng rng(1);
    for (int k = 0; k < kDraws; ++k) {
      double bits = -1;
      const std::vector<int> tokens = c.language.encode(c.circuit, rng, &bits);
      auto& [count, known] = seen.try_emplace(tokens, 0, bits).first->second;
      ++count;
      EXPECT_EQ(bits, known);
    }
    EXPECT_GT(seen.size(), 3u);
    double all = 0;
    for (const auto& [tokens, entry] : seen) {
      const double share = std::exp2(-entry.second), expected = kDraws * share;
      all += share;
      EXPECT_NEAR(entry.first, expected, 5 * std::sqrt(expected) + 1) << c.language.name();
    }
    EXPECT_NEAR(all, 1, 0.01) << c.language.name();
  }
}

TEST(Language, OrderBitsAreNoneWhereTheOrderIsFixed) {
  double bits = -1;
  Rng rng(1);
  WalkLanguage({.permute = false, .renumber = false}).encode(circuit_of(kStar), rng, &bits);
  EXPECT_EQ(bits, 0);
}

}  // namespace
}  // namespace nullor::graph
