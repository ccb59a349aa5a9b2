#include "nullor/graph/topology_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include <array>
#include <map>
#include <set>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/graph/data_set_test.h"
#include "nullor/graph/isomorphism.h"

namespace nullor::graph {
namespace {

constexpr const char* kTwo =
    "{\"id\": 4, \"family\": \"opamp\", \"type\": \"follower\", \"group\": 2, \"ports\": [\"VDD\", \"VSS\", "
    "\"VIN1\"], \"netlist\": \"M0 (VDD VDD VIN1 VSS) nmos4\", \"opcell\": 7, \"dup_of\": 1}\n"
    "\n"
    "{\"netlist\": \"R1 (VIN1 a) resistor\\nC1 (a VSS) capacitor\"}\n";

void expect_two(const TopologySet& set) {
  ASSERT_EQ(set.entries.size(), 2u);
  const TopologyEntry& first = set.entries[0];
  EXPECT_EQ(first.topology.id, 4);
  EXPECT_EQ(first.topology.family, Family::opamp);
  EXPECT_EQ(first.topology.group, 2);
  EXPECT_EQ(first.type, "follower");
  EXPECT_EQ(first.opcell, 7);
  EXPECT_EQ(first.dup_of, 1);
  EXPECT_EQ(netlist_text(first.topology), "M0 (VDD VDD VIN1 VSS) nmos4\n");
  const TopologyEntry& second = set.entries[1];
  EXPECT_EQ(second.topology.id, -1);
  EXPECT_EQ(second.topology.family, Family::other);
  EXPECT_EQ(second.dup_of, -1);
  EXPECT_EQ(netlist_text(second.topology), "R1 (VIN1 a) resistor\nC1 (a VSS) capacitor\n");
  for (const Net& net : second.topology.nets) EXPECT_EQ(net.is_port(), net.name != "a") << net.name;
}

TEST(TopologySet, ReadsEveryField) { expect_two(parse_topology_set(kTwo, "t")); }

TEST(TopologySet, ReadsWhatItWrote) {
  const TestFolder folder;
  write_topology_set(folder.path("set.jsonl"), parse_topology_set(kTwo, "t"));
  expect_two(read_topology_set(folder.path("set.jsonl")));
}

TEST(TopologySet, ReadsGzip) {
  const TestFolder folder;
  const std::string path = folder.path("set.jsonl.gz");
  const gzFile file = gzopen(path.c_str(), "wb");
  gzputs(file, kTwo);
  gzclose(file);
  expect_two(read_topology_set(path));
  EXPECT_THROW(read_topology_set(path, {.max_bytes = 100}), InputError);
}

RC_GTEST_PROP(TopologySet, WritesAnyCircuit, ()) {
  Rng rng(*rc::gen::arbitrary<std::uint64_t>());
  TopologyEntry entry;
  entry.topology = random_circuit(1 + static_cast<int>(rng.below(6)), static_cast<int>(rng.below(6)), rng);
  if (rng.below(2) == 0) entry.topology.nets[0].name = "a b";
  const TopologySet back = parse_topology_set(json_line(entry), "t");
  RC_ASSERT(back.entries.size() == 1u);
  RC_ASSERT(isomorphic(back.entries[0].topology, entry.topology));
}

void expect_refused(const std::string& line, const std::string& message) {
  try {
    parse_topology_set("\n" + line + "\n", "set.jsonl");
    ADD_FAILURE() << line;
  } catch (const InputError& e) {
    EXPECT_EQ(e.kind(), ErrorKind::netlist);
    EXPECT_NE(e.render().find("set.jsonl:2"), std::string::npos) << e.render();
    EXPECT_NE(e.render().find(message), std::string::npos) << e.render();
  }
}

TEST(TopologySet, SaysWhatIsWrongInWhichLine) {
  expect_refused("{", "not JSON");
  expect_refused("[1]", "not a JSON object");
  expect_refused("{\"id\": 3}", "no \"netlist\"");
  expect_refused(R"({"netlist": 3})", "\"netlist\" is no text");
  expect_refused(R"({"netlist": "", "id": -3})", "\"id\" is no whole number");
  expect_refused(R"({"netlist": "", "group": 1e300})", "\"group\" is no whole number");
  expect_refused(R"({"netlist": "", "ports": "VDD"})", "\"ports\" is no list");
  expect_refused(R"({"netlist": "", "ports": [3]})", "no name");
  expect_refused(R"({"netlist": "", "ports": ["abc"]})", "'abc' is no name of a port");
  expect_refused(R"({"netlist": "", "family": "opamps"})", "did you mean 'opamp'");
  expect_refused(R"({"netlist": "R1 (VDD VSS) resistor\nM1 (VDD VSS) nmos4"})",
                 "line 2 of the netlist: nmos");
  expect_refused(R"({"netlist": "M1 (VDD VSS) nmoss"})", "'nmoss' is no kind");
  expect_refused("{\"netlist\": \"" + std::string(70'000, ' ') + "\"}", "at most 65536");
}

TEST(TopologySet, SplitsWholeGroups) {
  TopologySet set;
  for (int k = 0; k < 1000; ++k) {
    TopologyEntry entry;
    entry.topology.group = k < 900 ? k / 3 : -1;
    set.entries.push_back(entry);
  }
  const TopologySplit split = split_by_group(set, 0.1, 0.2, 5);
  std::map<int, std::set<int>> parts_of;
  std::set<int> all;
  int part = 0;
  std::array<std::set<int>, 3> groups;
  for (const auto* members : {&split.training, &split.validation, &split.test}) {
    for (const int at : *members) {
      EXPECT_TRUE(all.insert(at).second);
      const int group = at < 900 ? at / 3 : 1000 + at;
      parts_of[group].insert(part);
      groups[static_cast<std::size_t>(part)].insert(group);
    }
    ++part;
  }
  EXPECT_EQ(all.size(), 1000u);
  for (const auto& [group, parts] : parts_of) EXPECT_EQ(parts.size(), 1u) << group;
  EXPECT_EQ(groups[0].size(), 280u);
  EXPECT_EQ(groups[1].size(), 40u);
  EXPECT_EQ(groups[2].size(), 80u);
  EXPECT_EQ(split.test, split_by_group(set, 0.1, 0.2, 5).test);
  EXPECT_NE(split.test, split_by_group(set, 0.1, 0.2, 6).test);
  EXPECT_EQ(split_by_group(set, 0, 0, 1).training.size(), 1000u);
}

class TopologySetOfData : public OnTheDataSet {};

TEST_F(TopologySetOfData, IsRead) {
  const TopologySet& set = set_;
  ASSERT_EQ(set.entries.size(), 3350u);
  std::map<Family, int> families;
  std::set<int> groups;
  for (const TopologyEntry& entry : set.entries) {
    ++families[entry.topology.family];
    groups.insert(entry.topology.group);
  }
  EXPECT_EQ(groups.size(), 1441u);
  EXPECT_EQ(families[Family::switched_cap], 921);
  EXPECT_EQ(families[Family::adc_dac], 9);
  std::string text;
  for (const TopologyEntry& entry : set.entries) text += json_line(entry) + "\n";
  const TopologySet back = parse_topology_set(text, "t");
  for (std::size_t k = 0; k < set.entries.size(); ++k)
    ASSERT_EQ(netlist_text(back.entries[k].topology), netlist_text(set.entries[k].topology));
}

}  // namespace
}  // namespace nullor::graph
