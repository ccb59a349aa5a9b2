// Memristor, laser and photodiode: conformance and the behaviour that their equations promise.

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"
#include "nullor/devices/memristor.h"
#include "nullor/devices/photonic.h"

namespace nullor {
namespace {

TEST(Conformance, Memristor) { conformance::run<Memristor>("w0=0.4 m=2"); }
TEST(Conformance, LaserDiode) { conformance::run<LaserDiode>("is=1e-18", 1.0); }
TEST(Conformance, Photodiode) { conformance::run<Photodiode>("is=1e-12 m=2", 0.7); }

TEST(Memristor, MovesOnlyBeyondItsThresholds) {
  Memristor<double> device{};
  device.setup({});
  EXPECT_EQ(device.rate(0.4, 0.5), 0.0);
  EXPECT_GT(device.rate(1.0, 0.5), 0.0);
  EXPECT_LT(device.rate(-1.0, 0.5), 0.0);
  EXPECT_LT(device.rate(1.0, 1.2), 0.0);  // pushed back from beyond the bound
}

// Below threshold hardly any light, above it a straight line.
TEST(LaserDiode, HasAThreshold) {
  LaserDiode<double> device{};
  device.setup({});
  golden::Fixture<LaserDiode<double>> fixture(device);
  std::vector<double> current, power;
  for (const double v : {1.6, 2.5, 2.6}) {
    fixture.operating_point({v, 0.0, 0.0});
    current.push_back(fixture.currents()[0]);
    power.push_back(value(device.milliwatts) * std::exp(fixture.x()[LaserDiode<double>::photons]));
  }
  EXPECT_LT(power[0], 0.05);
  EXPECT_GT(power[2], power[1]);
  const double slope = (power[2] - power[1]) / (current[2] - current[1]) * 1e-3;  // [W/A]
  const double limit = 6.62607015e-34 * 299792458 / 1.55e-6 / kElementaryCharge * 0.3;
  EXPECT_NEAR(slope, limit, 0.03 * limit);
}

TEST(Photodiode, TurnsLightIntoReverseCurrent) {
  Photodiode<double> device{};
  device.setup({});
  const auto y = conformance::evaluate(device, {-5, 0, 2});
  EXPECT_NEAR(y[0], -2e-3 * 0.8, 1e-9);
}

}  // namespace
}  // namespace nullor
