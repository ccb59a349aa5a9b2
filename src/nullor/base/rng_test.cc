#include "nullor/base/rng.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace nullor {
namespace {

TEST(Rng, RepeatsForTheSameSeedAndDiffersForAnother) {
  Rng a(7), b(7), c(8);
  for (int k = 0; k < 100; ++k) {
    const auto x = a();
    EXPECT_EQ(x, b());
    EXPECT_NE(x, c());
  }
}

TEST(Rng, SplitIgnoresWhatWasDrawnBefore) {
  Rng a(3);
  const auto before = a.split(5)();
  for (int k = 0; k < 10; ++k) a();
  EXPECT_EQ(a.split(5)(), before);
  EXPECT_NE(a.split(6)(), before);
}

TEST(Rng, NormalHasTheRightMoments) {
  Rng rng(11);
  constexpr int n = 200000;
  double mean = 0, square = 0, fourth = 0;
  for (int k = 0; k < n; ++k) {
    const double x = rng.normal();
    mean += x / n;
    square += x * x / n;
    fourth += x * x * x * x / n;
  }
  EXPECT_NEAR(mean, 0, 0.01);  // 4.5 standard errors
  EXPECT_NEAR(square, 1, 0.015);
  EXPECT_NEAR(fourth, 3, 0.11);
}

TEST(Rng, BelowIsUniform) {
  Rng rng(5);
  std::array<int, 7> count{};
  for (int k = 0; k < 70000; ++k) ++count[rng.below(7)];
  for (const int c : count) EXPECT_NEAR(c, 10000, 450);
}

}  // namespace
}  // namespace nullor
