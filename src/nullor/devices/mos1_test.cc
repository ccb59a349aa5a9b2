// MOSFET level 1: conformance, and agreement with ngspice.

#include "nullor/devices/mos1.h"

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"

namespace nullor {
namespace {

TEST(Conformance, Mos1) {
  conformance::run<Mos1>(
      "vto=0.7 kp=1e-4 gamma=0.5 phi=0.65 lambda=0.02 tox=1e-8 rd=10 rs=10 cj=1e-4 cjsw=1e-10 cgso=1e-10 "
      "cgdo=1e-10 cgbo=1e-10 "
      "w=1e-5 l=1e-6 ad=1e-11 as=1e-11 pd=1e-5 ps=1e-5 dtemp=10 kf=1e-25");
}
TEST(Conformance, Mos1PchannelFromProcess) {
  conformance::run<Mos1>(
      "type=1 tox=2e-8 nsub=1e16 nss=1e10 u0=250 lambda=0.02 rsh=10 nrd=2 w=1e-5 l=1e-6 ld=1e-7");
}
TEST(Golden, Mos1) { golden::compare<Mos1>("mos1", {.conductance = 1e-15}); }
TEST(Golden, Mos1WithForwardBulk) { golden::compare<Mos1>("mos1_forward_bulk", {.small_signal = false}); }
TEST(Golden, Mos1FromProcess) { golden::compare<Mos1>("mos1_process", {.small_signal = false}); }

}  // namespace
}  // namespace nullor
