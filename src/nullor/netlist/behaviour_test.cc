#include <gtest/gtest.h>

#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

using test::deck;
using test::error_of;

const std::string kLoads = "Ra a 0 1\nRb b 0 1\nRo out 0 1\n";

TEST(Behaviour, ReadsVoltagesCurrentsTimeAndParameters) {
  const auto d = deck(kLoads + ".param k=3\nV1 a 0 1\nB1 out 0 v = k * v(a) + v(a,b)*i(V1) + v(a) + time\n");
  EXPECT_TRUE(d["b1"].behaviour->is_voltage);
  EXPECT_EQ(d["b1"].behaviour->inputs.size(), 5U) << "equal inputs are one";
  EXPECT_EQ(d.formula("b1", {2, 5, 7}, 100), 3 * 2 + 5 * 7 + 2 + 100);
}

// Values printed by ngspice 39 for B sources.
TEST(Behaviour, AgreesWithNgspice) {
  const std::pair<const char*, double> cases[] = {{"v(a)^3", 8},
                                                  {"v(a)**2", 4},
                                                  {"pow(v(a),3)", 8},
                                                  {"pwr(v(a),3)", -8},
                                                  {"-v(b)^2", -0.25},
                                                  {"2^3^2", 64},
                                                  {"u(v(a)+2)", 0.5},
                                                  {"u2(v(b))", 0.5},
                                                  {"pwl(v(a),0,0,1,2,2,3)", -4},
                                                  {"e+0*v(a)", 2.718281828459045},
                                                  {"v(a)>v(b)?1:2", 2},
                                                  {"(v(a)<v(b))+1", 2},
                                                  {"temper", 27},
                                                  {"log(100)", 4.605170185988092}};
  for (const auto& [text, expected] : cases) {
    const auto d = deck(kLoads + "B1 out 0 v=" + text + "\n");
    std::vector<double> signals;
    for (const BehaviouralInput& input : d["b1"].behaviour->inputs) {
      signals.push_back(d.circuit.nodes[static_cast<std::size_t>(input.positive)] == "a" ? -2 : 0.5);
    }
    EXPECT_NEAR(d.formula("b1", signals), expected, 1e-12) << text;
  }
}

TEST(Behaviour, LowersPolynomials) {
  const auto d = deck(kLoads +
                      "E1 out 0 poly(2) a 0 b 0 1 2 3 4 5 6\nE2 out2 0 POLY(1) a 0 7\nV1 a 0 1\nF1 b 0 "
                      "poly(1) v1 1 2 3\nRx out2 0 1\n");
  const double x = 2, y = 5;
  EXPECT_EQ(d.formula("e1", {x, y}), 1 + 2 * x + 3 * y + 4 * x * x + 5 * x * y + 6 * y * y);
  EXPECT_EQ(d.formula("e2", {x}), 7 * x) << "one coefficient of one control is the slope";
  EXPECT_EQ(d.formula("f1", {x}), 1 + 2 * x + 3 * x * x);
  EXPECT_FALSE(d["f1"].behaviour->is_voltage);
}

TEST(Behaviour, LowersTablesAndValues) {
  const auto d =
      deck(kLoads +
           "E1 out 0 TABLE {v(a)} = (0,0) (1,2) (2,3)\nE2 p 0 value={v(a)*2}\nE3 q 0 vol='v(a)+1'\n"
           "G1 b 0 cur='v(a)^2' m=2\nG2 b 0 VALUE {v(b)}\nRp p 0 1\nRq q 0 1\n");
  EXPECT_EQ(d.formula("e1", {0.5}), 1);
  EXPECT_EQ(d.formula("e1", {9}), 3) << "the ends are held";
  EXPECT_EQ(d.formula("e2", {4}), 8);
  EXPECT_EQ(d.formula("e3", {4}), 5);
  EXPECT_EQ(d.get("g1", "m"), 2);
  EXPECT_EQ(d.formula("g2", {4}), 4);
}

