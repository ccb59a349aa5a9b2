// Against the library's functions.
#include "nullor/math/plain_functions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/rng.h"

namespace nullor {
namespace {

/// In units of the last place of b.
double off(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  return std::fabs(a - b) / (std::nextafter(std::fabs(b), HUGE_VAL) - std::fabs(b));
}

TEST(PlainFunctions, AreThoseOfTheLibrary) {
  Rng rng(3);
  const auto between = [&](double low, double high) { return low + (high - low) * rng.uniform(); };
  const auto size = [&](double low, double high) { return std::exp(between(low, high)); };
  const auto either = [&](double x) { return rng.below(2) == 0 ? x : -x; };
  for (int k = 0; k < 200000; ++k) {
    for (const double x : {between(-708, 709), between(-2, 2)})
      EXPECT_LE(off(plain::exp(x), std::exp(x)), 2) << x;
    for (const double x : {size(-700, 700), between(0.5, 2)})
      EXPECT_LE(off(plain::log(x), std::log(x)), 2) << x;
    const double base = size(-60, 60), power = between(-10, 10),
                 small = std::fmax(either(size(-40, 2)), -0.999);
    EXPECT_LE(off(plain::pow(base, power), std::pow(base, power)), 2) << base << "^" << power;
    EXPECT_LE(off(plain::log1p(small), std::log1p(small)), 2) << small;
    const double x = either(size(-30, 4));
    EXPECT_LE(off(plain::atan(x), std::atan(x)), 4) << x;
    EXPECT_LE(off(plain::tanh(x), std::tanh(x)), 8) << x;
  }
}

TEST(PlainFunctions, KnowTheirEnds) {
  const double infinite = HUGE_VAL, no = std::nan("");
  EXPECT_EQ(plain::exp(1000), infinite);
  EXPECT_EQ(plain::exp(-1000), 0);
  EXPECT_TRUE(std::isnan(plain::exp(no)));
  EXPECT_EQ(plain::log(0), -infinite);
  EXPECT_EQ(plain::log(infinite), infinite);
  EXPECT_TRUE(std::isnan(plain::log(-1)));
  EXPECT_NEAR(plain::log(1e-310), std::log(1e-310), 1e-12);
  EXPECT_EQ(plain::pow(-2, 3), -8);
  EXPECT_EQ(plain::pow(-2, 2), 4);
  EXPECT_TRUE(std::isnan(plain::pow(-2, 0.5)));
  EXPECT_EQ(plain::pow(0, 0.5), 0);
  EXPECT_EQ(plain::pow(0, -1), infinite);
  EXPECT_EQ(plain::pow(7, 0), 1);
  EXPECT_EQ(plain::pow(1e200, 2), infinite);
  EXPECT_EQ(plain::tanh(50), 1);
  EXPECT_EQ(plain::atan(-infinite), -std::atan(infinite));
}

}  // namespace
}  // namespace nullor
