#include "nullor/graph/difference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "nullor/base/error.h"
#include "nullor/graph/data_set_test.h"
#include "nullor/graph/isomorphism.h"

namespace nullor::graph {
namespace {

constexpr const char* kMirrored =
    "M1 (VOUT1 VIN1 VSS VSS) nmos4\nM2 (a a VDD VDD) pmos4\nM3 (VOUT1 a VDD VDD) pmos4\nR1 (a VSS) resistor";

std::string text(const char* a, const char* b) {
  const Topology one = circuit_of(a), other = circuit_of(b);
  return difference_text(one, other, difference(one, other));
}

TEST(Difference, IsPrintedInBothNames) {
  EXPECT_EQ(text(kMirrored, kMirrored), "no difference\n");
  EXPECT_EQ(text(kMirrored,
                 "M1 (VOUT1 VIN1 VSS VSS) nmos4\nM2 (a a VDD VDD) pmos4\nM4 (VOUT1 VB1 VDD VDD) pmos4\n"
                 "R1 (a VSS) resistor"),
            "~ G of M3 on a, in the other (M4) on VB1\n");
  EXPECT_EQ(text(kMirrored,
                 "M1 (VOUT1 VIN1 VSS VSS) nmos4\nM2 (b b VDD VDD) pmos4\nM3 (VDD b VOUT1 VDD) pmos4\n"
                 "C1 (VOUT1 b) capacitor"),
            "- R1 (a VSS) resistor\n+ C1 (VOUT1 b) capacitor\n");
  EXPECT_EQ(text(kMirrored,
                 "M1 (VOUT1 VIN1 VSS VSS) nmos4\nM2 (IB1 IB1 VDD VDD) pmos4\nM3 (VOUT1 IB1 VDD VDD) pmos4\n"
                 "R1 (IB1 VSS) resistor"),
            "~ net a is internal, in the other (IB1) port IB\n");
}

TEST(Difference, RefusesWhatIsTooLarge) {
  Topology t = circuit_of("R1 (a VSS) resistor");
  for (int k = 0; k < 300; ++k) t.devices.push_back(t.devices[0]);
  EXPECT_THROW(difference(t, t), InputError);
}

/// Every device in one list, every pin of a pair either on corresponding nets or listed.
void expect_sound(const Topology& a, const Topology& b, const TopologyDifference& found) {
  std::multiset<int> of_a(found.only_in_a.begin(), found.only_in_a.end()),
      of_b(found.only_in_b.begin(), found.only_in_b.end());
  std::set<std::pair<int, int>> listed_a;
  for (const auto& r : found.rewired) listed_a.emplace(r.a, r.pin_a);
  for (const auto& [d, e] : found.matched) {
    of_a.insert(d);
    of_b.insert(e);
    const Device &one = a.devices[static_cast<std::size_t>(d)],
                 &other = b.devices[static_cast<std::size_t>(e)];
    RC_ASSERT(one.kind == other.kind);
    std::multiset<int> left, right;
    for (std::size_t pin = 0; pin < one.pins; ++pin) {
      if (!listed_a.contains({d, static_cast<int>(pin)}))
        left.insert(found.net_of[static_cast<std::size_t>(one.nets[pin])]);
    }
    for (std::size_t pin = 0; pin < other.pins; ++pin) right.insert(other.nets[pin]);
    for (const int net : left) RC_ASSERT(right.contains(net));
  }
  RC_ASSERT(of_a.size() == a.devices.size());
  RC_ASSERT(std::set<int>(of_a.begin(), of_a.end()).size() == a.devices.size());
  RC_ASSERT(of_b.size() == b.devices.size());
  RC_ASSERT(std::set<int>(of_b.begin(), of_b.end()).size() == b.devices.size());
}

RC_GTEST_PROP(Difference, IsSoundAndNoneForIsomorphicCircuitsOnly, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  const Topology a =
      random_circuit(2 + static_cast<int>(rng.below(4)), 1 + static_cast<int>(rng.below(5)), rng);
  Topology b = disguised(a, rng);
  if (rng.below(2) == 0) b = rewired(b, rng);
  if (rng.below(4) == 0) b = random_circuit(3, 3, rng);
  const TopologyDifference found = difference(a, b);
  expect_sound(a, b, found);
  RC_ASSERT(found.none() == isomorphic(a, b));
}

class DifferenceOfData : public OnTheDataSet {};

// One rewired pin is printed as one line nearly always.
TEST_F(DifferenceOfData, IsShortForOneRewiredPin) {
  const TopologySet& set = set_;
  Rng rng(4);
  int asked = 0, one = 0, few = 0;
  for (std::size_t k = 0; k < set.entries.size(); k += 11) {
    const Topology& a = set.entries[k].topology;
    EXPECT_TRUE(difference(a, disguised(a, rng)).none()) << a.id;
    const Topology b = disguised(rewired(a, rng), rng);
    const std::size_t size = difference(a, b).size();
    EXPECT_EQ(size == 0, isomorphic(a, b)) << a.id;
    ++asked;
    one += size <= 1;
    few += size <= 3;
  }
  RecordProperty("asked", asked);
  RecordProperty("one", one);
  RecordProperty("few", few);
  EXPECT_GT(one, asked * 8 / 10);
  EXPECT_GT(few, asked * 9 / 10);
}

}  // namespace
}  // namespace nullor::graph
