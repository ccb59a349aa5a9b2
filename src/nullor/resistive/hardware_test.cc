#include "nullor/resistive/hardware.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "nullor/base/error.h"

namespace nullor {
namespace {

DeepNetwork network() { return DeepNetwork::random({50, 60, 10}, 1, Rng(3)); }

TEST(Hardware, OfPerfectDevicesChangesNothing) {
  EXPECT_TRUE(Hardware{}.perfect());
  EXPECT_EQ(on_hardware(network(), {}, Rng(1)).conductances, network().conductances);
}

TEST(Hardware, LimitsAndRoundsToLevels) {
  Hardware hardware;
  hardware.minimum = 0.01;
  hardware.maximum = 0.085;
  hardware.levels = 16;
  const double step = 0.075 / 15;
  const DeepNetwork before = network(), after = on_hardware(before, hardware, Rng(1));
  std::set<float> seen;
  for (std::size_t k = 0; k < before.conductances[0].size(); ++k) {
    const double g = after.conductances[0][k];
    const double limited = std::clamp<double>(before.conductances[0][k], 0.01, 0.085);
    EXPECT_LE(std::abs(g - limited), 0.5 * step + 1e-9);
    const double level = (g - 0.01) / step;
    EXPECT_NEAR(level, std::round(level), 1e-5);
    seen.insert(after.conductances[0][k]);
  }
  EXPECT_EQ(seen.size(), 16u);
  EXPECT_EQ(after.biases, before.biases);
}

TEST(Hardware, VariesEachDeviceByItsOwnFactor) {
  Hardware hardware;
  hardware.variation = 0.05;
  const DeepNetwork before = network(), after = on_hardware(before, hardware, Rng(1));
  double sum = 0, square = 0, product = 0, last = 0;
  int count = 0;
  for (std::size_t k = 0; k < before.conductances[0].size(); ++k) {
    if (before.conductances[0][k] == 0) {
      EXPECT_EQ(after.conductances[0][k], 0);
      continue;
    }
    const double deviation = after.conductances[0][k] / before.conductances[0][k] - 1;
    sum += deviation;
    square += deviation * deviation;
    product += deviation * last;
    last = deviation;
    ++count;
  }
  ASSERT_GT(count, 2500);
  EXPECT_NEAR(sum / count, 0, 4 * 0.05 / std::sqrt(count));
  EXPECT_NEAR(std::sqrt(square / count), 0.05, 0.05 * 4 / std::sqrt(2.0 * count));
  EXPECT_NEAR(product / count, 0, 4 * 0.0025 / std::sqrt(count));
  EXPECT_EQ(on_hardware(before, hardware, Rng(1)).conductances, after.conductances);
  EXPECT_NE(on_hardware(before, hardware, Rng(2)).conductances, after.conductances);
}

// A factor of 1 + 2 normal is negative in 31 % of the cases.
TEST(Hardware, NeverGivesNegativeConductances) {
  Hardware hardware;
  hardware.variation = 2;
  EXPECT_NO_THROW(on_hardware(network(), hardware, Rng(1)).check("varied"));
}

TEST(Hardware, RefusesValuesWithoutMeaning) {
  const auto refused = [](auto change) {
    Hardware hardware;
    hardware.maximum = 1;
    hardware.check();
    change(hardware);
    EXPECT_THROW(hardware.check(), InputError);
  };
  refused([](Hardware& h) { h.minimum = -1; });
  refused([](Hardware& h) { h.minimum = 1; });
  refused([](Hardware& h) { h.maximum = NAN; });
  refused([](Hardware& h) { h.levels = 1; });
  refused([](Hardware& h) { h.levels = -4; });
  refused([](Hardware& h) { h.levels = 16, h.maximum = 0; });
  refused([](Hardware& h) { h.variation = -0.1; });
  refused([](Hardware& h) { h.variation = NAN; });
  refused([](Hardware& h) { h.write_noise = INFINITY; });
}

}  // namespace
}  // namespace nullor
