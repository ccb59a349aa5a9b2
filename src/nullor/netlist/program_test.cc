#include "nullor/netlist/program.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "nullor/base/rng.h"
#include "nullor/math/dual.h"
#include "nullor/netlist/program_builder.h"
#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

using Op = Program::Op;

double evaluate(const Program& program, std::vector<double> inputs) {
  std::vector<double> registers;
  return program.run<double>(std::span<const double>(inputs), registers);
}

/// .param y='text' over x, as a program of x.
Program over_x(const std::string& text, double x = 1) {
  const test::Deck d = test::deck(".param x=" + std::to_string(x) + "\n.param y='" + text + "'\n");
  return d.circuit.parameters.entries()[static_cast<std::size_t>(d.circuit.parameters.find("y"))].program;
}

TEST(Program, FoldsConstantsAndSharesEqualSteps) {
  EXPECT_EQ(over_x("2*3+sqrt(16)").steps.size(), 1U);
  EXPECT_TRUE(over_x("1 ? 4 : x").is_constant());
  EXPECT_EQ(over_x("x*2 + x*2").steps.size(), 4U) << "x, 2, x*2, sum";
  EXPECT_EQ(over_x("x").inputs(), std::vector<int>{1});
}

TEST(Program, DropsWhatTheResultDoesNotNeed) {
  netlist::ProgramBuilder b;
  const int x = b.input(0);
  b.apply(Op::exp, x);
  const Program p = b.finish(b.apply(Op::add, x, b.constant(1)));
  EXPECT_EQ(p.steps.size(), 3U);
  EXPECT_EQ(evaluate(p, {4}), 5);
}

struct Case {
  const char* text;
  double x, expected;
};

// Values printed by ngspice 39 for .param expressions.
TEST(Program, AgreesWithNgspiceOnFunctions) {
  const Case cases[] = {{"x^3", -2, 8},
                        {"x**3", -2, 8},
                        {"pow(x,3)", -2, -8},
                        {"pwr(x,3)", -2, 8},
                        {"log(x)", 100, 4.605170185988092},
                        {"ln(x)", 10, 2.302585092994046},
                        {"log10(x)", 100, 2},
                        {"int(x)", -2.7, -2},
                        {"nint(x)", 2.5, 2},
                        {"nint(x)", 3.5, 4},
                        {"sgn(x)", -2, -1},
                        {"x%3", 7, 1},
                        {"-x^2", 2, -4},
                        {"2^3^x", 2, 64},
                        {"u(x)", 0, 0.5},
                        {"u2(x)", 0.5, 0.5},
                        {"uramp(x)", -1, 0},
                        {"floor(x)", -2.4, -3},
                        {"ceil(x)", 0.5, 1},
                        {"min(x,1,2)", 3, 1},
                        {"max(x,1,2)", 3, 3},
                        {"limit(x,0,1)", 3, 1},
                        {"ternary_fcn(x>1,5,6)", 2, 5},
                        {"!x", 0, 1},
                        {"atan2(x,1)", 1, M_PI / 4},
                        {"arctan(x)", 1, M_PI / 4},
                        {"hypot(x,4)", 3, 5},
                        {"x>1 && x<3", 2, 1},
                        {"pwl(x,0,0,1,2,2,3)", -2, -4},
                        {"pwl(x,0,0,1,2,2,3)", 10, 11},
                        {"table(x,0,0,1,2)", -2, 0},
                        {"table(x,0,0,1,2)", 10, 2},
                        {"table(x,0,0,1,2)", 0.5, 1}};
  for (const Case& c : cases)
    EXPECT_NEAR(evaluate(over_x(c.text, c.x), {27, c.x}), c.expected, 1e-12) << c.text << " at " << c.x;
}