TEST(Behaviour, LowersFormulasOfPassives) {
  const auto d = deck(kLoads +
                      "R1 a b r='1k*(1+v(out))'\nC1 a b c='1p*v(a,b)'\nC2 a b q='1p*v(a,b)^2'\nL1 a b "
                      "l='1n*i(L1)'\nRt a b 'time+1' tc1=1\n");
  EXPECT_FALSE(d["r1"].behaviour->is_voltage);
  EXPECT_DOUBLE_EQ(d.formula("r1", {1, 4}), 4 / 2000.0);
  EXPECT_DOUBLE_EQ(d.formula("c1", {3}, 0, 10), 30e-12);
  EXPECT_EQ(d.formula("c2", {3}, 0, 10), 10);
  EXPECT_EQ(d["c2"].behaviour->derivatives.size(), 1U);
  EXPECT_TRUE(d["l1"].behaviour->is_voltage);
  EXPECT_EQ(d["l1"].behaviour->inputs[0].instance, d.circuit.find_instance("l1"));
  EXPECT_DOUBLE_EQ(d.formula("rt", {6}, 2), 2) << "at 27 degC the temperature coefficient has no effect";
}

TEST(Behaviour, KeepsDerivativesAndIntegralsAsInputs) {
  const auto d = deck(kLoads + ".func twice(x) {2*x}\nB1 out 0 v=ddt(twice(v(a)))+idt(v(b),0.5)+ddt(3)\n");
  const auto& b = *d["b1"].behaviour;
  ASSERT_EQ(b.derivatives.size(), 2U);
  EXPECT_FALSE(b.derivatives[0].integral);
  EXPECT_TRUE(b.derivatives[1].integral);
  EXPECT_EQ(b.derivatives[1].start, 0.5);
}

TEST(Behaviour, FoldsTemperatureCoefficients) {
  const auto d = deck(kLoads + "B1 out 0 i=v(a) tc1=0.01 tc2=1m temp=37\n");
  EXPECT_DOUBLE_EQ(d.formula("b1", {1}), 1 + 0.01 * 10 + 1e-3 * 100);
  EXPECT_TRUE(d["b1"].parameters.empty());
}

TEST(Behaviour, StaysInsideItsSubcircuit) {
  const auto d = deck(".subckt s a g=2\nV1 q 0 0\nRq q a 1\nB1 a 0 i=g*v(q)+i(v1)\n.ends\nX1 1 s g=5\n");
  const auto& inputs = d["b.x1.b1"].behaviour->inputs;
  EXPECT_EQ(d.circuit.nodes[static_cast<std::size_t>(inputs[1].positive)], "x1.q");
  EXPECT_EQ(d.formula("b.x1.b1", {3, 4}), 5 * 3 + 4);
}

TEST(Behaviour, RefusesFunctionsThatExplode) {
  std::string text = ".func f0(x) {x+1}\n";
  for (int k = 1; k < 50; ++k) {
    const std::string inner = "f" + std::to_string(k - 1);
    text += ".func f" + std::to_string(k) + "(x) {" + inner + "(x)+" + inner + "(x*2)}\n";
  }
  EXPECT_EQ(error_of(text + ".param y='f49(1)'\n"), "this expression grows too large");
}

// Every level is legal, all of them together would need a stack of hundreds of megabytes.
TEST(Behaviour, RefusesDepthThroughParametersAndFunctions) {
  std::string text = ".param p0=1\n.func f0(x) {x}\n", sum;
  for (int k = 0; k < 600; ++k) sum += "+1";
  for (int k = 1; k < 100; ++k) {
    const std::string before = std::to_string(k - 1), now = std::to_string(k);
    text = ".param p" + now + "='p" + before + sum + "'\n" + text;
    text += ".func f" + now + "(x) {f" + before + "(x)" + sum + "}\n";
  }
  EXPECT_EQ(error_of(text), "this expression is nested too deeply");
  EXPECT_EQ(error_of(".func f0(x) {x}\n.func f1(x) {f0(x)" + sum + "}\n.func f2(x) {f1(x)" + sum +
                     "}\n.param y='f2(1)'\n"),
            "");
}

}  // namespace
}  // namespace nullor
