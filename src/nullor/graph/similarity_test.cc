#include "nullor/graph/similarity.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "nullor/graph/data_set_test.h"

namespace nullor::graph {
namespace {

/// Counts of neighbourhoods written out as text, by round.
std::vector<std::map<std::string, double>> text_features(const Topology& t) {
  const std::vector<int> degree = t.degrees();
  std::vector<std::string> device, net;
  for (const Device& d : t.devices) device.emplace_back(info(d.kind).name);
  for (const Net& n : t.nets) net.push_back("net " + std::string(role_name(n.role)));
  std::vector<std::map<std::string, double>> out(4);
  for (std::size_t round = 0;; ++round) {
    for (const std::string& text : device) ++out[round][text];
    for (std::size_t n = 0; n < net.size(); ++n) {
      if (degree[n] > 0) ++out[round][net[n]];
    }
    if (round == 3) return out;
    std::vector<std::multiset<std::string>> of_device(device.size()), of_net(net.size());
    for (std::size_t d = 0; d < device.size(); ++d) {
      for (std::size_t pin = 0; pin < t.devices[d].pins; ++pin) {
        std::string name(info(t.devices[d].kind).pins[pin].name);
        const std::string kind(info(t.devices[d].kind).word);
        if (name == "S" && (kind == "nmos" || kind == "pmos")) name = "D";
        if (name == "N" && kind != "diode") name = "P";
        if (name == "B" && kind == "transmission-gate") name = "A";
        const auto n = static_cast<std::size_t>(t.devices[d].nets[pin]);
        of_device[d].insert(name + "=" + net[n]);
        of_net[n].insert(name + "=" + device[d]);
      }
    }
    const auto grow = [](std::string& text, const std::multiset<std::string>& around) {
      text += "(";
      for (const std::string& one : around) text += one + ";";
      text += ")";
    };
    for (std::size_t d = 0; d < device.size(); ++d) grow(device[d], of_device[d]);
    for (std::size_t n = 0; n < net.size(); ++n) grow(net[n], of_net[n]);
  }
}

double cosine(const std::map<std::string, double>& one, const std::map<std::string, double>& other) {
  double ab = 0, aa = 0, bb = 0;
  for (const auto& [text, count] : one) {
    aa += count * count;
    if (const auto found = other.find(text); found != other.end()) ab += count * found->second;
  }
  for (const auto& [text, count] : other) bb += count * count;
  return ab / std::sqrt(aa * bb);
}

double text_similarity(const Topology& a, const Topology& b) {
  const auto one = text_features(a), other = text_features(b);
  double sum = 0;
  for (std::size_t round = 0; round < one.size(); ++round) sum += cosine(one[round], other[round]);
  return sum / 4;
}

RC_GTEST_PROP(Similarity, IsTheKernelOfWrittenOutNeighbourhoods, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  const Topology a =
      random_circuit(1 + static_cast<int>(rng.below(5)), 1 + static_cast<int>(rng.below(5)), rng);
  const Topology b =
      rng.below(2) == 0 && a.nets.size() > 1
          ? rewired(a, rng)
          : random_circuit(1 + static_cast<int>(rng.below(5)), 1 + static_cast<int>(rng.below(5)), rng);
  RC_ASSERT(std::abs(similarity(a, b) - text_similarity(a, b)) < 1e-6);
  RC_ASSERT(similarity(a, b) == similarity(b, a));
  RC_ASSERT(std::abs(similarity(a, disguised(a, rng)) - 1) < 1e-6);
}

TEST(Similarity, OfNothing) {
  const Topology nothing, one = circuit_of("R1 (VIN1 VSS) resistor");
  EXPECT_EQ(similarity(nothing, nothing), 1);
  EXPECT_EQ(similarity(nothing, one), 0);
  EXPECT_TRUE(SimilarityIndex().nearest(one, 3).empty());
}

RC_GTEST_PROP(SimilarityIndex, RanksAsComparingWithEveryCircuitDoes, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  SimilarityIndex index;
  std::vector<Topology> known;
  for (int k = 0; k < 8; ++k) {
    known.push_back(
        random_circuit(2 + static_cast<int>(rng.below(3)), 1 + static_cast<int>(rng.below(3)), rng));
    RC_ASSERT(index.add(known.back()) == k);
  }
  const Topology query = rng.below(2) == 0 ? disguised(known[3], rng) : random_circuit(4, 3, rng);
  const auto found = index.nearest(query, 5);
  RC_ASSERT(found.size() == 5u);
  for (std::size_t k = 0; k < found.size(); ++k) {
    const Topology& one = known[static_cast<std::size_t>(found[k].entry)];
    RC_ASSERT(found[k].isomorphic == isomorphic(one, query));
    RC_ASSERT(std::abs(found[k].similarity - similarity(one, query)) < 1e-6);
    if (k > 0) RC_ASSERT(found[k].similarity <= found[k - 1].similarity + 1e-9);
  }
  int first = -1;
  for (int k = 7; k >= 0; --k) {
    if (isomorphic(known[static_cast<std::size_t>(k)], query)) first = k;
  }
  RC_ASSERT(index.find(query) == first);
}

class SimilarityIndexOfData : public OnTheDataSet {};

// A circuit with one pin rewired is nearest to what it was made from, nearly always.
TEST_F(SimilarityIndexOfData, FindsWhatACircuitWasMadeFrom) {
  const TopologySet& set = set_;
  SimilarityIndex index;
  for (const TopologyEntry& entry : set.entries) index.add(entry.topology);
  Rng rng(3);
  int right = 0, asked = 0;
  for (int k = 0; k < index.size(); k += 7) {
    const TopologyEntry& entry = set.entries[static_cast<std::size_t>(k)];
    EXPECT_EQ(index.find(disguised(entry.topology, rng)), index.find(entry.topology));
    const auto nearest = index.nearest(rewired(entry.topology, rng), 1);
    ++asked;
    right += nearest[0].entry == k;
  }
  RecordProperty("asked", asked);
  RecordProperty("right", right);
  EXPECT_GT(right, asked * 8 / 10);
}

}  // namespace
}  // namespace nullor::graph
