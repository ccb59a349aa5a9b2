// MOSFET level 2: conformance, and agreement with ngspice.

#include "nullor/devices/mos2.h"

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"

namespace nullor {
namespace {

TEST(Conformance, Mos2) {
  conformance::run<Mos2>(
      "vto=0.7 kp=1e-4 gamma=0.5 phi=0.65 ucrit=2e4 uexp=0.15 neff=2 vmax=1e5 nsub=1e16 nfs=2e11 xj=2e-7 "
      "delta=0.5 "
      "tox=2e-8 rd=10 rs=10 cj=1e-4 cjsw=1e-10 cgso=1e-10 cgdo=1e-10 cgbo=1e-10 "
      "w=1e-5 l=4e-6 ld=1e-7 ad=1e-11 as=1e-11 pd=1e-5 ps=1e-5 dtemp=10 kf=1e-25");
}
TEST(Conformance, Mos2PchannelWithoutVelocityLimit) {
  conformance::run<Mos2>("type=1 tox=4e-8 nsub=1e16 nss=1e10 u0=250 rsh=10 nrd=2 w=1e-5 l=4e-6");
}
TEST(Conformance, Mos2WithLambda) {
  conformance::run<Mos2>("vto=0.7 kp=1e-4 gamma=0.5 lambda=0.02 vmax=1e5 w=1e-5 l=4e-6");
}
// The intrinsic charges are our own; currents are compared.
TEST(Golden, Mos2) { golden::compare<Mos2>("mos2", {.small_signal = false}); }
// A threshold from the doping: ngspice's constants move it by some 1e-8 V, felt 20 mV above it.
TEST(Golden, Mos2FromProcess) {
  golden::compare<Mos2>("mos2_process", {.current = 5e-6, .small_signal = false});
}

}  // namespace
}  // namespace nullor
