#include <gtest/gtest.h>

#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

using test::deck;
using test::error_of;

TEST(Subcircuit, FlattensNamesAsNgspiceDoes) {
  const auto d = deck(
      ".subckt inner p n\nR1 p mid 1\nR2 mid n 2\nD1 p n dm\n.model dm d is=1f\n.ends\n"
      ".subckt outer a b\nX1 a c inner\nX2 c b inner\n.ends\nX1 in 0 outer\n");
  EXPECT_EQ(d.nodes("r.x1.x1.r1"), "in x1.x1.mid");
  EXPECT_EQ(d.nodes("r.x1.x2.r2"), "x1.x2.mid 0");
  EXPECT_EQ(d.model("d.x1.x1.d1").name, "x1.x1:dm");
  EXPECT_EQ(d.circuit.find_instance("x1.x1.r1"), d.circuit.find_instance("R.X1.X1.R1"));
  EXPECT_EQ(d.circuit.models.size(), 1U) << "a card that depends on no instance is kept once";
}

TEST(Subcircuit, TakesParametersInEveryForm) {
  const std::string body = "R1 a 0 {w*k}\n.ends\n";
  for (const char* head : {".subckt s a w=1 k=10\n", ".subckt s a params: w=1 k=10\n",
                           ".subckt s a\n.param w=1 k=10\n", ".subckt s a w = 1\n+ k = {5*2}\n"}) {
    const auto d =
        deck(std::string(head) + body + ".param g=3\nX1 1 s\nX2 1 s w=2\nX3 1 s params: w={g*2} k = 1\n");
    EXPECT_EQ(d.get("r.x1.r1", "r"), 10) << head;
    EXPECT_EQ(d.get("r.x2.r1", "r"), 20) << head;
    EXPECT_EQ(d.get("r.x3.r1", "r"), 6) << head;
    EXPECT_EQ(d.parameter("x2.w"), 2);
  }
}

TEST(Subcircuit, SeesTheParametersOfItsCallers) {  // ngspice: dynamic scope
  const auto d = deck(
      ".param w=5\n.subckt in a\nR1 a 0 {w}\n.ends\n.subckt out a\n.param w=7\nX1 a in\n.ends\nX1 1 out\nX2 "
      "1 in\n");
  EXPECT_EQ(d.get("r.x1.x1.r1", "r"), 7);
  EXPECT_EQ(d.get("r.x2.r1", "r"), 5);
}

TEST(Subcircuit, LooksUpModelsWhereItsTextStands) {  // ngspice: lexical scope
  const auto d = deck(
      ".model n nmos vto=2\n.subckt u a\nM1 a a 0 0 n w=1u l=1u\n.ends\n.subckt t a\n.model n nmos vto=3\nX1 "
      "a u\n"
      "M1 a a 0 0 n w=1u l=1u\n.ends\nX1 a t\n");
  EXPECT_EQ(d.model("m.x1.x1.m1").name, "n");
  EXPECT_EQ(d.model("m.x1.m1").name, "x1:n");
}

TEST(Subcircuit, MayHoldSubcircuits) {
  const auto d = deck(".subckt o a\n.subckt i b r=1\nR1 b 0 {r}\n.ends i\nX1 a i r=4\n.ends o\nX1 1 o\n");
  EXPECT_EQ(d.get("r.x1.x1.r1", "r"), 4);
  EXPECT_EQ(error_of(".subckt o a\n.subckt i b\nR1 b 0 1\n.ends\nX1 a i\n.ends\nX1 1 o\nX2 1 i\n"),
            "there is no subcircuit 'i'");
}

TEST(Subcircuit, MultipliesThroughAllLevels) {
  const auto d = deck(
      ".param k=3\n.subckt i a\nR1 a 0 1 m=5\nC1 a 0 1p\nV1 b 0 1\nB1 a 0 i=v(a)\nB2 c 0 v=v(a)\n.ends\n"
      ".subckt o a\nX1 a i m=2\n.ends\nX1 1 o m={k}\nX2 1 o\n");
  EXPECT_EQ(d.get("r.x1.x1.r1", "m"), 30);
  EXPECT_EQ(d.get("c.x1.x1.c1", "m"), 6);
  EXPECT_EQ(d.get("b.x1.x1.b1", "m"), 6);
  EXPECT_TRUE(std::isnan(d.get("b.x1.x1.b2", "m"))) << "ideal voltages in parallel are one";
  EXPECT_TRUE(std::isnan(d.get("v.x1.x1.v1", "m")));
  EXPECT_EQ(d.get("c.x2.x1.c1", "m"), 2);
  EXPECT_NE(d["c.x1.x1.c1"].parameters.back().value.parameter, kNoParameter) << "still follows k";
}

TEST(Subcircuit, MayDeclareMItself) {
  const auto d = deck(".subckt s a m=4\nR1 a 0 {m}\n.ends\nX1 1 s m=2\n");
  EXPECT_EQ(d.get("r.x1.r1", "r"), 2);
  EXPECT_TRUE(std::isnan(d.get("r.x1.r1", "m")));
}

TEST(Subcircuit, CopiesModelsThatDependOnTheInstance) {
  const auto d =
      deck(".subckt s a i=1\n.model dm d is={i*1f}\nD1 a 0 dm\nD2 a 0 dm\n.ends\nX1 1 s\nX2 1 s i=2\n");
  EXPECT_EQ(d.circuit.models.size(), 2U);
  EXPECT_EQ(d.find(d.model("d.x2.d2").parameters, "is"), 2e-15);
  EXPECT_EQ(d.model("d.x2.d1").name, "x2:dm");
}

TEST(Subcircuit, SharesGlobalNodes) {
  const auto d =
      deck(".global vdd vss\n.subckt s a\nR1 a vdd 1\nR2 a 0 1\nR3 a gnd 1\n.ends\nX1 1 s\nV1 vdd 0 1\n");
  EXPECT_EQ(d.nodes("r.x1.r1"), "1 vdd");
  EXPECT_EQ(d.nodes("r.x1.r3"), "1 0");
}

TEST(Subcircuit, LetsTheTopReachInside) {
  const auto d = deck(
      ".subckt s a\nR1 a q 1\nV1 q 0 1\n.ends\nX1 1 s\nR9 x1.q 0 1\nB1 2 0 v=i(v.x1.v1)+i(x1.v1)\nR2 2 0 "
      "1\n");
  EXPECT_EQ(d.nodes("r9"), "x1.q 0");
  EXPECT_EQ(d["b1"].behaviour->inputs[0].instance, d["b1"].behaviour->inputs[1].instance);
}

TEST(Subcircuit, BombsFailWithAMessage) {
  std::string text = ".subckt s0 a\nR1 a 0 1\n.ends\n";
  for (int k = 1; k < 40; ++k) {
    const std::string inner = std::to_string(k - 1);
    text += ".subckt s" + std::to_string(k) + " a\nX1 a s" + inner + "\nX2 a s" + inner + "\n.ends\n";
  }
  ReadOptions options;
  options.max_instances = 20000;
  EXPECT_EQ(error_of(text + "X1 1 s39\n", options),
            "the flat circuit has more than 20000 subcircuit instances");
}

TEST(Subcircuit, PassesTheFirstPlaceOfDuplicates) {
  EXPECT_EQ(error_of(".subckt s a\nR1 a 0 1\nR1 a 0 2\n.ends\nX1 1 s\n"),
            "there are two elements called 'r1'");
}

}  // namespace
}  // namespace nullor
