#include "nullor/base/si.h"

#include <gtest/gtest.h>

namespace nullor {
namespace {

TEST(Si, ReadsScaleFactorsAndUnits) {
  EXPECT_EQ(parse_si("4.7k"), 4700.0);
  EXPECT_EQ(parse_si("10Meg"), 1e7);
  EXPECT_EQ(parse_si("10MEGohm"), 1e7);
  EXPECT_EQ(parse_si("1mil"), 25.4e-6);
  EXPECT_EQ(parse_si("2.5uF"), 2.5e-6);
  EXPECT_EQ(parse_si("1u"), 1e-6);
  EXPECT_EQ(parse_si("3p"), 3e-12);
  EXPECT_EQ(parse_si("1e-3V"), 1e-3);
  EXPECT_EQ(parse_si("-.5m"), -0.5e-3);
  EXPECT_EQ(parse_si("+2"), 2.0);
  EXPECT_EQ(parse_si("1F"), 1e-15);  // SPICE: f is femto, also when farad was meant
}

TEST(Si, RejectsWhatIsNoNumber) {
  for (const char* text : {"", "k", "inf", "nan", "-inf", "+-1", "1.2.3", "2k2!"})
    EXPECT_FALSE(parse_si(text)) << text;
}

TEST(Si, FormatsWithScaleFactors) {
  EXPECT_EQ(format_si(1.8e-9), "1.8n");
  EXPECT_EQ(format_si(2e6), "2Meg");
  EXPECT_EQ(format_si(-0.001), "-1m");
  EXPECT_EQ(format_si(0), "0");
  EXPECT_EQ(format_si(1e-30), "1e-30");
}

}  // namespace
}  // namespace nullor
