// Self-heating: conformance of the wrapped devices, and the heat balance.

#include "nullor/devices/self_heating.h"

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"

namespace nullor {
namespace {

TEST(Conformance, SelfHeatingResistor) {
  conformance::run<SelfHeatingResistor>("r=1e3 tc1=1e-3 tc2=1e-5 rth0=100");
}
TEST(Conformance, SelfHeatingDiode) {
  conformance::run<SelfHeatingDiode>("is=1e-14 rs=5 cjo=1e-12 tt=1e-9 rth0=100", 0.7);
}

// P = V^2 / R(T), dT = P rth0.
TEST(SelfHeating, SettlesWhereHeatFlowsOutAsFastAsItComes) {
  SelfHeatingResistor<double> device{};
  conformance::apply(device, "r=100 tc1=1e-3 rth0=50");
  device.setup({});
  const double v = 10, rise = 0.5 * (std::sqrt(1e6 + 4e3 * v * v / 100 * 50) - 1e3);
  const auto y = conformance::evaluate(device, {v, 0, rise});
  EXPECT_NEAR(y[0], v / (100 * (1 + 1e-3 * rise)), 1e-12);
  EXPECT_NEAR(y[2], 0, 1e-12);
}

}  // namespace
}  // namespace nullor
