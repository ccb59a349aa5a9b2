#include "nullor/graph/walk.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "nullor/base/error.h"
#include "nullor/graph/data_set_test.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/repair.h"
#include "nullor/graph/topology_set.h"

namespace nullor::graph {
namespace {

constexpr const char* kTwoStage =
    "M1 (VOUT1 VIN1 VSS VSS) nmos4\nM2 (a a VDD VDD) pmos4\nM3 (VOUT1 a VDD VDD) pmos4\n"
    "R1 (a VSS) resistor";

std::string text_of(const WalkLanguage& language, std::span<const int> tokens) {
  std::string out;
  for (const int token : tokens) out += (out.empty() ? "" : " ") + language.token_text(token);
  return out;
}

// The published vocabulary has 1005 words; here are BEGIN and 52 pins S of bipolar transistors more.
TEST(WalkLanguage, HasThePublishedWords) {
  const WalkLanguage language;
  EXPECT_EQ(language.vocabulary(), 1005 + 52 + 1);
  std::set<std::string> words;
  for (int token = 0; token < language.vocabulary(); ++token) words.insert(language.token_text(token));
  EXPECT_EQ(words.size(), 1058u);
  for (const char* word : {"TRUNCATE", "NM34_B", "PNP26_E", "NPN1_S", "DIO7_N", "XOR1_Y", "PFD1_QA",
                           "INVERTER10_Q", "TRANSMISSION_GATE12_VSS", "VCONT20", "LOGICQB1", "VDD", "VSS"})
    EXPECT_TRUE(words.contains(word)) << word;
  EXPECT_FALSE(words.contains("NM35"));
}

TEST(WalkLanguage, WalksThereAndBack) {
  const WalkLanguage language({.permute = false});
  Rng rng(1);
  const auto tokens = language.encode(circuit_of("R1 (a VSS) resistor\nC1 (VIN1 a) capacitor"), rng);
  EXPECT_EQ(text_of(language, tokens),
            "BEGIN VSS R1_N R1 R1_P C1_N C1 C1_P VIN1 C1_P C1 C1_N R1_P R1 R1_N VSS TRUNCATE");
}

TEST(WalkLanguage, UsesEveryEdgeOnceInEachDirection) {
  const PinGraph graph = pin_graph(circuit_of(kTwoStage));
  Rng rng(3);
  for (int k = 0; k < 20; ++k) {
    const std::vector<int> walk = closed_walk(graph, k == 0 ? nullptr : &rng);
    std::multiset<std::pair<int, int>> steps, expected;
    for (std::size_t i = 1; i < walk.size(); ++i) steps.emplace(walk[i - 1], walk[i]);
    for (const auto& [a, b] : graph.edges) expected.insert({{a, b}, {b, a}});
    EXPECT_EQ(steps, expected);
  }
}

TEST(WalkLanguage, PermutesAndRenumbers) {
  const Topology t = circuit_of(kTwoStage);
  Rng rng(5);
  std::set<std::string> permuted, numbered, plain;
  for (int k = 0; k < 50; ++k) {
    permuted.insert(text_of(WalkLanguage(), WalkLanguage().encode(t, rng)));
    numbered.insert(
        text_of(WalkLanguage(), WalkLanguage({.permute = false, .renumber = true}).encode(t, rng)));
    plain.insert(text_of(WalkLanguage(), WalkLanguage({.permute = false}).encode(t, rng)));
  }
  EXPECT_GT(permuted.size(), 40u);
  EXPECT_EQ(numbered.size(), 2u);  // two PMOS, and nothing else of which there are two
  EXPECT_EQ(plain.size(), 1u);
}

RC_GTEST_PROP(WalkLanguage, RoundTripsOrSaysWhyNot, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  Topology t = random_circuit(1 + static_cast<int>(rng.below(6)), 1 + static_cast<int>(rng.below(6)), rng);
  for (Net& net : t.nets) net.role = net.role == PortRole::vss ? PortRole::internal : net.role;
  t.nets[0].role = PortRole::vss;
  const WalkLanguage language({.permute = rng.below(2) == 0, .renumber = rng.below(2) == 0});
  std::vector<int> tokens;
  try {
    tokens = language.encode(t, rng);
  } catch (const InputError&) {
    RC_TAG("refused");
    return;
  }
  std::string why;
  auto back = language.decode(tokens, &why);
  if (!back) RC_FAIL(why);
  RC_ASSERT(isomorphic(*back, t));
  // Without begin, and padded.
  tokens.erase(tokens.begin());
  tokens.insert(tokens.end(), 5, kEndToken);
  RC_ASSERT(isomorphic(language.decode(tokens).value(), t));
}

// A walk with one token changed, dropped or doubled is no walk of a circuit, with the exceptions that the
// decoder itself has to be right about: what it accepts it must be able to write again.
RC_GTEST_PROP(WalkLanguage, SurvivesDamage, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  const WalkLanguage language;
  std::vector<int> tokens = language.encode(circuit_of(kTwoStage), rng);
  for (std::uint64_t k = 0, count = 1 + rng.below(3); k < count; ++k) {
    const auto where = tokens.begin() + static_cast<std::ptrdiff_t>(rng.below(tokens.size()));
    const std::uint64_t how = rng.below(3);
    if (how == 0) *where = static_cast<int>(rng.below(1100)) - 20;
    if (how == 1) tokens.erase(where);
    if (how == 2) tokens.insert(where, *where);
  }
  std::string why;
  const auto back = language.decode(tokens, &why);
  RC_ASSERT(back.has_value() == why.empty());
  if (back) RC_ASSERT(isomorphic(language.decode(language.encode(*back, rng)).value(), *back));
}

TEST(WalkLanguage, SaysWhatIsWrong) {
  const WalkLanguage language;
  const auto why = [&](std::initializer_list<const char*> words) {
    std::vector<int> tokens;
    for (const std::string word : words) {
      for (int token = 0; token < language.vocabulary(); ++token) {
        if (language.token_text(token) == word) tokens.push_back(token);
      }
    }
    std::string text;
    EXPECT_FALSE(language.decode(tokens, &text));
    return text;
  };
  EXPECT_EQ(why({}), "the walk does not begin at VSS");
  EXPECT_EQ(why({"VSS", "R1_P", "R1"}), "the walk ends at R1");
  EXPECT_EQ(why({"VSS", "R1_P", "VSS"}), "R1_P has no device");
  EXPECT_EQ(why({"VSS", "VDD", "VSS"}), "VSS and VDD cannot be connected");
  EXPECT_EQ(why({"VSS", "R1_P", "R1", "R1_P", "VSS"}), "R1 has 1 of its 2 pins");
  EXPECT_EQ(why({"VSS", "R1_P", "R1", "R1_N", "VSS"}), "the walk never goes back from R1_N to R1");
  EXPECT_EQ(why({"VSS", "R1_P", "VSS", "R1_P", "VSS"}), "the walk goes from R1_P to VSS twice");
  EXPECT_EQ(why({"VSS", "R1_P", "R2", "R1_P", "VSS"}), "R1_P is no pin of R2");
  EXPECT_EQ(why({"VSS", "R1_P", "VDD", "R1_P", "R1", "R1_P", "VSS"}), "R1_P lies on VDD and VSS");
}

TEST(WalkLanguage, RefusesWhatItCannotWrite) {
  const WalkLanguage language;
  Rng rng(1);
  const auto refuse = [&](const std::string& netlist, const std::string& message) {
    try {
      language.encode(circuit_of(netlist), rng);
      ADD_FAILURE() << netlist;
    } catch (const InputError& e) {
      EXPECT_NE(std::string(e.what()).find(message), std::string::npos) << e.what();
    }
  };
  refuse("R1 (VDD a) resistor", "no pin on VSS");
  refuse("R1 (VDD VSS) resistor\nR2 (a b) resistor", "no path from VSS to R2");
  std::string many;
  for (int k = 0; k < 8; ++k) many += "D1 (VDD VSS) diode\n";
  refuse(many, "words for 7");
}

class WalkOfData : public OnTheDataSet {};

TEST_F(WalkOfData, RoundTripsEveryCircuit) {
  const WalkLanguage language({.permute = true, .renumber = true});
  Rng rng(11);
  for (const TopologyEntry& entry : set_.entries) {
    std::string why;
    const auto back = language.decode(language.encode(entry.topology, rng), &why);
    ASSERT_TRUE(back) << entry.topology.id << ": " << why;
    ASSERT_TRUE(isomorphic(*back, entry.topology)) << entry.topology.id;
  }
}

// Published: 346 in the mean and 985 at most, without the pins S of bipolar transistors.
TEST_F(WalkOfData, AreAsLongAsPublished) {
  std::size_t longest = 0, total = 0;
  for (TopologyEntry& entry : set_.entries) {
    for (Device& device : entry.topology.devices) {
      if (info(device.kind).required_pins == 3) device.pins = 3;
    }
    const std::size_t length = 2 * pin_graph(entry.topology).edges.size() + 1;
    longest = std::max(longest, length);
    total += length;
  }
  EXPECT_EQ(longest, 985u);
  EXPECT_EQ((total + set_.entries.size() / 2) / set_.entries.size(), 346u);
}

TEST_F(WalkOfData, RoundTripsRepairedCircuits) {
  const WalkLanguage language;
  Rng rng(12);
  for (TopologyEntry& entry : set_.entries) {
    repair(entry.topology);
    const auto back = language.decode(language.encode(entry.topology, rng));
    ASSERT_TRUE(back) << entry.topology.id;
    ASSERT_TRUE(isomorphic(*back, entry.topology)) << entry.topology.id;
  }
}

}  // namespace
}  // namespace nullor::graph
