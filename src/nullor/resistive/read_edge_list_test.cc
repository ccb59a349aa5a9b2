#include "nullor/resistive/read_edge_list.h"

#include <gtest/gtest.h>

#include "nullor/resistive/solve.h"

namespace nullor::resistive {
namespace {

TEST(EdgeList, ReadsEveryKindOfLine) {
  const auto net = read_edge_list_text(
      "# comment\nV1 s 0 2\n\nr s a 1.5k  # behind\nI gnd a 1m\r\nd a 0\nD2 a 0 0.6 10 1meg\nD3,a,0,ideal\n* "
      "more");
  EXPECT_EQ(net.node_count, 3);
  EXPECT_EQ(net.resistors.size(), 1u);
  EXPECT_DOUBLE_EQ(net.resistors.value[0], 1 / 1500.0);
  EXPECT_EQ(net.current_sources.p[0], 0);
  EXPECT_DOUBLE_EQ(net.current_sources.value[0], 1e-3);
  ASSERT_EQ(net.diodes.size(), 3u);
  EXPECT_EQ(net.models.size(), 2u);
  EXPECT_EQ(net.model_of(2), DiodeModel{});
  EXPECT_DOUBLE_EQ(net.model_of(1).leakage, 1e-6);
  EXPECT_EQ(net.describe(ElementKind::diode, 0).name, "d6");  // nameless: its line
  EXPECT_EQ(net.describe(ElementKind::diode, 1).name, "d2");
  EXPECT_EQ(net.describe(ElementKind::resistor, 0).where.str(), "edges:4:1");
}

struct Broken {
  const char *text, *where, *what;
};

TEST(EdgeList, SaysWhereItIsBroken) {
  const Broken cases[] = {
      {"R a b", "edges:1:6", "expected a resistance"},
      {"R a b 1\nR a b 1x5", "edges:2:7", "'1x5' is no number"},
      {"R a b -1", "edges:1:7", "above 0"},
      {"R a b 0", "edges:1:7", "above 0"},
      {"R a b nan", "edges:1:7", "no number"},
      {"R a b 1e999", "edges:1:7", "no number"},
      {"C a b 1", "edges:1:1", "no element"},
      {"  V a", "edges:1:6", "expected a second node"},
      {"R a b 1 2", "edges:1:9", "more on the line"},
      {"D a b 0.6 1 0", "edges:1:13", "off resistance must be above 0"},
      {"D a b idle", "edges:1:7", "not 'ideal'"},
      {"R", "edges:1:2", "expected a node"},
  };
  for (const Broken& broken : cases) {
    try {
      read_edge_list_text(broken.text);
      ADD_FAILURE() << "accepted: " << broken.text;
    } catch (const InputError& error) {
      EXPECT_EQ(error.kind(), ErrorKind::netlist);
      EXPECT_EQ(error.where().str(), broken.where) << broken.text;
      EXPECT_NE(std::string(error.what()).find(broken.what), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(read_edge_list("/nonexistent/net.edges"), InputError);
}

TEST(EdgeList, TakesAnEmptyNetwork) {
  const auto net = read_edge_list_text("");
  EXPECT_EQ(net.node_count, 1);
  EXPECT_EQ(solve(net).outcome, Outcome::solved);
}

TEST(NamePool, FindsWhatItHolds) {
  NamePool pool;
  for (int k = 0; k < 5000; ++k) EXPECT_EQ(pool.add("node" + std::to_string(k * 7)), k);
  for (int k = 0; k < 5000; ++k) EXPECT_EQ(pool.find("node" + std::to_string(k * 7)), k);
  EXPECT_EQ(pool.find("node1"), -1);
  const char* others[] = {"7", "0", "00", "07", "4194303", "4194304", "12345678901", "-1", "7a"};
  int next = pool.size();
  for (const char* name : others) EXPECT_EQ(pool.add(name), next++) << name;
  for (const char* name : others) EXPECT_EQ(pool[pool.find(name)], name);
  EXPECT_EQ(pool.add("7"), 5000);
  EXPECT_EQ(pool.find("8"), -1);
  EXPECT_EQ(pool[2], "node14");
}

}  // namespace
}  // namespace nullor::resistive
