#include "nullor/netlist/expression.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "nullor/base/rng.h"

namespace nullor {
namespace {

std::string tree(const std::string& text) { return to_string(parse_expression(text, {})); }

std::string parse_error(const std::string& text) {
  try {
    parse_expression(text, {});
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(Expression, BindsAsNgspiceDoes) {
  EXPECT_EQ(tree("a+b*c"), "(a + (b * c))");
  EXPECT_EQ(tree("a-b-c"), "((a - b) - c)");
  EXPECT_EQ(tree("2^3^2"), "((2 ^ 3) ^ 2)");
  EXPECT_EQ(tree("-a^2"), "(-(a ^ 2))");
  EXPECT_EQ(tree("a**-b"), "(a ** (-b))");
  EXPECT_EQ(tree("a<b&&c||!d"), "(((a < b) && c) || (!d))");
  EXPECT_EQ(tree("a==b!=c"), "((a == b) != c)");
  EXPECT_EQ(tree("a ? b : c ? d : e"), "(a ? b : (c ? d : e))");
  EXPECT_EQ(tree("a > b ? 1 : 2"), "((a > b) ? 1 : 2)");
}

TEST(Expression, ReadsNumbersWithScaleFactors) {
  EXPECT_EQ(parse_expression("2.5meg", {}).root().number, 2.5e6);
  EXPECT_EQ(parse_expression("-10uF", {}).root().number, -10e-6);
  EXPECT_EQ(parse_expression(".5k", {}).root().number, 500);
}

TEST(Expression, DropsOnePairOfDelimiters) {
  for (const char* text : {"'a+b'", "{a+b}", "\"a+b\"", " { a + b } "})
    EXPECT_EQ(tree(text), "(a + b)") << text;
  EXPECT_EQ(tree("{a}+{b}"), "(a + b)");
  EXPECT_EQ(tree("par('a*2')"), "(a * 2)");
}

TEST(Expression, KeepsTheNamesInsideProbes) {
  const Expression e = parse_expression("v(Net+,x1.3) - i(V.X1.Vs)", {});
  EXPECT_EQ(to_string(e), "(v(net+, x1.3) - i(v.x1.vs))");
  EXPECT_EQ(tree("vdb(a[3])"), "vdb(a[3])");
  EXPECT_EQ(tree("@m.x1.m2[gm]*2"), "(@m.x1.m2[gm] * 2)");
  EXPECT_EQ(tree("x[@m1[id]]"), "x[@m1[id]]");
  EXPECT_EQ(tree("vdd#branch"), "vdd#branch");
  EXPECT_EQ(tree("v(out)[3]"), "v(out)[3]");
}

TEST(Expression, KnowsTheOperatorWordsOfControlBlocks) {
  EXPECT_EQ(tree("a gt b and c le d"), "((a > b) && (c <= d))");
  EXPECT_EQ(tree("gtx + le"), "(gtx + le)") << "only whole words between operands are operators";
}

TEST(Expression, PointsAtTheOffendingColumn) {
  const auto file = std::make_shared<SourceFile>(SourceFile{"x.cir", "R1 a 0 {1+*2}\n"});
  try {
    parse_expression("1+*2", {file, 1, 9});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.where().str(), "x.cir:1:11");
  }
}

TEST(Expression, SaysWhatIsMissing) {
  EXPECT_EQ(parse_error(""), "expected an expression");
  EXPECT_EQ(parse_error("1+"), "the expression ends where a value is expected");
  EXPECT_EQ(parse_error("f(1"), "expected ',' or ')' in the arguments of f()");
  EXPECT_EQ(parse_error("(1"), "expected ')' to close the parenthesis");
  EXPECT_EQ(parse_error("a ? b"), "expected ':' between the two results of '?'");
  EXPECT_EQ(parse_error("v()+1"), "");
  EXPECT_EQ(parse_error("v(,1)"), "expected the name of a node or an element");
  EXPECT_EQ(parse_error("@m1[id"), "expected ']' after the device parameter");
  for (const char* text : {"@m1", "@m1 [id]", "x[@m1]"}) {
    EXPECT_EQ(parse_error(text), "expected '[' and a parameter after the device") << text;
  }
  EXPECT_EQ(parse_error("a b"), "unexpected 'b' after the expression");
}

TEST(Expression, RefusesDeepNesting) {
  EXPECT_EQ(parse_error(std::string(10000, '(') + "1" + std::string(10000, ')')),
            "this expression is nested too deeply");
  EXPECT_EQ(parse_error(std::string(10000, '-') + "a"), "this expression is nested too deeply");
  EXPECT_EQ(parse_error(std::string(150, '(') + "1" + std::string(150, ')')), "");
  // The print writes every parenthesis: what nests 100 signs prints as 200 levels and may be refused, never
  // misread.
  EXPECT_EQ(parse_error(tree(std::string(103, '!') + "m")), "this expression is nested too deeply");
  std::string sum = "1";
  for (int k = 0; k < 900; ++k) sum += "+a";
  EXPECT_EQ(parse_error(sum), "");
  for (int k = 0; k < 20000; ++k) sum += "+a";
  EXPECT_EQ(parse_error(sum), "this expression is too long");
}

std::string random_text(Rng& rng, int depth) {
  static const char* kBinary[] = {"+",  "-", "*",  "/",  "%",  "**", "^", "<",
                                  "<=", ">", ">=", "==", "!=", "&&", "||"};
  static const char* kNames[] = {"a", "bc", "x1.w", "_t", "temper"};
  switch (depth <= 0 ? rng.below(2) : rng.below(7)) {
    case 0:
      return std::to_string(rng.below(1000)) + (rng.below(2) ? "" : "u");
    case 1:
      return kNames[rng.below(5)];
    case 2:
      return "-" + random_text(rng, depth - 1);
    case 3:
      return "(" + random_text(rng, depth - 1) + ")";
    case 4:
      return "max(" + random_text(rng, depth - 1) + " , " + random_text(rng, depth - 1) + ")";
    case 5:
      return "(" + random_text(rng, depth - 1) + " ? " + random_text(rng, depth - 1) + " : " +
             random_text(rng, depth - 1) + ")";
    default:
      return random_text(rng, depth - 1) + kBinary[rng.below(15)] + random_text(rng, depth - 1);
  }
}

TEST(Expression, PrintsWhatItParses) {
  rc::check([](std::uint64_t seed) {
    Rng rng(seed);
    const std::string once = tree(random_text(rng, 5));
    RC_ASSERT(tree(once) == once);
  });
}

TEST(Expression, SurvivesArbitraryBytes) {
  rc::check([](const std::string& bytes) {
    try {
      const Expression e = parse_expression(bytes, {});
      RC_ASSERT(!e.nodes.empty());
    } catch (const InputError& error) {
      RC_ASSERT(std::string(error.what()) != "");
    }
  });
}

}  // namespace
}  // namespace nullor
