#include <gtest/gtest.h>

#include "nullor/base/rng.h"
#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

using test::deck;
using test::error_of;

TEST(Parameters, AreReadInEverySpelling) {
  const auto d = deck(
      ".param a=1 b = 2k, c='a+b' d={ c * 2 } e=\"d/2\"\n"
      ".PARAM f= 1 + a * 3  g = max(a, 5) h=0.5u\n"
      "+ i = -2\n");
  EXPECT_EQ(d.parameter("c"), 2001);
  EXPECT_EQ(d.parameter("d"), 4002);
  EXPECT_EQ(d.parameter("E"), 2001);
  EXPECT_EQ(d.parameter("f"), 4);
  EXPECT_EQ(d.parameter("g"), 5);
  EXPECT_EQ(d.parameter("i"), -2);
}

TEST(Parameters, MayBeUsedBeforeTheyAreDefined) {
  const auto d = deck(".param a={b*2}\n.param b={c+1}\nR1 1 0 {a}\n.param c=4\n");
  EXPECT_EQ(d.parameter("a"), 10);
  EXPECT_EQ(d.get("r1", "r"), 10);
}

TEST(Parameters, TakeTheLastDefinition) {
  EXPECT_EQ(deck(".param a=1\n.param b={a}\n.param a=2\n").parameter("b"), 2);
}

TEST(Parameters, AreEntriesThatCanBeSweptAndDifferentiated) {
  auto d = deck(".param w=2u\nR1 1 0 {3*w}\nR2 1 0 {w}\nR3 1 0 5\n");
  ParameterTable& table = d.circuit.parameters;
  const ParameterId w = table.find("w");
  EXPECT_EQ(d["r2"].parameters[0].value.parameter, w) << "a bare name is the entry itself";
  EXPECT_EQ(d["r3"].parameters[0].value.parameter, kNoParameter) << "a number is no entry";
  const ParameterId r1 = d["r1"].parameters[0].value.parameter;
  EXPECT_EQ(table.derivative(w)[static_cast<std::size_t>(r1)], 3);
  table.override_value(w, 4e-6);
  EXPECT_DOUBLE_EQ(table.evaluate()[static_cast<std::size_t>(r1)], 12e-6);
  table.override_value(w, std::nullopt);
  EXPECT_DOUBLE_EQ(table.evaluate()[static_cast<std::size_t>(r1)], 6e-6);
}

// What is computed anew is what it would be if everything were.
TEST(Parameters, AreBroughtUpToDateWhereSomethingChanged) {
  auto d = deck(
      ".param a=1 b={a+1} c={b*b} d={a-a} e={c+d*b} f={d>0 ? c : 7} g=3\n"
      "R1 1 0 {e+g}\nR2 1 0 {f*temper}\nR3 1 0 {g}\n");
  ParameterTable& table = d.circuit.parameters;
  std::vector<double> values;
  Rng rng(3);
  for (int trial = 0; trial < 200; ++trial) {
    for (int change = 0; change < 3; ++change) {
      const auto id = static_cast<ParameterId>(rng.below(table.entries().size()));
      const bool frees = rng.below(3) == 0;
      table.override_value(id,
                           frees ? std::nullopt : std::optional<double>(static_cast<double>(rng.below(4))));
    }
    table.update(values);
    ASSERT_EQ(values, table.evaluate()) << "trial " << trial;
  }
}

TEST(Parameters, RestWhileNobodyWantsThem) {
  auto d = deck(".param a=1 b={a+1}\nR1 1 0 {b*2}\nR2 1 0 {a*3}\n");
  ParameterTable& table = d.circuit.parameters;
  const auto id = [&](int resistor) {
    return d.circuit.instances[static_cast<std::size_t>(resistor)].parameters.front().value.parameter;
  };
  const auto at = [](ParameterId k) { return static_cast<std::size_t>(k); };
  std::vector<double> values;
  table.update(values);
  table.set_wanted(id(0), false);
  table.override_value(table.find("a"), 5.0);
  table.update(values);
  EXPECT_EQ(values[at(id(0))], 4) << "not computed";
  EXPECT_EQ(values[at(id(1))], 15);
  table.set_wanted(id(0), true);
  table.update(values);
  EXPECT_EQ(values, table.evaluate());
  EXPECT_EQ(values[at(id(0))], 12);
  const ParameterId wanted[] = {id(0)};
  table.want_only(wanted);
  table.override_value(table.find("a"), 1.0);
  table.update(values);
  EXPECT_EQ(values[at(id(0))], 4);
  EXPECT_EQ(values[at(id(1))], 15) << "not computed";
}

