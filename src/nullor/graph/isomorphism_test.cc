#include "nullor/graph/isomorphism.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "nullor/graph/data_set_test.h"
#include "nullor/graph/topology_set.h"

namespace nullor::graph {
namespace {

/// What the devices say when net i is called number[i]: text, so that no code is shared with what is tested.
std::multiset<std::string> lines_of(const Topology& t, const std::vector<int>& number) {
  std::multiset<std::string> out;
  for (const Device& d : t.devices) {
    const auto line = [&](int a, int b) {
      std::vector<int> on;
      for (int pin = 0; pin < d.pins; ++pin)
        on.push_back(number[static_cast<std::size_t>(d.nets[static_cast<std::size_t>(pin)])]);
      std::swap(on[static_cast<std::size_t>(a)], on[static_cast<std::size_t>(b)]);
      std::string text(info(d.kind).name);
      for (const int net : on) text += " " + std::to_string(net);
      return text;
    };
    std::string text = line(0, 0);
    const std::string_view pins = info(d.kind).pins[0].name;
    if (pins == "D") text = std::min(text, line(0, 2));
    if (info(d.kind).flips && pins != "D") text = std::min(text, line(0, 1));
    out.insert(text);
  }
  return out;
}

/// Every numbering of the nets of b that keeps their roles is tried.
bool alike_by_trial(const Topology& a, const Topology& b) {
  if (a.nets.size() != b.nets.size()) return false;
  const auto by_role = [](const Topology& t) {
    std::map<PortRole, std::vector<int>> out;
    for (std::size_t i = 0; i < t.nets.size(); ++i) out[t.nets[i].role].push_back(static_cast<int>(i));
    return out;
  };
  std::vector<int> same(a.nets.size());
  std::iota(same.begin(), same.end(), 0);
  const auto lines = lines_of(a, same);
  const auto of_a = by_role(a);
  auto of_b = by_role(b);
  std::vector<int> number(b.nets.size());
  const auto try_from = [&](const auto& self, std::map<PortRole, std::vector<int>>::iterator role) -> bool {
    if (role == of_b.end()) return lines_of(b, number) == lines;
    const auto to = of_a.find(role->first);
    std::vector<int>& from = role->second;
    if (to == of_a.end() || to->second.size() != from.size()) return false;
    do {
      for (std::size_t i = 0; i < from.size(); ++i) number[static_cast<std::size_t>(from[i])] = to->second[i];
      if (self(self, std::next(role))) return true;
    } while (std::next_permutation(from.begin(), from.end()));
    return false;
  };
  return try_from(try_from, of_b.begin());
}

/// Nets that no pin touches are no part of a circuit.
Topology without_loose_nets(const Topology& t) {
  Topology out;
  const std::vector<int> degrees = t.degrees();
  std::vector<int> number(t.nets.size(), -1);
  for (std::size_t i = 0; i < t.nets.size(); ++i) {
    if (degrees[i] == 0) continue;
    number[i] = static_cast<int>(out.nets.size());
    out.nets.push_back(t.nets[i]);
  }
  out.devices = t.devices;
  for (Device& d : out.devices) {
    for (std::size_t pin = 0; pin < d.pins; ++pin)
      d.nets[pin] = static_cast<std::int16_t>(number[static_cast<std::size_t>(d.nets[pin])]);
  }
  return out;
}

RC_GTEST_PROP(Isomorphism, AgreesWithTrialOfAllNumberings, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  const Topology a =
      random_circuit(1 + static_cast<int>(rng.below(5)), 1 + static_cast<int>(rng.below(4)), rng);
  Topology b = disguised(a, rng);
  if (a.nets.size() > 1 && rng.below(4) > 0) b = rewired(b, rng);
  const bool expected = alike_by_trial(without_loose_nets(a), without_loose_nets(b));
  RC_CLASSIFY(expected, "isomorphic");
  RC_ASSERT(isomorphic(a, b) == expected);
}

// Many alike parts: every path into the search tree but one has to be recognized as an image of another.
RC_GTEST_PROP(Isomorphism, AgreesWithTrialOnAlikeResistors, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  Topology a;
  for (int i = 0; i < 6; ++i) a.nets.push_back({"n" + std::to_string(i), PortRole::internal});
  for (std::uint64_t i = 0, count = 3 + rng.below(8); i < count; ++i) {
    const int on[] = {static_cast<int>(rng.below(6)), static_cast<int>(rng.below(6))};
    a.add(DeviceKind::resistor, on);
  }
  Topology b = disguised(a, rng);
  if (rng.below(2) == 0) b = rewired(rewired(b, rng), rng);
  RC_ASSERT(isomorphic(a, b) == alike_by_trial(without_loose_nets(a), without_loose_nets(b)));
}

Topology resistors(int nets, const std::vector<std::pair<int, int>>& edges) {
  Topology t;
  for (int i = 0; i < nets; ++i) t.nets.push_back({"n" + std::to_string(i), PortRole::internal});
  for (const auto& [a, b] : edges) {
    const int on[] = {a, b};
    t.add(DeviceKind::resistor, on);
  }
  return t;
}

// Both have 16 nets, each with six neighbours, of which adjacent ones share two and others two as well: no
// refinement tells any two of their nets, or the two circuits, apart.
TEST(Isomorphism, TellsTheRookGraphFromTheShrikhandeGraph) {
  std::vector<std::pair<int, int>> rook, shrikhande;
  for (int a = 0; a < 16; ++a) {
    for (int b = a + 1; b < 16; ++b) {
      const int dx = (b / 4 - a / 4 + 4) % 4, dy = (b % 4 - a % 4 + 4) % 4;
      if (dx == 0 || dy == 0) rook.emplace_back(a, b);
      const auto is = [&](int x, int y) { return dx == x && dy == y; };
      if (is(0, 1) || is(0, 3) || is(1, 0) || is(3, 0) || is(1, 1) || is(3, 3)) shrikhande.emplace_back(a, b);
    }
  }
  const Topology a = resistors(16, rook), b = resistors(16, shrikhande);
  ASSERT_EQ(a.devices.size(), 48u);
  ASSERT_EQ(b.devices.size(), 48u);
  EXPECT_FALSE(isomorphic(a, b));
  Rng rng(1);
  for (const Topology& t : {a, b}) {
    const Canonical whole = canonicalize(t);
    EXPECT_TRUE(whole.exact);
    for (int k = 0; k < 20; ++k) EXPECT_EQ(canonical_form(disguised(t, rng)), whole.form);
  }
}

// Thirty resistors side by side have 30! 2^30 automorphisms.
TEST(Isomorphism, NeedsFewLeavesForManyAutomorphisms) {
  std::vector<std::pair<int, int>> pairs, ring, all;
  for (int k = 0; k < 30; ++k) pairs.emplace_back(2 * k, 2 * k + 1);
  for (int k = 0; k < 60; ++k) ring.emplace_back(k, (k + 1) % 60);
  for (int k = 0; k < 12; ++k) {
    for (int j = 0; j < k; ++j) all.emplace_back(j, k);
  }
  Rng rng(2);
  for (const Topology& t : {resistors(60, pairs), resistors(60, ring), resistors(12, all)}) {
    const Canonical whole = canonicalize(t);
    EXPECT_TRUE(whole.exact);
    EXPECT_LT(whole.leaves, 200);
    EXPECT_EQ(canonical_form(disguised(t, rng)), whole.form);
  }
}

TEST(Isomorphism, IsInexactRatherThanSlow) {
  std::vector<std::pair<int, int>> pairs;
  for (int k = 0; k < 1500; ++k) pairs.emplace_back(2 * k, 2 * k + 1);
  const Canonical large = canonicalize(resistors(3000, pairs));
  EXPECT_FALSE(large.exact);
  EXPECT_LT(large.work, 100'000'000);
  const Canonical starved =
      canonicalize(resistors(60, {pairs.begin(), pairs.begin() + 30}), {.max_work = 10});
  EXPECT_FALSE(starved.exact);
  EXPECT_EQ(starved.form, canonicalize(resistors(60, {pairs.begin(), pairs.begin() + 30})).form);
}

TEST(Isomorphism, KeepsWhatMatters) {
  const auto same = [](const char* a, const char* b) { return isomorphic(circuit_of(a), circuit_of(b)); };
  EXPECT_TRUE(same("M1 (VOUT1 VIN1 VSS VSS) nmos4", "M9 (VSS VIN3 VOUT2 VSS) nmos4"));
  EXPECT_FALSE(same("M1 (VOUT1 VIN1 VSS VSS) nmos4", "M1 (VOUT1 VIN1 VSS VSS) pmos4"));
  EXPECT_FALSE(same("M1 (VOUT1 VIN1 VSS VSS) nmos4", "M1 (VOUT1 VB1 VSS VSS) nmos4"));
  EXPECT_FALSE(same("M1 (VOUT1 VIN1 VSS VSS) nmos4", "M1 (VIN1 VOUT1 VSS VSS) nmos4"));
  EXPECT_FALSE(same("Q1 (VOUT1 VIN1 VSS) npn", "Q1 (VSS VIN1 VOUT1) npn"));
  EXPECT_FALSE(same("Q1 (VOUT1 VIN1 VSS) npn", "Q1 (VOUT1 VIN1 VSS VSS) npn"));
  EXPECT_FALSE(same("D1 (VOUT1 VSS) diode", "D1 (VSS VOUT1) diode"));
  EXPECT_TRUE(same("L1 (VOUT1 VSS) inductor", "L1 (VSS VOUT1) inductor"));
  EXPECT_TRUE(same("X1 (a b VCLK1 VDD VSS) TRANSMISSION_GATE", "X1 (b a VCLK1 VDD VSS) TRANSMISSION_GATE"));
  EXPECT_FALSE(same("X1 (VIN1 VIN2 VDD VSS VOUT1) XOR", "X1 (VIN1 VIN2 VSS VDD VOUT1) XOR"));
  EXPECT_FALSE(same("", "R1 (VIN1 VSS) resistor"));
  EXPECT_TRUE(same("", ""));
}

TEST(Isomorphism, IgnoresPortsToNowhere) {
  Topology a = circuit_of("R1 (VIN1 VSS) resistor"), b = a;
  b.nets.push_back({"VOUT1", PortRole::vout});
  EXPECT_TRUE(isomorphic(a, b));
  EXPECT_EQ(canonicalize(b).net_number.back(), -1);
}

// Stored hashes outlive a version of the program.
TEST(Isomorphism, HashIsAContract) {
  const Topology t = circuit_of("M1 (VOUT1 VIN1 VSS VSS) nmos4\nR1 (VDD VOUT1) resistor");
  EXPECT_EQ(canonical_hash(t).hex(), "0be44254a0f56445d2f359a47fa9f886");
}

class IsomorphismOfData : public OnTheDataSet {};

TEST_F(IsomorphismOfData, DisguisesMatchAndRewiringsDoNot) {
  Rng rng(7);
  int alike = 0;
  for (const TopologyEntry& entry : set_.entries) {
    const Canonical known = canonicalize(entry.topology);
    ASSERT_TRUE(known.exact) << entry.topology.id;
    ASSERT_EQ(canonical_form(disguised(entry.topology, rng)), known.form) << entry.topology.id;
    const Topology other = rewired(entry.topology, rng);
    const bool same = canonical_form(disguised(other, rng)) == known.form;
    alike += same;
    if (same && entry.topology.nets.size() < 9) {
      EXPECT_TRUE(alike_by_trial(without_loose_nets(entry.topology), without_loose_nets(other)));
    }
  }
  EXPECT_LT(alike, 20);
}

// The data set names 14 of its circuits as isomorphic to earlier ones. Two of them are not: trial of all
// numberings says so. In 543 and 1134 the transistors of four alike stages are connected crosswise in another
// cyclic order; no refinement tells them apart from 542 and 1133.
TEST_F(IsomorphismOfData, FindsTheKnownDuplicates) {
  std::map<std::string, int> first;
  std::map<int, int> found, named;
  std::map<int, const Topology*> circuit;
  for (const TopologyEntry& entry : set_.entries) {
    circuit[entry.topology.id] = &entry.topology;
    const auto [at, is_new] = first.emplace(canonical_form(entry.topology), entry.topology.id);
    if (!is_new) found[entry.topology.id] = at->second;
    if (entry.dup_of >= 0) named[entry.topology.id] = entry.dup_of;
  }
  EXPECT_EQ(named.erase(543) + named.erase(1134), 2u);
  EXPECT_EQ(found, named);
  EXPECT_FALSE(alike_by_trial(*circuit[542], *circuit[543]));
  EXPECT_FALSE(alike_by_trial(*circuit[1133], *circuit[1134]));
}

}  // namespace
}  // namespace nullor::graph
