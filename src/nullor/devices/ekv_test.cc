// The EKV MOSFET: conformance, its limits in weak and strong inversion, and its symmetry.

#include "nullor/devices/ekv.h"

#include "nullor/devices/conformance.h"

namespace nullor {
namespace {

TEST(Conformance, Ekv) {
  conformance::run<Ekv>(
      "vto=0.5 kp=1e-4 gamma=0.6 phi=0.7 theta=0.1 lambda=0.05 ucrit=4e6 rd=10 rs=10 cj=1e-4 cjsw=1e-10 "
      "cgso=1e-10 cgdo=1e-10 "
      "w=1e-5 l=1e-6 ad=1e-11 as=1e-11 pd=1e-5 ps=1e-5 dtemp=10 kf=1e-25");
}
TEST(Conformance, EkvPchannelWithoutBodyEffect) {
  conformance::run<Ekv>("type=1 vto=-0.5 gamma=0 w=1e-5 l=1e-6");
}

Ekv<double> plain() {
  Ekv<double> ekv{};
  conformance::apply(ekv, "vto=0.5 kp=1e-4 gamma=0.6 phi=0.7 w=1e-5 l=1e-6");
  ekv.setup({});
  return ekv;
}

// The slope in weak inversion is 1 / (n Ut), with n of the pinch-off voltage.
TEST(Ekv, IsExponentialInWeakInversion) {
  const auto ekv = plain();
  const double low = ekv.drain_current(0.20, 1.0, 0.0), high = ekv.drain_current(0.21, 1.0, 0.0);
  const double slope = std::log(high / low) / 0.01 * value(ekv.vt);
  EXPECT_NEAR(slope, 1 / 1.4, 0.05);
}

// In saturation the square law, id = beta/(2n) (VG - VT0)^2 at vs = 0, within the approximation of a constant
// n.
TEST(Ekv, IsQuadraticInStrongInversion) {
  const auto ekv = plain();
  const double n = 1 + 0.6 / (2 * std::sqrt(0.7 + 1.0 / 1.3));
  EXPECT_NEAR(ekv.drain_current(1.5, 3.0, 0.0), 1e-3 / (2 * n), 0.05e-3);
}

TEST(Ekv, ReversesWithItsTerminals) {
  const auto ekv = plain();
  EXPECT_DOUBLE_EQ(ekv.drain_current(1.2, 0.3, 0.0), -ekv.drain_current(1.2 - 0.3, -0.3, -0.3));
}

}  // namespace
}  // namespace nullor