TEST(Parameters, FollowTheTemperature) {
  auto d = deck(".param r='1k*(1+1m*(temper-27))'\n");
  EXPECT_EQ(d.parameter("r"), 1000);
  d.circuit.parameters.override_value(ParameterTable::kTemperature, 127.0);
  const auto values = d.circuit.parameters.evaluate();
  EXPECT_DOUBLE_EQ(values[static_cast<std::size_t>(d.circuit.parameters.find("r"))], 1100);
}

TEST(Parameters, CanBeOverriddenFromOutside) {
  ReadOptions options;
  options.parameters = {{"VDD", 3.3}};
  EXPECT_EQ(deck(".param vdd=1.8 half='vdd/2'\n", options).parameter("half"), 1.65);
  options.parameters = {{"vdx", 3.3}};
  EXPECT_EQ(error_of(".param vdd=1.8\n", options), "the deck has no parameter 'vdx'");
}

TEST(Functions, AreDefinedByFuncOrParam) {
  const auto d = deck(
      ".func sq(x) {x*x}\n.func norm(a,b) 'sqrt(sq(a)+sq(b))'\n.param twice(x)='2*x'\n.func three() {3}\n"
      ".param r='norm(3,4)' s='twice(sq(r))' t='three()'\n");
  EXPECT_EQ(d.parameter("r"), 5);
  EXPECT_EQ(d.parameter("s"), 50);
  EXPECT_EQ(d.parameter("t"), 3);
}

TEST(Functions, SeeTheirArgumentsBeforeParameters) {
  EXPECT_EQ(deck(".param x=100 k=2\n.func f(x) {x*k}\n.param y='f(x+1)'\n").parameter("y"), 202);
}

TEST(Functions, HideBuiltInOnes) {
  EXPECT_EQ(deck(".func log(x) {x}\n.param y='log(7)'\n").parameter("y"), 7);
}

TEST(Random, IsSeededAndDrawnOnce) {
  const std::string text =
      ".param a=agauss(10,1,3) b='gauss(10,0.1,3)' c='aunif(10,1)' d='unif(10,0.1)' e='limit(10,1)'\n";
  const auto first = deck(text), second = deck(text);
  ReadOptions other;
  other.seed = 2;
  const auto third = deck(text, other);
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    EXPECT_EQ(first.parameter(name), second.parameter(name));
    EXPECT_NEAR(first.parameter(name), 10, 3);
  }
  EXPECT_NE(first.parameter("a"), third.parameter("a"));
  EXPECT_EQ(std::abs(first.parameter("e") - 10), 1);
}

TEST(Random, DrawsAnewInEveryInstance) {
  const auto d = deck(".subckt r a b\n.param x=agauss(1k,10,1)\nR1 a b {x}\n.ends\nX1 1 0 r\nX2 1 0 r\n");
  EXPECT_NE(d.get("r.x1.r1", "r"), d.get("r.x2.r1", "r"));
}

TEST(Conditions, ChooseByTopLevelParameters) {
  const std::string text =
      ".if (corner == 1)\n.param r=1k\nR1 a 0 {r}\n.elseif corner==2\n.param r=2k\nR1 a 0 {r}\nR2 a 0 1\n"
      ".else\nR3 a 0 1\n.endif\nV1 a 0 1\n";
  EXPECT_EQ(deck(".param corner=1\n" + text).get("r1", "r"), 1000);
  EXPECT_EQ(deck(".param corner=2\n" + text).circuit.instances.size(), 3U);
  EXPECT_EQ(deck(".param corner=3\n" + text).circuit.find_instance("r1"), -1);
}

TEST(Conditions, NestAndHoldDefinitions) {
  const auto d = deck(
      ".param fast=1 deep=1\n.if (fast)\n.model d1 d is=1f\n.if (deep)\n.subckt s a\nR1 a 0 "
      "7\n.ends\n.endif\n"
      ".else\n.model d1 d is=2f\n.endif\nD1 a 0 d1\nX1 a s\n");
  EXPECT_EQ(d.find(d.model("d1").parameters, "is"), 1e-15);
  EXPECT_EQ(d.get("r.x1.r1", "r"), 7);
}

TEST(Conditions, SeeTheParametersOfTheirInstance) {
  const auto d =
      deck(".subckt s a n=1\n.if (n==2)\nR2 a 0 1\n.else\nR1 a 0 1\n.endif\n.ends\nX1 a s\nX2 a s n=2\n");
  EXPECT_GE(d.circuit.find_instance("r.x1.r1"), 0);
  EXPECT_GE(d.circuit.find_instance("r.x2.r2"), 0);
  EXPECT_EQ(d.circuit.instances.size(), 2U);
}

}  // namespace
}  // namespace nullor