TEST(Program, DifferentiatesEveryFunction) {
  using Real = Dual<1, double>;
  const char* texts[] = {"abs(x)",
                         "sqrt(x)",
                         "exp(x)",
                         "log(x)",
                         "log10(x)",
                         "sin(x)",
                         "cos(x)",
                         "tan(x)",
                         "asin(x/3)",
                         "acos(x/3)",
                         "atan(x)",
                         "sinh(x)",
                         "cosh(x)",
                         "tanh(x)",
                         "asinh(x)",
                         "acosh(x+1)",
                         "atanh(x/3)",
                         "x^2.5",
                         "pow(x,3)",
                         "pwr(x,3)",
                         "x*x/(1+x)",
                         "max(x,0.5)*min(x,5)",
                         "x>1?x*x:0",
                         "atan2(x,2)",
                         "pwl(x,0,0,1,2,2,3)",
                         "hypot(x,1)",
                         "uramp(x)*u(x)",
                         "x%5"};
  for (const char* text : texts) {
    const Program p = over_x(text, 1.3);
    std::vector<Real> registers, inputs = {Real(27.0), Real::variable(1.3, 0)};
    const Real y = p.run<Real>(std::span<const Real>(inputs), registers);
    const double h = 1e-6;
    const double slope = (evaluate(p, {27, 1.3 + h}) - evaluate(p, {27, 1.3 - h})) / (2 * h);
    EXPECT_NEAR(y.d[0], slope, 1e-6 * std::max(1.0, std::fabs(slope))) << text;
  }
}

// The untaken side of a choice may be infinite; its derivative must not leak.
TEST(Program, KeepsTheUntakenSideOut) {
  using Real = Dual<1, double>;
  const Program p = over_x("x>0 ? sqrt(x) : 0");
  std::vector<Real> registers, inputs = {Real(27.0), Real::variable(0.0, 0)};
  EXPECT_EQ(p.run<Real>(std::span<const Real>(inputs), registers).d[0], 0);
}

/// The naive twin: walks the tree.
double walk(const Expression& e, int index, double x) {
  const Expression::Node& n = e.nodes[static_cast<std::size_t>(index)];
  const auto arg = [&](std::size_t k) { return walk(e, n.arguments[k], x); };
  switch (n.kind) {
    case Expression::Kind::number:
      return n.number;
    case Expression::Kind::name:
      return x;
    case Expression::Kind::unary:
      return n.name == "-" ? -arg(0) : arg(0);
    case Expression::Kind::ternary:
      return arg(0) != 0 ? arg(1) : arg(2);
    case Expression::Kind::call:
      return std::max(arg(0), arg(1));
    case Expression::Kind::binary:
      break;
  }
  const double a = arg(0), b = arg(1);
  if (n.name == "+") return a + b;
  if (n.name == "-") return a - b;
  if (n.name == "*") return a * b;
  if (n.name == "<") return a < b;
  return a >= b;
}

std::string random_text(Rng& rng, int depth) {
  static const char* kOps[] = {"+", "-", "*", "<", ">="};
  switch (depth <= 0 ? rng.below(2) : rng.below(6)) {
    case 0:
      return "x";
    case 1:
      return std::to_string(rng.below(9)) + "." + std::to_string(rng.below(9));
    case 2:
      return "-(" + random_text(rng, depth - 1) + ")";
    case 3:
      return "max(" + random_text(rng, depth - 1) + "," + random_text(rng, depth - 1) + ")";
    case 4:
      return "(" + random_text(rng, depth - 1) + " ? " + random_text(rng, depth - 1) + " : " +
             random_text(rng, depth - 1) + ")";
    default:
      return "(" + random_text(rng, depth - 1) + kOps[rng.below(5)] + random_text(rng, depth - 1) + ")";
  }
}

TEST(Program, ComputesWhatTheTreeSays) {
  rc::check([](std::uint64_t seed) {
    Rng rng(seed);
    const std::string text = random_text(rng, 5);
    const double x = rng.uniform(-3, 3);
    const Expression e = parse_expression(text, {});
    const double expected = walk(e, static_cast<int>(e.nodes.size()) - 1, x);
    RC_ASSERT(evaluate(over_x(text), {27, x}) == expected);
  });
}

}  // namespace
}  // namespace nullor
