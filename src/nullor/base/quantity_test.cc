#include "nullor/base/quantity.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nullor {
namespace {

TEST(Quantity, IsWrittenForPeople) {
  EXPECT_EQ(format_quantity(9.8153e-3, "W"), "9.815 mW");
  EXPECT_EQ(format_quantity(-2e6, "Hz"), "-2 MHz");
  EXPECT_EQ(format_quantity(0, "V"), "0 V");
  EXPECT_EQ(format_quantity(1e-30, "A"), "1e-30 A");
  EXPECT_EQ(format_quantity(1514.2, "MHz pF/mW", 3), "1.51e+03 MHz pF/mW");
  EXPECT_EQ(format_quantity(0.05, "dB"), "0.05 dB");
  EXPECT_EQ(format_quantity(0.5, ""), "0.5");
  EXPECT_EQ(format_quantity(NAN, "V"), "nan V");
}

}  // namespace
}  // namespace nullor
