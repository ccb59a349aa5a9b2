// MOSFET level 3: conformance, and agreement with ngspice.

#include "nullor/devices/mos3.h"

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"

namespace nullor {
namespace {

TEST(Conformance, Mos3) {
  conformance::run<Mos3>(
      "vto=0.7 kp=1e-4 gamma=0.5 phi=0.65 theta=0.1 eta=0.1 kappa=0.3 vmax=1e5 nsub=1e16 nfs=2e11 xj=2e-7 "
      "delta=0.5 "
      "tox=2e-8 rd=10 rs=10 cj=1e-4 cjsw=1e-10 cgso=1e-10 cgdo=1e-10 cgbo=1e-10 "
      "w=1e-5 l=2e-6 ld=1e-7 ad=1e-11 as=1e-11 pd=1e-5 ps=1e-5 dtemp=10 kf=1e-25");
}
TEST(Conformance, Mos3PchannelWithoutVelocityLimit) {
  conformance::run<Mos3>("type=1 tox=4e-8 nsub=1e16 nss=1e10 u0=250 kappa=0.2 rsh=10 nrd=2 w=1e-5 l=4e-6");
}
// The intrinsic charges are our own; currents are compared.
TEST(Golden, Mos3) { golden::compare<Mos3>("mos3", {.small_signal = false}); }
// The threshold follows from the intrinsic density, where ngspice's older k/q moves it by 4e-7 V: 4e-5 of the
// current at 20 mV above it.
TEST(Golden, Mos3FromProcess) {
  golden::compare<Mos3>("mos3_process", {.current = 1e-4, .small_signal = false});
}

}  // namespace
}  // namespace nullor
