// The diode of two straight lines: conformance, and its lines.

#include "nullor/devices/piecewise_linear_diode.h"

#include "nullor/devices/conformance.h"

namespace nullor {
namespace {

TEST(Conformance, PiecewiseLinearDiode) {
  conformance::run<PiecewiseLinearDiode>("ron=2 roff=50 vfwd=0.3 m=2");
}

TEST(PiecewiseLinearDiode, JoinsTwoLinesAtItsForwardDrop) {
  PiecewiseLinearDiode<double> device{};
  conformance::apply(device, "ron=0.1 roff=100 vfwd=0.7");
  device.setup({});
  EXPECT_DOUBLE_EQ(device.current(-5.0), -0.05);
  EXPECT_DOUBLE_EQ(device.current(0.7), 0.007);
  EXPECT_NEAR(device.current(0.8), 0.007 + 1.0, 1e-14);
}

TEST(PiecewiseLinearDiode, RefusesWhatIsNoDiode) {
  PiecewiseLinearDiode<double> device{};
  EXPECT_EQ(device.check(), "");
  device.ron = 0;
  EXPECT_NE(device.check().find("ideal"), std::string::npos);
  device.ron = 2, device.roff = 1;
  EXPECT_NE(device.check(), "");
}

}  // namespace
}  // namespace nullor
