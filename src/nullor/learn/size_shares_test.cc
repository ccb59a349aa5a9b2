#include "nullor/learn/size_shares.h"

#include <gtest/gtest.h>

namespace nullor::learn {
namespace {

TEST(SizeShares, DrawsSizesAsOftenAsTheyOccur) {
  const SizeShares shares("0 0 1 3");
  EXPECT_EQ(shares.text(), "0 0 1 3");
  Rng rng(1);
  int three = 0;
  for (int k = 0; k < 4000; ++k) {
    const int drawn = shares.draw(rng);
    ASSERT_TRUE(drawn == 2 || drawn == 3);
    three += drawn == 3;
  }
  EXPECT_NEAR(three, 3000, 150);
}

TEST(SizeShares, AreThoseOfTheFamilyWhereThereAreAny) {
  const SizeShares shares("0 0 2 3\nopamp 0 0 2\nldo 0 0 0 3\nno_family 5");
  EXPECT_EQ(shares.text(), "0 0 2 3\nopamp 0 0 2\nldo 0 0 0 3");
  Rng rng(1);
  int three = 0;
  for (int k = 0; k < 100; ++k) {
    EXPECT_EQ(shares.draw(rng, graph::Family::opamp), 2);
    EXPECT_EQ(shares.draw(rng, graph::Family::ldo), 3);
    three += shares.draw(rng, graph::Family::mixer) == 3;
  }
  EXPECT_GT(three, 40);
  EXPECT_LT(three, 80);
}

TEST(SizeShares, LieWithinLimits) {
  const SizeShares shares("0 0 5 3 1 9");
  Rng rng(1);
  int four = 0;
  for (int k = 0; k < 4000; ++k) {
    const int drawn = shares.draw(rng, {}, 3, 4);
    ASSERT_TRUE(drawn == 3 || drawn == 4);
    four += drawn == 4;
  }
  EXPECT_NEAR(four, 1000, 120);
  EXPECT_EQ(shares.draw(rng, {}, 5), 5);
  EXPECT_EQ(shares.draw(rng, {}, 1, 2), 2);
  EXPECT_EQ(shares.draw(rng, {}, 60), 60);
}

TEST(SizeShares, LeavesOutWhatNoCircuitCanBe) {
  EXPECT_TRUE(SizeShares("").empty());
  EXPECT_TRUE(SizeShares("5").empty());
  EXPECT_TRUE(SizeShares("many").empty());
  std::string text = "0";
  for (int k = 0; k < 80; ++k) text += " 0";
  EXPECT_TRUE(SizeShares(text + " 7").empty());
  EXPECT_EQ(SizeShares("0 2 x 9").text(), "0 2");
}

}  // namespace
}  // namespace nullor::learn
